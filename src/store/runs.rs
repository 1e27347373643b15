//! Runs: which of them work on what, and what each did.

use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::Serialize;

use super::run_lock::{RunLock, RunLocks};
use super::{Result, Store, Write, parsed};
use crate::clock::utc_text;

/// The key of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(pub(super) i64);

/// A run that lives. What it holds is its own until this value or its process ends.
#[derive(Debug)]
pub struct Run {
    id: RunId,
    _life: RunLock,
}

impl Run {
    /// Its key.
    pub fn id(&self) -> RunId {
        self.id
    }
}

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
    /// Begins a run, after giving back what dead runs held.
    pub fn begin_run(&self, command: &str) -> Result<Run> {
        let locks = RunLocks::beside(self.path)?;
        self.take_back_from_dead_runs(&locks)?;
        self.mend_after_clock_jump()?;
        self.transaction
            .prepare_cached("INSERT INTO runs (command, started_at) VALUES (?, ?)")?
            .execute(params![command, utc_text(self.now)])?;
        // Locked before anyone else can see the row: this transaction has the write lock of the database.
        let id = RunId(self.transaction.last_insert_rowid());
        Ok(Run { id, _life: locks.hold(id)? })
    }

    /// Closes a run: its leases end with it.
    pub fn end_run(&self, run: &Run, result: RunResult) -> Result<()> {
        self.release_run(run.id)?;
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
                run.id.0
            ])?;
        Ok(())
    }

    /// Ends the leases of runs that have ended without saying so; their entries become `pending` again.
    fn take_back_from_dead_runs(&self, locks: &RunLocks) -> Result<()> {
        let holders: Vec<i64> = self
            .transaction
            .prepare_cached("SELECT DISTINCT run_id FROM leases")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for run in holders.into_iter().map(RunId) {
            if !locks.is_alive(run)? {
                self.release_run(run)?;
            }
        }
        self.revive_abandoned_entries()
    }

    fn release_run(&self, run: RunId) -> Result<()> {
        self.transaction.prepare_cached("DELETE FROM leases WHERE run_id = ?")?.execute([run.0])?;
        self.revive_abandoned_entries()
    }
}

/// From one command to the next by the index, never over all the runs of one. A success is [`ExitCode::did_its_work`]: 3 is the
/// verdict on a document.
///
/// [`ExitCode::did_its_work`]: crate::error::ExitCode::did_its_work
pub(super) const LAST_SUCCESSES: &str = "WITH RECURSIVE commands (command) AS (
        SELECT min(command) FROM runs WHERE exit_code IN (0, 3)
        UNION ALL
        SELECT (SELECT min(command) FROM runs WHERE exit_code IN (0, 3) AND runs.command > commands.command)
        FROM commands WHERE commands.command IS NOT NULL)
    SELECT command,
           (SELECT max(ended_at) FROM runs WHERE exit_code IN (0, 3) AND runs.command = commands.command) AS ended_at
    FROM commands WHERE command IS NOT NULL ORDER BY 2 DESC";

impl Store {
    /// When each command last did its work, newest first.
    pub fn last_successes(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        self.ask(|connection| {
            connection
                .prepare(LAST_SUCCESSES)?
                .query_map([], |row| Ok((row.get("command")?, parsed(row, "ended_at")?)))?
                .collect()
        })
    }
}
