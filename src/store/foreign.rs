//! Numbers of one's own that somebody else uses.

use super::{Result, Store};

/// So many are told at the most.
const TOLD: i64 = 50;

impl Store {
    /// Companies and consecutivos of rejected documents whose number, Hacienda says (-99), another document has, the newest first;
    /// those that a replacement stands for are settled.
    pub(crate) fn taken_and_not_replaced(&self) -> Result<Vec<(String, String)>> {
        self.ask(|connection| {
            connection
                .prepare(
                    "SELECT company, consecutivo FROM documents
                     WHERE state = 'rejected' AND reason LIKE '%\"-99\"%'
                         AND NOT EXISTS (SELECT 1 FROM links WHERE target = clave AND relation = 'replaces')
                     ORDER BY id DESC LIMIT ?",
                )?
                .query_map([TOLD], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Companies, series that are numbered here, and how many documents in each came from elsewhere after the first was made here:
    /// what came before is the past of another system, and was passed over when the series began.
    pub(crate) fn foreign_numbers(&self) -> Result<Vec<(String, String, u64)>> {
        self.ask(|connection| {
            connection
                .prepare(
                    "WITH numbered AS (
                         SELECT company, environment, printf('%03d%05d%s', branch, terminal, kind_code) AS prefix,
                             (SELECT document_id FROM generated
                              WHERE generated.company = series.company AND generated.environment = series.environment
                              ORDER BY document_id LIMIT 1) AS since
                         FROM series)
                     SELECT company, prefix, count(*) FROM numbered JOIN documents USING (company, environment)
                     WHERE consecutivo BETWEEN prefix || '0000000000' AND prefix || '9999999999' AND documents.id > since
                         AND NOT EXISTS (SELECT 1 FROM generated WHERE document_id = documents.id)
                     GROUP BY company, environment, prefix ORDER BY 1, 2",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })
    }
}
