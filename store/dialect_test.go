package store

import "testing"

func TestReadMySQL(t *testing.T) {
	for text, want := range map[string][5]string{
		"tss:x@127.0.0.1:3307/county":       {"tss", "x", "tcp", "127.0.0.1:3307", "county"},
		"tss:x@db/county":                   {"tss", "x", "tcp", "db:3306", "county"},
		"tss:x@[::1]/county":                {"tss", "x", "tcp", "[::1]:3306", "county"},
		"tss:p@ss/w#rd@db:3306/county":      {"tss", "p@ss/w#rd", "tcp", "db:3306", "county"},
		"tss:p%40ss%3Fword@db:3306/county":  {"tss", "p@ss?word", "tcp", "db:3306", "county"},
		"tss@unix(/run/my.sock)/county":     {"tss", "", "unix", "/run/my.sock", "county"},
		"tss:x@/county?socket=/run/my.sock": {"tss", "x", "unix", "/run/my.sock", "county"},
		"tss:100%@db:3306/county?tls=true":  {"tss", "100%", "tcp", "db:3306", "county"},
	} {
		cfg, err := readMySQL(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := [5]string{cfg.User, cfg.Passwd, cfg.Net, cfg.Addr, cfg.DBName}; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if _, err := readMySQL("db:3306/county"); err == nil {
		t.Error("an address without a user was taken")
	}
}
