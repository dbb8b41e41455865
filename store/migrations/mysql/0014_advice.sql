-- +goose Up
-- doubts: what a language model outside suggests, if one is configured; ask_state: done, failed, or empty while it may be asked from ask_at on
ALTER TABLE doubts
    ADD COLUMN hint_intent VARCHAR(16) NOT NULL DEFAULT '',
    ADD COLUMN hint_category VARCHAR(32) NOT NULL DEFAULT '',
    ADD COLUMN ask_state VARCHAR(16) NOT NULL DEFAULT '',
    ADD COLUMN ask_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00',
    ADD COLUMN ask_tries INT NOT NULL DEFAULT 0,
    ADD INDEX ix_doubts_ask (state, ask_state, ask_at);

-- advice_days: how much was asked on a day of the county's calendar
CREATE TABLE advice_days (
    day CHAR(10) NOT NULL,
    requests INT NOT NULL DEFAULT 0,
    tokens INT NOT NULL DEFAULT 0,
    PRIMARY KEY (day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE advice_days;
ALTER TABLE doubts DROP INDEX ix_doubts_ask, DROP COLUMN ask_tries, DROP COLUMN ask_at, DROP COLUMN ask_state, DROP COLUMN hint_category, DROP COLUMN hint_intent;
