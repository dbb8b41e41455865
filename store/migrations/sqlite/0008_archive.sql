-- +goose Up
-- archived_messages: what stays of a message that was moved out to a file: enough to know it when it is delivered again, to give the same answer, and to count it
CREATE TABLE archived_messages (
    id INTEGER NOT NULL,
    dedup_key TEXT NOT NULL,
    conversation_id INTEGER NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    sent_at DATETIME NOT NULL,
    answer TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_archived_messages_dedup UNIQUE (dedup_key)
);
CREATE INDEX ix_archived_messages_sent ON archived_messages (sent_at, kind, conversation_id);

-- archives: the files of each month; of a file's rows those with ids beyond back_to up to out_to are out of messages. state moving, out or returning
CREATE TABLE archives (
    month TEXT NOT NULL,
    part INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT '',
    file TEXT NOT NULL DEFAULT '',
    row_count INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT NOT NULL,
    out_to INTEGER NOT NULL DEFAULT 0,
    back_to INTEGER NOT NULL DEFAULT 0,
    made_at DATETIME NOT NULL,
    done_at DATETIME,
    erased_at DATETIME,
    PRIMARY KEY (month, part)
);

-- archive_runs: the one run that may move or erase messages, until its lease ends
CREATE TABLE archive_runs (
    id INTEGER NOT NULL,
    run INTEGER NOT NULL,
    lease_until DATETIME NOT NULL,
    PRIMARY KEY (id)
);

-- +goose Down
DROP TABLE archive_runs;
DROP TABLE archives;
DROP TABLE archived_messages;
