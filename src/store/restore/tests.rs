//! What happens between the copy and its place.

use super::super::numbering::SeriesKey;
use super::*;

const KEY: SeriesKey<'static> =
    SeriesKey { company: "acme", environment: Environment::Sandbox, branch: 1, terminal: 1, kind_code: "01" };

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn terms(companies: &[(String, Environment)]) -> Terms<'_> {
    Terms { companies, offline: true, actor: "tester", now: now() }
}

fn give(database: &Path, count: u64) {
    let mut store = Store::open(database, "tester").unwrap();
    for _ in 0..count {
        store.write(now(), |write| write.reserve_number(&KEY)).unwrap();
    }
    store.hold_to_marks(now()).unwrap();
}

fn database() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    Store::create(&database).unwrap();
    (folder, database)
}

#[test]
fn a_number_given_while_the_backup_is_checked_is_not_given_again() {
    let (folder, database) = database();
    give(&database, 2);
    let copy = folder.path().join("copy.db");
    Store::open(&database, "tester").unwrap().back_up(&copy, 0).unwrap();
    let prepared = prepare(&copy, &database).unwrap();
    give(&database, 3);
    let placed = prepared.put(&terms(&[])).unwrap();
    assert_eq!((placed.skipped[0].from, placed.skipped[0].to), (3, 5));
    let mut store = Store::open(&database, "tester").unwrap();
    store.hold_to_marks(now()).unwrap();
    assert_eq!(store.next_number(&KEY).unwrap(), 6);
}

#[test]
fn what_is_done_while_the_database_itself_is_checked_is_not_lost() {
    let (folder, database) = database();
    give(&database, 1);
    let prepared = prepare(&database, &database).unwrap();
    let mut store = Store::open(&database, "tester").unwrap();
    store.write(now(), |write| write.continue_series(&KEY, 9)).unwrap().unwrap();
    drop(store);
    assert!(matches!(prepared.put(&terms(&[])), Err(StoreError::Occupied { .. })));
    // It is in use as before, and nothing else is there.
    assert_eq!(Store::open(&database, "tester").unwrap().next_number(&KEY).unwrap(), 10);
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| name.starts_with("a.db")), "a copy was left");
    prepare(&database, &database).unwrap().put(&terms(&[])).unwrap();
}

#[test]
fn while_somebody_has_the_database_open_nothing_is_changed() {
    let (_folder, database) = database();
    give(&database, 1);
    let run = Store::open(&database, "tester").unwrap().write(now(), |write| write.begin_run("submit")).unwrap();
    let refused = prepare(&database, &database).unwrap().put(&terms(&[]));
    assert!(matches!(refused, Err(StoreError::Occupied { .. })), "{refused:?}");
    drop(run);
    prepare(&database, &database).unwrap().put(&terms(&[])).unwrap();
}
