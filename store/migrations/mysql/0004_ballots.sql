-- +goose Up
CREATE TABLE ballots (
    id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    seq INT NOT NULL DEFAULT 0,
    title VARCHAR(255) NOT NULL DEFAULT '',
    rule_name VARCHAR(64) NOT NULL DEFAULT '',
    rule_version VARCHAR(32) NOT NULL DEFAULT '',
    state VARCHAR(16) NOT NULL DEFAULT '',
    opened_by BIGINT NOT NULL,
    opened_at DATETIME(6) NOT NULL,
    closes_at DATETIME(6) NOT NULL,
    closed_at DATETIME(6) NULL,
    roll_size INT NOT NULL DEFAULT 0,
    roll_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    verdict MEDIUMTEXT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_ballots_seq UNIQUE (unit_id, seq),
    INDEX ix_ballots_state (state, closes_at),
    INDEX ix_ballots_conversation (conversation_id, id),
    INDEX ix_ballots_opened (opened_at),
    CONSTRAINT fk_ballots_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_ballots_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
    CONSTRAINT fk_ballots_opened_by FOREIGN KEY (opened_by) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE ballot_options (
    ballot_id BIGINT NOT NULL,
    n INT NOT NULL,
    label VARCHAR(128) NOT NULL DEFAULT '',
    stance VARCHAR(16) NOT NULL DEFAULT '',
    PRIMARY KEY (ballot_id, n),
    CONSTRAINT fk_ballot_options_ballot FOREIGN KEY (ballot_id) REFERENCES ballots (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ballot_rolls: frozen at opening
CREATE TABLE ballot_rolls (
    ballot_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (ballot_id, person_id),
    CONSTRAINT fk_ballot_rolls_ballot FOREIGN KEY (ballot_id) REFERENCES ballots (id),
    CONSTRAINT fk_ballot_rolls_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- votes: one a person and ballot; the latest choice
CREATE TABLE votes (
    id BIGINT NOT NULL,
    ballot_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    choice INT NOT NULL DEFAULT 0,
    message_id BIGINT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_votes UNIQUE (ballot_id, person_id),
    CONSTRAINT fk_votes_ballot FOREIGN KEY (ballot_id) REFERENCES ballots (id),
    CONSTRAINT fk_votes_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE votes;
DROP TABLE ballot_rolls;
DROP TABLE ballot_options;
DROP TABLE ballots;
