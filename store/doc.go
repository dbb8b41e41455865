// Package store keeps the truth in SQL: GORM on MySQL or MariaDB and on embedded SQLite, one code path. It holds the rows and
// their queries, the one transaction type, the outbox, the audit chains, backups, archives and the versioned schema. Rows stay
// unexported beside their queries; callers speak in the nouns of package bot. It decides nothing: who may do what is asked before
// it is called.
//
// A transaction (Tx) collects most rows and writes them at its end, one INSERT a table. A query that should see them goes through
// query, which writes them first; a look-up on the way of every message uses db and adds what is waiting itself.
//
// What differs between the two databases stands in dialect.go and in migrations/{mysql,sqlite}, nowhere else.
package store
