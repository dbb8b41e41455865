package store

import (
	"database/sql"

	"gorm.io/gorm"
)

// Raw is the transaction's connection, for tests that look at the tables or damage them.
func (t *Tx) Raw() *gorm.DB { return t.db }

// SQL is the writing side's pool and the dialect's name, for tests of the schema.
func (s *Store) SQL() (db *sql.DB, dialect string) { return s.dialect.write, s.dialect.name }

// AppendTo makes the transaction's audit entries go to a chain.
func (t *Tx) AppendTo(chain int64) { t.chain = chain }
