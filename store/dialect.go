package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"github.com/pressly/goose/v3"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// dialect is everything in which the two databases differ.
type dialect struct {
	name       string // the folder of its migrations
	goose      goose.Dialect
	write      *sql.DB
	read       *sql.DB // the same as write, but for SQLite, where one writer and many readers share the file
	gormFor    func(*sql.DB) gorm.Dialector
	lockClause string // of a locking SELECT
	forUpdate  string // the same as text
	// upsert is the end of an INSERT that brings the columns up to date where the unique key is taken.
	upsert     func(key string, columns ...string) string
	timeSQL    string // the database's own clock, UTC
	skipLocked string // of a SELECT that claims work
	// nextNumber takes the next number of a sequence in one statement; the row stays locked until the transaction ends.
	nextNumber func(tx *gorm.DB, name string) (int64, error)
	snapshot   *sql.TxOptions // of a transaction that reads all tables as they were at its first read
	columnsSQL string         // table, column, type, place in the primary key (0: none) of every table
	keysOff    string         // foreign keys aren't checked on this connection …
	keysOn     string         // … and are again
}

func openDialect(raw string, maxOpen int) (*dialect, error) {
	scheme, rest, _ := strings.Cut(raw, "://")
	switch scheme {
	case "mysql":
		return openMySQL(rest, maxOpen)
	case "sqlite":
		return openSQLite(rest)
	}
	return nil, errors.New("database url: it begins with neither mysql:// nor sqlite://")
}

// readMySQL reads user:password@host:port/database, user:password@unix(/socket)/database or user:password@/database?socket=/path.
// A password is taken as it is written, or percent-encoded; nothing of the address is quoted in an error, for it holds one.
func readMySQL(rest string) (*mysqldriver.Config, error) {
	rest, query, _ := strings.Cut(rest, "?")
	params, err := url.ParseQuery(query)
	at := strings.LastIndex(rest, "@")
	if err != nil || at < 0 {
		return nil, errors.New("database url: write mysql://user:password@host:port/database")
	}
	cfg := mysqldriver.NewConfig()
	var password string
	cfg.User, password, _ = strings.Cut(rest[:at], ":")
	cfg.Passwd = password
	if plain, err := url.PathUnescape(password); err == nil {
		cfg.Passwd = plain
	}
	cfg.Net, cfg.Addr, cfg.TLSConfig = "tcp", rest[at+1:], params.Get("tls")
	if socket, database, ok := strings.Cut(strings.TrimPrefix(cfg.Addr, "unix("), ")/"); ok && strings.HasPrefix(cfg.Addr, "unix(") {
		cfg.Net, cfg.Addr, cfg.DBName = "unix", socket, database
		return cfg, nil
	}
	cfg.Addr, cfg.DBName, _ = strings.Cut(cfg.Addr, "/")
	if socket := params.Get("socket"); socket != "" {
		cfg.Net, cfg.Addr = "unix", socket
	} else if _, _, err := net.SplitHostPort(cfg.Addr); err != nil {
		cfg.Addr = net.JoinHostPort(strings.Trim(cfg.Addr, "[]"), "3306")
	}
	return cfg, nil
}

// mysqlSession wraps a connector: READ COMMITTED, because the rows a transaction works on are locked explicitly and gap locks
// would only make neighbours wait. The statement is the one that MySQL and MariaDB of every version understand.
type mysqlSession struct{ driver.Connector }

// Connect implements driver.Connector.
func (c mysqlSession) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	exec, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("mysql driver can't execute"), conn.Close())
	}
	if _, err := exec.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func openMySQL(rest string, maxOpen int) (*dialect, error) {
	cfg, err := readMySQL(rest)
	if err != nil {
		return nil, err
	}
	cfg.Collation = "utf8mb4_bin"
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.InterpolateParams = true // one round trip a statement
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = 5*time.Second, 60*time.Second, 30*time.Second
	cfg.Params = map[string]string{"time_zone": "'+00:00'", "innodb_lock_wait_timeout": "5"}
	connector, err := mysqldriver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	db := sql.OpenDB(mysqlSession{connector})
	db.SetMaxOpenConns(maxOpen)
	db.SetMaxIdleConns(maxOpen)
	db.SetConnMaxLifetime(30 * time.Minute)
	return &dialect{name: "mysql", goose: goose.DialectMySQL, write: db, read: db, lockClause: "UPDATE", forUpdate: " FOR UPDATE", upsert: upsertMySQL,
		skipLocked: "SKIP LOCKED", timeSQL: "SELECT UTC_TIMESTAMP(6)", nextNumber: nextMySQL,
		snapshot: &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, columnsSQL: mysqlColumns,
		keysOff: "SET SESSION foreign_key_checks = 0", keysOn: "SET SESSION foreign_key_checks = 1",
		gormFor: func(db *sql.DB) gorm.Dialector { return mysql.New(mysql.Config{Conn: db}) }}, nil
}

func openSQLite(path string) (*dialect, error) {
	if !filepath.IsAbs(path) {
		return nil, errors.New("database url: write sqlite:///path/file.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("database folder: %w", err)
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"}}
	readDSN := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
	q.Set("_txlock", "immediate")
	write, err := sqlitedriver.Open("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode())
	if err != nil {
		return nil, fmt.Errorf("database file %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sqlitedriver.Open(readDSN)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database file %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	return &dialect{name: "sqlite", goose: goose.DialectSQLite3, write: write, read: read, lockClause: "UPDATE", upsert: upsertSQLite,
		timeSQL: "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')", nextNumber: nextSQLite,
		snapshot: &sql.TxOptions{ReadOnly: true}, columnsSQL: sqliteColumns,
		keysOff: "PRAGMA foreign_keys = 0", keysOn: "PRAGMA foreign_keys = 1",
		gormFor: func(db *sql.DB) gorm.Dialector { return gormlite.OpenDB(db) }}, nil
}

const (
	mysqlColumns = `SELECT c.table_name, c.column_name, c.data_type, COALESCE(k.seq_in_index, 0) FROM information_schema.columns c
		LEFT JOIN information_schema.statistics k ON k.table_schema = c.table_schema AND k.table_name = c.table_name
			AND k.column_name = c.column_name AND k.index_name = 'PRIMARY'
		WHERE c.table_schema = DATABASE()`
	sqliteColumns = `SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`
)

func upsertMySQL(_ string, columns ...string) string {
	return " ON DUPLICATE KEY UPDATE " + assign(columns, "VALUES(", ")")
}

func upsertSQLite(key string, columns ...string) string {
	return " ON CONFLICT (" + key + ") DO UPDATE SET " + assign(columns, "excluded.", "")
}

func assign(columns []string, before, after string) string {
	sets := make([]string, len(columns))
	for i, c := range columns {
		sets[i] = c + " = " + before + c + after
	}
	return strings.Join(sets, ", ")
}

func nextMySQL(tx *gorm.DB, name string) (int64, error) {
	if tx.Error != nil {
		return 0, tx.Error
	}
	res, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, "INSERT INTO sequences (name, value) VALUES (?, LAST_INSERT_ID(1)) "+
		"ON DUPLICATE KEY UPDATE value = LAST_INSERT_ID(value + 1)", name)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func nextSQLite(tx *gorm.DB, name string) (n int64, err error) {
	if tx.Error != nil {
		return 0, tx.Error
	}
	err = tx.Statement.ConnPool.QueryRowContext(tx.Statement.Context, "INSERT INTO sequences (name, value) VALUES (?, 1) "+
		"ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value", name).Scan(&n)
	return n, err
}

func (d *dialect) close() error {
	err := d.write.Close()
	if d.read != d.write {
		err = errors.Join(err, d.read.Close())
	}
	return err
}

// The server's error numbers that mean: nothing was done, try the whole transaction again.
const (
	mysqlLockWait     = 1205
	mysqlDeadlock     = 1213
	mysqlNotReady     = 1047 // a Galera node that isn't part of the cluster right now
	mysqlCheckRead    = 1020 // record has changed since last read (MariaDB with innodb_snapshot_isolation)
	mysqlDuplicate    = 1062
	mysqlTooManyConns = 1040
	mysqlServerGone   = 1053
)

// isRetryable tells whether the transaction left no trace and another try may succeed.
func isRetryable(err error) bool {
	if my, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
		switch my.Number {
		case mysqlLockWait, mysqlDeadlock, mysqlNotReady, mysqlCheckRead, mysqlTooManyConns, mysqlServerGone:
			return true
		}
		return false
	}
	return errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED)
}

// isDuplicate tells whether a unique key refused a row.
func isDuplicate(err error) bool {
	if my, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
		return my.Number == mysqlDuplicate
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// isConnection tells whether the connection broke, which during a COMMIT leaves open whether it was done.
func isConnection(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysqldriver.ErrInvalidConn)
}
