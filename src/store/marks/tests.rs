use std::fs;
use std::path::PathBuf;

use super::super::numbering::SeriesKey;
use super::*;

const KEY: SeriesKey<'static> =
    SeriesKey { company: "acme", environment: Environment::Sandbox, branch: 1, terminal: 1, kind_code: "01" };

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

struct Place {
    _folder: tempfile::TempDir,
    database: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    Store::create(&database).unwrap();
    Place { _folder: folder, database }
}

impl Place {
    fn store(&self) -> Store {
        Store::open(&self.database, "tester").unwrap()
    }

    /// Gives so many numbers and marks nothing.
    fn give(&self, count: u64) {
        let mut store = self.store();
        for _ in 0..count {
            store.write(now(), |write| write.reserve_number(&KEY)).unwrap();
        }
    }

    fn hold(&self) -> Result<()> {
        self.store().hold_to_marks(now()).map(|_| ())
    }

    fn marks(&self) -> PathBuf {
        path_of(&self.database)
    }

    /// Puts the database back to what it was in the closure's time.
    fn kept(&self, name: &str) -> PathBuf {
        let copy = self.database.with_file_name(name);
        drop(fs::remove_file(&copy));
        self.store().back_up(&copy, 0).unwrap();
        copy
    }

    fn put_back(&self, copy: &Path) {
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", self.database.display()));
        }
        fs::copy(copy, &self.database).unwrap();
    }
}

#[test]
fn an_honest_database_is_never_behind_wherever_it_was_killed() {
    let place = place();
    place.hold().unwrap();
    for count in 1..5 {
        let before = fs::read(place.marks()).unwrap();
        place.give(count);
        // Killed between the number and its mark.
        assert_eq!(place.store().standing().unwrap(), Standing::Level);
        place.hold().unwrap();
        // Killed before the new file took its place: what stood there stands.
        fs::write(place.marks(), before).unwrap();
        assert_eq!(place.store().standing().unwrap(), Standing::Level);
        place.hold().unwrap();
        assert_eq!(place.store().standing().unwrap(), Standing::Level);
    }
}

#[test]
fn killed_between_the_first_file_and_the_databases_knowledge_of_it() {
    let place = place();
    place.give(3);
    place.hold().unwrap();
    place.store().write(now(), |write| Ok(write.transaction.execute("DELETE FROM marks", [])?)).unwrap();
    place.hold().unwrap();
    assert_eq!(place.store().standing().unwrap(), Standing::Level);
}

#[test]
fn a_database_that_was_put_back_is_behind_until_it_has_come_further() {
    let place = place();
    place.give(2);
    place.hold().unwrap();
    let copy = place.kept("copy.db");
    place.hold().unwrap();
    place.give(3);
    place.hold().unwrap();
    place.put_back(&copy);
    let error = place.hold().unwrap_err();
    assert!(matches!(&error, StoreError::Behind { lags, .. } if lags[0].known == 2 && lags[0].marked == 5), "{error}");
    assert!(error.to_string().contains("cr-einvoice restore"), "{error}");
    // The same again: refusing has changed nothing.
    assert!(matches!(place.hold(), Err(StoreError::Behind { .. })));
    // A person says where the series goes on.
    place.store().write(now(), |write| write.continue_series(&KEY, 9)).unwrap().unwrap();
    place.hold().unwrap();
    assert_eq!(place.store().next_number(&KEY).unwrap(), 10);
}

#[test]
fn a_new_database_in_the_place_of_a_lost_one_is_behind() {
    let place = place();
    place.give(2);
    place.hold().unwrap();
    fs::remove_file(&place.database).unwrap();
    Store::create(&place.database).unwrap();
    assert!(matches!(place.hold(), Err(StoreError::Behind { .. })));
}

#[test]
fn marks_that_cannot_be_asked_are_no_leave() {
    let place = place();
    place.give(1);
    place.hold().unwrap();
    let whole = fs::read_to_string(place.marks()).unwrap();
    fs::write(place.marks(), &whole[..50]).unwrap();
    let fault = |place: &Place| match place.hold() {
        Err(StoreError::Unmarked { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    assert!(matches!(fault(&place), MarksFault::Damaged(_)));
    fs::remove_file(place.marks()).unwrap();
    assert_eq!(fault(&place), MarksFault::Missing);
    let other = self::place();
    other.give(1);
    other.hold().unwrap();
    fs::copy(other.marks(), place.marks()).unwrap();
    assert_eq!(fault(&place), MarksFault::Foreign);
    fs::write(place.marks(), whole).unwrap();
    place.hold().unwrap();
}

#[test]
fn a_number_of_a_later_round_is_further_than_any_of_an_earlier_one() {
    let place = place();
    place.store().write(now(), |write| write.continue_series(&KEY, 9_999_999_999)).unwrap().unwrap();
    place.hold().unwrap();
    place.give(1);
    assert_eq!(place.store().standing().unwrap(), Standing::Level);
    place.hold().unwrap();
    assert_eq!(place.store().standing().unwrap(), Standing::Level);
}

#[test]
fn a_folder_that_takes_no_file_is_an_error_that_names_it() {
    let place = place();
    place.hold().unwrap();
    place.give(1);
    fs::remove_file(place.marks()).unwrap();
    fs::create_dir(place.marks()).unwrap();
    let error = place.hold().unwrap_err().to_string();
    assert!(error.contains("a.db-marks"), "{error}");
}
