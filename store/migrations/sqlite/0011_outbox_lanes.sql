-- +goose Up
-- the lanes with messages that wait are found without reading what was sent, and the first of each without reading those behind it
DROP INDEX ix_outbox_lane;
CREATE INDEX ix_outbox_lane ON outbox (state, lane, id);

-- +goose Down
DROP INDEX ix_outbox_lane;
CREATE INDEX ix_outbox_lane ON outbox (lane, state, id);
