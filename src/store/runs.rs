//! Runs: which process works on what, and what each run did.

use std::fs;

use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::Serialize;

use super::{Result, Store, Write, parsed};
use crate::clock::utc_text;

/// The key of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(pub(super) i64);

/// What a run did, when it ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RunResult {
    /// The exit code that the process is about to return.
    pub exit_code: u8,
    /// Documents it worked on.
    pub processed: u64,
    /// Those that moved on.
    pub succeeded: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those left for a later run.
    pub deferred: u64,
}

impl Write<'_> {
    /// Opens a run of this process, after giving back what dead runs held.
    pub fn begin_run(&self, command: &str) -> Result<RunId> {
        self.take_back_from_dead_runs()?;
        self.mend_after_clock_jump()?;
        self.transaction
            .prepare_cached("INSERT INTO runs (command, process, started_at) VALUES (?, ?, ?)")?
            .execute(params![command, this_process(), utc_text(self.now)])?;
        Ok(RunId(self.transaction.last_insert_rowid()))
    }

    /// Closes a run: its leases end with it.
    pub fn end_run(&self, run: RunId, result: RunResult) -> Result<()> {
        self.release_run(run)?;
        self.transaction
            .prepare_cached(
                "UPDATE runs SET ended_at = ?, exit_code = ?, processed = ?, succeeded = ?, failed = ?, deferred = ?
                 WHERE id = ?",
            )?
            .execute(params![
                utc_text(self.now),
                result.exit_code,
                result.processed,
                result.succeeded,
                result.failed,
                result.deferred,
                run.0
            ])?;
        Ok(())
    }

    /// Ends the leases whose time is over or whose process is gone; their entries become `pending` again.
    fn take_back_from_dead_runs(&self) -> Result<()> {
        let holders: Vec<(i64, String)> = self
            .transaction
            .prepare_cached(
                "SELECT id, process FROM runs WHERE ended_at IS NULL AND id IN (SELECT run_id FROM leases)",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (run, process) in holders {
            if is_gone(&process) {
                self.release_run(RunId(run))?;
            }
        }
        self.transaction.prepare_cached("DELETE FROM leases WHERE expires_at <= ?")?.execute([utc_text(self.now)])?;
        self.revive_abandoned_entries()
    }

    fn release_run(&self, run: RunId) -> Result<()> {
        self.transaction.prepare_cached("DELETE FROM leases WHERE run_id = ?")?.execute([run.0])?;
        self.revive_abandoned_entries()
    }
}

/// From one command to the next by the index, never over all the runs of one.
pub(super) const LAST_SUCCESSES: &str = "WITH RECURSIVE commands (command) AS (
        SELECT min(command) FROM runs WHERE exit_code = 0
        UNION ALL
        SELECT (SELECT min(command) FROM runs WHERE exit_code = 0 AND runs.command > commands.command)
        FROM commands WHERE commands.command IS NOT NULL)
    SELECT command, (SELECT max(ended_at) FROM runs WHERE exit_code = 0 AND runs.command = commands.command) AS ended_at
    FROM commands WHERE command IS NOT NULL ORDER BY 2 DESC";

impl Store {
    /// When each command last ended with exit code 0, newest first.
    pub fn last_successes(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        self.ask(|connection| {
            connection
                .prepare(LAST_SUCCESSES)?
                .query_map([], |row| Ok((row.get("command")?, parsed(row, "ended_at")?)))?
                .collect()
        })
    }
}

/// Names this process beyond doubt on this machine: boot, process-number space, number, start.
fn this_process() -> String {
    let pid = std::process::id();
    format!("{} {} {pid} {}", boot(), process_space(), started(pid).unwrap_or_default())
}

/// Whether the named process has surely ended. Where that cannot be known (another container), it is taken to live until its
/// lease expires.
fn is_gone(process: &str) -> bool {
    let mut parts = process.split(' ');
    let (Some(its_boot), Some(space), Some(pid), Some(start)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    if its_boot.is_empty() {
        return false;
    }
    if its_boot != boot() {
        return true; // WAL never leaves one machine, so the machine has been restarted since
    }
    space == process_space() && pid.parse().is_ok_and(|pid| started(pid).as_deref() != Some(start))
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn process_space() -> String {
    fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default()
}

/// Field 22 of proc(5) `stat`, the start time: a number that is used again has another one. A zombie has ended.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = &stat[stat.rfind(')')? + 1..];
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?;
    (state != "Z" && state != "X").then(|| fields.nth(18).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_another_start_of_its_number_does_not() {
        assert!(!is_gone(&this_process()));
        let reused = this_process().rsplit_once(' ').map(|(rest, _)| format!("{rest} 1"));
        assert!(is_gone(&reused.expect("four parts")));
        assert!(is_gone("another-boot pid:[1] 1 1"), "the machine was restarted");
        let elsewhere = format!("{} pid:[1] 1 1", boot());
        assert!(!is_gone(&elsewhere), "another container's processes cannot be seen");
    }
}
