use super::super::paint::coloured;
use super::*;

fn text(table: &Table, width: usize) -> String {
    coloured(&table.text_within(width), false)
}

#[track_caller]
fn fits(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{} columns: {line}\n{text}", line.width());
    }
}

const CLAVE: &str = "50618112600310199988800100001010000000001140506070";
const CONSECUTIVO: &str = "00100001010000000001";
const NAME: &str = "Hotel Inexistente & Asociados de la Península de Nicoya S.A.";

fn documents(several_companies: bool) -> Table {
    let company = if several_companies { ["~Company"].as_slice() } else { &[] };
    let rest = ["Kind", "State", "@Issued", "~Receptor", ">Total"];
    let mut table = Table::new(&[["Consecutivo"].as_slice(), company, &rest].concat());
    for (state, name, total) in [("submitted", NAME, "135 603.4155 CRC"), ("accepted", "Ana", "9 999 999.00 USD")] {
        let company = if several_companies { ["imaginaria"].as_slice() } else { &[] };
        table.row([[CONSECUTIVO].as_slice(), company, &["FE", state, "2026-11-18 10:05:00", name, total]].concat());
    }
    table
}

#[test]
fn a_document_is_one_line_of_eighty_columns() {
    for several in [false, true] {
        let shown = text(&documents(several), 80);
        fits(&shown, 80);
        assert_eq!(shown.lines().count(), 4, "{shown}");
        for whole in [CONSECUTIVO, "submitted", "2026-11-18", "135 603.4155 CRC", "Hotel", "…"] {
            assert!(shown.contains(whole), "{whole}:\n{shown}");
        }
        assert!(!shown.contains("10:05"), "{shown}");
    }
    let wide = text(&documents(false), 200);
    assert!(wide.contains(NAME) && wide.contains("2026-11-18 10:05:00"), "{wide}");
    assert_eq!(text(&documents(false), UNBOUNDED), wide);
}

#[test]
fn what_does_not_fit_a_line_keeps_its_clave_whole() {
    let mut table = Table::new(&[">Id", "Clave", "Step", "State", "Why", ":Tries", ":@Next", "¶Error"]);
    let error = "the service answered HTTP 503 and said nothing; it is tried again when it is due, and nothing is lost";
    table.row(["12", CLAVE, "check_status", "failed", "server", "3/5", "2026-11-20 12:07:30", error]);
    let shown = text(&table, 80);
    fits(&shown, 80);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[0], format!("12  {CLAVE}  check_status  failed"));
    assert_eq!(lines[1], "    server  tries 3/5  next 2026-11-20 12:07:30");
    assert_eq!(lines[2..].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "), error);
    // At 200 columns there is room for a line.
    assert!(text(&table, 200).lines().nth(2).unwrap().starts_with("12  506"));
}

#[test]
fn nothing_from_outside_makes_a_line() {
    let mut table = Table::new(&["State", "~Receptor"]);
    table.row(["draft", "A\naccepted  B\u{202e}"]);
    assert_eq!(text(&table, 80).lines().count(), 3);
    assert!(text(&table, 80).ends_with("draft  A␊accepted  B<U+202E>\n"));
}

#[test]
fn colours_do_not_move_columns() {
    let table = documents(false);
    let colours = coloured(&table.text_within(80), true);
    assert!(colours.contains("\u{1b}[32maccepted\u{1b}[0m"), "{colours}");
    let bare =
        colours.replace("\u{1b}[32m", "").replace("\u{1b}[33m", "").replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    let trimmed: Vec<_> = bare.lines().map(str::trim_end).collect();
    assert_eq!(trimmed.join("\n") + "\n", text(&table, 80));
}

#[test]
fn names_are_shortened_by_what_they_take_on_the_screen() {
    assert_eq!(shortened("Hotel Inexistente", 8), "Hotel I…");
    assert_eq!(shortened("Hotel Inexistente", 7), "Hotel…");
    assert_eq!(shortened("株式会社東京", 6), "株式…");
    assert_eq!(shortened("Ana", 3), "Ana");
}
