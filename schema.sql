-- The database of cr-einvoice, version 2 (PRAGMA user_version).
--
-- SQLite in WAL mode with synchronous=FULL: what a command reported as done survives a power cut.
-- Times are UTC text, YYYY-MM-DDTHH:MM:SSZ. Money is text, exactly as the document writes it. Large columns come last, so that
-- reading the header of a row never touches the pages of its XML.
-- What is kept for people is data, {"kind":{fields}}, and becomes a sentence when somebody reads it: retry_queue.last_error,
-- events.detail, documents.reason, the checks of Hacienda's signature, the messages of breakers and refused_logins. Text there
-- that is no such data is a sentence of an earlier version or Hacienda's own, and is shown to the letter.

-- One comprobante or MensajeReceptor. Rows are never deleted: the law asks for five years (decree 44739-H, art. 22).
CREATE TABLE documents (
    id                  INTEGER PRIMARY KEY,
    clave               TEXT NOT NULL,              -- 50 characters; MensajeReceptor: CLAVE-CONSECUTIVO, 71
    consecutivo         TEXT NOT NULL,
    company             TEXT NOT NULL,              -- id of the [[company]] that signs it
    environment         TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    kind                TEXT NOT NULL CHECK (kind IN ('FE', 'ND', 'NC', 'TE', 'MR', 'FEC', 'FEE', 'REP')),
    state               TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'submitted', 'accepted', 'rejected', 'error')),
    issued_at           TEXT NOT NULL,
    issued_text         TEXT NOT NULL,              -- FechaEmision to the letter; sent as `fecha`
    emisor_type         TEXT NOT NULL,
    emisor_id           TEXT NOT NULL,
    receptor_type       TEXT,
    receptor_id         TEXT,
    receptor_name       TEXT,
    total               TEXT NOT NULL,
    currency            TEXT NOT NULL,
    source_sha256       TEXT NOT NULL,              -- of the bytes as imported: the same again is no news
    signed_sha256       TEXT,
    delivery_unknown    INTEGER NOT NULL DEFAULT 0, -- 1: a POST may have arrived; the next request is a GET
    submit_attempted_at TEXT,                       -- the latest POST's intent, committed before it was sent
    submitted_at        TEXT,
    resolved_at         TEXT,
    last_polled_at      TEXT,
    created_at          TEXT NOT NULL,
    reason              TEXT,                       -- why it was rejected or went to `error`, for people
    response_signature  TEXT,                       -- the check of Hacienda's signature: 'valid', 'none' or what is wrong
    xml                 BLOB,                       -- unsigned, as imported; NULL where it came signed
    signed_xml          BLOB,                       -- the very bytes that are sent
    response_xml        BLOB,                       -- the final MensajeHacienda; no cleanup removes it
    CHECK (state = 'draft' OR signed_xml IS NOT NULL),
    CHECK ((signed_xml IS NULL) = (signed_sha256 IS NULL))
) STRICT;

CREATE UNIQUE INDEX documents_clave ON documents (environment, clave);
CREATE INDEX documents_consecutivo ON documents (consecutivo);
CREATE INDEX documents_issued ON documents (issued_at);
-- Work that is due costs the same however many documents are finished.
CREATE INDEX documents_drafts ON documents (company, environment, id) WHERE state = 'draft';
CREATE INDEX documents_unsent ON documents (company, environment, id) WHERE state = 'signed';
CREATE INDEX documents_awaiting ON documents (company, environment, submitted_at) WHERE state = 'submitted';
CREATE INDEX documents_without_answer ON documents (company, environment, resolved_at)
    WHERE state IN ('accepted', 'rejected') AND response_xml IS NULL;

-- What was signed may never change.
CREATE TRIGGER documents_signed_bytes_are_final BEFORE UPDATE OF signed_xml, signed_sha256 ON documents
WHEN old.signed_xml IS NOT NULL AND (new.signed_xml IS NOT old.signed_xml OR new.signed_sha256 IS NOT old.signed_sha256)
BEGIN SELECT raise(ABORT, 'the signed bytes of a document never change'); END;
CREATE TRIGGER documents_stay BEFORE DELETE ON documents
BEGIN SELECT raise(ABORT, 'a document is never deleted'); END;

-- One run of a command that works on documents: who holds the leases, and what was done.
CREATE TABLE runs (
    id         INTEGER PRIMARY KEY,
    command    TEXT NOT NULL,
    process    TEXT NOT NULL,                       -- tells whether its process still lives
    started_at TEXT NOT NULL,
    ended_at   TEXT,
    exit_code  INTEGER,
    processed  INTEGER NOT NULL DEFAULT 0,
    succeeded  INTEGER NOT NULL DEFAULT 0,
    failed     INTEGER NOT NULL DEFAULT 0,
    deferred   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_command ON runs (command, id);

-- The right of one run to work on one document. It ends with the step, with the run's process, or at its time.
CREATE TABLE leases (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id),
    run_id      INTEGER NOT NULL REFERENCES runs (id),
    expires_at  TEXT NOT NULL
) STRICT;
CREATE INDEX leases_by_run ON leases (run_id);

-- Every answer to a status query, its bytes stored before they are interpreted.
CREATE TABLE responses (
    id                INTEGER PRIMARY KEY,
    document_id       INTEGER NOT NULL REFERENCES documents (id),
    clave             TEXT NOT NULL,
    message_type      TEXT NOT NULL DEFAULT 'other'
                      CHECK (message_type IN ('acceptance', 'rejection', 'confirmation', 'other')),
    status            TEXT NOT NULL DEFAULT '',     -- the service's own word, lower case
    http_status       INTEGER NOT NULL,
    error_code        TEXT,                         -- of the first row of DetalleMensaje
    error_description TEXT,
    details           TEXT NOT NULL DEFAULT '[]',   -- every row: [{"code", "message", "row", "column"}]
    is_final          INTEGER NOT NULL DEFAULT 0,
    signature         TEXT,                         -- the check of Hacienda's signature: 'valid', 'none' or what is wrong
    response_date     TEXT NOT NULL,                -- when we received it
    raw_body          BLOB NOT NULL,
    decoded_xml       BLOB
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
    actor       TEXT NOT NULL,                      -- the OS user
    operation   TEXT NOT NULL,
    from_state  TEXT,
    to_state    TEXT,
    detail      TEXT NOT NULL DEFAULT '',
    hash        TEXT NOT NULL
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
    kind         TEXT NOT NULL CHECK (kind IN ('retries_spent', 'rejected', 'no_verdict', 'certificate_ends',
                 'login_refused', 'term_near', 'term_passed')),
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

CREATE INDEX events_by_date ON events (at);

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
    PRIMARY KEY (company, environment, branch, terminal, kind_code)
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_series ON documents (company, environment, consecutivo);

-- The user's own word for a document that was generated: the same input again makes no second document.
CREATE TABLE generated (
    company     TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    input_id    TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    PRIMARY KEY (company, environment, input_id)
) STRICT, WITHOUT ROWID;

-- Kept counts: `stats` costs the same however many documents there are. `day` is the day of issue in Costa Rica (-06:00), all
-- year. Triggers keep them, so that no change of a state can miss them.
CREATE TABLE document_counts (
    company TEXT NOT NULL,
    day     TEXT NOT NULL,
    state   TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (company, day, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER documents_are_counted AFTER INSERT ON documents
BEGIN
    INSERT INTO document_counts VALUES (new.company, date(new.issued_at, '-6 hours'), new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER documents_are_counted_anew AFTER UPDATE OF state ON documents WHEN new.state <> old.state
BEGIN
    UPDATE document_counts SET count = count - 1
    WHERE company = old.company AND day = date(old.issued_at, '-6 hours') AND state = old.state;
    INSERT INTO document_counts VALUES (new.company, date(new.issued_at, '-6 hours'), new.state, 1)
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
    SELECT new.company, date(new.issued_at, '-6 hours'),
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
    SELECT company, date(issued_at, '-6 hours'), new.message_type, 1 FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER responses_are_counted_anew AFTER UPDATE OF message_type ON responses
WHEN new.message_type <> old.message_type
BEGIN
    UPDATE response_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, date(issued_at, '-6 hours') FROM documents WHERE id = old.document_id)
      AND message_type = old.message_type;
    INSERT INTO response_counts
    SELECT company, date(issued_at, '-6 hours'), new.message_type, 1 FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER responses_are_counted_out AFTER DELETE ON responses
BEGIN
    UPDATE response_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, date(issued_at, '-6 hours') FROM documents WHERE id = old.document_id)
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
    SELECT company, date(issued_at, '-6 hours'), new.operation, new.error_category, new.state, 1
    FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER entries_are_counted_anew AFTER UPDATE OF state, error_category ON retry_queue
WHEN new.state <> old.state OR new.error_category <> old.error_category
BEGIN
    UPDATE entry_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, date(issued_at, '-6 hours') FROM documents WHERE id = old.document_id)
      AND operation = old.operation AND error_category = old.error_category AND state = old.state;
    INSERT INTO entry_counts
    SELECT company, date(issued_at, '-6 hours'), new.operation, new.error_category, new.state, 1
    FROM documents WHERE id = new.document_id
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER entries_are_counted_out AFTER DELETE ON retry_queue
BEGIN
    UPDATE entry_counts SET count = count - 1
    WHERE (company, day) = (SELECT company, date(issued_at, '-6 hours') FROM documents WHERE id = old.document_id)
      AND operation = old.operation AND error_category = old.error_category AND state = old.state;
END;

-- When each command last succeeded, at the end of its part of the index.
CREATE INDEX runs_succeeded ON runs (command, ended_at) WHERE exit_code = 0;

-- What generated notes adjust: their sum may not exceed the original (annex, InformacionReferencia).
CREATE TABLE adjustments (
    adjusted    TEXT NOT NULL,                      -- the clave of the original
    document_id INTEGER NOT NULL REFERENCES documents (id),
    PRIMARY KEY (adjusted, document_id)
) STRICT, WITHOUT ROWID;
