-- +goose Up
-- restores: a backup that is being restored: its manifest's digest and how many of its parts are in. While the row is there the database is half of one and isn't served
CREATE TABLE restores (
    id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    parts INTEGER NOT NULL DEFAULT 0,
    started_at DATETIME NOT NULL,
    PRIMARY KEY (id)
);

-- +goose Down
DROP TABLE restores;
