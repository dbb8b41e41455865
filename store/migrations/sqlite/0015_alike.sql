-- +goose Up
-- issue_terms: the few words by which an issue is found again when somebody tells of it once more: its place, a name that the whole
-- county knows, what a question asks for; hashed, so that nothing anybody said stands here
CREATE TABLE issue_terms (
    term INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    PRIMARY KEY (term, issue_id)
);

-- answer_reuses: questions that were answered with the answer to an earlier one, and when the asker said that it didn't fit
CREATE TABLE answer_reuses (
    issue_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    given_at DATETIME NOT NULL,
    rejected_at DATETIME NULL,
    PRIMARY KEY (issue_id),
    CONSTRAINT fk_answer_reuses_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_answer_reuses_source FOREIGN KEY (source_id) REFERENCES issues (id)
);
CREATE INDEX ix_answer_reuses_source ON answer_reuses (source_id, rejected_at);

-- issues: a report is compared with the newest of its unit and category, whatever kind they were taken for
DROP INDEX ix_issues_alike;
CREATE INDEX ix_issues_alike ON issues (unit_id, category, reported_at);

-- +goose Down
DROP INDEX ix_issues_alike;
CREATE INDEX ix_issues_alike ON issues (unit_id, category, kind, reported_at);
DROP TABLE answer_reuses;
DROP TABLE issue_terms;
