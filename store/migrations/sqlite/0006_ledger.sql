-- +goose Up
-- ledger_snapshots: a signed-off week; scope: unit code or *
CREATE TABLE ledger_snapshots (
    id INTEGER NOT NULL,
    week TEXT NOT NULL DEFAULT '',
    unit_id INTEGER,
    scope TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL,
    row_count INTEGER NOT NULL DEFAULT 0,
    locked_by TEXT NOT NULL DEFAULT '',
    locked_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_ledger_snapshots UNIQUE (week, scope),
    CONSTRAINT fk_ledger_snapshots_unit FOREIGN KEY (unit_id) REFERENCES units (id)
);

-- ledger_snapshot_rows: the cells of each row as JSON, as they were locked
CREATE TABLE ledger_snapshot_rows (
    snapshot_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    cells TEXT NOT NULL,
    PRIMARY KEY (snapshot_id, n),
    CONSTRAINT fk_ledger_snapshot_rows_snapshot FOREIGN KEY (snapshot_id) REFERENCES ledger_snapshots (id),
    CONSTRAINT fk_ledger_snapshot_rows_issue FOREIGN KEY (issue_id) REFERENCES issues (id)
);
CREATE INDEX ix_snapshot_issue ON ledger_snapshot_rows (issue_id);

-- +goose Down
DROP TABLE ledger_snapshot_rows;
DROP TABLE ledger_snapshots;
