-- +goose Up
-- conversations: kind g: group, u: one to one; the row is the lock that keeps order across instances
CREATE TABLE conversations (
    id BIGINT NOT NULL,
    channel VARCHAR(32) NOT NULL DEFAULT '',
    kind VARCHAR(1) NOT NULL DEFAULT '',
    ext_id VARCHAR(128) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_conversations UNIQUE (channel, kind, ext_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- messages: no foreign keys: months of messages are moved out while issues stay
CREATE TABLE messages (
    id BIGINT NOT NULL,
    dedup_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    conversation_id BIGINT NOT NULL,
    channel VARCHAR(32) NOT NULL DEFAULT '',
    ext_id VARCHAR(128) NOT NULL DEFAULT '',
    sender VARCHAR(128) NOT NULL DEFAULT '',
    sender_name VARCHAR(128) NOT NULL DEFAULT '',
    kind VARCHAR(16) NOT NULL DEFAULT '',
    event VARCHAR(32) NOT NULL DEFAULT '',
    event_key VARCHAR(255) NOT NULL DEFAULT '',
    body MEDIUMTEXT NOT NULL,
    sealed MEDIUMTEXT NULL,
    payload MEDIUMTEXT NULL,
    quote_id VARCHAR(128) NOT NULL DEFAULT '',
    sent_at DATETIME(6) NOT NULL,
    received_at DATETIME(6) NOT NULL,
    handled_at DATETIME(6) NULL,
    state VARCHAR(16) NOT NULL DEFAULT '',
    intent VARCHAR(16) NOT NULL DEFAULT '',
    answer MEDIUMTEXT NULL,
    error VARCHAR(255) NOT NULL DEFAULT '',
    attempts INT NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    CONSTRAINT uq_messages_dedup UNIQUE (dedup_key),
    INDEX ix_messages_conversation (conversation_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- deferred_messages: messages stored but not yet handled, or failed: small, so that the big table needs no index on its state
CREATE TABLE deferred_messages (
    message_id BIGINT NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    next_at DATETIME(6) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (message_id),
    INDEX ix_deferred_next (next_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE deferred_messages;
DROP TABLE messages;
DROP TABLE conversations;
