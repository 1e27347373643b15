//! The program alone at night: outages, retries, notices, terms, cleanups, backups, kills, and the users who share one database.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod audit;
mod cleanup;
mod clock;
mod crash;
mod crowd;
mod damage;
mod database;
mod day;
mod ending;
mod heartbeat;
mod login;
mod mail;
mod marks;
mod notices;
mod outage;
mod queue;
mod restore;
mod statistics;
mod terms;
mod turns;
mod under_systemd;
mod upgrade;
