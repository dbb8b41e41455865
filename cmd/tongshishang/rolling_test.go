package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// rollingRounds is how often all instances are replaced: TSS_TEST_ROLLING_ROUNDS, or once in every run of the tests.
func rollingRounds(t *testing.T) int {
	t.Helper()
	rounds, err := strconv.Atoi(os.Getenv("TSS_TEST_ROLLING_ROUNDS"))
	if err != nil || rounds < 1 {
		return 1
	}
	return rounds
}

// rollout is three instances on one database and one Redis behind an HAProxy with the configuration that is shipped, and people
// who talk to it. Nobody delivers anything again because it failed: each failure counts.
type rollout struct {
	crowd
	instances []*service
	proxy     *server
	outside   string // address of the proxy for people
	inside    string // of its metrics
	client    *http.Client
	failed    atomic.Int64
}

func newRollout(t *testing.T) *rollout {
	t.Helper()
	haproxy := programs(t, "haproxy")[0]
	p := newPlatform()
	t.Cleanup(p.server.Close)
	slow := slowly(p)
	t.Cleanup(slow.Close)
	database := storetest.URLs(t)["mysql"]
	redis, redisURL := privateRedis(t)
	r := &rollout{}
	for range 3 {
		s := newService(t, database, redisURL)
		r.instances = append(r.instances, s)
		r.sameKeys(s)
		s.configure("http://127.0.0.1:1", slow.URL, "drain_for: 2s\n")
	}
	r.besieged = &besieged{service: r.instances[0], redis: redis, platform: p}
	r.cast()
	for _, s := range r.instances {
		s.start()
		t.Cleanup(s.kill)
	}
	r.startProxy(haproxy)
	return r
}

// slowly lets a platform take its time to answer, so that each stop of an instance meets calls that were heard but not answered yet.
func slowly(p *platform) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		p.server.Config.Handler.ServeHTTP(answer, r)
		time.Sleep(300 * time.Millisecond)
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
}

// configure replaces a part of the service's configuration and adds to it.
func (s *service) configure(old, changed, added string) {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.config, []byte(strings.ReplaceAll(string(text), old, changed)+added), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// sameKeys gives an instance the keys of the first.
func (r *rollout) sameKeys(s *service) {
	s.t.Helper()
	keys, err := os.ReadFile(filepath.Join(filepath.Dir(r.instances[0].config), "keys.yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(filepath.Dir(s.config), "keys.yaml"), keys, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// ofRoot are the lines of the shipped configuration that need the system's own HAProxy user.
var ofRoot = regexp.MustCompile(`(?m)^    (user|group|chroot) .*\n`)

// startProxy starts HAProxy with the shipped configuration, of which only addresses and the certificate's path are replaced.
func (r *rollout) startProxy(program string) {
	t := r.t
	t.Helper()
	text, err := os.ReadFile("../../deploy/haproxy/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r.outside, r.inside = "127.0.0.1:"+freePort(t), "127.0.0.1:"+freePort(t)
	replace := []string{"bind :80\n", "bind 127.0.0.1:" + freePort(t) + "\n", "bind :443 ", "bind " + r.outside + " ", "127.0.0.1:8405", r.inside,
		"/etc/haproxy/certs/", r.certificate(dir)}
	for i, s := range r.instances {
		replace = append(replace, fmt.Sprintf("127.0.0.1:%d", 8081+i), s.address)
	}
	config := strings.NewReplacer(replace...).Replace(ofRoot.ReplaceAllString(string(text), ""))
	path := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	r.proxy = &server{t: t, log: filepath.Join(dir, "haproxy.log"), command: []string{program, "-db", "-f", path}}
	r.proxy.ask = func() error { return r.seen("abc", "UP") }
	t.Cleanup(r.proxy.kill)
	r.proxy.start()
}

// certificate makes a certificate for 127.0.0.1 with its key in one file, as HAProxy wants it, and a client that trusts it.
func (r *rollout) certificate(dir string) string {
	t := r.t
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	like := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	path := filepath.Join(dir, "tss.pem")
	if err := os.WriteFile(path, append(public, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), 0o600); err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(public)
	r.client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16, TLSClientConfig: &tls.Config{RootCAs: trusted}}}
	t.Cleanup(r.client.CloseIdleConnections)
	return path
}

// retried is how many attempts of the proxy to reach a ready instance failed and were made again.
func (r *rollout) retried() string {
	text, err := r.metrics()
	if err != nil {
		r.t.Fatal(err)
	}
	return retryWarnings.FindStringSubmatch(text)[1]
}

var retryWarnings = regexp.MustCompile(`(?m)^haproxy_backend_retry_warnings_total\{proxy="ready"\} (\d+)`)

// metrics is what the proxy says of itself.
func (r *rollout) metrics() (string, error) {
	resp, err := http.Get("http://" + r.inside + "/metrics")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// seen tells whether the proxy holds all these servers to be in a state, by the checks of the ready ones.
func (r *rollout) seen(servers, state string) error {
	text, err := r.metrics()
	if err != nil {
		return err
	}
	for _, name := range servers {
		if !strings.Contains(text, fmt.Sprintf("haproxy_server_status{proxy=\"ready\",server=%q,state=%q} 1\n", string(name), state)) {
			return fmt.Errorf("server %c isn't %s", name, state)
		}
	}
	return nil
}

func (r *rollout) await(servers, state string) {
	r.t.Helper()
	var err error
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if err = r.seen(servers, state); err == nil {
			return
		}
	}
	r.t.Fatal(err)
}

// send delivers a message through the proxy, once, and returns the answer.
func (r *rollout) send(bot string, body []byte) string {
	mac := hmac.New(sha1.New, []byte("tsssecret"))
	mac.Write(body)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://"+r.outside+"/onebot/qun", bytes.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return ""
	}
	req.GetBody = nil // or Go itself would send it again on a fresh connection
	req.Header.Set("X-Signature", "sha1="+hex.EncodeToString(mac.Sum(nil)))
	req.Header.Set("X-Self-ID", bot)
	resp, err := r.client.Do(req)
	if err != nil {
		r.failed.Add(1)
		r.t.Errorf("request failed: %v", err)
		return ""
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		r.failed.Add(1)
		r.t.Errorf("request failed: %d %v %s", resp.StatusCode, err, answer)
	}
	return string(answer)
}

// speak is crowd.member through the proxy; every message comes by another bot, so that they reach all instances. One in five
// members' matters is delivered a second time, through yet another.
func (r *rollout) speak(n int) {
	said := memberSays(n)
	first := r.send(fmt.Sprintf("bot%d", n), said[0])
	r.tell(first)
	for i, body := range said[1:] {
		r.send(fmt.Sprintf("bot%d", n+1+i), body)
	}
	if n%5 != 0 {
		return
	}
	if again := r.send(fmt.Sprintf("bot%d", n+sayings), said[0]); again != first {
		r.t.Errorf("member %d was answered %q, then %q", n, first, again)
	}
}

// announce has the service send a line to a new person every 40 ms until it is told to end.
func (r *rollout) announce() (end func()) {
	r.t.Helper()
	_, _, s, err := openStore(r.t.Context(), r.config)
	if err != nil {
		r.t.Fatal(err)
	}
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := 0; ; n++ {
			select {
			case <-over:
				return
			case <-time.After(40 * time.Millisecond):
			}
			to := bot.Conversation{Channel: "qun", User: fmt.Sprintf("wxid_p%d", n)}
			if err := s.Write(r.t.Context(), func(tx *store.Tx) error { tx.Post("", to, "周五下午三点说事"); return nil }); err != nil {
				r.t.Error(err)
			}
		}
	}()
	return func() {
		close(over)
		<-ended
		_ = s.Close()
	}
}

// TestRolling_Replace replaces three instances by another binary, one after the other, as SIGTERM and a restart do, while people talk
// through the proxy: no request fails, nothing is lost, doubled or sent twice.
func TestRolling_Replace(t *testing.T) {
	r := newRollout(t)
	r.open()
	end, quiet := talk(r.speak), r.announce()
	newer := filepath.Join(t.TempDir(), "tongshishang-new")
	if out, err := exec.Command("go", "build", "-ldflags=-s", "-o", newer, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	for round := range rollingRounds(t) {
		for i, s := range r.instances {
			name := string(rune('a' + i))
			if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := s.process.Wait(); err != nil {
				t.Errorf("instance %s: %v\n%s", name, err, s.log)
			}
			s.path = newer
			s.start()
			r.await(name, "UP")
		}
		t.Logf("round %d: all instances replaced", round+1)
	}
	quiet()
	r.verify(end())
	t.Logf("%d requests failed, %s of the proxy's attempts did", r.failed.Load(), r.retried())
}

// TestRolling_InstanceKilled kills an instance under load: the proxy delivers what was on its way there to another, so no request
// fails, and what the dead one had stored already isn't stored twice.
func TestRolling_InstanceKilled(t *testing.T) {
	r := newRollout(t)
	r.open()
	end := talk(r.speak)
	for i, s := range r.instances[:2] {
		name := string(rune('a' + i))
		s.kill()
		r.await(name, "DOWN")
		s.start()
		r.await(name, "UP")
	}
	members := end()
	r.settled(2 + sayings*members)
	if out := r.run("doctor", "--config", r.config, "--skip-channels"); !strings.Contains(out, "✓ 审计链") {
		t.Error(out)
	}
	r.choices(members)
	t.Logf("%d members spoke, %d requests failed", members, r.failed.Load())
}

// TestRolling_NoneReady takes away what all instances share: none is ready any more, and the proxy sends messages to them all the same,
// because they can take them.
func TestRolling_NoneReady(t *testing.T) {
	r := newRollout(t)
	r.redis.kill()
	r.await("abc", "DOWN")
	if a := r.send("bot1", groupMessage("first", "wxid_first", "村口的桥栏杆断了两根,骑车的人差点掉下去")); !strings.Contains(a, "#001") {
		t.Errorf("answered %q", a)
	}
	r.redis.start()
	r.await("abc", "UP")
}

// TestServe_Drains stops an instance: it says at once that it isn't ready, and goes on taking messages, each connection's last.
func TestServe_Drains(t *testing.T) {
	eachBackend(t, func(t *testing.T, s *service) {
		s.configure("", "", "drain_for: 5m\n")
		s.start()
		defer s.kill()
		if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		status := 0
		for until := time.Now().Add(30 * time.Second); status != http.StatusServiceUnavailable && time.Now().Before(until); {
			resp, err := http.Get("http://" + s.address + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			status = resp.StatusCode
			_ = resp.Body.Close()
			if status == http.StatusServiceUnavailable && !resp.Close {
				t.Error("the connection is kept")
			}
		}
		if status != http.StatusServiceUnavailable {
			t.Errorf("readyz: %d", status)
		}
		if status, answer, err := s.post(groupMessage("m1", "wxid_a", "村口的桥栏杆断了两根,骑车的人差点掉下去")); err != nil || status != http.StatusOK || !strings.Contains(answer, "#001") {
			t.Errorf("a message while leaving: %d %q %v", status, answer, err)
		}
	})
}
