-- +goose Up
-- doubts: what a language model outside suggests, if one is configured; ask_state: done, failed, or empty while it may be asked from ask_at on
ALTER TABLE doubts ADD COLUMN hint_intent TEXT NOT NULL DEFAULT '';
ALTER TABLE doubts ADD COLUMN hint_category TEXT NOT NULL DEFAULT '';
ALTER TABLE doubts ADD COLUMN ask_state TEXT NOT NULL DEFAULT '';
ALTER TABLE doubts ADD COLUMN ask_at DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00.000000';
ALTER TABLE doubts ADD COLUMN ask_tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ix_doubts_ask ON doubts (state, ask_state, ask_at);

-- advice_days: how much was asked on a day of the county's calendar
CREATE TABLE advice_days (
    day TEXT NOT NULL,
    requests INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day)
);

-- +goose Down
DROP TABLE advice_days;
DROP INDEX ix_doubts_ask;
ALTER TABLE doubts DROP COLUMN ask_tries;
ALTER TABLE doubts DROP COLUMN ask_at;
ALTER TABLE doubts DROP COLUMN ask_state;
ALTER TABLE doubts DROP COLUMN hint_category;
ALTER TABLE doubts DROP COLUMN hint_intent;
