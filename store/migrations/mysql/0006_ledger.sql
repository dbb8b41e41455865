-- +goose Up
-- ledger_snapshots: a signed-off week; scope: unit code or *
CREATE TABLE ledger_snapshots (
    id BIGINT NOT NULL,
    week VARCHAR(8) NOT NULL DEFAULT '',
    unit_id BIGINT NULL,
    scope VARCHAR(16) NOT NULL DEFAULT '',
    digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    row_count INT NOT NULL DEFAULT 0,
    locked_by VARCHAR(64) NOT NULL DEFAULT '',
    locked_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_ledger_snapshots UNIQUE (week, scope),
    CONSTRAINT fk_ledger_snapshots_unit FOREIGN KEY (unit_id) REFERENCES units (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ledger_snapshot_rows: the cells of each row as JSON, as they were locked
CREATE TABLE ledger_snapshot_rows (
    snapshot_id BIGINT NOT NULL,
    n INT NOT NULL,
    issue_id BIGINT NOT NULL,
    cells MEDIUMTEXT NOT NULL,
    PRIMARY KEY (snapshot_id, n),
    INDEX ix_snapshot_issue (issue_id),
    CONSTRAINT fk_ledger_snapshot_rows_snapshot FOREIGN KEY (snapshot_id) REFERENCES ledger_snapshots (id),
    CONSTRAINT fk_ledger_snapshot_rows_issue FOREIGN KEY (issue_id) REFERENCES issues (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE ledger_snapshot_rows;
DROP TABLE ledger_snapshots;
