-- +goose Up
-- the lanes with messages that wait are found without reading what was sent, and the first of each without reading those behind it
ALTER TABLE outbox DROP INDEX ix_outbox_lane, ADD INDEX ix_outbox_lane (state, lane, id);

-- +goose Down
ALTER TABLE outbox DROP INDEX ix_outbox_lane, ADD INDEX ix_outbox_lane (lane, state, id);
