package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is the real program, serving as a process of its own.
type server struct {
	program  string // path of the binary
	dir      string // its data folder
	config   string
	address  string
	profiles string // address of its profiles
	process  *exec.Cmd
}

// newServer writes a configuration for the county, brings the schema up to date and imports units and staff.
func newServer(ctx context.Context, program, dir, database, redis, sink, units string, c *county) (*server, error) {
	s := &server{program: program, dir: dir, config: filepath.Join(dir, "config.yaml")}
	var err error
	if s.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if s.profiles, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	files := map[string]string{s.config: s.configText(database, redis, sink, c), filepath.Join(dir, "members.csv"): c.members()}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	for _, args := range [][]string{{"migrate"}, {"import", "units", units}, {"import", "members", filepath.Join(dir, "members.csv")}} {
		if err := s.command(ctx, args...); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *server) configText(database, redis, sink string, c *county) string {
	var b strings.Builder
	fmt.Fprintf(&b, "listen: %s\ndata_dir: %q\ndatabase: {url: %q}\nredis: {url: %q}\npprof: {listen: %q}\nlog: {level: warn}\nchannels:\n",
		s.address, s.dir, database, redis, s.profiles)
	for name, mode := range map[string]string{channelPlain: "plain", channelSafe: "safe"} {
		fmt.Fprintf(&b, "  - {name: %s, kind: officialaccount, app_id: %s, app_secret: s, token: %s, encoding_aes_key: %s, mode: %s, api_base: %q}\n",
			name, appID, token, aesKey, mode, sink)
	}
	fmt.Fprintf(&b, "  - {name: %s, kind: onebot11, secret: %s, access_token: t, api_url: %q}\ngroups:\n", channelGroup, botSecret, sink)
	for group := range c.groups {
		fmt.Fprintf(&b, "  - {channel: %s, id: %q, unit: %s}\n", channelGroup, groupID(group), c.unitOf(group).code)
	}
	return b.String()
}

// members is the file of the county's staff, plainly fictitious.
func (c *county) members() string {
	var b strings.Builder
	b.WriteString("name,phone,role,units,channel,user\n")
	for i, u := range c.units {
		for n := range c.staff {
			fmt.Fprintf(&b, "职员%s%d,1380%07d,staff,%s,%s,%s\n", u.code, n, i*c.staff+n, u.code, channelGroup, staffID(u.code, n))
		}
	}
	return b.String()
}

// command runs another command of the program on the same configuration.
func (s *server) command(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, s.program, append(args, "--config", s.config)...).CombinedOutput() //nolint:gosec // the program under test
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

func (s *server) start(ctx context.Context) error {
	s.process = exec.Command(s.program, "serve", "--config", s.config) //nolint:gosec,noctx // the program under test; ended by stop
	s.process.Stderr = os.Stderr
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start the service: %w", err)
	}
	return awaitHTTP(ctx, "http://"+s.address+"/readyz")
}

func (s *server) pid() int { return s.process.Process.Pid }

// stop ends the service as an operator would and waits for it.
func (s *server) stop() error {
	return errors.Join(s.process.Process.Signal(syscall.SIGTERM), s.process.Wait())
}

// profile writes what the service's profiler says at the path, e.g. profile?seconds=10, to a file.
func (s *server) profile(ctx context.Context, path, file string) error {
	body, err := get(ctx, "http://"+s.profiles+"/debug/pprof/"+path)
	if err != nil {
		return err
	}
	return os.WriteFile(file, body, 0o600)
}

// batches tells how many transactions there have been and how many messages were in them.
func (s *server) batches(ctx context.Context) (transactions, messages int64, err error) {
	body, err := get(ctx, "http://"+s.address+"/metrics")
	if err != nil {
		return 0, 0, err
	}
	return counter(body, "tss_batch_messages_count "), counter(body, "tss_batch_messages_sum "), nil
}

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d: %s", url, resp.StatusCode, body)
	}
	return body, nil
}

// awaitHTTP waits until the address answers 200.
func awaitHTTP(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		_, err := get(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := l.Addr().String()
	return address, l.Close()
}

// readUnits reads the county's units from a file of code,name,kind.
func readUnits(path string) ([]unit, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var units []unit
	for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.Split(strings.TrimSpace(line), ",")
		if len(fields) < 2 {
			return nil, errors.New(path + ", line " + strconv.Itoa(n+1) + ": code,name,kind expected")
		}
		if n > 0 {
			units = append(units, newUnit(fields[0], fields[1]))
		}
	}
	return units, nil
}
