-- +goose Up
-- outbox: messages the bot sends on its own; state pending, sent or dead
CREATE TABLE outbox (
    id INTEGER NOT NULL,
    dedup_key TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    lane TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    ext_id TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at DATETIME NOT NULL,
    lease_until DATETIME,
    error TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    sent_at DATETIME,
    PRIMARY KEY (id),
    CONSTRAINT uq_outbox_dedup UNIQUE (dedup_key)
);
CREATE INDEX ix_outbox_state ON outbox (state, next_at);
CREATE INDEX ix_outbox_lane ON outbox (lane, state, id);

-- audit_heads: the last entry of each chain, locked while one is added
CREATE TABLE audit_heads (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain)
);

-- audit_entries: who, when, why, before, after; hash covers the row and the hash before it; one chain a unit, 0 for the county
CREATE TABLE audit_entries (
    id INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at DATETIME NOT NULL,
    actor_id INTEGER NOT NULL,
    actor TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    subject_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    before_state TEXT NOT NULL,
    after_state TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_audit UNIQUE (chain, seq)
);
CREATE INDEX ix_audit_subject ON audit_entries (subject, subject_id);

-- +goose Down
DROP TABLE audit_entries;
DROP TABLE audit_heads;
DROP TABLE outbox;
