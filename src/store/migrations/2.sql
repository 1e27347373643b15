-- Version 2: what keeps the tool quiet in an outage, and what tells a person.

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

-- What is there already is counted once.
INSERT INTO document_counts
SELECT company, date(issued_at, '-6 hours'), state, count(*) FROM documents GROUP BY 1, 2, 3;
INSERT INTO acceptance_counts
SELECT company, day, CASE WHEN seconds < 60 THEN seconds WHEN seconds < 3600 THEN seconds / 60 * 60 ELSE seconds / 900 * 900 END,
       count(*), sum(seconds), max(seconds)
FROM (SELECT company, date(issued_at, '-6 hours') AS day,
             max(0, unixepoch(resolved_at) - unixepoch(submitted_at)) AS seconds
      FROM documents WHERE state = 'accepted' AND submitted_at IS NOT NULL)
GROUP BY 1, 2, 3;
INSERT INTO response_counts
SELECT company, date(issued_at, '-6 hours'), message_type, count(*)
FROM responses JOIN documents ON documents.id = document_id GROUP BY 1, 2, 3;
INSERT INTO entry_counts
SELECT company, date(issued_at, '-6 hours'), operation, error_category, retry_queue.state, count(*)
FROM retry_queue JOIN documents ON documents.id = document_id GROUP BY 1, 2, 3, 4, 5;

-- What generated notes adjust: their sum may not exceed the original (annex, InformacionReferencia).
CREATE TABLE adjustments (
    adjusted    TEXT NOT NULL,                      -- the clave of the original
    document_id INTEGER NOT NULL REFERENCES documents (id),
    PRIMARY KEY (adjusted, document_id)
) STRICT, WITHOUT ROWID;
