//! The bytes of an earlier version become papers, and give the figures that the books need: read in batches, compressed on all
//! cores, read back and compared, written in order.

use std::collections::HashMap;
use std::thread;

use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use super::super::bodies::HeldBody;
use super::super::document_id::DocumentId;
use super::super::figures;
use super::super::links::keep_links;
use super::super::papers::{Hash, Library, Paper, Sealed, Sealer, Trained, hash, tried};
use super::super::{Result, StoreError};
use super::building::Building;
use crate::document::{Figures, Link, View};
use crate::named::Named;
use crate::signature::gives_back;

/// Rows and bytes that are in memory at once.
const ROWS_AT_ONCE: usize = 512;
const BYTES_AT_ONCE: usize = 12 << 20;
/// Papers of a company that teach its dictionary, spread over all of them.
const SAMPLES: i64 = 160;

/// The bytes of one document.
struct Bytes {
    id: i64,
    company: String,
    source: Hash,
    signed_hash: Option<Hash>,
    draft: Option<Vec<u8>>,
    signed: Option<Vec<u8>>,
    answer: Option<Vec<u8>>,
}

/// The bytes of one response.
struct Response {
    id: i64,
    company: String,
    raw: Vec<u8>,
    decoded: Option<Vec<u8>>,
    /// The paper of its document's answer, and its hash.
    answer: Option<(i64, Hash)>,
}

type Sealers = HashMap<(String, Paper), Sealer>;

/// Makes papers and responses of all bytes.
pub(super) fn copy(building: &Building<'_>) -> Result<()> {
    let sealers = learn(building)?;
    let total: i64 = count(building, "documents")? + count(building, "responses")?;
    let mut progress = Progress { total, done: 0, tenth: 0 };
    in_batches(building, DOCUMENTS, read_document, |batch: Vec<Bytes>| {
        let sealed = on_all_cores(&batch, |bytes| Ok((seal_document(bytes, &sealers)?, read(bytes))))?;
        for (bytes, (papers, read)) in batch.iter().zip(sealed) {
            keep_papers(building, bytes, papers)?;
            if let Some((figures, links)) = read {
                building.ask(|connection| {
                    keep_links(connection, DocumentId(bytes.id), &links)?;
                    figures::keep(connection, DocumentId(bytes.id), &figures)
                })?;
            }
        }
        progress.add(batch.len());
        Ok(batch.last().map_or(0, |bytes| bytes.id))
    })?;
    building.ask(|connection| {
        connection.execute_batch("CREATE INDEX for_answers ON papers (document_id) WHERE paper = 'answer'")
    })?;
    in_batches(building, RESPONSES, read_response, |batch: Vec<Response>| {
        let held = on_all_cores(&batch, |response| hold(response, &sealers))?;
        for (response, body) in batch.iter().zip(held) {
            keep_response(building, response, &body)?;
        }
        progress.add(batch.len());
        Ok(batch.last().map_or(0, |response| response.id))
    })?;
    building.ask(|connection| connection.execute_batch("DROP INDEX for_answers"))
}

const DOCUMENTS: &str = "SELECT was.id, was.company, source_hash, signed_hash, xml, signed_xml, response_xml
    FROM old.documents AS was JOIN main.documents AS is_now USING (id) WHERE was.id > ? ORDER BY was.id";

const RESPONSES: &str =
    "SELECT responses.id, company, raw_body, decoded_xml, papers.id AS answer_id, papers.sha256 AS answer_hash
    FROM old.responses JOIN main.documents ON documents.id = responses.document_id
    LEFT JOIN main.papers ON papers.document_id = responses.document_id AND paper = 'answer'
    WHERE responses.id > ? ORDER BY responses.id";

fn count(building: &Building<'_>, table: &str) -> Result<i64> {
    building.ask(|connection| connection.query_row(&format!("SELECT count(*) FROM old.{table}"), [], |row| row.get(0)))
}

/// Reads rows until they are many enough and hands them over, from behind the last one that was handed over.
fn in_batches<T>(
    building: &Building<'_>,
    sql: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<(T, usize)>,
    mut take: impl FnMut(Vec<T>) -> Result<i64>,
) -> Result<()> {
    let mut last = 0;
    loop {
        let batch = building.ask(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([last])?;
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while batch.len() < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE {
                let Some(row) = rows.next()? else { break };
                let (item, size) = read(row)?;
                bytes += size;
                batch.push(item);
            }
            Ok(batch)
        })?;
        if batch.is_empty() {
            return Ok(());
        }
        last = take(batch)?;
    }
}

fn read_document(row: &Row<'_>) -> rusqlite::Result<(Bytes, usize)> {
    let bytes = Bytes {
        id: row.get("id")?,
        company: row.get("company")?,
        source: row.get("source_hash")?,
        signed_hash: row.get("signed_hash")?,
        draft: blob(row, "xml")?,
        signed: blob(row, "signed_xml")?,
        answer: blob(row, "response_xml")?,
    };
    let size = [&bytes.draft, &bytes.signed, &bytes.answer].iter().map(|blob| blob.as_ref().map_or(0, Vec::len)).sum();
    Ok((bytes, size))
}

fn read_response(row: &Row<'_>) -> rusqlite::Result<(Response, usize)> {
    let answer: Option<i64> = row.get("answer_id")?;
    let response = Response {
        id: row.get("id")?,
        company: row.get("company")?,
        raw: blob(row, "raw_body")?.unwrap_or_default(),
        decoded: blob(row, "decoded_xml")?,
        answer: answer.map(|id| Ok::<_, rusqlite::Error>((id, row.get("answer_hash")?))).transpose()?,
    };
    let size = response.raw.len() + response.decoded.as_ref().map_or(0, Vec::len);
    Ok((response, size))
}

/// The bytes of a column, whichever way they were put in.
fn blob(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(bytes.to_vec()),
        _ => None,
    })
}

/// Does the work for each item, on as many threads as there are cores, and keeps the order.
fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Result<Vec<R>>>()))
            .collect();
        let mut results = Vec::with_capacity(items.len());
        for thread in threads {
            match thread.join() {
                Ok(part) => results.append(&mut part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(results)
    })
}

fn seal_document(bytes: &Bytes, sealers: &Sealers) -> Result<Vec<(Paper, Sealed)>> {
    let is_in_signed = match (&bytes.draft, &bytes.signed) {
        (Some(draft), Some(signed)) => gives_back(signed, draft),
        _ => false,
    };
    let told = |hash: Hash| (hash != [0; 32]).then_some(hash);
    let papers = [
        (Paper::Draft, bytes.draft.as_ref().filter(|_| !is_in_signed), told(bytes.source)),
        (Paper::Signed, bytes.signed.as_ref(), bytes.signed_hash.and_then(told)),
        (Paper::Answer, bytes.answer.as_ref(), None),
    ];
    let mut sealed = Vec::new();
    for (paper, plain, stored) in papers {
        let Some(plain) = plain else { continue };
        let mut made = seal(plain, sealers.get(&(bytes.company.clone(), paper)))?;
        // What the old database said of the bytes stays: if they were damaged there, every reading will tell.
        made.sha256 = stored.unwrap_or(made.sha256);
        sealed.push((paper, made));
    }
    Ok(sealed)
}

/// What the books need of a document, and what it is to others; none where its bytes are no comprobante any more.
fn read(bytes: &Bytes) -> Option<(Figures, Vec<Link>)> {
    let xml = bytes.signed.as_ref().or(bytes.draft.as_ref())?;
    View::read(xml).ok().map(|view| (view.figures(), view.links()))
}

/// Seals bytes and makes sure that they come back.
fn seal(plain: &[u8], sealer: Option<&Sealer>) -> Result<Sealed> {
    let sealed = sealer.cloned().unwrap_or_default().seal(plain);
    match sealed.open() {
        Ok(opened) if opened == plain => Ok(sealed),
        _ => Err(StoreError::from(rusqlite::Error::ToSqlConversionFailure("compressed bytes do not come back".into()))),
    }
}

fn hold(response: &Response, sealers: &Sealers) -> Result<HeldBody> {
    let sealer = sealers.get(&(response.company.clone(), Paper::Answer)).cloned().unwrap_or_default();
    let held = HeldBody::of(&response.raw, &sealer);
    match held.body() {
        Ok(body) if body == response.raw => Ok(held),
        _ => Err(StoreError::from(rusqlite::Error::ToSqlConversionFailure("a body does not come back".into()))),
    }
}

fn keep_papers(building: &Building<'_>, bytes: &Bytes, papers: Vec<(Paper, Sealed)>) -> Result<()> {
    building.ask(|connection| {
        let mut insert = connection.prepare_cached(
            "INSERT INTO papers (document_id, paper, sha256, size, dictionary_id, bytes) VALUES (?, ?, ?, ?, ?, ?)",
        )?;
        for (paper, sealed) in &papers {
            let dictionary = sealed.dictionary_id();
            insert.execute(params![bytes.id, paper.name(), sealed.sha256, sealed.size, dictionary, sealed.bytes])?;
        }
        if bytes.source == [0; 32] || bytes.signed_hash == Some([0; 32]) {
            mend_hashes(connection, bytes)?;
        }
        Ok(())
    })
}

/// A hash that was none in the old database is taken from the bytes.
fn mend_hashes(connection: &rusqlite::Connection, bytes: &Bytes) -> rusqlite::Result<()> {
    let signed = bytes.signed.as_deref().map(hash);
    let source = bytes.draft.as_deref().map(hash).or(signed);
    connection.execute(
        "UPDATE documents SET source_hash = iif(source_hash = zeroblob(32), coalesce(?2, source_hash), source_hash),
             signed_hash = iif(signed_hash = zeroblob(32), ?3, signed_hash) WHERE id = ?1",
        params![bytes.id, source, signed],
    )?;
    Ok(())
}

/// The rest of the row is copied in the same statement.
fn keep_response(building: &Building<'_>, response: &Response, body: &HeldBody) -> Result<()> {
    let answer = response.answer.filter(|(_, answer)| response.decoded.as_deref().map(hash) == Some(*answer));
    let is_the_answer = answer.is_some_and(|(_, answer)| body.around.is_some() && answer == body.content.sha256);
    let content = (!is_the_answer).then_some(&body.content);
    building.ask(|connection| {
        connection
            .prepare_cached(
                "INSERT INTO responses (id, document_id, message_type, status, http_status, error_code, error_description, details,
                     is_final, signature, response_date, has_xml, answer_id, around, cut, content_sha256, content_size,
                     dictionary_id, content, body_sha256)
                 SELECT id, document_id, message_type, status, http_status, error_code, error_description, details,
                     is_final, signature, response_date, decoded_xml IS NOT NULL, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
                 FROM old.responses WHERE id = ?1",
            )?
            .execute(params![
                response.id,
                answer.map(|(id, _)| id),
                body.around.as_ref().map(|(around, _)| around),
                body.around.as_ref().map(|(_, cut)| cut),
                content.map(|content| content.sha256),
                content.map(|content| content.size),
                content.and_then(|content| content.dictionary_id()),
                content.map(|content| &content.bytes),
                body.sha256,
            ])?;
        Ok(())
    })
}

/// Trains a dictionary for every company and paper that has enough of them.
fn learn(building: &Building<'_>) -> Result<Sealers> {
    let companies: Vec<(String, i64)> = building.ask(|connection| {
        connection
            .prepare("SELECT company, count(*) FROM main.documents GROUP BY company")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    })?;
    let library = Library::default();
    let mut sealers = Sealers::new();
    for (company, documents) in companies {
        for (paper, column, condition) in [
            (Paper::Draft, "xml", "signed_xml IS NULL"),
            (Paper::Signed, "signed_xml", "signed_xml IS NOT NULL"),
            (Paper::Answer, "response_xml", "response_xml IS NOT NULL"),
        ] {
            let samples = samples(building, &company, column, condition, documents)?;
            if let Some(trained) = tried(&samples, documents.unsigned_abs()) {
                keep_dictionary(building, &company, paper, &trained)?;
            }
            let sealer = building.ask(|connection| library.sealer(connection, &company, paper))?;
            sealers.insert((company.clone(), paper), sealer);
        }
    }
    Ok(sealers)
}

fn samples(
    building: &Building<'_>,
    company: &str,
    column: &str,
    condition: &str,
    documents: i64,
) -> Result<Vec<Vec<u8>>> {
    let step = (documents / SAMPLES).max(1);
    building.ask(|connection| {
        connection
            .prepare(&format!(
                "SELECT {column} AS bytes FROM old.documents
                 WHERE company = ?1 AND id % ?2 = (SELECT max(id) FROM old.documents WHERE company = ?1) % ?2 AND {condition}
                 ORDER BY id DESC LIMIT ?3"
            ))?
            .query_map(params![company, step, SAMPLES], |row| Ok(blob(row, "bytes")?.unwrap_or_default()))?
            .collect()
    })
}

fn keep_dictionary(building: &Building<'_>, company: &str, paper: Paper, trained: &Trained) -> Result<()> {
    building.ask(|connection| {
        connection.execute(
            "INSERT INTO dictionaries (company, paper, documents, typical, created_at, sha256, bytes)
             VALUES (?, ?, ?, ?, (SELECT max(created_at) FROM main.documents), ?, ?)",
            params![company, paper.name(), trained.documents, trained.typical, hash(&trained.bytes), trained.bytes],
        )?;
        Ok(())
    })
}

/// Tells of every tenth of a long work.
struct Progress {
    total: i64,
    done: i64,
    tenth: i64,
}

impl Progress {
    fn add(&mut self, count: usize) {
        const LONG: i64 = 20_000;
        self.done += count as i64;
        let tenth = self.done * 10 / self.total.max(1);
        if tenth > self.tenth && self.total >= LONG {
            self.tenth = tenth;
            log::warn!("brought up to date: {} of {} documents and answers", self.done, self.total);
        }
    }
}
