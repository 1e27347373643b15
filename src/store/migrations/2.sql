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
