//! Who acts, for the record of events: the person, also where `sudo -u` stands between them and the user of the process.

use std::fs;

use nix::unistd::{Uid, User, getuid};

/// The login uid of a process that no login stands behind: a service, a job of cron without PAM (proc(5)).
const NO_LOGIN: u32 = u32::MAX;

/// What the system says about who runs this process, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Facts {
    /// Whose rights it has.
    user: String,
    /// Who logged in: the kernel keeps it through every `sudo` and `su`, and nobody changes it afterwards.
    login: Option<String>,
    /// Who called `sudo`, as it says. The environment can be changed, so this is a hint.
    sudo: Option<String>,
}

/// The actor of this process: `ana`, `ana as cr-einvoice`, or `ana (sudo) as cr-einvoice` where only the environment says so.
pub(crate) fn present() -> String {
    name(&Facts {
        user: user_name(getuid()),
        login: login_uid(&fs::read_to_string("/proc/self/loginuid").unwrap_or_default()).map(user_name),
        // A name that is nobody's is no hint.
        sudo: std::env::var("SUDO_USER").ok().filter(|name| matches!(User::from_name(name), Ok(Some(_)))),
    })
}

fn name(facts: &Facts) -> String {
    let user = &facts.user;
    match (&facts.login, &facts.sudo) {
        (Some(login), _) if login != user => format!("{login} as {user}"),
        (None, Some(sudo)) if sudo != user => format!("{sudo} (sudo) as {user}"),
        _ => user.clone(),
    }
}

/// Reads the text of `/proc/self/loginuid`.
fn login_uid(text: &str) -> Option<Uid> {
    text.trim().parse().ok().filter(|uid| *uid != NO_LOGIN).map(Uid::from_raw)
}

/// By the system's user database, so that users of a directory service have their names too.
fn user_name(uid: Uid) -> String {
    User::from_uid(uid).ok().flatten().map_or_else(|| format!("uid {uid}"), |user| user.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(user: &str, login: Option<&str>, sudo: Option<&str>) -> String {
        name(&Facts { user: user.into(), login: login.map(str::to_owned), sudo: sudo.map(str::to_owned) })
    }

    #[test]
    fn a_person_who_acts_as_themselves_is_named_once() {
        assert_eq!(actor("ana", Some("ana"), None), "ana");
        assert_eq!(actor("ana", Some("ana"), Some("luis")), "ana", "who logged in is known, so nobody needs a hint");
        assert_eq!(actor("ana", None, Some("ana")), "ana");
    }

    #[test]
    fn behind_sudo_stands_the_person() {
        assert_eq!(actor("cr-einvoice", Some("ana"), Some("ana")), "ana as cr-einvoice");
        assert_eq!(
            actor("cr-einvoice", Some("ana"), Some("luis")),
            "ana as cr-einvoice",
            "the environment can be changed"
        );
        assert_eq!(actor("root", Some("ana"), None), "ana as root", "su says nothing in the environment");
        assert_eq!(actor("cr-einvoice", None, Some("ana")), "ana (sudo) as cr-einvoice");
    }

    #[test]
    fn a_service_is_its_user() {
        assert_eq!(actor("cr-einvoice", None, None), "cr-einvoice");
    }

    #[test]
    fn a_login_uid_that_is_not_set_is_none() {
        assert_eq!(login_uid("1000"), Some(Uid::from_raw(1000)));
        assert_eq!(login_uid("0\n"), Some(Uid::from_raw(0)));
        for text in ["4294967295", "4294967295\n", "", "x"] {
            assert_eq!(login_uid(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_user_without_a_name_has_a_number() {
        assert_eq!(user_name(Uid::from_raw(0)), "root");
        assert_eq!(user_name(Uid::from_raw(3_999_999_999)), "uid 3999999999");
    }
}
