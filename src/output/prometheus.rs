//! `stats --prometheus`: the text exposition format (Prometheus, version 0.0.4).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::hacienda::Environment;
use crate::named::Named;
use crate::new_file;
use crate::store::{Breaker, Statistics};

/// One metric: its lines under their help and type.
struct Metric<'a> {
    name: &'a str,
    help: &'a str,
    lines: Vec<(Vec<(&'a str, String)>, i64)>,
}

/// What earlier runs left behind.
pub(crate) struct Past {
    /// When each command last ended with exit code 0.
    pub last_successes: Vec<(String, DateTime<Utc>)>,
    /// The environments whose service did not answer.
    pub breakers: HashMap<Environment, Breaker>,
    /// How many reasons there are to doubt the next numbers.
    pub doubts: usize,
    /// Notices that have not gone out.
    pub unsent_notices: u64,
    /// The command or the mail server failed when they were last tried.
    pub notices_fail: bool,
}

/// Every metric, as node_exporter's textfile collector reads it.
pub(crate) fn exposition(statistics: &Statistics, past: &Past, certificates: &[(&str, DateTime<Utc>)]) -> String {
    let mut text = String::new();
    let now = statistics.generated_at;
    let mut documents = Vec::new();
    for (company, counts) in &statistics.companies {
        for (state, count) in counts {
            documents.push((vec![("company", company.clone()), ("state", (*state).to_owned())], number(*count)));
        }
    }
    let instant = |text: &str| text.parse::<DateTime<Utc>>().ok();
    let oldest =
        statistics.oldest_waiting.as_deref().and_then(instant).map_or(0, |issued| (now - issued).num_seconds());
    let unlabelled = |value| vec![(Vec::new(), value)];
    let by = |label: &'static str, counts: &std::collections::BTreeMap<&'static str, u64>| {
        counts.iter().map(|(name, count)| (vec![(label, (*name).to_owned())], number(*count))).collect::<Vec<_>>()
    };
    let successes =
        past.last_successes.iter().map(|(command, at)| (vec![("command", command.clone())], at.timestamp())).collect();
    let days = certificates
        .iter()
        .map(|(company, ends)| (vec![("company", (*company).to_owned())], (*ends - now).num_days()))
        .collect();
    let open = [Environment::Sandbox, Environment::Production]
        .into_iter()
        .map(|it| (vec![("environment", it.name().to_owned())], i64::from(past.breakers.contains_key(&it))))
        .collect();
    let metrics = [
        Metric { name: "cr_einvoice_documents", help: "Documents by company and state.", lines: documents },
        Metric {
            name: "cr_einvoice_oldest_unresolved_seconds",
            help: "Age of the oldest document without a verdict, 0 when there is none.",
            lines: unlabelled(oldest),
        },
        Metric {
            name: "cr_einvoice_retry_entries",
            help: "Retry entries by state.",
            lines: by("state", &statistics.queue),
        },
        Metric {
            name: "cr_einvoice_retry_entries_live",
            help: "Retry entries that wait or failed, by error category.",
            lines: by("category", &statistics.by_category),
        },
        Metric {
            name: "cr_einvoice_retry_due",
            help: "Retry entries due now.",
            lines: unlabelled(number(statistics.due)),
        },
        Metric {
            name: "cr_einvoice_last_success_timestamp_seconds",
            help: "When each command last did its work (exit code 0, or 3: a document needs a person).",
            lines: successes,
        },
        Metric { name: "cr_einvoice_certificate_days_left", help: "Days until the certificate ends.", lines: days },
        Metric {
            name: "cr_einvoice_breaker_open",
            help: "1 while the service of an environment does not answer.",
            lines: open,
        },
        Metric {
            name: "cr_einvoice_numbers_in_doubt",
            help: "Above 0 while the database may not know every number that was given: see numbering.",
            lines: unlabelled(number(past.doubts as u64)),
        },
        Metric {
            name: "cr_einvoice_notices_unsent",
            help: "Notices that have not gone out.",
            lines: unlabelled(number(past.unsent_notices)),
        },
        Metric {
            name: "cr_einvoice_notices_failing",
            help: "1 while notices wait because the command or the mail server failed.",
            lines: unlabelled(i64::from(past.notices_fail)),
        },
        Metric {
            name: "cr_einvoice_metrics_timestamp_seconds",
            help: "When this was counted.",
            lines: unlabelled(now.timestamp()),
        },
    ];
    for metric in &metrics {
        write_metric(&mut text, metric);
    }
    text
}

fn write_metric(text: &mut String, metric: &Metric<'_>) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "# HELP {0} {1}\n# TYPE {0} gauge", metric.name, metric.help);
    for (labels, value) in &metric.lines {
        let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(text, "{}{labels} {value}", metric.name);
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Puts the text in place in one step, so that the collector never reads half of it. The file is readable by all: the
/// collector is another user, and the text names no customer.
pub(crate) fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
    const MODE: u32 = 0o644;
    new_file::sweep(new_file::folder_of(path));
    new_file::replace(path, text.as_bytes(), MODE)
}
