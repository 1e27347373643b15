//! The file in which the marks of one database stand, DATABASE-marks. It appears whole or not at all, and knows no SQL.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::backup::{sync_folder, with_suffix};
use crate::hacienda::Environment;
use crate::named::Unknown;
use crate::new_file::{self, NewFile, folder_of};
use crate::sha256::sha256;

/// The file's name after the database's.
pub(in crate::store) const SUFFIX: &str = "-marks";
/// A series takes some hundred bytes; whatever is longer is no file of ours.
const LONGEST: u64 = 64 << 20;
/// Until the file has its database's rights it is its maker's alone.
const OWNER_ALONE: u32 = 0o600;

/// One series of consecutivos.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Series {
    /// Id of the company.
    pub company: String,
    /// Sandbox and production are numbered apart.
    pub environment: Environment,
    /// Branch, terminal and kind: the first ten digits of its consecutivos.
    pub prefix: String,
}

/// How far a series has come. A later round is further than any number of an earlier one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Mark {
    /// How often it has begun again at 1.
    pub round: u64,
    /// The last number.
    pub last: u64,
}

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store) struct Marks {
    /// The database whose marks they are, by the name that it has for them.
    pub database: String,
    pub series: BTreeMap<Series, Mark>,
}

impl Marks {
    /// The series that are marked further than these: how far it is known, and how far it is marked.
    pub(in crate::store) fn further_than(&self, known: &BTreeMap<Series, Mark>) -> Vec<(&Series, Mark, Mark)> {
        let known = |series| known.get(series).copied().unwrap_or_default();
        self.series
            .iter()
            .map(|(series, mark)| (series, known(series), *mark))
            .filter(|(_, known, mark)| known < mark)
            .collect()
    }
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Found {
    Nothing,
    /// It is not what was written.
    Damaged(String),
    Whole(Marks),
}

/// Where the marks of a database stand. Two names of one database, one of them a symbolic link, are one database.
pub(in crate::store) fn path_of(database: &Path) -> PathBuf {
    let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    with_suffix(&database, SUFFIX)
}

#[derive(Serialize, Deserialize)]
struct Body {
    database: String,
    series: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    company: String,
    environment: String,
    series: String,
    round: u64,
    last: u64,
}

/// Reads the file.
///
/// # Errors
/// When there is one and it cannot be read.
pub(in crate::store) fn read(path: &Path) -> io::Result<Found> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(understand(&bytes).map_or_else(Found::Damaged, Found::Whole))
}

fn understand(bytes: &[u8]) -> Result<Marks, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
    let (hash, body) = text.split_once('\n').ok_or_else(|| "it is cut off".to_owned())?;
    if hash != sha256(body.as_bytes()) {
        return Err("its checksum does not hold".to_owned());
    }
    let body: Body = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let series = body.series.into_iter().map(|line| {
        let series = Series {
            company: line.company,
            environment: line.environment.parse().map_err(|it: Unknown| it.to_string())?,
            prefix: line.series,
        };
        Ok((series, Mark { round: line.round, last: line.last }))
    });
    Ok(Marks { database: body.database, series: series.collect::<Result<_, String>>()? })
}

fn text_of(marks: &Marks) -> Result<String, io::Error> {
    let line = |(series, mark): (&Series, &Mark)| Line {
        company: series.company.clone(),
        environment: series.environment.to_string(),
        series: series.prefix.clone(),
        round: mark.round,
        last: mark.last,
    };
    let body = Body { database: marks.database.clone(), series: marks.series.iter().map(line).collect() };
    let body = serde_json::to_string_pretty(&body).map_err(io::Error::other)? + "\n";
    Ok(format!("{}\n{body}", sha256(body.as_bytes())))
}

/// Writes the file beside its database, with the database's rights, and forces it to disk before it takes the place of the
/// earlier one.
pub(in crate::store) fn write(path: &Path, database: &Path, marks: &Marks) -> io::Result<()> {
    new_file::sweep(folder_of(path));
    let database = fs::metadata(database)?;
    let new = NewFile::beside(path, OWNER_ALONE)?;
    let mut file = new.file();
    file.write_all(text_of(marks)?.as_bytes())?;
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (database.uid(), database.gid()) {
        // Only root gives a file away; anyone else does what they may: the group, where they are of it.
        let _ = fchown(file, Some(database.uid()), Some(database.gid()))
            .or_else(|_| fchown(file, None, Some(database.gid())));
    }
    file.set_permissions(Permissions::from_mode(database.mode() & 0o666))?;
    file.sync_all()?;
    new.put()?;
    sync_folder(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        let series = Series { company: "acme".into(), environment: Environment::Sandbox, prefix: "0010000101".into() };
        Marks { database: "one".into(), series: BTreeMap::from([(series, Mark { round: 0, last: 41 })]) }
    }

    #[test]
    fn what_was_written_is_read_and_anything_else_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        fs::write(&database, "").unwrap();
        fs::set_permissions(&database, Permissions::from_mode(0o640)).unwrap();
        let path = path_of(&database);
        assert_eq!(read(&path).unwrap(), Found::Nothing);
        write(&path, &database, &marks()).unwrap();
        assert_eq!(read(&path).unwrap(), Found::Whole(marks()));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(matches!(read(&path).unwrap(), Found::Damaged(_)), "{length}");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(&path, changed).unwrap();
            assert!(matches!(read(&path).unwrap(), Found::Damaged(_)), "{place}");
        }
    }

    #[test]
    fn a_later_round_is_further() {
        assert!(Mark { round: 1, last: 1 } > Mark { round: 0, last: 9_999_999_999 });
        assert!(Mark { round: 1, last: 2 } > Mark { round: 1, last: 1 });
    }
}
