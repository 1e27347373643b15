//! What the configuration accepts, what it refuses, and with which words.

use rust_decimal::Decimal;

use super::*;
use crate::language::Language;
use crate::retry::{Category, Policy};

const COMPANY: &str = r#"
[[company]]
id = "acme"
name = "ACME S.A."
identification_type = "02"
identification = "3101123456"
certificate = "acme.p12"
pin = { file = "acme.pin" }
username = "cpj-3-101-123456@stag"
password = { env = "ACME_PASSWORD" }
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(Path::new("/etc/cr/cr-einvoice.toml"), text)
}

/// The refusal of a text, without the path in front.
fn refusal(text: &str) -> String {
    let message = parse(text).unwrap_err().to_string();
    message.strip_prefix("/etc/cr/cr-einvoice.toml:").unwrap_or(&message).to_owned()
}

fn company_with(lines: &str) -> String {
    format!("{COMPANY}{lines}")
}

fn nothing(_: &str) -> Option<OsString> {
    None
}

#[test]
fn an_empty_file_has_the_contracts_defaults() {
    let config = parse("").unwrap();
    assert_eq!(config.database, Path::new("/etc/cr/cr-einvoice.db"));
    assert!(config.companies.is_empty() && config.notify.is_none());
    let defaults = &config.defaults;
    assert_eq!(defaults.environment, Environment::Sandbox);
    assert_eq!((defaults.polling_interval, defaults.polling_max_hours, defaults.polling_min_age), (15, 24, 2));
    assert_eq!((defaults.batch_size, defaults.batch_delay, defaults.max_concurrent_batches), (50, 5, 3));
    assert_eq!((defaults.response_retention_days, defaults.queue_retention_days), (90, 30));
    assert!(defaults.auto_polling_enabled && defaults.auto_retry_enabled && defaults.store_responses);
    assert_eq!(defaults.retry, Policy::default());
}

#[test]
fn the_language_is_read_even_from_a_file_that_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cr-einvoice.toml");
    let named = |text: &str| {
        std::fs::write(&path, text).unwrap();
        super::language(Some(&path), &|_| None)
    };
    assert_eq!(named("language = \"es\"\n[defaults"), Some(Language::Spanish));
    assert_eq!(named("database = 3\n  language='en' # nuestra\n"), Some(Language::English));
    assert_eq!(named("language = \"auto\""), None);
    assert_eq!(named("[defaults]\nlanguage = \"es\""), None, "a key of that table, and refused there");
    assert_eq!(parse("language = \"es\"").unwrap().language, Some(Language::Spanish));
    assert_eq!(parse("language = \"auto\"").unwrap().language, None);
    let error = parse("language = \"fr\"").unwrap_err().to_string();
    assert!(error.contains("`fr` is not a language: en or es"), "{error}");
}

/// The template says that its values are the defaults, and that it has every key.
#[test]
fn the_template_is_the_defaults_and_has_every_key() {
    let config = parse(TEMPLATE).unwrap();
    assert_eq!(format!("{:?}", config.defaults), format!("{:?}", parse("").unwrap().defaults));
    assert_eq!(config.companies.len(), 1);
    for key in keys::TOP.iter().chain(&keys::SETTINGS).chain(&keys::COMPANY) {
        assert!(TEMPLATE.contains(key), "the template does not show `{key}`");
    }
}

/// Whether a line, or what it shows behind `#`, is a key with its value or the head of a table.
fn is_setting(line: &str) -> bool {
    let word: String = line.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect();
    !word.is_empty() && line[word.len()..].starts_with(" = ") || line.starts_with('[')
}

/// A line is its setting and its comment. Only comments are translated, and whoever adds a line adds it to both.
#[test]
fn the_templates_differ_in_their_comments_alone() {
    let setting = |line: &'static str| {
        let shown = line.strip_prefix("# ").unwrap_or(line);
        if is_setting(shown) { shown.split(" #").next().unwrap_or_default().trim_end() } else { "" }
    };
    let (english, spanish) = (template(Language::English), template(Language::Spanish));
    let both = english.lines().zip(spanish.lines()).filter(|(line, _)| !line.starts_with("language = "));
    both.for_each(|(one, other)| assert_eq!(setting(one), setting(other), "{one}\n{other}"));
    assert_eq!(english.lines().count(), spanish.lines().count());
    assert_eq!(parse(spanish).unwrap().language, Some(Language::Spanish));
}

/// What the template shows behind `#` is as valid as the rest.
#[test]
fn the_templates_commented_keys_are_valid() {
    let uncommented: Vec<&str> =
        TEMPLATE.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line)).collect();
    let config = parse(&uncommented.join("\n")).unwrap();
    let acme = &config.companies[0];
    assert!(config.ping_url.is_some());
    assert_eq!(config.notify.unwrap().email.unwrap().port, 587);
    assert_eq!(acme.notify_to.as_deref(), Some(&["boss@acme.example".to_owned()][..]));
    assert_eq!((acme.issuer.location.as_deref(), acme.issuer.branch), (Some("1-01-08"), 1));
    let endpoints = &acme.settings.endpoints;
    assert!(endpoints.logout_url.ends_with(":8443/auth/realms/rut-stag/protocol/openid-connect/logout"));
    assert_eq!(acme.settings.sign.policy.identifier, "https://example.test/policy.pdf");
}

#[test]
fn a_company_overrides_the_defaults_key_by_key() {
    let text = company_with("polling_interval = 0\n[company.retry.network]\nmultiplier = 2.25\n")
        + "[defaults]\npolling_interval = 7\nbatch_size = 9\n[retry.network]\nmultiplier = 4\nmax_retries = 1\n";
    let config = parse(&text).unwrap();
    let (own, shared) = (&config.companies[0].settings, &config.defaults);
    assert_eq!((own.polling_interval, own.batch_size), (0, 9));
    assert_eq!((shared.polling_interval, shared.batch_size), (7, 9));
    let rule = own.retry.backoffs[Category::Network as usize];
    assert_eq!((rule.multiplier, rule.max_retries), (Decimal::new(225, 2), 1));
    assert_eq!(shared.retry.backoffs[Category::Network as usize].multiplier, Decimal::from(4));
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_known_one() {
    for (text, expected) in [
        ("databse = \"x\"\n", "1:1: databse: unknown key `databse`; did you mean `database`?"),
        (
            "[defaults]\n\n  polling_intervall = 3\n",
            "3:3: defaults.polling_intervall: unknown key `polling_intervall`; did you mean `polling_interval`?",
        ),
        ("[retry.netwrk]\nmultiplier = 1\n", "1:8: retry.netwrk: unknown key `netwrk`; did you mean `network`?"),
        (
            "[retry.network]\nmultiplyer = 1\n",
            "2:1: retry.network.multiplyer: unknown key `multiplyer`; did you mean `multiplier`?",
        ),
        ("batch_size = 3\n", "1:1: batch_size: `batch_size` belongs into [defaults] or a [[company]]"),
        ("[defaults]\nusername = \"x\"\n", "2:1: defaults.username: `username` belongs into a [[company]]"),
    ] {
        assert_eq!(refusal(text), expected);
    }
    let message = refusal(&company_with("pasword = 1\n"));
    assert!(message.contains("company[1].pasword") && message.contains("did you mean `password`?"), "{message}");
    assert!(refusal("[defaults]\nzzz = 1\n").contains("known here are environment,"));
}

/// Whatever a secret stands in by mistake, no sentence repeats it.
#[test]
fn plain_secrets_are_refused_and_not_repeated() {
    let planted = "hunter2-Secreto";
    let with_pin = COMPANY.replace("{ file = \"acme.pin\" }", &format!("\"{planted}\""));
    for text in [
        with_pin,
        format!("[defaults]\npassword = \"{planted}\"\n"),
        COMPANY.replace("ACME_PASSWORD", planted),
        format!(
            "[notify.email]\nhost = \"h\"\nfrom = \"a@b\"\nto = [\"a@b\"]\nusername = \"u\"\npassword = \"{planted}\"\n"
        ),
        company_with(&format!("password_ = \"{planted}\"\n")),
        format!("{COMPANY}pin = \"{planted}\"\n"),
        format!("[[company]]\npassword = \"{planted}\n"),
        format!("[[company]]\npassword = {planted}\n"),
        format!("[defaults]\napi_url = \"https://user:{planted}@example.test/\"\n"),
    ] {
        let error = parse(&text).unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.help());
        assert!(!shown.contains(planted), "{shown}");
    }
    let message = refusal("[defaults]\npassword = \"x\"\n");
    assert!(message.contains("belongs into a [[company]]. A secret never stands in this file"), "{message}");
}

#[test]
fn every_value_is_checked_with_its_place() {
    for (lines, expected) in [
        ("polling_interval = -1", "must be from 0 to 10080, not -1"),
        ("polling_max_hours = 0", "must be from 1 to 8784, not 0"),
        ("batch_size = 0", "must be from 1 to 10000, not 0"),
        ("batch_size = \"5\"", "must be a whole number, not text"),
        ("batch_size = 99999999999999999999", ""),
        ("store_responses = \"yes\"", "must be true or false, not text"),
        ("retry_delays = []", "must hold 1 to 100 numbers of minutes"),
        ("retry_delays = [5, 0]", "must be from 1 to 527040, not 0"),
        ("environment = \"test\"", "`test` is not an environment: sandbox or production"),
        ("signature_profile = \"narrow\"", "widest"),
        ("signature_policy_digest = \"AAAA\"", "needs `signature_policy_identifier` beside it"),
        ("api_url = \"http://example.test/v1\"", "plain http is only for this machine"),
        ("api_url = \"https://a:b@example.test/\"", "user name or password"),
        ("token_url = \"example.test\"", "it is not an address"),
        ("client_id = \" \"", "must not be empty"),
        ("ca_file = 3", "must be text in quotes, not a whole number"),
        ("retry = 3", "company[1].retry: must be a table"),
        ("[company.retry.auth]\nmultiplier = 0", "must be above 0 and at most 100, not 0"),
        ("[company.retry.auth]\nmultiplier = nan", "is not a decimal number"),
    ] {
        let message = refusal(&company_with(&format!("{lines}\n")));
        let placed = message.starts_with("11:") || message.starts_with("12:");
        assert!(placed && message.contains(expected), "{lines}: {message}");
    }
    assert!(refusal("[defaults]\nretry_delays = [5, 0]\n").starts_with("2:20: defaults.retry_delays[2]: "));
}

#[test]
fn companies_are_held_against_each_other() {
    let other = COMPANY.replace("\"acme\"", "\"other\"");
    let message = refusal(&format!("{COMPANY}{COMPANY}"));
    assert!(message.starts_with("13:6: company[2].id: there is already a company `acme`"), "{message}");
    assert!(refusal(&format!("{COMPANY}{other}")).contains("company `acme` has the same identification in sandbox"));
    assert!(parse(&format!("{COMPANY}{other}environment = \"production\"\n")).is_ok());
    for (from, to, expected) in [
        ("\"acme\"", "\"../acme\"", "must be 1 to 64 letters"),
        ("\"02\"", "\"05\"", "cannot sign"),
        ("\"02\"", "\"07\"", "`07`"),
        ("\"3101123456\"", "\"3-101-123456\"", "10 "),
        ("{ file = \"acme.pin\" }", "{}", "exactly one of"),
        ("{ file = \"acme.pin\" }", "{ file = \"a\", env = \"B\" }", "exactly one of"),
        ("{ file = \"acme.pin\" }", "{ fil = \"a\" }", "did you mean `file`?"),
        ("{ file = \"acme.pin\" }", "{ command = \"pass show\" }", "must be a list"),
        ("{ file = \"acme.pin\" }", "{ credential = \"../pin\" }", "without a folder"),
        ("certificate = \"acme.p12\"", "", "company[1]: the key `certificate` is missing"),
    ] {
        let message = refusal(&COMPANY.replace(from, to));
        assert!(message.contains(expected), "{to}: {message}");
    }
}

#[test]
fn paths_are_seen_from_the_files_folder() {
    let acme = parse(&company_with("ca_file = \"/ca.pem\"\n")).unwrap().companies.remove(0);
    assert_eq!(acme.certificate, Path::new("/etc/cr/acme.p12"));
    assert_eq!(acme.pin, SecretSource::File("/etc/cr/acme.pin".into()));
    assert_eq!(acme.settings.ca_file.as_deref(), Some(Path::new("/ca.pem")));
}

#[test]
fn a_final_slash_of_the_address_makes_no_difference() {
    let url = |line: &str| parse(&company_with(line)).unwrap().companies.remove(0).settings.endpoints.api_url;
    let with = url("api_url = \"http://127.0.0.1:1/recepcion/v1/\"\n");
    assert_eq!(with, url("api_url = \"http://127.0.0.1:1/recepcion/v1\"\n"));
}

#[test]
fn notices_need_a_way_and_a_safe_one() {
    assert!(refusal("[notify]\n").contains("needs `command` or [notify.email]"));
    assert!(refusal("[notify]\ncommand = []\n").contains("must not be an empty list"));
    let email = |lines: &str| {
        format!("[notify.email]\nhost = \"mail.test\"\nfrom = \"a@b.test\"\nto = [\"c@d.test\"]\n{lines}")
    };
    let read = parse(&email("tls = \"tls\"\n")).unwrap().notify.unwrap().email.unwrap();
    assert_eq!((read.port, read.tls), (465, Tls::Implicit));
    assert!(refusal(&email("tls = \"none-on-loopback\"\n")).contains("is for a mail server on this machine"));
    assert!(refusal(&email("username = \"u\"\n")).contains("needs `password` beside it"));
    assert!(refusal(&email("").replace("c@d.test", "nobody")).contains("`nobody` is not a mail address"));
}

#[test]
fn holidays_are_dates_or_text() {
    let config = parse("holidays_add = [2026-12-24, \"2026-12-31\"]\n").unwrap();
    assert_eq!(config.holidays_add.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-12-24", "2026-12-31"]);
    assert!(refusal("holidays_add = [2026-12-24T00:00:00]\n").contains("is not a day like"));
}

#[test]
fn a_fixed_clock_is_for_rehearsals() {
    let sandbox = parse(COMPANY).unwrap();
    let production = parse(&company_with("environment = \"production\"\n")).unwrap();
    let fixed = |_: &str| Some(OsString::from("2026-11-20T09:15:00-06:00"));
    assert!(matches!(sandbox.clock(&nothing), Ok(Clock::System)));
    assert!(matches!(sandbox.clock(&fixed), Ok(Clock::Fixed(at)) if at.to_rfc3339() == "2026-11-20T15:15:00+00:00"));
    assert!(production.clock(&fixed).unwrap_err().to_string().contains("company `acme` is in production"));
    assert!(matches!(production.clock(&nothing), Ok(Clock::System)));
    let soon = |_: &str| Some(OsString::from("tomorrow"));
    assert!(sandbox.clock(&soon).unwrap_err().to_string().contains("`tomorrow`, not an instant"));
}

#[test]
fn the_named_file_comes_first_and_the_rest_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("cr-einvoice/config.toml");
    std::fs::create_dir_all(home.parent().unwrap()).unwrap();
    std::fs::write(&home, "").unwrap();
    let variables = |name: &str| match name {
        CONFIG_VARIABLE => Some(OsString::from("/named.toml")),
        "XDG_CONFIG_HOME" => Some(folder.path().into()),
        _ => None,
    };
    assert_eq!(find(Some(Path::new("/given.toml")), &variables).unwrap(), Path::new("/given.toml"));
    assert_eq!(find(None, &variables).unwrap(), Path::new("/named.toml"));
    let without = |name: &str| variables(name).filter(|_| name != CONFIG_VARIABLE);
    assert_eq!(find(None, &without).unwrap(), home);
    let missing = Config::load(Some(Path::new("/nowhere.toml")), &nothing).unwrap_err();
    assert!(missing.to_string().starts_with("there is no configuration /nowhere.toml, which --config names"));
    let none = ConfigError::NotFound { searched: searched(&nothing) };
    let expected = "there is no configuration; looked for cr-einvoice.toml, /etc/cr-einvoice/config.toml";
    assert_eq!(none.to_string(), expected);
}

#[test]
fn an_unknown_company_is_answered_with_the_known_ones() {
    let error = parse(COMPANY).unwrap().company("acne").unwrap_err();
    assert_eq!(error.to_string(), "there is no company `acne`; the configuration has acme");
}

#[test]
fn what_the_issuer_says_of_itself_is_checked_at_load() {
    for (text, expected) in [
        ("actividad = \"6201.0\"", "unknown key `actividad`; did you mean `activity`?"),
        ("activity = \"62010\"", "company[1].issuer.activity: must have 6 to 6 characters, not 5"),
        ("location = \"9-01-01\"", "`9-01-01` is not a district"),
        ("branch = 1000", "company[1].issuer.branch: must be from 1 to 999, not 1000"),
        ("email = [\"a@b.c\", \"a@b.c\", \"a@b.c\", \"a@b.c\", \"a@b.c\"]", "has 5 addresses; at most 4 are allowed"),
    ] {
        let error = parse(&company_with(&format!("[company.issuer]\n{text}\n"))).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
