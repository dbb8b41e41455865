-- +goose Up
-- doubts: what a clerk is to look at; kind: category (of an issue) or matter (whether a message is one); n: its number in the unit's list, 0 until it was listed;
-- chance: how sure the reading is, in thousandths
CREATE TABLE doubts (
    id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    kind VARCHAR(16) NOT NULL DEFAULT '',
    n INT NOT NULL DEFAULT 0,
    issue_id BIGINT NULL,
    message_id BIGINT NULL,
    conversation_id BIGINT NOT NULL,
    intent VARCHAR(16) NOT NULL DEFAULT '',
    category VARCHAR(32) NOT NULL DEFAULT '',
    chance INT NOT NULL DEFAULT 0,
    state VARCHAR(16) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    INDEX ix_doubts_list (unit_id, kind, state, created_at),
    INDEX ix_doubts_number (unit_id, kind, n),
    INDEX ix_doubts_issue (issue_id),
    INDEX ix_doubts_lapse (kind, created_at),
    CONSTRAINT fk_doubts_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_doubts_issue FOREIGN KEY (issue_id) REFERENCES issues (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- corrections: what clerks knew better, for the model to learn from; body, other_body: the words, masked and without names; other_*: of two issues that are one matter, the one that stays
CREATE TABLE corrections (
    id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    issue_id BIGINT NULL,
    other_id BIGINT NULL,
    message_id BIGINT NULL,
    doubt_id BIGINT NULL,
    conversation_id BIGINT NOT NULL,
    field VARCHAR(16) NOT NULL DEFAULT '',
    before_value VARCHAR(255) NOT NULL DEFAULT '',
    after_value VARCHAR(255) NOT NULL DEFAULT '',
    body MEDIUMTEXT NOT NULL,
    other_body MEDIUMTEXT NOT NULL,
    by_id BIGINT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    undone_at DATETIME(6) NULL,
    PRIMARY KEY (id),
    INDEX ix_corrections_at (created_at),
    INDEX ix_corrections_by (by_id, created_at),
    INDEX ix_corrections_issue (issue_id),
    CONSTRAINT fk_corrections_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_corrections_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_corrections_other FOREIGN KEY (other_id) REFERENCES issues (id),
    CONSTRAINT fk_corrections_by FOREIGN KEY (by_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE corrections;
DROP TABLE doubts;
