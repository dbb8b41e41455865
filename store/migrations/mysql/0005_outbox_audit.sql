-- +goose Up
-- outbox: messages the bot sends on its own; state pending, sent or dead
CREATE TABLE outbox (
    id BIGINT NOT NULL,
    dedup_key VARCHAR(96) NOT NULL DEFAULT '',
    channel VARCHAR(32) NOT NULL DEFAULT '',
    lane VARCHAR(192) NOT NULL DEFAULT '',
    kind VARCHAR(1) NOT NULL DEFAULT '',
    ext_id VARCHAR(128) NOT NULL DEFAULT '',
    body MEDIUMTEXT NOT NULL,
    state VARCHAR(16) NOT NULL DEFAULT '',
    attempts INT NOT NULL DEFAULT 0,
    next_at DATETIME(6) NOT NULL,
    lease_until DATETIME(6) NULL,
    error VARCHAR(255) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    sent_at DATETIME(6) NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_outbox_dedup UNIQUE (dedup_key),
    INDEX ix_outbox_state (state, next_at),
    INDEX ix_outbox_lane (lane, state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- audit_heads: the last entry of each chain, locked while one is added
CREATE TABLE audit_heads (
    chain BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (chain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- audit_entries: who, when, why, before, after; hash covers the row and the hash before it; one chain a unit, 0 for the county
CREATE TABLE audit_entries (
    id BIGINT NOT NULL,
    chain BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at DATETIME(6) NOT NULL,
    actor_id BIGINT NOT NULL,
    actor VARCHAR(64) NOT NULL DEFAULT '',
    action VARCHAR(64) NOT NULL DEFAULT '',
    subject VARCHAR(32) NOT NULL DEFAULT '',
    subject_id BIGINT NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    before_state MEDIUMTEXT NOT NULL,
    after_state MEDIUMTEXT NOT NULL,
    prev_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_audit UNIQUE (chain, seq),
    INDEX ix_audit_subject (subject, subject_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE audit_entries;
DROP TABLE audit_heads;
DROP TABLE outbox;
