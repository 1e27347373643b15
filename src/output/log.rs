//! Standard error: the log, and what ends a run. Where the journal of systemd listens, each line begins with its level (`<3>`,
//! sd-daemon(3)), so that `journalctl -p err` and the alerts that are built on it find what is wrong.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use super::signs;
use crate::cli::{ColorChoice, Global};

/// The variable in which systemd says which stream it listens to: `DEVICE:INODE` (systemd.exec(5)).
const JOURNAL_STREAM: &str = "JOURNAL_STREAM";

/// What syslog calls an error.
const ERROR: u8 = 3;

/// Starts the log: warnings, with `-v` information, with `-vv` and more everything of ours. `-q` leaves errors.
pub(super) fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, 0) => log::LevelFilter::Error,
        (_, 0) => log::LevelFilter::Warn,
        (_, 1) => log::LevelFilter::Info,
        (_, 2) => log::LevelFilter::Debug,
        (_, _) => log::LevelFilter::Trace,
    };
    let style = match global.color {
        ColorChoice::Auto => env_logger::WriteStyle::Auto,
        ColorChoice::Always => env_logger::WriteStyle::Always,
        ColorChoice::Never => env_logger::WriteStyle::Never,
    };
    let for_journal = journal_listens();
    // Only our own modules speak: a library's trace of a request may hold a token.
    env_logger::Builder::new()
        .filter_module("cr_einvoice", level)
        .write_style(style)
        .format(move |line, record| {
            // What is logged names documents and repeats words of others.
            let message = record.args().to_string();
            let message = signs(&message);
            if for_journal {
                // The journal keeps the time of each line itself.
                return line.write_all(levelled(syslog(record.level()), &message).as_bytes());
            }
            let (level, style) = (record.level(), line.default_level_style(record.level()));
            writeln!(line, "[{} {style}{level:<5}{style:#}] {message}", line.timestamp_seconds())
        })
        .init();
}

/// Says on stderr what ends a run; the text has its last line end.
pub(super) fn say_error(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    if journal_listens() {
        stderr.write_all(levelled(ERROR, text).as_bytes())
    } else {
        stderr.write_all(text.as_bytes())
    }
}

/// Every line is a message of its own to the journal.
fn levelled(level: u8, text: &str) -> String {
    text.lines().map(|line| format!("<{level}>{line}\n")).collect()
}

fn syslog(level: log::Level) -> u8 {
    match level {
        log::Level::Error => ERROR,
        log::Level::Warn => 4,
        log::Level::Info => 6,
        log::Level::Debug | log::Level::Trace => 7,
    }
}

/// Whether stderr is the stream that systemd named, and not one that was put in its place since, such as a file.
pub(super) fn journal_listens() -> bool {
    let Ok(stream) = std::env::var(JOURNAL_STREAM) else { return false };
    let present = io::stderr().as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
    present.is_ok_and(|present| stream == format!("{}:{}", present.dev(), present.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_level() {
        assert_eq!(levelled(ERROR, "error: no\n  do this\n"), "<3>error: no\n<3>  do this\n");
        assert_eq!(levelled(syslog(log::Level::Warn), "one line"), "<4>one line\n");
        assert_eq!([log::Level::Info, log::Level::Trace].map(syslog), [6, 7]);
    }
}
