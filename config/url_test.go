package config

import "testing"

// urlCase is an address and whether its shape is right.
type urlCase struct {
	url string
	ok  bool
}

func checkURLs(t *testing.T, check func(string) error, cases []urlCase) {
	t.Helper()
	for _, c := range cases {
		if err := check(c.url); (err == nil) != c.ok {
			t.Errorf("%q: got %v, want right: %v", c.url, err, c.ok)
		}
	}
}

func TestCheckDatabase(t *testing.T) {
	checkURLs(t, checkDatabase, []urlCase{
		{"mysql://user:pass@127.0.0.1:3306/tongshishang", true},
		{"mysql://user:p@ss:w/rd@db/tss?parseTime=true", true},
		{"mysql://user@[::1]:3306/tss", true},
		{"mysql://user:pass@unix(/run/mysqld/mysqld.sock)/tss", true},
		{"mysql://user:pass@/tss?socket=/run/mysqld/mysqld.sock", true},
		{"sqlite:///var/lib/tss.db", true},
		{"mysql://user:pass@127.0.0.1:3306", false},
		{"mysql://user:pass@127.0.0.1:99999/tss", false},
		{"mysql://user:pass@127.0.0.1:x/tss", false},
		{"mysql://user:pass@/tss", false},
		{"mysql://user:pass@/tss?socket=here", false},
		{"mysql://user:pass@unix(sock)/tss", false},
		{"mysql://127.0.0.1/tss", false},
		{"mysql://:pass@127.0.0.1/tss", false},
		{"mysql://u@h/a/b", false},
		{"mysql://u@h/a?x=%zz", false},
		{"sqlite://tss.db", false},
		{"sqlite:///var/lib/", false},
		{"/var/lib/tss.db", false},
	})
}

func TestCheckRedis(t *testing.T) {
	checkURLs(t, checkRedis, []urlCase{
		{"embedded:", true},
		{"redis://127.0.0.1:6379/0", true},
		{"redis://:pass@cache", true},
		{"rediss://u:p@cache:6380/3?dial_timeout=2s", true},
		{"redis+sentinel://a:26379,b:26379/mymaster/1", true},
		{"redis+sentinel://u:p@a:26379/mymaster", true},
		{"redis+cluster://a:7000,b:7001,c:7002", true},
		{"redis+cluster://a:7000/", true},
		{"embedded", false},
		{"127.0.0.1:6379", false},
		{"redis://", false},
		{"redis://a:1,b:2/0", false},
		{"redis://a:6379/zero", false},
		{"redis+sentinel://a:26379", false},
		{"redis+sentinel://a:26379,/mymaster", false},
		{"redis+cluster://a:7000/0", false},
	})
}

func TestCheckHTTP(t *testing.T) {
	checkURLs(t, checkHTTP, []urlCase{
		{"https://tss.example.org", true},
		{"http://127.0.0.1:5700/base", true},
		{"tss.example.org", false},
		{"ftp://h", false},
		{"http://:8080", false},
		{"http://u:p@h", false},
		{"http://h/?a=b", false},
		{"http://h/#a", false},
		{"http://%zz", false},
	})
}

func TestCheckListen(t *testing.T) {
	checkURLs(t, checkListen, []urlCase{
		{"127.0.0.1:8080", true}, {":8080", true}, {"[::]:80", true}, {"localhost:0", true}, {"0.0.0.0:65535", true},
		{"8080", false}, {"h:65536", false}, {"h:-1", false}, {"h:http", false}, {"", false}, {"http://h:80", false},
	})
	checkURLs(t, checkLoopback, []urlCase{
		{"127.0.0.1:6060", true}, {"[::1]:6060", true}, {"localhost:6060", true}, {"127.9.9.9:1", true},
		{":6060", false}, {"0.0.0.0:6060", false}, {"192.168.1.2:6060", false}, {"example.org:6060", false}, {"localhost", false},
	})
}

func TestMaskURL(t *testing.T) {
	for in, want := range map[Secret]string{
		"mysql://user:p@ss/w@db:3306/tss?x=y":        "mysql://user:***@db:3306/tss?***",
		"mysql://user:pass@unix(/run/my.sock)/tss":   "mysql://user:***@unix(/run/my.sock)/tss",
		"redis://:secret@cache:6379/0":               "redis://:***@cache:6379/0",
		"redis+sentinel://a:1,b:2/mymaster":          "redis+sentinel://a:1,b:2/mymaster",
		"sqlite:///var/lib/tss.db":                   "sqlite:///var/lib/tss.db",
		"user:pass@tcp(127.0.0.1:3306)/tongshishang": "***",
	} {
		if got := maskURL(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
