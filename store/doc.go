// Package store keeps the truth in SQL: GORM on MySQL or MariaDB and on embedded SQLite, one code path. It holds the rows and
// their queries, the one transaction type, the outbox, the audit chains, backups, archives and the versioned schema. Rows stay
// unexported beside their queries; callers speak in the nouns of package bot. It decides nothing: who may do what is asked before
// it is called.
//
// What differs between the two databases stands in dialect.go and in migrations/{mysql,sqlite}, nowhere else.
package store
