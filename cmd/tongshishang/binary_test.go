package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/store/storetest"
)

// program is the real program, built once and run as an operator would.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tss-binary")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tongshishang")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil && path != "" {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// service is the program serving on a database.
type service struct {
	t       *testing.T
	path    string
	config  string
	address string
	process *exec.Cmd
	log     *bytes.Buffer
}

func newService(t *testing.T, database, redis string) *service {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &service{t: t, path: path, config: filepath.Join(dir, "config.yaml"), address: address}
	text := fmt.Sprintf(`listen: %s
data_dir: %s
database: {url: %q}
redis: {url: %q}
channels:
  - {name: gz, kind: officialaccount, app_id: wx0123456789abcdef, app_secret: s, token: tsstoken, encoding_aes_key: abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG, mode: safe, api_base: "http://127.0.0.1:1"}
  - {name: qun, kind: onebot11, secret: tsssecret, access_token: t, api_url: "http://127.0.0.1:1"}
  - {name: qun12, kind: onebot12, access_token: t12, api_url: "http://127.0.0.1:1"}
groups:
  - {channel: qun, id: "10001@chatroom", unit: 平襄镇}
`, address, dir, database, redis)
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	units := filepath.Join(dir, "units.csv")
	if err := os.WriteFile(units, sampleUnits, 0o600); err != nil {
		t.Fatal(err)
	}
	s.run("migrate", "--config", s.config)
	s.run("import", "units", units, "--config", s.config)
	return s
}

// run executes another command of the program and returns what it printed.
func (s *service) run(args ...string) string {
	s.t.Helper()
	var out, errs bytes.Buffer
	c := exec.CommandContext(s.t.Context(), s.path, args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, errs.String())
	}
	return out.String()
}

func (s *service) start() {
	s.t.Helper()
	s.log = &bytes.Buffer{}
	s.process = exec.Command(s.path, "serve", "--config", s.config)
	s.process.Stderr = s.log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 300 {
		if resp, err := http.Get("http://" + s.address + "/readyz"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.kill()
	s.t.Fatalf("not ready: %s", s.log)
}

func (s *service) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

func (s *service) stop() {
	s.t.Helper()
	if err := s.process.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Wait(); err != nil {
		s.t.Errorf("stop: %v\n%s", err, s.log)
	}
}

// post sends a body to the OneBot 11 channel, rightly signed, and returns status and answer.
func (s *service) post(body []byte) (int, string, error) {
	mac := hmac.New(sha1.New, []byte("tsssecret"))
	mac.Write(body)
	return s.request("/onebot/qun", body, http.Header{"X-Signature": {"sha1=" + hex.EncodeToString(mac.Sum(nil))}})
}

func (s *service) request(path string, body []byte, header http.Header) (int, string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

func groupMessage(id, user, text string) []byte {
	b, _ := json.Marshal(map[string]any{"time": time.Now().Unix(), "self_id": "bot", "post_type": "message", "message_type": "group", "sub_type": "normal",
		"message_id": id, "user_id": user, "group_id": "10001@chatroom", "message": text, "raw_message": text, "sender": map[string]any{"nickname": user}})
	return b
}

func eachBackend(t *testing.T, test func(t *testing.T, s *service)) {
	for name, url := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			redis := redisFor(name)
			flushRedis(t, redis)
			test(t, newService(t, url, redis))
		})
	}
}

func TestServe_Statuses(t *testing.T) {
	eachBackend(t, func(t *testing.T, s *service) {
		s.start()
		defer s.stop()
		good := groupMessage("m1", "wxid_a", "村口的桥栏杆断了两根,骑车的人差点掉下去")
		for _, tt := range []struct {
			name string
			ask  func() (int, string, error)
			want int
		}{
			{"matter", func() (int, string, error) { return s.post(good) }, 200},
			{"chatter", func() (int, string, error) { return s.post(groupMessage("m2", "wxid_a", "早上好各位")) }, 204},
			{"wrong signature", func() (int, string, error) {
				return s.request("/onebot/qun", good, http.Header{"X-Signature": {"sha1=00"}})
			}, 403},
			{"no signature", func() (int, string, error) { return s.request("/onebot/qun", good, nil) }, 403},
			{"malformed", func() (int, string, error) { return s.post([]byte(`{"post_type":`)) }, 400},
			{"unknown channel", func() (int, string, error) { return s.request("/onebot/nobody", good, nil) }, 404},
			{"too large", func() (int, string, error) { return s.post(bytes.Repeat([]byte("x"), 1<<20+1)) }, 413},
			{"stale", func() (int, string, error) {
				return s.request("/wechat/gz?signature="+signature("tsstoken", "1000000000", "1")+"&timestamp=1000000000&nonce=1", []byte("<xml/>"), nil)
			}, 403},
			{"bearer missing", func() (int, string, error) { return s.request("/onebot/qun12", []byte(`{}`), nil) }, 403},
		} {
			status, answer, err := tt.ask()
			if err != nil || status != tt.want {
				t.Errorf("%s: %d %q %v, want %d", tt.name, status, answer, err, tt.want)
			}
		}
		_, first, _ := s.post(good)
		_, second, _ := s.post(good)
		if !strings.Contains(first, "已登记 #001") || first != second {
			t.Errorf("delivered again: %q, then %q", first, second)
		}
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			resp, err := http.Get("http://" + s.address + path)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %v %v", path, resp, err)
			}
			_ = resp.Body.Close()
		}
		if got := s.stats(); got.Issues != 1 || got.Messages != 2 {
			t.Errorf("%+v", got)
		}
		if out := s.run("doctor", "--config", s.config, "--skip-channels"); !strings.Contains(out, "审计链") {
			t.Error(out)
		}
	})
}

type statCounts struct{ Messages, Issues, Endorsements, Votes int }

func (s *service) stats() statCounts {
	s.t.Helper()
	var c statCounts
	if err := json.Unmarshal([]byte(s.run("stats", "--config", s.config, "--json")), &c); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// TestServe_Killed kills the program with SIGKILL in the middle of a burst, three times, and delivers everything again, as the
// platforms would: what was answered is stored and gets the same answer, and nothing is there twice.
func TestServe_Killed(t *testing.T) {
	eachBackend(t, func(t *testing.T, s *service) {
		const rounds, burst = 3, 60
		answered := map[string]string{} // id → answer, of what was acknowledged
		bodies := map[string][]byte{}
		var mu sync.Mutex
		for round := range rounds {
			s.start()
			var senders sync.WaitGroup
			for n := range burst {
				id := fmt.Sprintf("r%d-m%d", round, n)
				bodies[id] = groupMessage(id, fmt.Sprintf("wxid_%d", n), fmt.Sprintf("第%d社的水渠塌了一段,水上不来", n+round*burst+1))
				body := bodies[id]
				senders.Go(func() {
					status, answer, err := s.post(body)
					if err == nil && (status == 200 || status == 204) {
						mu.Lock()
						answered[id] = answer
						mu.Unlock()
					}
				})
			}
			time.Sleep(time.Duration(20+40*round) * time.Millisecond)
			s.kill()
			senders.Wait()
		}
		if len(answered) == 0 || len(answered) == len(bodies) {
			t.Logf("the kill hit no burst in its middle: %d of %d answered", len(answered), len(bodies))
		}
		s.start()
		defer s.stop()
		for id, body := range bodies {
			status, answer, err := s.post(body)
			if err != nil || status != 200 && status != 204 {
				t.Fatalf("%s again: %d %v", id, status, err)
			}
			if before, ok := answered[id]; ok && before != answer {
				t.Errorf("%s: answered %q, then %q", id, before, answer)
			}
		}
		if got := s.stats(); got.Messages != len(bodies) {
			t.Errorf("%d messages stored, want %d", got.Messages, len(bodies))
		}
		if out := s.run("doctor", "--config", s.config, "--skip-channels"); !strings.Contains(out, "✓ 审计链") {
			t.Error(out)
		}
	})
}

// TestServe_ForeignClient lets a client made of other people's libraries talk to the running program in safe mode.
func TestServe_ForeignClient(t *testing.T) {
	modules := os.Getenv("TSS_TEST_NPM")
	if modules == "" {
		t.Skip("TSS_TEST_NPM names no folder with the npm clients; deploy/test.sh installs them")
	}
	eachBackend(t, func(t *testing.T, s *service) {
		s.start()
		defer s.stop()
		client, err := filepath.Abs("../../bot/channel/wechat/testdata/npm/client.js")
		if err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), "node", "--no-deprecation", client, "--url", "http://"+s.address+"/wechat/gz", "--token", "tsstoken",
			"--key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "--appid", "wx0123456789abcdef", "--text", "平襄镇中心小学门口路灯坏了,黑得很", "--expect", "已登记",
			"--second-text", "碧玉镇灌溉渠塌了一段,水上不来", "--second-expect", "已登记")
		c.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(modules, "node_modules"))
		out, err := c.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(`"ok":true`)) {
			t.Errorf("%v: %s\n%s", err, out, s.log)
		}
	})
}
