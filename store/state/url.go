package state

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ParseURL reads the address of a Redis:
//
//	redis://[user:password@]host:port[/db]
//	redis+sentinel://[user:password@]host:port,host:port/master[/db]
//	redis+cluster://[user:password@]host:port,host:port
//
// and the same with rediss for TLS. After ? may stand go-redis' options (pool_size=20, read_timeout=1s, skip_verify=true …)
// and for Sentinel sentinel_username and sentinel_password, which are the sentinels' own. Errors name the fault and how
// to mend it, but quote nothing of the address: a password with an unescaped / or @ turns up in any part of it.
func ParseURL(address string) (*redis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(address), "://")
	if !ok {
		return nil, errors.New("redis url: no scheme; write redis://host:port/db, or embedded: for the in-process server")
	}
	base, mode, _ := strings.Cut(scheme, "+")
	if base != "redis" && base != "rediss" {
		return nil, errors.New("redis url: unknown scheme; known are redis, rediss, redis+sentinel, redis+cluster and embedded")
	}
	switch mode {
	case "":
		return parseSingle(base, rest)
	case "sentinel":
		return parseSentinel(base, rest)
	case "cluster":
		return parseCluster(base, rest)
	}
	return nil, errors.New("redis url: after + only sentinel and cluster are known")
}

func parseSingle(base, rest string) (*redis.UniversalOptions, error) {
	u, err := url.Parse(base + "://" + rest)
	if err != nil {
		return nil, errors.New("redis url: malformed; write redis://user:password@host:port/db, the password percent-encoded")
	}
	if u.Hostname() == "" {
		return nil, errors.New("redis url: no host; write redis://host:port/db")
	}
	o, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, errors.New("redis url: the database has to be a number, and the options after ? known ones with fitting values")
	}
	return universal(o), nil
}

func parseSentinel(base, rest string) (*redis.UniversalOptions, error) {
	a := split(rest)
	master, db, _ := strings.Cut(a.path, "/")
	if master == "" {
		return nil, errors.New("redis url: no master's name; write redis+sentinel://host:port,host:port/master/db")
	}
	query, err := url.ParseQuery(a.query)
	if err != nil {
		return nil, errors.New("redis url: the options after ? are malformed")
	}
	user, password := query.Get("sentinel_username"), query.Get("sentinel_password")
	query.Del("sentinel_username")
	query.Del("sentinel_password")
	a.path, a.query = db, query.Encode()
	opts, err := a.parse(base)
	if err != nil {
		return nil, err
	}
	opts.MasterName, opts.SentinelUsername, opts.SentinelPassword = master, user, password
	return opts, nil
}

func parseCluster(base, rest string) (*redis.UniversalOptions, error) {
	a := split(rest)
	if a.path != "" {
		return nil, errors.New("redis url: a Cluster has no databases; leave out what follows the hosts")
	}
	opts, err := a.parse(base)
	if err != nil {
		return nil, err
	}
	opts.IsClusterMode = true
	return opts, nil
}

// parts are what follows the scheme of an address with several hosts.
type parts struct {
	user  string // with its @, or empty
	hosts []string
	path  string // without its first /
	query string
}

func split(rest string) parts {
	var p parts
	rest, p.query, _ = strings.Cut(rest, "?")
	hosts, path, _ := strings.Cut(rest, "/")
	p.path = strings.TrimSuffix(path, "/")
	if at := strings.LastIndexByte(hosts, '@'); at >= 0 {
		p.user, hosts = hosts[:at+1], hosts[at+1:]
	}
	p.hosts = strings.Split(hosts, ",")
	return p
}

// parse lets the single form's parser read user, first host, database and options, and adds the other hosts.
func (p parts) parse(base string) (*redis.UniversalOptions, error) {
	for i, h := range p.hosts {
		host, port, err := net.SplitHostPort(h)
		if err != nil || host == "" || port == "" {
			return nil, fmt.Errorf("redis url: host %d isn't host:port; a password has to be percent-encoded", i+1)
		}
	}
	opts, err := parseSingle(base, p.user+p.hosts[0]+"/"+p.path+"?"+p.query)
	if err != nil {
		return nil, err
	}
	opts.Addrs = p.hosts
	if opts.TLSConfig != nil {
		opts.TLSConfig.ServerName = "" // each host is checked against its own name
	}
	return opts, nil
}

func universal(o *redis.Options) *redis.UniversalOptions {
	opts := &redis.UniversalOptions{
		Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
		ClientName: o.ClientName, Protocol: o.Protocol,
		MaxRetries: o.MaxRetries, MinRetryBackoff: o.MinRetryBackoff, MaxRetryBackoff: o.MaxRetryBackoff,
		DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
		PoolFIFO: o.PoolFIFO, PoolSize: o.PoolSize, PoolTimeout: o.PoolTimeout,
		MinIdleConns: o.MinIdleConns, MaxIdleConns: o.MaxIdleConns, MaxActiveConns: o.MaxActiveConns,
		ConnMaxIdleTime: o.ConnMaxIdleTime, ConnMaxLifetime: o.ConnMaxLifetime,
	}
	bound(opts)
	return opts
}

// bound sets the limits that the address left open. They are short and nothing is tried twice, because a lane waits for the
// answer while a resident's message is due in 5 s, and an empty session costs less than the wait.
func bound(o *redis.UniversalOptions) {
	limits := []struct {
		field *time.Duration
		limit time.Duration
	}{
		{&o.DialTimeout, time.Second},
		{&o.ReadTimeout, 500 * time.Millisecond},
		{&o.WriteTimeout, 500 * time.Millisecond},
		{&o.PoolTimeout, time.Second},
	}
	for _, l := range limits {
		if *l.field == 0 {
			*l.field = l.limit
		}
	}
	if o.MaxRetries == 0 {
		o.MaxRetries = -1
	}
	o.DialerRetries = 1
	o.PipelinePoolSize = -1 // nearly all is pipelines, which therefore need no pool beside the other
	o.ContextTimeoutEnabled = true
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
