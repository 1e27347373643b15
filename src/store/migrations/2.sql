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
