package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"tongshishang/store/storetest"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
)

// server is a MariaDB or Redis of a test's own, which it may kill and start again on the same port.
type server struct {
	t       *testing.T
	command []string
	env     []string
	as      *syscall.Credential // nil: the test's own user
	log     string
	ask     func() error // whether it answers
	process *exec.Cmd
}

// start starts the server and waits until it answers.
func (s *server) start() {
	s.t.Helper()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.process = exec.Command(s.command[0], s.command[1:]...)
	s.process.Stdout, s.process.Stderr, s.process.Dir = log, log, "/" // the test's folder may be closed to its user
	s.process.Env = append(os.Environ(), s.env...)
	// Even if the test is killed outright, the kernel ends the server with it.
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: s.as}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if err = s.ask(); err == nil {
			return
		}
	}
	text, _ := os.ReadFile(s.log)
	s.t.Fatalf("%s doesn't answer: %v\n%s", s.command[0], err, text)
}

// kill ends the server as a power cut would, with everything it started.
func (s *server) kill() {
	if s.process != nil && s.process.Process != nil {
		_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL)
		_ = s.process.Wait()
	}
	s.process = nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// programs finds the servers' programs, or skips the test where there are none or no database is to be tested on.
func programs(t *testing.T, names ...string) []string {
	t.Helper()
	if os.Getenv(storetest.MySQLVariable) == "" {
		t.Skip(storetest.MySQLVariable + " is not set")
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin") // where Debian keeps mariadbd
	var paths []string
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// privateMariaDB starts a MariaDB that writes every commit to the disk, and makes it the server that storetest uses.
func privateMariaDB(t *testing.T) *server {
	t.Helper()
	found := programs(t, "mariadbd", "mariadb-install-db")
	dir := t.TempDir()
	s := &server{t: t, as: databaseUser(t, dir), log: filepath.Join(dir, "server.log"), env: []string{"TMPDIR=" + dir}}
	port := freePort(t)
	install := exec.CommandContext(t.Context(), found[1], "--no-defaults", "--datadir="+dir+"/data", "--skip-test-db", "--force",
		"--auth-root-authentication-method=normal")
	install.Dir, install.Env = "/", append(os.Environ(), s.env...)
	install.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	init := filepath.Join(dir, "init.sql")
	grant := "SET PASSWORD FOR root@localhost = PASSWORD('x');\nCREATE OR REPLACE USER root@127.0.0.1 IDENTIFIED BY 'x';\nGRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;\n"
	if err := os.WriteFile(init, []byte(grant), 0o644); err != nil {
		t.Fatal(err)
	}
	s.command = []string{found[0], "--no-defaults", "--datadir=" + dir + "/data", "--socket=" + dir + "/sock", "--pid-file=" + dir + "/pid", "--tmpdir=" + dir,
		"--init-file=" + init, "--bind-address=127.0.0.1", "--port=" + port, "--skip-name-resolve", "--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_unicode_ci", "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M"}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd, cfg.Net, cfg.Addr, cfg.Logger = "root", "x", "tcp", "127.0.0.1:"+port, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	s.ask = func() error { return db.Ping() }
	t.Cleanup(func() { _ = db.Close(); s.kill() })
	s.start()
	t.Setenv(storetest.MySQLVariable, fmt.Sprintf("mysql://root:x@127.0.0.1:%s/", port))
	return s
}

// databaseUser is who MariaDB runs as, which is never root, and gives that user the folder.
func databaseUser(t *testing.T, dir string) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("mysql")
	if err != nil {
		t.Skip(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := errors.Join(os.Chown(dir, uid, gid), os.Chmod(filepath.Dir(dir), 0o711)); err != nil { // it must get there
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// privateRedis starts a Redis that forgets everything when it is killed, and returns its URL.
func privateRedis(t *testing.T) (*server, string) {
	t.Helper()
	found := programs(t, "redis-server")
	dir := t.TempDir()
	port := freePort(t)
	s := &server{t: t, log: filepath.Join(dir, "server.log"),
		command: []string{found[0], "--bind", "127.0.0.1", "--port", port, "--dir", dir, "--save", "", "--appendonly", "no"}}
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	s.ask = func() error { return c.Ping(t.Context()).Err() }
	t.Cleanup(func() { _ = c.Close(); s.kill() })
	s.start()
	return s, "redis://127.0.0.1:" + port + "/0"
}
