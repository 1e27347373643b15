-- The database of cr-einvoice, version 3 (PRAGMA user_version).
--
-- SQLite in WAL mode with synchronous=FULL: what a command reported as done survives a power cut.
-- Times are UTC text, YYYY-MM-DDTHH:MM:SSZ. Money is text, exactly as the document writes it. A column that follows from another
-- is a generated one: it is computed when it is read and cannot disagree.
-- What is kept for people is data, {"kind":{fields}}, and becomes a sentence when somebody reads it: retry_queue.last_error,
-- events.detail, documents.reason, the checks of Hacienda's signature, the messages of breakers, refused_logins and
-- notices. Text there that is no such data is a sentence of an earlier version or Hacienda's own, and is shown to the letter.
-- Where rows come by the thousand a list of more than two values is written with OR: for an IN, SQLite makes a temporary table of the
-- list anew with each row that is written, and a document had seven (half of the time in which it was stored as signed).

-- One comprobante or MensajeReceptor, without its bytes: those are papers. Rows are never deleted: the law asks for five years
-- (decree 44739-H, art. 22).
CREATE TABLE documents (
    id                  INTEGER PRIMARY KEY,
    clave               TEXT NOT NULL,              -- 50 characters; MensajeReceptor: CLAVE-CONSECUTIVO, 71
    consecutivo         TEXT NOT NULL,
    company             TEXT NOT NULL,              -- id of the [[company]] that signs it
    environment         TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    kind                TEXT NOT NULL CHECK (kind = 'FE' OR kind = 'ND' OR kind = 'NC' OR kind = 'TE' OR kind = 'MR'
                                             OR kind = 'FEC' OR kind = 'FEE' OR kind = 'REP'),
    state               TEXT NOT NULL,              -- the table of CHECK below
    issued_at           TEXT NOT NULL,
    issued_text         TEXT NOT NULL,              -- FechaEmision to the letter; sent as `fecha`
    emisor_type         TEXT NOT NULL,
    emisor_id           TEXT NOT NULL,
    receptor_type       TEXT,
    receptor_id         TEXT,
    receptor_name       TEXT,
    total               TEXT NOT NULL,
    currency            TEXT NOT NULL,
    source_hash         BLOB NOT NULL CHECK (length(source_hash) = 32), -- SHA-256 of the bytes as imported: the same again is no news
    signed_hash         BLOB CHECK (length(signed_hash) = 32),          -- SHA-256 of the signed paper
    answered            INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1)), -- 1: its final MensajeHacienda is a paper here
    delivery_unknown    INTEGER NOT NULL DEFAULT 0 CHECK (delivery_unknown IN (0, 1)), -- 1: a POST may have arrived; the next request is a GET
    submit_attempted_at TEXT,                       -- the latest POST's intent, committed before it was sent
    submitted_at        TEXT,
    resolved_at         TEXT,                       -- when the verdict came, the window closed, or it was discarded
    last_polled_at      TEXT,
    created_at          TEXT NOT NULL,
    reason              TEXT,                       -- why it was rejected, went to `error` or was discarded, for people
    response_signature  TEXT,                       -- the check of Hacienda's signature: 'valid', 'none' or what is wrong
    source_sha256       TEXT GENERATED ALWAYS AS (lower(hex(source_hash))) VIRTUAL,
    signed_sha256       TEXT GENERATED ALWAYS AS (nullif(lower(hex(signed_hash)), '')) VIRTUAL,
    day                 TEXT GENERATED ALWAYS AS (date(issued_at, '-6 hours')) VIRTUAL, -- of issue, in Costa Rica (-06:00 all year)
    month               TEXT GENERATED ALWAYS AS (strftime('%Y-%m', issued_at, '-6 hours')) VIRTUAL,
    series              TEXT GENERATED ALWAYS AS (substr(consecutivo, 1, 10)) VIRTUAL, -- branch, terminal, kind
    number              INTEGER GENERATED ALWAYS AS (CAST(substr(consecutivo, 11) AS INTEGER)) VIRTUAL,
    -- The states, and what a document in each of them has. `discarded`: a person ended it before it was ever sent; its number is
    -- never used again.
    CHECK (CASE state
        WHEN 'draft'     THEN signed_hash IS NULL     AND submitted_at IS NULL     AND resolved_at IS NULL
        WHEN 'discarded' THEN                             submitted_at IS NULL
        WHEN 'signed'    THEN signed_hash IS NOT NULL AND submitted_at IS NULL     AND resolved_at IS NULL
        WHEN 'submitted' THEN signed_hash IS NOT NULL AND submitted_at IS NOT NULL AND resolved_at IS NULL
        WHEN 'accepted'  THEN signed_hash IS NOT NULL AND submitted_at IS NOT NULL AND resolved_at IS NOT NULL
        WHEN 'rejected'  THEN signed_hash IS NOT NULL AND submitted_at IS NOT NULL AND resolved_at IS NOT NULL
        WHEN 'error'     THEN signed_hash IS NOT NULL AND submitted_at IS NOT NULL AND resolved_at IS NOT NULL
        ELSE false
    END),
    CHECK ((receptor_type IS NULL) = (receptor_id IS NULL))
) STRICT;

CREATE UNIQUE INDEX documents_clave ON documents (environment, clave);
CREATE INDEX documents_issued ON documents (issued_at);
CREATE INDEX documents_series ON documents (company, environment, consecutivo);
-- Work that is due costs the same however many documents are finished.
CREATE INDEX documents_drafts ON documents (company, environment, id) WHERE state = 'draft';
CREATE INDEX documents_unsent ON documents (company, environment, id) WHERE state = 'signed';
CREATE INDEX documents_awaiting ON documents (company, environment, submitted_at) WHERE state = 'submitted';
CREATE INDEX documents_without_answer ON documents (company, environment, resolved_at)
    WHERE state IN ('accepted', 'rejected') AND answered = 0;
CREATE INDEX documents_waiting ON documents (company, issued_at)
    WHERE state = 'draft' OR state = 'signed' OR state = 'submitted';

-- What was signed may never change.
CREATE TRIGGER documents_signed_bytes_are_final BEFORE UPDATE OF signed_hash ON documents
WHEN old.signed_hash IS NOT NULL AND new.signed_hash IS NOT old.signed_hash
BEGIN SELECT raise(ABORT, 'the signed bytes of a document never change'); END;
CREATE TRIGGER documents_stay BEFORE DELETE ON documents
BEGIN SELECT raise(ABORT, 'a document is never deleted'); END;

-- The searchable words of 256 documents each: a line for each document, in the order of their numbers, with clave, consecutivo (where
-- the clave does not hold it), receptor_id, receptor_name and total, folded to small letters without accents, between tabs.
CREATE TABLE search_blocks (
    first_id INTEGER PRIMARY KEY,                   -- the document of the first line
    text     TEXT NOT NULL
) STRICT;

-- What zstd has learnt from a company's papers of one sort. Whatever was compressed with it needs it for ever.
CREATE TABLE dictionaries (
    id         INTEGER PRIMARY KEY,
    company    TEXT NOT NULL,
    paper      TEXT NOT NULL CHECK (paper IN ('draft', 'signed', 'answer')),
    documents  INTEGER NOT NULL,                    -- how many documents the company had then
    typical    INTEGER NOT NULL,                    -- bytes that a paper of then took with it
    created_at TEXT NOT NULL,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes      BLOB NOT NULL
) STRICT;
CREATE INDEX dictionaries_by_company ON dictionaries (company, paper, id);
CREATE TRIGGER dictionaries_never_change BEFORE UPDATE ON dictionaries
BEGIN SELECT raise(ABORT, 'a dictionary never changes'); END;
CREATE TRIGGER dictionaries_stay BEFORE DELETE ON dictionaries
BEGIN SELECT raise(ABORT, 'a dictionary is never deleted: papers need it'); END;
CREATE TRIGGER dictionaries_are_written_once BEFORE INSERT ON dictionaries
WHEN EXISTS (SELECT 1 FROM dictionaries WHERE id = new.id)
BEGIN SELECT raise(ABORT, 'a dictionary never changes'); END;

-- The bytes of a document, each paper written once: the draft until the signed bytes stand (they hold it: the draft is what is left
-- without ds:Signature; where that gives other bytes the draft stays), the signed bytes, and the final MensajeHacienda. Of several
-- answers (a rejection that became an acceptance) the newest counts.
CREATE TABLE papers (
    id            INTEGER PRIMARY KEY,
    document_id   INTEGER NOT NULL REFERENCES documents (id),
    paper         TEXT NOT NULL CHECK (paper = 'draft' OR paper = 'signed' OR paper = 'answer'),
    sha256        BLOB NOT NULL CHECK (length(sha256) = 32), -- of the bytes, checked whenever they are read
    size          INTEGER NOT NULL CHECK (size BETWEEN 0 AND 268435456),
    dictionary_id INTEGER REFERENCES dictionaries (id),
    bytes         BLOB NOT NULL                     -- one zstd frame
) STRICT;
CREATE INDEX papers_of_document ON papers (document_id, paper);
CREATE TRIGGER papers_are_written_once BEFORE INSERT ON papers
WHEN EXISTS (SELECT 1 FROM papers WHERE id = new.id)
  OR (new.paper <> 'answer' AND EXISTS (SELECT 1 FROM papers WHERE document_id = new.document_id AND paper = new.paper))
BEGIN SELECT raise(ABORT, 'a paper is written once'); END;
CREATE TRIGGER papers_signed_as_told BEFORE INSERT ON papers
WHEN new.paper = 'signed' AND new.sha256 IS NOT (SELECT signed_hash FROM documents WHERE id = new.document_id)
BEGIN SELECT raise(ABORT, 'the signed bytes are not those of the document'); END;
CREATE TRIGGER papers_never_change BEFORE UPDATE ON papers
BEGIN SELECT raise(ABORT, 'the bytes of a paper never change'); END;
CREATE TRIGGER papers_stay BEFORE DELETE ON papers
WHEN old.paper <> 'draft' OR NOT EXISTS (SELECT 1 FROM papers WHERE document_id = old.document_id AND paper = 'signed')
BEGIN SELECT raise(ABORT, 'a paper is never deleted'); END;
CREATE TRIGGER papers_answer_documents AFTER INSERT ON papers WHEN new.paper = 'answer'
BEGIN UPDATE documents SET answered = 1 WHERE id = new.document_id AND answered = 0; END;

-- What the books need of each document, read from its XML once, when it came in. Money is in the document's currency, without
-- trailing zeros. A document of an earlier version whose XML could not be read has no row.
CREATE TABLE figures (
    document_id       INTEGER PRIMARY KEY REFERENCES documents (id),
    counts_on         TEXT,                         -- the day whose month it belongs to: its own, or that of the document it stands for
    emisor_activity   TEXT,
    receptor_activity TEXT,                         -- of a MensajeReceptor its CodigoActividad
    sale_condition    TEXT,                         -- nota 5: 08 and 10 put the IVA off, 09 and 11 release it
    credit_days       INTEGER,
    exchange_rate     TEXT,                         -- colones for one unit of documents.currency
    other_charges     TEXT NOT NULL,
    returned_iva      TEXT NOT NULL,                -- TotalIVADevuelto
    total_tax         TEXT,                         -- TotalImpuesto as the document says it, to compare with its rows
    tax_condition     TEXT,                         -- CondicionImpuesto of a MensajeReceptor (nota 18)
    creditable_tax    TEXT,                         -- MontoTotalImpuestoAcreditar
    expense           TEXT                          -- MontoTotalDeGastoAplicable
) STRICT;
CREATE INDEX figures_by_day ON figures (counts_on);

-- The lines of a document, summed by what tells them apart. What is owed of a row is tax - exonerated - assumed.
CREATE TABLE tax_rows (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    position    INTEGER NOT NULL,                   -- from 1
    code        TEXT,                               -- nota 8; NULL: lines without an IVA
    rate_code   TEXT,                               -- nota 8.1
    rate        TEXT,                               -- percent
    class       TEXT NOT NULL CHECK (class = 'taxed' OR class = 'exempt' OR class = 'exonerated' OR class = 'not_subject'
                                       OR class = 'export' OR class = 'other' OR class = 'unspecified'),
    supply      TEXT CHECK (supply IN ('goods', 'services')),
    gross       TEXT NOT NULL,                      -- MontoTotal
    discounts   TEXT NOT NULL,
    base        TEXT NOT NULL,                      -- BaseImponible, or SubTotal
    tax         TEXT NOT NULL,                      -- Monto, before what follows
    exonerated  TEXT NOT NULL,                      -- MontoExoneracion
    assumed     TEXT NOT NULL,                      -- ImpuestoAsumidoEmisorFabrica
    PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;

-- One run of a command that works on documents: who holds the leases, and what was done. A run lives for as long as its process
-- holds the lock on the byte at the offset `id` of the file DATABASE-runs.
CREATE TABLE runs (
    id         INTEGER PRIMARY KEY,
    command    TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at   TEXT,
    exit_code  INTEGER,
    processed  INTEGER NOT NULL DEFAULT 0,
    succeeded  INTEGER NOT NULL DEFAULT 0,
    failed     INTEGER NOT NULL DEFAULT 0,
    deferred   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_command ON runs (command, id);

-- The right of one run to work on one document. It ends with the step or with the run, and no clock has a part in it.
CREATE TABLE leases (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id),
    run_id      INTEGER NOT NULL REFERENCES runs (id)
) STRICT;
CREATE INDEX leases_by_run ON leases (run_id);

-- Every answer to a status query, its bytes stored before they are interpreted.
CREATE TABLE responses (
    id                INTEGER PRIMARY KEY,
    document_id       INTEGER NOT NULL REFERENCES documents (id),
    message_type      TEXT NOT NULL DEFAULT 'other'
                      CHECK (message_type = 'acceptance' OR message_type = 'rejection' OR message_type = 'confirmation'
                             OR message_type = 'other'),
    status            TEXT NOT NULL DEFAULT '',     -- the service's own word, lower case
    http_status       INTEGER NOT NULL,
    error_code        TEXT,                         -- of the first row of DetalleMensaje
    error_description TEXT,
    details           TEXT NOT NULL DEFAULT '[]',   -- every row: [{"code", "message", "row", "column"}]
    is_final          INTEGER NOT NULL DEFAULT 0,
    signature         TEXT,                         -- the check of Hacienda's signature: 'valid', 'none' or what is wrong
    response_date     TEXT NOT NULL,                -- when we received it
    has_xml           INTEGER NOT NULL DEFAULT 0,   -- it carries a MensajeHacienda
    -- The body as it came. Base64 in it is kept decoded, as `content`, and what stands around it as `around`, cut at `cut`; a body
    -- without such Base64 is all `content`. The content of a verdict is the document's paper: then it is that, and not here.
    -- Whichever way it lies here, what it gives back is held to the hash of what came.
    body_sha256       BLOB NOT NULL CHECK (length(body_sha256) = 32),
    answer_id         INTEGER REFERENCES papers (id),
    around            BLOB,
    cut               INTEGER,
    content_sha256    BLOB CHECK (length(content_sha256) = 32),
    content_size      INTEGER,
    dictionary_id     INTEGER REFERENCES dictionaries (id),
    content           BLOB,
    CHECK ((around IS NULL) = (cut IS NULL)),
    CHECK ((content IS NULL) = (content_sha256 IS NULL) AND (content IS NULL) = (content_size IS NULL)),
    CHECK (content IS NOT NULL OR (answer_id IS NOT NULL AND around IS NOT NULL))
) STRICT;
CREATE INDEX responses_of_document ON responses (document_id, id);
CREATE INDEX responses_by_date ON responses (response_date);

-- Steps that failed and what becomes of them; at most one live entry for a document and operation.
CREATE TABLE retry_queue (
    id             INTEGER PRIMARY KEY,
    document_id    INTEGER NOT NULL REFERENCES documents (id),
    company        TEXT NOT NULL,                   -- the document's, and where it goes: companies take turns, by their index
    environment    TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    operation      TEXT NOT NULL CHECK (operation IN ('sign', 'submit', 'check_status')),
    state          TEXT NOT NULL CHECK (state IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    priority       INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
    retry_count    INTEGER NOT NULL,
    max_retries    INTEGER NOT NULL,
    error_category TEXT NOT NULL CHECK (error_category IN
                   ('transient', 'rate_limit', 'network', 'server', 'auth', 'validation', 'unknown')),
    last_error     TEXT NOT NULL,
    last_attempt   TEXT NOT NULL,
    next_attempt   TEXT,                            -- NULL: not by itself any more
    created_at     TEXT NOT NULL,
    finished_at    TEXT
) STRICT;
CREATE UNIQUE INDEX retry_queue_live ON retry_queue (document_id, operation)
    WHERE state IN ('pending', 'processing', 'failed');
CREATE INDEX retry_queue_due ON retry_queue (company, environment, operation, priority DESC, next_attempt, id)
    WHERE state IN ('pending', 'failed');
CREATE INDEX retry_queue_by_state ON retry_queue (state, finished_at);

-- The record of every step, append-only. `hash` is SHA-256 over the previous hash and the fields, so that a change or a gap shows.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY,
    document_id INTEGER REFERENCES documents (id),
    at          TEXT NOT NULL,
    actor       TEXT NOT NULL,                      -- the person, and the user that they acted as where it is another
    operation   TEXT NOT NULL,
    from_state  TEXT,
    to_state    TEXT,
    detail      TEXT NOT NULL DEFAULT '',
    hash        BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX events_of_document ON events (document_id, id);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'events are append-only'); END;

-- An environment whose service did not answer: each run probes with one request before it sends more.
CREATE TABLE breakers (
    environment TEXT PRIMARY KEY CHECK (environment IN ('sandbox', 'production')),
    opened_at   TEXT NOT NULL,
    probed_at   TEXT NOT NULL,
    message     TEXT NOT NULL
) STRICT;

-- A login that the identity provider refused: not tried again until the credentials change or a person says so.
CREATE TABLE refused_logins (
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    salt        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,                      -- SHA-256 over salt, addresses, user name and password
    refused_at  TEXT NOT NULL,
    message     TEXT NOT NULL,
    PRIMARY KEY (company, environment)
) STRICT;

-- How far this machine's clock is from the service's, as its latest answer showed.
CREATE TABLE clock_checks (
    environment  TEXT PRIMARY KEY CHECK (environment IN ('sandbox', 'production')),
    skew_seconds INTEGER NOT NULL,                  -- ours minus theirs
    checked_at   TEXT NOT NULL
) STRICT;

-- The outbox: what a person must be told, written with what it reports, sent afterwards, once for each fact and way.
CREATE TABLE notices (
    id           INTEGER PRIMARY KEY,
    identity     TEXT NOT NULL,                     -- what tells the fact from every other of the same company and document
    at           TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('retries_spent', 'rejected', 'no_verdict', 'answer_differs',
                 'other_seal', 'seal_fails', 'series_stopped', 'received_before', 'certificate_ends', 'login_refused',
                 'term_near', 'term_passed')),
    company      TEXT NOT NULL,
    document_id  INTEGER REFERENCES documents (id),
    message      TEXT NOT NULL,
    way          TEXT NOT NULL CHECK (way IN ('command', 'email')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_attempt TEXT NOT NULL,
    last_error   TEXT,
    sent_at      TEXT
) STRICT;
CREATE UNIQUE INDEX notices_facts ON notices (company, coalesce(document_id, 0), identity, way);
CREATE INDEX notices_unsent ON notices (next_attempt) WHERE sent_at IS NULL;

-- The last number given of each series of consecutivos. A number is given in the transaction that stores its document, so
-- there is never a gap or a duplicate, whenever a process is killed.
CREATE TABLE series (
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    branch      INTEGER NOT NULL CHECK (branch BETWEEN 1 AND 999),
    terminal    INTEGER NOT NULL CHECK (terminal BETWEEN 1 AND 99999),
    kind_code   TEXT NOT NULL CHECK (kind_code IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10')),
    last_number INTEGER NOT NULL CHECK (last_number BETWEEN 0 AND 9999999999),
    round       INTEGER NOT NULL DEFAULT 0,         -- how often it has begun again at 1 after 9999999999
    round_after INTEGER NOT NULL DEFAULT 0,         -- documents.id after which the present round counts
    began_after INTEGER NOT NULL DEFAULT 0,         -- the numbers up to this one are another system's, or were given before a restore
    PRIMARY KEY (company, environment, branch, terminal, kind_code)
) STRICT, WITHOUT ROWID;

-- The name under which the high-water marks of this database stand in the file DATABASE-marks: how far each series has come, kept
-- outside so that a database that was put back shows it. A number is marked after the transaction that gives it and before anybody
-- hears of it, so that the marks are never ahead of an honest database.
CREATE TABLE marks (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    database TEXT NOT NULL
) STRICT;

-- Claves that Hacienda's list names and that are not here, or here only as a draft: their numbers are used. Of these only the signed
-- bytes may come in. One of a series that `generate` numbers here, beyond `began_after`, stops that series.
CREATE TABLE taken (
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    clave       TEXT NOT NULL,
    company     TEXT NOT NULL,                      -- whose number it is
    consecutivo TEXT NOT NULL,
    dated_at    TEXT,                               -- `fecha` of the list
    found_at    TEXT NOT NULL,
    series      TEXT GENERATED ALWAYS AS (substr(consecutivo, 1, 10)) VIRTUAL,
    number      INTEGER GENERATED ALWAYS AS (CAST(substr(consecutivo, 11) AS INTEGER)) VIRTUAL,
    PRIMARY KEY (environment, clave)
) STRICT;
CREATE INDEX taken_numbers ON taken (company, environment, consecutivo);

-- Companies whose numbers are not sure: a backup was put in place, and Hacienda's list has not been asked yet what was sent since.
CREATE TABLE numbers_in_doubt (
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    since       TEXT NOT NULL,
    PRIMARY KEY (company, environment)
) STRICT, WITHOUT ROWID;

-- When each company's last document was posted, for `numbering_guard_hours`.
CREATE TABLE last_posts (
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    posted_at   TEXT NOT NULL,
    PRIMARY KEY (company, environment)
) STRICT, WITHOUT ROWID;

-- What generated documents were made from. The user's own word is the document's for good: the same again makes no second one, other
-- content under it is refused, and when it was rejected, the same word makes its replacement: the last row counts.
CREATE TABLE generated (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id),
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    input_id    TEXT,                               -- the user's own word; NULL: its input is known by its bytes
    content     BLOB CHECK (length(content) = 32),  -- SHA-256 of what was said of it; NULL: from before it was kept
    input       INTEGER REFERENCES inputs (id),     -- of a document without a word of its own
    number      INTEGER                             -- its number in that input, from 1
) STRICT;

CREATE INDEX generated_ids ON generated (company, environment, input_id, document_id) WHERE input_id IS NOT NULL;
CREATE INDEX generated_contents ON generated (company, environment, content) WHERE input IS NOT NULL;
CREATE INDEX generated_inputs ON generated (input, number) WHERE input IS NOT NULL;

-- Inputs whose documents have no words of their own: the same bytes again make nothing without `--again`.
CREATE TABLE inputs (
    id          INTEGER PRIMARY KEY,
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    hash        BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of its bytes
    name        TEXT NOT NULL,                      -- as it was named
    made_at     TEXT NOT NULL,
    refused     INTEGER                             -- documents of it that were not made; NULL: it was not read to its end
) STRICT;

CREATE INDEX inputs_bytes ON inputs (company, environment, hash);

-- Kept counts: `stats` costs the same however many documents there are. `day` is the day of issue in Costa Rica. Triggers keep them, so that no change of a state can miss them.
CREATE TABLE document_counts (
    company TEXT NOT NULL,
    day     TEXT NOT NULL,
    state   TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (company, day, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER documents_are_counted AFTER INSERT ON documents
BEGIN
    INSERT INTO document_counts VALUES (new.company, new.day, new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER documents_are_counted_anew AFTER UPDATE OF state ON documents WHEN new.state <> old.state
BEGIN
    UPDATE document_counts SET count = count - 1
    WHERE company = old.company AND day = old.day AND state = old.state;
    INSERT INTO document_counts VALUES (new.company, new.day, new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Steps of each day in Costa Rica, for the figures of today.
CREATE TABLE step_counts (
    company TEXT NOT NULL,
    day     TEXT NOT NULL,
    step    TEXT NOT NULL,                          -- 'imported', or the state that was reached
    count   INTEGER NOT NULL,
    PRIMARY KEY (company, day, step)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER steps_are_counted AFTER INSERT ON events WHEN new.to_state IS NOT NULL
BEGIN
    INSERT INTO step_counts
    SELECT company, date(new.at, '-6 hours'), iif(new.operation = 'import', 'imported', new.to_state), 1
    FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Times from submission to acceptance, in classes: a second wide up to a minute, a minute up to an hour, then 15 minutes.
CREATE TABLE acceptance_counts (
    company TEXT NOT NULL,
    day     TEXT NOT NULL,
    class   INTEGER NOT NULL,                       -- the shortest time of the class, in seconds
    count   INTEGER NOT NULL,
    total   INTEGER NOT NULL,                       -- of the seconds
    longest INTEGER NOT NULL,
    PRIMARY KEY (company, day, class)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER acceptances_are_counted AFTER UPDATE OF state ON documents
WHEN new.state = 'accepted' AND old.state <> 'accepted' AND new.submitted_at IS NOT NULL
BEGIN
    INSERT INTO acceptance_counts
    SELECT new.company, new.day,
           CASE WHEN seconds < 60 THEN seconds WHEN seconds < 3600 THEN seconds / 60 * 60 ELSE seconds / 900 * 900 END,
           1, seconds, seconds
    FROM (SELECT max(0, unixepoch(new.resolved_at) - unixepoch(new.submitted_at)) AS seconds) WHERE true
    ON CONFLICT DO UPDATE SET count = count + 1, total = total + excluded.total, longest = max(longest, excluded.longest);
END;

CREATE TABLE response_counts (
    company      TEXT NOT NULL,
    day          TEXT NOT NULL,
    message_type TEXT NOT NULL,
    count        INTEGER NOT NULL,
    PRIMARY KEY (company, day, message_type)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER responses_are_counted AFTER INSERT ON responses
BEGIN
    INSERT INTO response_counts
    SELECT company, day, new.message_type, 1 FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER responses_are_counted_anew AFTER UPDATE OF message_type ON responses
WHEN new.message_type <> old.message_type
BEGIN
    UPDATE response_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, day FROM documents WHERE id = old.document_id)
      AND message_type = old.message_type;
    INSERT INTO response_counts
    SELECT company, day, new.message_type, 1 FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER responses_are_counted_out AFTER DELETE ON responses
BEGIN
    UPDATE response_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, day FROM documents WHERE id = old.document_id)
      AND message_type = old.message_type;
END;

CREATE TABLE entry_counts (
    company        TEXT NOT NULL,
    day            TEXT NOT NULL,
    operation      TEXT NOT NULL,
    error_category TEXT NOT NULL,
    state          TEXT NOT NULL,
    count          INTEGER NOT NULL,
    PRIMARY KEY (company, day, operation, error_category, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entries_are_counted AFTER INSERT ON retry_queue
BEGIN
    INSERT INTO entry_counts
    SELECT company, day, new.operation, new.error_category, new.state, 1
    FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER entries_are_counted_anew AFTER UPDATE OF state, error_category ON retry_queue
WHEN new.state <> old.state OR new.error_category <> old.error_category
BEGIN
    UPDATE entry_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, day FROM documents WHERE id = old.document_id)
      AND operation = old.operation AND error_category = old.error_category AND state = old.state;
    INSERT INTO entry_counts
    SELECT company, day, new.operation, new.error_category, new.state, 1
    FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER entries_are_counted_out AFTER DELETE ON retry_queue
BEGIN
    UPDATE entry_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, day FROM documents WHERE id = old.document_id)
      AND operation = old.operation AND error_category = old.error_category AND state = old.state;
END;

-- When each command last succeeded, at the end of its part of the index.
CREATE INDEX runs_succeeded ON runs (command, ended_at) WHERE exit_code IN (0, 3);

-- What documents are to others: the sum of the notes on one may not exceed it (annex, InformacionReferencia), and what stands in the
-- place of a rejected one is one document.
CREATE TABLE links (
    target      TEXT NOT NULL,                      -- the clave of the other, in capitals; it need not be here
    relation    TEXT NOT NULL CHECK (relation IN ('adjusts', 'replaces')),
    document_id INTEGER NOT NULL REFERENCES documents (id),
    PRIMARY KEY (target, relation, document_id)
) STRICT, WITHOUT ROWID;
