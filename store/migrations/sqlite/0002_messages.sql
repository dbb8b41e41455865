-- +goose Up
-- conversations: kind g: group, u: one to one; the row is the lock that keeps order across instances
CREATE TABLE conversations (
    id INTEGER NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    ext_id TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_conversations UNIQUE (channel, kind, ext_id)
);

-- messages: no foreign keys: months of messages are moved out while issues stay
CREATE TABLE messages (
    id INTEGER NOT NULL,
    dedup_key TEXT NOT NULL,
    conversation_id INTEGER NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    ext_id TEXT NOT NULL DEFAULT '',
    sender TEXT NOT NULL DEFAULT '',
    sender_name TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    event TEXT NOT NULL DEFAULT '',
    event_key TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    sealed TEXT,
    payload TEXT,
    quote_id TEXT NOT NULL DEFAULT '',
    sent_at DATETIME NOT NULL,
    received_at DATETIME NOT NULL,
    handled_at DATETIME,
    state TEXT NOT NULL DEFAULT '',
    intent TEXT NOT NULL DEFAULT '',
    answer TEXT,
    error TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    CONSTRAINT uq_messages_dedup UNIQUE (dedup_key)
);
CREATE INDEX ix_messages_conversation ON messages (conversation_id, id);

-- deferred_messages: messages stored but not yet handled, or failed: small, so that the big table needs no index on its state
CREATE TABLE deferred_messages (
    message_id INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (message_id)
);
CREATE INDEX ix_deferred_next ON deferred_messages (next_at);

-- +goose Down
DROP TABLE deferred_messages;
DROP TABLE messages;
DROP TABLE conversations;
