-- +goose Up
CREATE TABLE ballots (
    id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL DEFAULT '',
    rule_name TEXT NOT NULL DEFAULT '',
    rule_version TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    opened_by INTEGER NOT NULL,
    opened_at DATETIME NOT NULL,
    closes_at DATETIME NOT NULL,
    closed_at DATETIME,
    roll_size INTEGER NOT NULL DEFAULT 0,
    roll_hash TEXT,
    verdict TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_ballots_seq UNIQUE (unit_id, seq),
    CONSTRAINT fk_ballots_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_ballots_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
    CONSTRAINT fk_ballots_opened_by FOREIGN KEY (opened_by) REFERENCES people (id)
);
CREATE INDEX ix_ballots_state ON ballots (state, closes_at);
CREATE INDEX ix_ballots_conversation ON ballots (conversation_id, id);
CREATE INDEX ix_ballots_opened ON ballots (opened_at);

CREATE TABLE ballot_options (
    ballot_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    stance TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (ballot_id, n),
    CONSTRAINT fk_ballot_options_ballot FOREIGN KEY (ballot_id) REFERENCES ballots (id)
);

-- ballot_rolls: frozen at opening
CREATE TABLE ballot_rolls (
    ballot_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    PRIMARY KEY (ballot_id, person_id),
    CONSTRAINT fk_ballot_rolls_ballot FOREIGN KEY (ballot_id) REFERENCES ballots (id),
    CONSTRAINT fk_ballot_rolls_person FOREIGN KEY (person_id) REFERENCES people (id)
);

-- votes: one a person and ballot; the latest choice
CREATE TABLE votes (
    id INTEGER NOT NULL,
    ballot_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    choice INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_votes UNIQUE (ballot_id, person_id),
    CONSTRAINT fk_votes_ballot FOREIGN KEY (ballot_id) REFERENCES ballots (id),
    CONSTRAINT fk_votes_person FOREIGN KEY (person_id) REFERENCES people (id)
);

-- +goose Down
DROP TABLE votes;
DROP TABLE ballot_rolls;
DROP TABLE ballot_options;
DROP TABLE ballots;
