-- +goose Up
-- restores: a backup that is being restored: its manifest's digest and how many of its parts are in. While the row is there the database is half of one and isn't served
CREATE TABLE restores (
    id INT NOT NULL,
    digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    parts INT NOT NULL DEFAULT 0,
    started_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE restores;
