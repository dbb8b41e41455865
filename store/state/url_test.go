package state

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const secret = "s3cret"

func containsSecret(text string) bool { return strings.Contains(text, secret) }

func TestParseURL(t *testing.T) {
	tests := []struct {
		address string
		addrs   []string
		check   func(o *redis.UniversalOptions) bool
	}{
		{"redis://127.0.0.1:6380/3", []string{"127.0.0.1:6380"},
			func(o *redis.UniversalOptions) bool { return o.DB == 3 && o.TLSConfig == nil && !o.IsClusterMode }},
		{"redis://localhost", []string{"localhost:6379"},
			func(o *redis.UniversalOptions) bool { return o.DB == 0 && o.Password == "" }},
		{"redis://bot:s3cret%2Fx@db:6379", []string{"db:6379"},
			func(o *redis.UniversalOptions) bool { return o.Username == "bot" && o.Password == "s3cret/x" }},
		{"redis://db:6379?pool_size=7&read_timeout=2s", []string{"db:6379"},
			func(o *redis.UniversalOptions) bool { return o.PoolSize == 7 && o.ReadTimeout == 2*time.Second }},
		{"rediss://db:6379", []string{"db:6379"},
			func(o *redis.UniversalOptions) bool { return o.TLSConfig != nil && o.TLSConfig.ServerName == "db" }},
		{"redis+sentinel://u:p@s1:26379,s2:26379/main/2?sentinel_password=q", []string{"s1:26379", "s2:26379"},
			func(o *redis.UniversalOptions) bool {
				return o.MasterName == "main" && o.DB == 2 && o.Username == "u" && o.Password == "p" && o.SentinelPassword == "q"
			}},
		{"redis+sentinel://s1:26379/main", []string{"s1:26379"},
			func(o *redis.UniversalOptions) bool { return o.MasterName == "main" && o.DB == 0 }},
		{"redis+cluster://u:p@n1:7000,n2:7001,n3:7002", []string{"n1:7000", "n2:7001", "n3:7002"},
			func(o *redis.UniversalOptions) bool { return o.IsClusterMode && o.Password == "p" }},
		{"rediss+cluster://n1:7000", []string{"n1:7000"},
			func(o *redis.UniversalOptions) bool {
				return o.IsClusterMode && o.TLSConfig != nil && o.TLSConfig.ServerName == ""
			}},
		{"redis+cluster://[::1]:7000,[::1]:7001/", []string{"[::1]:7000", "[::1]:7001"},
			func(o *redis.UniversalOptions) bool { return o.IsClusterMode }},
	}
	for _, tt := range tests {
		o, err := ParseURL(tt.address)
		if err != nil {
			t.Errorf("ParseURL(%s): %v", tt.address, err)
			continue
		}
		if !slices.Equal(o.Addrs, tt.addrs) || !tt.check(o) {
			t.Errorf("ParseURL(%s) = %+v", tt.address, o)
		}
		if o.DialTimeout != time.Second || o.MaxRetries != -1 {
			t.Errorf("ParseURL(%s) has no limits: dial %v, retries %d", tt.address, o.DialTimeout, o.MaxRetries)
		}
	}
}

func TestParseURL_Fault(t *testing.T) {
	tests := []struct{ address, want string }{
		{"127.0.0.1:6379", "no scheme"},
		{"", "no scheme"},
		{"http://db:6379", "unknown scheme"},
		{"redis+ring://db:6379", "only sentinel and cluster"},
		{"redis:///0", "no host"},
		{"redis://u:s3cret/x@db:6379", "malformed"},
		{"redis://u:1/s3cret@db:6379", "database has to be a number"},
		{"redis://:s3cret@db:6379/main", "database has to be a number"},
		{"redis://:s3cret@db:6379?pool=7", "options after ?"},
		{"redis+sentinel://u:s3cret@s1:26379", "no master's name"},
		{"redis+sentinel://u:s3cret@s1/main", "host 1 isn't host:port"},
		{"redis+sentinel://u:s3cret@s1:26379/main/x", "database has to be a number"},
		{"redis+cluster://u:s3cret@n1:7000,n2", "host 2 isn't host:port"},
		{"redis+cluster://u:s3cret@n1:7000/1", "no databases"},
	}
	for _, tt := range tests {
		_, err := ParseURL(tt.address)
		if err == nil {
			t.Errorf("ParseURL(%s) succeeded", tt.address)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) || containsSecret(err.Error()) {
			t.Errorf("ParseURL(%s): %q, want %q and no password", tt.address, err, tt.want)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"redis://u:s3cret@127.0.0.1:6379/0", "rediss://h", "redis+sentinel://a:1,b:2/main/3?sentinel_password=x",
		"redis+cluster://[::1]:7000,[::1]:7001", "embedded:", "redis://u:s3cret/x@h", "redis+cluster://,/",
		"redis+sentinel://@:1/m?%zz", "redis://h:99999999999", "redis://%",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		o, err := ParseURL(address)
		if err != nil {
			if containsSecret(err.Error()) {
				t.Errorf("%q: the error shows the password: %v", address, err)
			}
			return
		}
		if len(o.Addrs) == 0 || slices.Contains(o.Addrs, "") {
			t.Errorf("%q: an address is empty: %q", address, o.Addrs)
		}
		if err := redis.NewUniversalClient(o).Close(); err != nil {
			t.Errorf("%q: no client can be made: %v", address, err)
		}
	})
}
