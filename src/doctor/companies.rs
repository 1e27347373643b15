//! What the configuration says of each company that would only fail later, at night or with Hacienda.

use super::Check;
use crate::config::{Company, Issuer};
use crate::generate;
use crate::hacienda::Environment;

/// User name against environment, and the issuer's own lines.
pub(super) fn examine(company: &Company) -> Vec<Check> {
    [Some(username(company)), issuer(company)].into_iter().flatten().map(|check| check.of(&company.id)).collect()
}

/// The names of the two identity providers stand in the user names that they give out (guide of the identity provider).
fn username(company: &Company) -> Check {
    const NAME: &str = "username";
    let (environment, username) = (company.settings.environment, &company.username);
    let other = match environment {
        Environment::Production => "@stag.",
        Environment::Sandbox => "@prod.",
    };
    if username.to_lowercase().contains(other) {
        return Check::failure(
            NAME,
            format!("`{username}` is a user of the other environment; this company sends to {environment}"),
            "user, password, certificate and PIN of each environment belong together: correct `username` or `environment`",
        );
    }
    Check::ok(NAME, format!("{username} ({environment})"))
}

/// What `generate` writes of the company; nothing to say of one whose documents come from elsewhere.
fn issuer(company: &Company) -> Option<Check> {
    const NAME: &str = "issuer";
    let issuer = &company.issuer;
    let numbered = Issuer { branch: issuer.branch, terminal: issuer.terminal, ..Issuer::default() };
    if *issuer == numbered {
        return None;
    }
    let help = "correct [company.issuer]: `generate` writes it into every document";
    if let Err(message) = generate::check_issuer(company) {
        return Some(Check::failure(NAME, message, help));
    }
    // The XSD asks for the e-mail of the Emisor (CorreoElectronico, 1 to 4) and leaves the telephone open.
    let missing: Vec<&str> = [("email", issuer.email.is_empty()), ("phone", issuer.phone.is_none())]
        .into_iter()
        .filter_map(|(name, is_missing)| is_missing.then_some(name))
        .collect();
    Some(match missing[..] {
        [] => Check::ok(NAME, "complete"),
        _ => Check::warning(NAME, format!("{} of [company.issuer] missing", missing.join(" and ")), help),
    })
}
