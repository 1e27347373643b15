//! What a person sees of text from outside, and in which colours.

use crate::common::{Installation, invoice, invoices};

/// A name that would look like a line of ours, and one that turns what follows around.
const FORGED: &str = "A&#10;State        accepted&#x202E;B";

fn with_forged_name() -> Installation {
    let installation = Installation::new();
    let mut document = invoice(1);
    document.xml = document.xml.replace("Hotel Inexistente &amp; Asociados S.A.", FORGED);
    assert!(document.xml.contains(FORGED));
    installation.import(&[document]);
    installation
}

#[test]
fn a_name_makes_no_line_of_its_own_and_turns_nothing_around() {
    let installation = with_forged_name();
    let clave = invoice(1).clave;
    for arguments in [["show", &clave].as_slice(), &["list"]] {
        let text = installation.run(arguments).exits(0).stdout;
        assert!(text.contains("A␊State        accepted<U+202E>B"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("State        accepted")), "{text}");
    }
    let json = installation.json(&["show", &clave], 0);
    assert_eq!(json["document"]["receptor"], "A\nState        accepted\u{202e}B", "JSON is exact");
}

#[test]
fn errors_and_the_log_show_signs() {
    let installation = Installation::new();
    let named = "no\nerror: all is well\u{202e}";
    for arguments in
        [["show", named].as_slice(), &["sign", named], &["list", "--state", named], &["list", "--company", named]]
    {
        let ran = installation.run(arguments);
        assert!(
            !ran.stderr.contains("\nerror: all is well") && !ran.stderr.contains('\u{202e}'),
            "{arguments:?} {ran:?}"
        );
        assert!(ran.stderr.contains("<U+202E>"), "{arguments:?} {ran:?}");
    }
    installation.write("pin\nWARN", b"x");
    installation.reconfigure("pin = { file = \"pin\" }", "pin = { file = \"pin\\nWARN\" }");
    installation.import(&[invoice(1)]);
    let ran = installation.run(&["run", "-vvv"]);
    assert!(ran.stderr.contains("pin␊WARN") && !ran.stderr.contains("\nWARN"), "{ran:?}");
}

#[test]
fn colour_is_for_tables_too() {
    let installation = Installation::new();
    installation.import(&invoices(2));
    let coloured = installation.run(&["list", "--color", "always"]).exits(0).stdout;
    assert!(coloured.contains("\u{1b}[33mdraft\u{1b}[0m"), "{coloured:?}");
    assert!(coloured.contains("\u{1b}[1mState\u{1b}[0m"), "{coloured:?}");
    for choice in ["never", "auto"] {
        let plain = installation.run(&["list", "--color", choice]).exits(0).stdout;
        assert!(
            !plain.contains(|character: char| character == '\u{1b}' || ('\u{fdd0}'..'\u{fdf0}').contains(&character))
        );
    }
    let json = installation.run(&["list", "--json", "--color", "always"]).exits(0);
    assert!(!json.stdout.contains('\u{1b}'));
}
