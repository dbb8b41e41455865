package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
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
	timeSQL    string // the database's own clock, UTC
	skipLocked string // of a SELECT that claims work
}

func openDialect(raw string, maxOpen int) (*dialect, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("database url: not a URL")
	}
	switch u.Scheme {
	case "mysql":
		return openMySQL(u, maxOpen)
	case "sqlite":
		return openSQLite(u)
	}
	return nil, fmt.Errorf("database url: scheme %q is neither mysql nor sqlite", u.Scheme)
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

func openMySQL(u *url.URL, maxOpen int) (*dialect, error) {
	cfg := mysqldriver.NewConfig()
	cfg.User, cfg.Net, cfg.Addr = u.User.Username(), "tcp", u.Host
	cfg.Passwd, _ = u.User.Password()
	cfg.DBName = strings.TrimPrefix(u.Path, "/")
	if socket := u.Query().Get("socket"); socket != "" {
		cfg.Net, cfg.Addr = "unix", socket
	}
	if cfg.Net == "tcp" && u.Port() == "" {
		cfg.Addr = u.Hostname() + ":3306"
	}
	cfg.TLSConfig = u.Query().Get("tls")
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
	return &dialect{name: "mysql", goose: goose.DialectMySQL, write: db, read: db, lockClause: "UPDATE",
		skipLocked: "SKIP LOCKED", timeSQL: "SELECT UTC_TIMESTAMP(6)", gormFor: func(db *sql.DB) gorm.Dialector { return mysql.New(mysql.Config{Conn: db}) }}, nil
}

func openSQLite(u *url.URL) (*dialect, error) {
	path := u.Path
	if path == "" {
		return nil, errors.New("database url: sqlite:///path/file.db names no file")
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
	return &dialect{name: "sqlite", goose: goose.DialectSQLite3, write: write, read: read, lockClause: "UPDATE",
		timeSQL: "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
		gormFor: func(db *sql.DB) gorm.Dialector { return gormlite.OpenDB(db) }}, nil
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
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) {
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
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) {
		return my.Number == mysqlDuplicate
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// isConnection tells whether the connection broke, which during a COMMIT leaves open whether it was done.
func isConnection(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysqldriver.ErrInvalidConn)
}
