-- +goose Up
-- issues: contact: a phone the reporter wrote with the matter, sealed
CREATE TABLE issues (
    id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    number VARCHAR(32) NOT NULL DEFAULT '',
    seq INT NOT NULL DEFAULT 0,
    kind VARCHAR(16) NOT NULL DEFAULT '',
    category VARCHAR(32) NOT NULL DEFAULT '',
    subcategory VARCHAR(32) NOT NULL DEFAULT '',
    difficulty VARCHAR(1) NOT NULL DEFAULT '',
    status VARCHAR(16) NOT NULL DEFAULT '',
    title VARCHAR(64) NOT NULL DEFAULT '',
    content MEDIUMTEXT NOT NULL,
    contact VARCHAR(512) NOT NULL DEFAULT '',
    place VARCHAR(128) NOT NULL DEFAULT '',
    place_id VARCHAR(64) NOT NULL DEFAULT '',
    urgent BOOLEAN NOT NULL DEFAULT 0,
    source VARCHAR(32) NOT NULL DEFAULT '',
    reporter_id BIGINT NOT NULL,
    reporter_name VARCHAR(128) NOT NULL DEFAULT '',
    conversation_id BIGINT NOT NULL,
    supporters INT NOT NULL DEFAULT 0,
    agency VARCHAR(64) NOT NULL DEFAULT '',
    helpers VARCHAR(255) NOT NULL DEFAULT '',
    handler_id BIGINT NULL,
    handler_name VARCHAR(64) NOT NULL DEFAULT '',
    member_id BIGINT NULL,
    method VARCHAR(32) NOT NULL DEFAULT '',
    result MEDIUMTEXT NOT NULL,
    solved VARCHAR(16) NOT NULL DEFAULT '',
    satisfaction VARCHAR(16) NOT NULL DEFAULT '',
    reopened INT NOT NULL DEFAULT 0,
    returned INT NOT NULL DEFAULT 0,
    extended INT NOT NULL DEFAULT 0,
    round INT NOT NULL DEFAULT 0,
    merged_into BIGINT NULL,
    reason MEDIUMTEXT NOT NULL,
    reported_at DATETIME(6) NOT NULL,
    accepted_at DATETIME(6) NULL,
    assigned_at DATETIME(6) NULL,
    signed_at DATETIME(6) NULL,
    resolved_at DATETIME(6) NULL,
    closed_at DATETIME(6) NULL,
    archived_at DATETIME(6) NULL,
    rated_at DATETIME(6) NULL,
    due_at DATETIME(6) NULL,
    due_rule VARCHAR(64) NOT NULL DEFAULT '',
    next_at DATETIME(6) NULL,
    events INT NOT NULL DEFAULT 0,
    updated_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_issues_number UNIQUE (number),
    INDEX ix_issues_unit_seq (unit_id, seq),
    INDEX ix_issues_conversation (conversation_id, id),
    INDEX ix_issues_reporter (reporter_id, status),
    INDEX ix_issues_next (next_at),
    INDEX ix_issues_unit_reported (unit_id, reported_at),
    INDEX ix_issues_reported (reported_at),
    INDEX ix_issues_unit_status (unit_id, status),
    INDEX ix_issues_status (status),
    CONSTRAINT fk_issues_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_issues_reporter FOREIGN KEY (reporter_id) REFERENCES people (id),
    CONSTRAINT fk_issues_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
    CONSTRAINT fk_issues_handler FOREIGN KEY (handler_id) REFERENCES people (id),
    CONSTRAINT fk_issues_member FOREIGN KEY (member_id) REFERENCES people (id),
    CONSTRAINT fk_issues_merged_into FOREIGN KEY (merged_into) REFERENCES issues (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- issue_messages: what was said about an issue: origin, endorsement, photo, place
CREATE TABLE issue_messages (
    issue_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    ext_id VARCHAR(128) NOT NULL DEFAULT '',
    role VARCHAR(16) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (issue_id, message_id),
    INDEX ix_issue_messages_ext (conversation_id, ext_id),
    CONSTRAINT fk_issue_messages_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_issue_messages_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- endorsements: one a person and issue
CREATE TABLE endorsements (
    id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_endorsements UNIQUE (issue_id, person_id),
    INDEX ix_endorsements_person (person_id),
    CONSTRAINT fk_endorsements_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_endorsements_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- issue_events: replaying them gives the state of the issue
CREATE TABLE issue_events (
    id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    seq INT NOT NULL DEFAULT 0,
    verb VARCHAR(16) NOT NULL DEFAULT '',
    from_status VARCHAR(16) NOT NULL DEFAULT '',
    to_status VARCHAR(16) NOT NULL DEFAULT '',
    actor_id BIGINT NULL,
    actor VARCHAR(64) NOT NULL DEFAULT '',
    note MEDIUMTEXT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_issue_events UNIQUE (issue_id, seq),
    INDEX ix_issue_events_created (created_at),
    CONSTRAINT fk_issue_events_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_issue_events_actor FOREIGN KEY (actor_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- assignments: one row a dispatch
CREATE TABLE assignments (
    id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    round INT NOT NULL DEFAULT 0,
    agency VARCHAR(64) NOT NULL DEFAULT '',
    helpers VARCHAR(255) NOT NULL DEFAULT '',
    handler_id BIGINT NULL,
    handler_name VARCHAR(64) NOT NULL DEFAULT '',
    assigned_by BIGINT NULL,
    assigned_at DATETIME(6) NOT NULL,
    due_at DATETIME(6) NOT NULL,
    due_rule VARCHAR(64) NOT NULL DEFAULT '',
    signed_at DATETIME(6) NULL,
    returned_at DATETIME(6) NULL,
    return_reason MEDIUMTEXT NULL,
    return_valid BOOLEAN NULL,
    resolved_at DATETIME(6) NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_assignments UNIQUE (issue_id, round),
    INDEX ix_assignments_assigned (assigned_at),
    CONSTRAINT fk_assignments_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_assignments_handler FOREIGN KEY (handler_id) REFERENCES people (id),
    CONSTRAINT fk_assignments_assigned_by FOREIGN KEY (assigned_by) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ratings: answers to the follow-up of one closing attempt
CREATE TABLE ratings (
    id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    round INT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL,
    solved VARCHAR(16) NOT NULL DEFAULT '',
    satisfaction VARCHAR(16) NOT NULL DEFAULT '',
    note MEDIUMTEXT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_ratings UNIQUE (issue_id, round, person_id),
    CONSTRAINT fk_ratings_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_ratings_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE ratings;
DROP TABLE assignments;
DROP TABLE issue_events;
DROP TABLE endorsements;
DROP TABLE issue_messages;
DROP TABLE issues;
