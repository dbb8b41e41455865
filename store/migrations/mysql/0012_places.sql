-- +goose Up
-- places: the gazetteer; a code, once printed in a ledger, keeps its meaning, so rows are retired and never deleted. aliases: separated by ;
CREATE TABLE places (
    id BIGINT NOT NULL,
    code VARCHAR(32) NOT NULL DEFAULT '',
    name VARCHAR(64) NOT NULL DEFAULT '',
    kind VARCHAR(16) NOT NULL DEFAULT '',
    unit_id BIGINT NULL,
    parent VARCHAR(32) NOT NULL DEFAULT '',
    aliases VARCHAR(1000) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_places_code UNIQUE (code),
    CONSTRAINT fk_places_unit FOREIGN KEY (unit_id) REFERENCES units (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE places;
