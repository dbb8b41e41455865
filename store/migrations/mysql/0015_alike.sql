-- +goose Up
-- issue_terms: the few words by which an issue is found again when somebody tells of it once more: its place, a name that the whole
-- county knows, what a question asks for; hashed, so that nothing anybody said stands here
CREATE TABLE issue_terms (
    term BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    PRIMARY KEY (term, issue_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- answer_reuses: questions that were answered with the answer to an earlier one, and when the asker said that it didn't fit
CREATE TABLE answer_reuses (
    issue_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    given_at DATETIME(6) NOT NULL,
    rejected_at DATETIME(6) NULL,
    PRIMARY KEY (issue_id),
    INDEX ix_answer_reuses_source (source_id, rejected_at),
    CONSTRAINT fk_answer_reuses_issue FOREIGN KEY (issue_id) REFERENCES issues (id),
    CONSTRAINT fk_answer_reuses_source FOREIGN KEY (source_id) REFERENCES issues (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- issues: a report is compared with the newest of its unit and category, whatever kind they were taken for
ALTER TABLE issues DROP INDEX ix_issues_alike, ADD INDEX ix_issues_alike (unit_id, category, reported_at);

-- +goose Down
ALTER TABLE issues DROP INDEX ix_issues_alike, ADD INDEX ix_issues_alike (unit_id, category, kind, reported_at);
DROP TABLE answer_reuses;
DROP TABLE issue_terms;
