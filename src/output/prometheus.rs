//! Metrics in Prometheus' text exposition format 0.0.4, for node_exporter's textfile collector. Pure but for the file.

use std::fmt::{Display, Write as _};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use chrono::{DateTime, Utc};

/// What is measured. Counts and names only: nothing of a document but its state.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    /// Company, environment and state of documents, and how many there are.
    pub documents: Vec<(String, String, String, u64)>,
    /// Company and the age in seconds of its oldest document without a verdict.
    pub oldest_waiting: Vec<(String, i64)>,
    /// Category and state of retry entries, and how many there are.
    pub retry_entries: Vec<(String, String, u64)>,
    /// Command and the end of its last run that went well.
    pub last_success: Vec<(String, DateTime<Utc>)>,
    /// Company and the whole days until its certificate ends; negative when it has ended.
    pub certificate_days: Vec<(String, i64)>,
    /// Environment, and whether its breaker is open.
    pub breakers: Vec<(String, bool)>,
}

/// The metrics as text.
pub fn render(metrics: &Metrics) -> String {
    let mut text = String::new();
    let name = "documents";
    describe(&mut text, name, "Documents by company, environment and state.");
    for (company, environment, state, count) in &metrics.documents {
        sample(&mut text, name, &[("company", company), ("environment", environment), ("state", state)], count);
    }
    let name = "oldest_waiting_seconds";
    describe(&mut text, name, "Age of the oldest document without a verdict.");
    for (company, seconds) in &metrics.oldest_waiting {
        sample(&mut text, name, &[("company", company)], seconds);
    }
    let name = "retry_entries";
    describe(&mut text, name, "Entries of the retry queue by category and state.");
    for (category, state, count) in &metrics.retry_entries {
        sample(&mut text, name, &[("category", category), ("state", state)], count);
    }
    let name = "last_success_timestamp_seconds";
    describe(&mut text, name, "End of the last run of a command that went well; a timer that stopped shows here.");
    for (command, at) in &metrics.last_success {
        sample(&mut text, name, &[("command", command)], at.timestamp());
    }
    let name = "certificate_days_left";
    describe(&mut text, name, "Whole days until the certificate ends.");
    for (company, days) in &metrics.certificate_days {
        sample(&mut text, name, &[("company", company)], days);
    }
    let name = "breaker_open";
    describe(&mut text, name, "1 while an outage of Hacienda's service defers the work of an environment.");
    for (environment, open) in &metrics.breakers {
        sample(&mut text, name, &[("environment", environment)], u8::from(*open));
    }
    text
}

/// Every metric of ours is a gauge: each run counts anew, and cleanups make counts smaller.
fn describe(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP cr_einvoice_{name} {help}\n# TYPE cr_einvoice_{name} gauge");
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let _ = writeln!(text, "cr_einvoice_{name}{{{}}} {value}", labels.join(","));
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Puts the text in place in one step, so that the collector never reads half of it. The file is readable by all: the
/// collector is another user, and the text names no customer.
pub fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
    const MODE: u32 = 0o644;
    let name = path.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    // The collector takes files that end in .prom: this one does not.
    let temporary = path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(&temporary)?;
        file.set_permissions(Permissions::from_mode(MODE))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    written.inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Metrics {
        Metrics {
            documents: vec![("acme".into(), "sandbox".into(), "accepted".into(), 3)],
            oldest_waiting: vec![("acme".into(), 90)],
            retry_entries: vec![("rate_limit".into(), "pending".into(), 1)],
            last_success: vec![("retry run".into(), DateTime::UNIX_EPOCH)],
            certificate_days: vec![("a\"b\\c\nd".into(), -2)],
            breakers: vec![("production".into(), true)],
        }
    }

    #[test]
    fn every_line_is_a_comment_or_a_sample_of_a_described_gauge() {
        let text = render(&metrics());
        assert!(text.ends_with('\n'));
        let mut described = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                described = rest.strip_suffix(" gauge").unwrap();
            } else if !line.starts_with("# HELP ") {
                let (name, rest) = line.split_once('{').unwrap();
                assert_eq!(name, described);
                assert!(rest.rsplit_once("} ").unwrap().1.parse::<i64>().is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn samples_carry_their_labels_escaped() {
        let text = render(&metrics());
        for line in [
            "cr_einvoice_documents{company=\"acme\",environment=\"sandbox\",state=\"accepted\"} 3\n",
            "cr_einvoice_last_success_timestamp_seconds{command=\"retry run\"} 0\n",
            "cr_einvoice_certificate_days_left{company=\"a\\\"b\\\\c\\nd\"} -2\n",
            "cr_einvoice_breaker_open{environment=\"production\"} 1\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn the_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cr_einvoice.prom");
        for text in ["a long first text\n", "short\n"] {
            write_atomically(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert!(write_atomically(&folder.path().join("none/x.prom"), "").is_err());
    }
}
