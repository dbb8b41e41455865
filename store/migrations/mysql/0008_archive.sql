-- +goose Up
-- archived_messages: what stays of a message that was moved out to a file: enough to know it when it is delivered again, to give the same answer, and to count it
CREATE TABLE archived_messages (
    id BIGINT NOT NULL,
    dedup_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    conversation_id BIGINT NOT NULL,
    kind VARCHAR(16) NOT NULL DEFAULT '',
    sent_at DATETIME(6) NOT NULL,
    answer MEDIUMTEXT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_archived_messages_dedup UNIQUE (dedup_key),
    INDEX ix_archived_messages_sent (sent_at, kind, conversation_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- archives: the files of each month; of a file's rows those with ids beyond back_to up to out_to are out of messages. state moving, out or returning
CREATE TABLE archives (
    month CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    part INT NOT NULL,
    state VARCHAR(16) NOT NULL DEFAULT '',
    file VARCHAR(64) NOT NULL DEFAULT '',
    row_count BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    out_to BIGINT NOT NULL DEFAULT 0,
    back_to BIGINT NOT NULL DEFAULT 0,
    made_at DATETIME(6) NOT NULL,
    done_at DATETIME(6) NULL,
    erased_at DATETIME(6) NULL,
    PRIMARY KEY (month, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- archive_runs: the one run that may move or erase messages, until its lease ends
CREATE TABLE archive_runs (
    id INT NOT NULL,
    run BIGINT NOT NULL,
    lease_until DATETIME(6) NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE archive_runs;
DROP TABLE archives;
DROP TABLE archived_messages;
