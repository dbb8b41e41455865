-- +goose Up
-- places: the gazetteer; a code, once printed in a ledger, keeps its meaning, so rows are retired and never deleted. aliases: separated by ;
CREATE TABLE places (
    id INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    unit_id INTEGER,
    parent TEXT NOT NULL DEFAULT '',
    aliases TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_places_code UNIQUE (code),
    CONSTRAINT fk_places_unit FOREIGN KEY (unit_id) REFERENCES units (id)
);

-- +goose Down
DROP TABLE places;
