-- +goose Up
-- issues: contact: a phone the reporter wrote with the matter, sealed
CREATE TABLE issues (
    id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    number TEXT NOT NULL DEFAULT '',
    seq INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    subcategory TEXT NOT NULL DEFAULT '',
    difficulty TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    content TEXT NOT NULL,
    contact TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    place_id TEXT NOT NULL DEFAULT '',
    urgent BOOLEAN NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT '',
    reporter_id INTEGER NOT NULL,
    reporter_name TEXT NOT NULL DEFAULT '',
    conversation_id INTEGER NOT NULL,
    supporters INTEGER NOT NULL DEFAULT 0,
    agency TEXT NOT NULL DEFAULT '',
    helpers TEXT NOT NULL DEFAULT '',
    handler_id INTEGER,
    handler_name TEXT NOT NULL DEFAULT '',
    member_id INTEGER,
    method TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL,
    solved TEXT NOT NULL DEFAULT '',
    satisfaction TEXT NOT NULL DEFAULT '',
    reopened INTEGER NOT NULL DEFAULT 0,
    returned INTEGER NOT NULL DEFAULT 0,
    extended INTEGER NOT NULL DEFAULT 0,
    round INTEGER NOT NULL DEFAULT 0,
    merged_into INTEGER,
    reason TEXT NOT NULL,
    reported_at DATETIME NOT NULL,
    accepted_at DATETIME,
    assigned_at DATETIME,
    signed_at DATETIME,
    resolved_at DATETIME,
    closed_at DATETIME,
    archived_at DATETIME,
    rated_at DATETIME,
    due_at DATETIME,
    due_rule TEXT NOT NULL DEFAULT '',
    next_at DATETIME,
    events INTEGER NOT NULL DEFAULT 0,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_issues_number UNIQUE (number),
    CONSTRAINT fk_issues_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_issues_reporter FOREIGN KEY (reporter_id) REFERENCES people (id),
    CONSTRAINT fk_issues_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
    CONSTRAINT fk_issues_handler FOREIGN KEY (handler_id) REFERENCES people (id),
    CONSTRAINT fk_issues_member FOREIGN KEY (member_id) REFERENCES people (id),
    CONSTRAINT fk_issues_merged_into FOREIGN KEY (merged_into) REFERENCES issues (id)
);
CREATE INDEX ix_issues_unit_seq ON issues (unit_id, seq);
CREATE INDEX ix_issues_conversation ON issues (conversation_id, id);
CREATE INDEX ix_issues_reporter ON issues (reporter_id, status);
CREATE INDEX ix_issues_next ON issues (next_at);
CREATE INDEX ix_issues_unit_reported ON issues (unit_id, reported_at);
CREATE INDEX ix_issues_reported ON issues (reported_at);
CREATE INDEX ix_issues_unit_status ON issues (unit_id, status);
CREATE INDEX ix_issues_status ON issues (status);

-- issue_messages: what was said about an issue: origin, endorsement, photo, place
CREATE TABLE issue_messages (
    issue_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL,
    ext_id TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (issue_id, message_id),
    CONSTRAINT fk_issue_messages_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_issue_messages_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id)
);
CREATE INDEX ix_issue_messages_ext ON issue_messages (conversation_id, ext_id);

-- endorsements: one a person and issue
CREATE TABLE endorsements (
    id INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_endorsements UNIQUE (issue_id, person_id),
    CONSTRAINT fk_endorsements_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_endorsements_person FOREIGN KEY (person_id) REFERENCES people (id)
);
CREATE INDEX ix_endorsements_person ON endorsements (person_id);

-- issue_events: replaying them gives the state of the issue
CREATE TABLE issue_events (
    id INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    verb TEXT NOT NULL DEFAULT '',
    from_status TEXT NOT NULL DEFAULT '',
    to_status TEXT NOT NULL DEFAULT '',
    actor_id INTEGER,
    actor TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_issue_events UNIQUE (issue_id, seq),
    CONSTRAINT fk_issue_events_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_issue_events_actor FOREIGN KEY (actor_id) REFERENCES people (id)
);
CREATE INDEX ix_issue_events_created ON issue_events (created_at);

-- assignments: one row a dispatch
CREATE TABLE assignments (
    id INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    round INTEGER NOT NULL DEFAULT 0,
    agency TEXT NOT NULL DEFAULT '',
    helpers TEXT NOT NULL DEFAULT '',
    handler_id INTEGER,
    handler_name TEXT NOT NULL DEFAULT '',
    assigned_by INTEGER,
    assigned_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    due_rule TEXT NOT NULL DEFAULT '',
    signed_at DATETIME,
    returned_at DATETIME,
    return_reason TEXT,
    return_valid BOOLEAN,
    resolved_at DATETIME,
    PRIMARY KEY (id),
    CONSTRAINT uq_assignments UNIQUE (issue_id, round),
    CONSTRAINT fk_assignments_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_assignments_handler FOREIGN KEY (handler_id) REFERENCES people (id),
    CONSTRAINT fk_assignments_assigned_by FOREIGN KEY (assigned_by) REFERENCES people (id)
);
CREATE INDEX ix_assignments_assigned ON assignments (assigned_at);

-- ratings: answers to the follow-up of one closing attempt
CREATE TABLE ratings (
    id INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    round INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL,
    solved TEXT NOT NULL DEFAULT '',
    satisfaction TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_ratings UNIQUE (issue_id, round, person_id),
    CONSTRAINT fk_ratings_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_ratings_person FOREIGN KEY (person_id) REFERENCES people (id)
);

-- +goose Down
DROP TABLE ratings;
DROP TABLE assignments;
DROP TABLE issue_events;
DROP TABLE endorsements;
DROP TABLE issue_messages;
DROP TABLE issues;
