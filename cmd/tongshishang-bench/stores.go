package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"
	"github.com/redis/go-redis/v9"
)

// stores are the servers that the service works on, as the benchmark looks at them. For an embedded run both are nil.
type stores struct {
	mysql    *sql.DB
	redis    *redis.Client
	mysqlPID int
	redisPID int
}

// work is what the stores have done since they began.
type work struct {
	questions int64 // statements MariaDB was sent, transaction statements included
	trips     int64 // times Redis read requests: a pipeline is one or a few
	commands  int64 // of Redis
	byKind    map[string]int64
}

func openStores(ctx context.Context, mysqlURL, redisURL string, mysqlPID int) (*stores, error) {
	db, err := openSQL(mysqlURL)
	if err != nil {
		return nil, err
	}
	opt, err := redis.ParseURL(redisURL)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("redis url: %w", err), db.Close())
	}
	s := &stores{mysql: db, redis: redis.NewClient(opt), mysqlPID: mysqlPID}
	info, err := s.redis.Info(ctx, "server").Result()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("redis: %w", err), s.close())
	}
	s.redisPID = int(counter([]byte(info), "process_id:"))
	return s, nil
}

func (s *stores) close() error {
	if s == nil {
		return nil
	}
	return errors.Join(s.mysql.Close(), s.redis.Close())
}

// work reads the servers' own counters.
func (s *stores) work(ctx context.Context) (work, error) {
	w := work{byKind: map[string]int64{}}
	if s == nil {
		return w, nil
	}
	rows, err := s.mysql.QueryContext(ctx, "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Com\\_%' OR Variable_name = 'Questions'")
	if err != nil {
		return w, fmt.Errorf("status of MariaDB: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return w, fmt.Errorf("status of MariaDB: %w", err)
		}
		w.byKind[strings.TrimPrefix(name, "Com_")] = n
	}
	if err := rows.Err(); err != nil {
		return w, fmt.Errorf("status of MariaDB: %w", err)
	}
	w.questions = w.byKind["Questions"]
	info, err := s.redis.Info(ctx, "stats").Result()
	if err != nil {
		return w, fmt.Errorf("status of Redis: %w", err)
	}
	w.commands = counter([]byte(info), "total_commands_processed:")
	w.trips = counter([]byte(info), "total_reads_processed:")
	return w, nil
}

// openSQL opens a database by the URL that the service takes.
func openSQL(raw string) (*sql.DB, error) {
	scheme, rest, _ := strings.Cut(raw, "://")
	if scheme == "sqlite" {
		return sqlitedriver.Open("file:" + filepath.ToSlash(rest) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_txlock=immediate")
	}
	account, place, ok := strings.Cut(rest, "@")
	if scheme != "mysql" || !ok {
		return nil, errors.New("write mysql://user:password@host:port/database")
	}
	cfg := mysqldriver.NewConfig()
	cfg.User, cfg.Passwd, _ = strings.Cut(account, ":")
	cfg.Addr, cfg.DBName, _ = strings.Cut(place, "/")
	if _, _, err := net.SplitHostPort(cfg.Addr); err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	cfg.Net, cfg.InterpolateParams, cfg.ParseTime, cfg.MaxAllowedPacket = "tcp", true, true, 64<<20
	cfg.Params = map[string]string{"time_zone": "'+00:00'"}
	connector, err := mysqldriver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	return sql.OpenDB(connector), nil
}
