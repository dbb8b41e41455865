package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// shownURL is an address as it may be printed. Most hold no password, and those are shown as they are.
func shownURL(text string) string {
	if strings.Contains(text, "@") {
		return maskURL(Secret(text))
	}
	return text
}

// checkHTTP tells what is wrong with a base address of an HTTP service; nil when nothing is.
func checkHTTP(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("不是网址")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("要以 http:// 或 https:// 开头")
	case u.Hostname() == "":
		return errors.New("缺少主机名")
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return errors.New("不能带账号、参数或 # 号")
	}
	return nil
}

// checkListen tells what is wrong with an address to listen at: host:port, where port 0 takes any free one.
func checkListen(text string) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return errors.New("不是“主机:端口”")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errors.New("端口要在 0 到 65535 之间")
	}
	if strings.ContainsAny(host, " /") {
		return errors.New("主机名不对")
	}
	return nil
}

// checkLoopback tells what is wrong with an address that must not be reachable from other machines.
func checkLoopback(text string) error {
	if err := checkListen(text); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(text)
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return errors.New("只能是本机地址，否则谁都能看到内存里的内容")
	}
	return nil
}

// checkDatabase tells what is wrong with a database URL's shape; opening it is the store's.
func checkDatabase(text string) error {
	scheme, rest, _ := strings.Cut(text, "://")
	rest, parameters, _ := strings.Cut(rest, "?")
	switch scheme {
	case "sqlite":
		if !filepath.IsAbs(rest) || strings.HasSuffix(rest, "/") {
			return errors.New("sqlite 后面要是文件的绝对路径")
		}
		return nil
	case "mysql":
		return checkMySQL(rest, parameters)
	}
	return errors.New("要以 mysql:// 或 sqlite:/// 开头")
}

func checkMySQL(rest, parameters string) error {
	values, err := url.ParseQuery(parameters)
	if err != nil {
		return errors.New("? 后面的参数写法不对")
	}
	at := strings.LastIndex(rest, "@")
	if at <= 0 || rest[0] == ':' {
		return errors.New("缺少用户名")
	}
	address, database, ok := strings.Cut(rest[at+1:], "/")
	if strings.HasPrefix(address, "unix(") {
		address, database, ok = strings.Cut(rest[at+1:], ")/")
	}
	switch {
	case !ok || database == "" || strings.Contains(database, "/"):
		return errors.New("缺少数据库名")
	case strings.HasPrefix(address, "unix("):
		return checkSocket(strings.TrimPrefix(address, "unix("))
	case address == "":
		return checkSocket(values.Get("socket"))
	}
	return checkHostPort(address)
}

func checkSocket(path string) error {
	if !filepath.IsAbs(path) {
		return errors.New("缺少主机名，或套接字不是绝对路径")
	}
	return nil
}

// checkHostPort accepts a host with or without a port.
func checkHostPort(address string) error {
	u, err := url.Parse("tcp://" + address)
	if err != nil || u.Host != address || u.Hostname() == "" || strings.Contains(address, ",") {
		return errors.New("主机或端口不对")
	}
	if port, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return errors.New("端口要在 1 到 65535 之间")
	}
	return nil
}

// checkRedis tells what is wrong with a Redis URL's shape; connecting is the store's.
func checkRedis(text string) error {
	if text == "embedded:" {
		return nil
	}
	scheme, rest, _ := strings.Cut(text, "://")
	rest, _, _ = strings.Cut(rest, "?")
	rest = rest[strings.LastIndex(rest, "@")+1:]
	hosts, path, _ := strings.Cut(rest, "/")
	list := strings.Split(hosts, ",")
	switch scheme {
	case "redis", "rediss":
		list = []string{hosts}
	case "redis+cluster":
		if path != "" {
			return errors.New("集群没有库号，主机后面不能再写路径")
		}
	case "redis+sentinel":
		master, number, _ := strings.Cut(path, "/")
		if master == "" {
			return errors.New("缺少哨兵的主节点名")
		}
		path = number
	default:
		return errors.New("要写 embedded: 或以 redis://、rediss://、redis+sentinel://、redis+cluster:// 开头")
	}
	return checkRedisParts(list, path)
}

func checkRedisParts(hosts []string, number string) error {
	for _, host := range hosts {
		if err := checkHostPort(host); err != nil {
			return err
		}
	}
	if n, err := strconv.Atoi(number); number != "" && (err != nil || n < 0) {
		return errors.New("库号要是 0、1、2 这样的数字")
	}
	return nil
}
