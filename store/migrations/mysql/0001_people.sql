-- +goose Up
-- units: townships and communities
CREATE TABLE units (
    id BIGINT NOT NULL,
    code VARCHAR(16) NOT NULL DEFAULT '',
    name VARCHAR(64) NOT NULL DEFAULT '',
    kind VARCHAR(16) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_units_code UNIQUE (code),
    CONSTRAINT uq_units_name UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- people: phone and id_card: sealed with AES-GCM, key id in front; *_hash: keyed hash for look-up
CREATE TABLE people (
    id BIGINT NOT NULL,
    name VARCHAR(64) NOT NULL DEFAULT '',
    sector VARCHAR(64) NOT NULL DEFAULT '',
    studio VARCHAR(64) NOT NULL DEFAULT '',
    phone VARCHAR(512) NOT NULL DEFAULT '',
    phone_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    id_card VARCHAR(512) NOT NULL DEFAULT '',
    id_card_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_people_phone UNIQUE (phone_hash),
    CONSTRAINT uq_people_id_card UNIQUE (id_card_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- roles: scope: unit code, agency or * - what makes a role unique
CREATE TABLE roles (
    id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    name VARCHAR(16) NOT NULL DEFAULT '',
    unit_id BIGINT NULL,
    agency VARCHAR(64) NOT NULL DEFAULT '',
    created_at DATETIME(6) NOT NULL,
    scope VARCHAR(96) NOT NULL DEFAULT '',
    PRIMARY KEY (id),
    CONSTRAINT uq_roles UNIQUE (person_id, name, scope),
    CONSTRAINT fk_roles_person FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT fk_roles_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    INDEX ix_roles_agency (agency)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- accounts: a person's identity on a channel
CREATE TABLE accounts (
    id BIGINT NOT NULL,
    channel VARCHAR(32) NOT NULL DEFAULT '',
    ext_id VARCHAR(128) NOT NULL DEFAULT '',
    person_id BIGINT NOT NULL,
    nickname VARCHAR(128) NOT NULL DEFAULT '',
    subscribed BOOLEAN NOT NULL DEFAULT 0,
    bound_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_accounts UNIQUE (channel, ext_id),
    INDEX ix_accounts_person (person_id),
    CONSTRAINT fk_accounts_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- chat_groups: a group and the unit it belongs to
CREATE TABLE chat_groups (
    id BIGINT NOT NULL,
    channel VARCHAR(32) NOT NULL DEFAULT '',
    ext_id VARCHAR(128) NOT NULL DEFAULT '',
    unit_id BIGINT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_chat_groups UNIQUE (channel, ext_id),
    INDEX ix_chat_groups_unit (unit_id),
    CONSTRAINT fk_chat_groups_unit FOREIGN KEY (unit_id) REFERENCES units (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- binding_codes: one-time codes of #绑定, hashed; in SQL, because the command line that issues them may share no Redis with the service, and because taking one belongs to the transaction that binds
CREATE TABLE binding_codes (
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    person_id BIGINT NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (hash),
    CONSTRAINT uq_binding_codes_person UNIQUE (person_id),
    CONSTRAINT fk_binding_codes_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- sequences: gapless numbers, locked while one is taken
CREATE TABLE sequences (
    name VARCHAR(64) NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE sequences;
DROP TABLE binding_codes;
DROP TABLE chat_groups;
DROP TABLE accounts;
DROP TABLE roles;
DROP TABLE people;
DROP TABLE units;
