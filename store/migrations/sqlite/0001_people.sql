-- +goose Up
-- units: townships and communities
CREATE TABLE units (
    id INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_units_code UNIQUE (code),
    CONSTRAINT uq_units_name UNIQUE (name)
);

-- people: phone and id_card: sealed with AES-GCM, key id in front; *_hash: keyed hash for look-up
CREATE TABLE people (
    id INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    sector TEXT NOT NULL DEFAULT '',
    studio TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    phone_hash TEXT,
    id_card TEXT NOT NULL DEFAULT '',
    id_card_hash TEXT,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_people_phone UNIQUE (phone_hash),
    CONSTRAINT uq_people_id_card UNIQUE (id_card_hash)
);

-- roles: scope: unit code, agency or * - what makes a role unique
CREATE TABLE roles (
    id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    unit_id INTEGER,
    agency TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL,
    scope TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (id),
    CONSTRAINT uq_roles UNIQUE (person_id, name, scope),
    CONSTRAINT fk_roles_person FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT fk_roles_unit FOREIGN KEY (unit_id) REFERENCES units (id)
);
CREATE INDEX ix_roles_agency ON roles (agency);

-- accounts: a person's identity on a channel
CREATE TABLE accounts (
    id INTEGER NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    ext_id TEXT NOT NULL DEFAULT '',
    person_id INTEGER NOT NULL,
    nickname TEXT NOT NULL DEFAULT '',
    subscribed BOOLEAN NOT NULL DEFAULT 0,
    bound_at DATETIME,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_accounts UNIQUE (channel, ext_id),
    CONSTRAINT fk_accounts_person FOREIGN KEY (person_id) REFERENCES people (id)
);
CREATE INDEX ix_accounts_person ON accounts (person_id);

-- chat_groups: a group and the unit it belongs to
CREATE TABLE chat_groups (
    id INTEGER NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    ext_id TEXT NOT NULL DEFAULT '',
    unit_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_chat_groups UNIQUE (channel, ext_id),
    CONSTRAINT fk_chat_groups_unit FOREIGN KEY (unit_id) REFERENCES units (id)
);
CREATE INDEX ix_chat_groups_unit ON chat_groups (unit_id);

-- binding_codes: one-time codes of #绑定, hashed; in SQL, because the command line that issues them may share no Redis with the service, and because taking one belongs to the transaction that binds
CREATE TABLE binding_codes (
    hash TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    expires_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (hash),
    CONSTRAINT uq_binding_codes_person UNIQUE (person_id),
    CONSTRAINT fk_binding_codes_person FOREIGN KEY (person_id) REFERENCES people (id)
);

-- sequences: gapless numbers, locked while one is taken
CREATE TABLE sequences (
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name)
);

-- +goose Down
DROP TABLE sequences;
DROP TABLE binding_codes;
DROP TABLE chat_groups;
DROP TABLE accounts;
DROP TABLE roles;
DROP TABLE people;
DROP TABLE units;
