-- +goose Up
-- doubts: what a clerk is to look at; kind: category (of an issue) or matter (whether a message is one); n: its number in the unit's list, 0 until it was listed;
-- chance: how sure the reading is, in thousandths
CREATE TABLE doubts (
    id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    n INTEGER NOT NULL DEFAULT 0,
    issue_id INTEGER,
    message_id INTEGER,
    conversation_id INTEGER NOT NULL,
    intent TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    chance INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT fk_doubts_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_doubts_issue FOREIGN KEY (issue_id) REFERENCES issues (id)
);
CREATE INDEX ix_doubts_list ON doubts (unit_id, kind, state, created_at);
CREATE INDEX ix_doubts_number ON doubts (unit_id, kind, n);
CREATE INDEX ix_doubts_issue ON doubts (issue_id);
CREATE INDEX ix_doubts_lapse ON doubts (kind, created_at);

-- corrections: what clerks knew better, for the model to learn from; body, other_body: the words, masked and without names; other_*: of two issues that are one matter, the one that stays
CREATE TABLE corrections (
    id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    issue_id INTEGER,
    other_id INTEGER,
    message_id INTEGER,
    doubt_id INTEGER,
    conversation_id INTEGER NOT NULL,
    field TEXT NOT NULL DEFAULT '',
    before_value TEXT NOT NULL DEFAULT '',
    after_value TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    other_body TEXT NOT NULL,
    by_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    undone_at DATETIME,
    PRIMARY KEY (id),
    CONSTRAINT fk_corrections_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_corrections_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_corrections_other FOREIGN KEY (other_id) REFERENCES issues (id),
    CONSTRAINT fk_corrections_by FOREIGN KEY (by_id) REFERENCES people (id)
);
CREATE INDEX ix_corrections_at ON corrections (created_at);
CREATE INDEX ix_corrections_by ON corrections (by_id, created_at);
CREATE INDEX ix_corrections_issue ON corrections (issue_id);

-- +goose Down
DROP TABLE corrections;
DROP TABLE doubts;
