package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tongshishang/store/storetest"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
)

// cluster is the Galera cluster and the Redis Cluster that deploy/cluster.sh started and keeps running.
type cluster struct {
	t        *testing.T
	galera   []*node
	redis    []*node
	url      string // of the database server, through HAProxy
	redisURL string
	db       *sql.DB // through HAProxy, on the test's database once it is chosen
}

// openCluster finds the cluster, or skips the test where there is none, and makes its database server the one storetest uses.
func openCluster(t *testing.T) *cluster {
	t.Helper()
	dir := os.Getenv("TSS_TEST_CLUSTER")
	if dir == "" {
		t.Skip("TSS_TEST_CLUSTER is not set: run deploy/cluster.sh")
	}
	c := &cluster{t: t, url: content(t, dir, "database.url"), redisURL: content(t, dir, "redis.url")}
	t.Setenv(storetest.MySQLVariable, c.url)
	for n := 1; n <= 3; n++ {
		node := openNode(t, dir, fmt.Sprintf("galera%d", n))
		db := c.connect("mysql://" + c.user() + "@" + node.address + "/")
		node.ready = func() error { return synced(t.Context(), db) }
		c.galera = append(c.galera, node)
	}
	for n := 1; n <= 6; n++ {
		node := openNode(t, dir, fmt.Sprintf("redis%d", n))
		client := redis.NewClient(&redis.Options{Addr: node.address})
		t.Cleanup(func() { _ = client.Close() })
		node.ready = func() error { return linked(t.Context(), client) }
		node.isMaster = func() bool {
			role, err := client.Do(t.Context(), "ROLE").Slice()
			return err == nil && role[0] == "master"
		}
		c.redis = append(c.redis, node)
	}
	return c
}

// user is the name and password that every node takes.
func (c *cluster) user() string {
	u, err := url.Parse(c.url)
	if err != nil {
		c.t.Fatal(err)
	}
	return u.User.String()
}

// connect opens a database by its URL as the configuration has it.
func (c *cluster) connect(raw string) *sql.DB {
	c.t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		c.t.Fatal(err)
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.DBName, cfg.Logger = u.User.Username(), "tcp", u.Host, strings.TrimPrefix(u.Path, "/"), &mysql.NopLogger{}
	cfg.Passwd, _ = u.User.Password()
	cfg.Timeout, cfg.ReadTimeout, cfg.InterpolateParams, cfg.ParseTime = 2*time.Second, 30*time.Second, true, true
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	c.t.Cleanup(func() { _ = db.Close() })
	return db
}

// synced tells whether a Galera node is part of the cluster and up to date.
func synced(ctx context.Context, db *sql.DB) error {
	var name, state string
	if err := db.QueryRowContext(ctx, "SHOW STATUS LIKE 'wsrep_local_state'").Scan(&name, &state); err != nil {
		return err
	}
	if state != "4" {
		return fmt.Errorf("wsrep_local_state is %s", state)
	}
	return nil
}

// linked tells whether a Redis node sees a whole cluster and, as a replica, follows its master.
func linked(ctx context.Context, client *redis.Client) error {
	info, err := client.Do(ctx, "CLUSTER", "INFO").Text()
	if err != nil {
		return err
	}
	replication, err := client.Info(ctx, "replication").Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, "cluster_state:ok") || strings.Contains(replication, "master_link_status:down") {
		return errors.New("not linked to the others")
	}
	return nil
}

// writer is the Galera node that HAProxy has chosen.
func (c *cluster) writer() *node {
	c.t.Helper()
	var name string
	c.patiently("the writer's name", func() error {
		return c.db.QueryRowContext(c.t.Context(), "SELECT @@wsrep_node_name").Scan(&name)
	})
	for _, n := range c.galera {
		if n.name == name {
			return n
		}
	}
	c.t.Fatalf("no node %q", name)
	return nil
}

// master is one of the Redis nodes that are masters now.
func (c *cluster) master(n int) *node {
	c.t.Helper()
	for i := range c.redis {
		if node := c.redis[(n+i)%len(c.redis)]; node.isMaster() {
			return node
		}
	}
	c.t.Fatal("no master among the Redis nodes")
	return nil
}

// patiently asks the cluster something until it answers; nodes may be on their way back.
func (c *cluster) patiently(what string, ask func() error) {
	c.t.Helper()
	var err error
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		if err = ask(); err == nil {
			return
		}
	}
	c.t.Fatalf("%s: %v", what, err)
}

// node is a process that deploy/keep.sh runs again whenever it ends, unless it is down.
type node struct {
	t        *testing.T
	name     string
	dir      string
	address  string // host:port
	ready    func() error
	isMaster func() bool // Redis
}

func openNode(t *testing.T, dir, name string) *node {
	t.Helper()
	n := &node{t: t, name: name, dir: filepath.Join(dir, name), address: content(t, dir, name, "address")}
	t.Cleanup(n.lift)
	return n
}

func content(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// kill ends the node as a power cut would, and keeps it down.
func (n *node) kill() {
	n.t.Helper()
	if err := os.WriteFile(filepath.Join(n.dir, "down"), nil, 0o644); err != nil {
		n.t.Fatal(err)
	}
	pid, err := strconv.Atoi(content(n.t, n.dir, "pid"))
	if err != nil {
		n.t.Fatal(err)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// lift lets the node come back.
func (n *node) lift() { _ = os.Remove(filepath.Join(n.dir, "down")) }

// rise lets the node come back and waits until it is one of the cluster again.
func (n *node) rise() {
	n.t.Helper()
	n.lift()
	var err error
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if err = n.ready(); err == nil {
			return
		}
	}
	n.t.Fatalf("%s doesn't come back: %v", n.name, err)
}
