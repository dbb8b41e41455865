package intake_test

import (
	"bytes"
	"database/sql"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/store"
	"tongshishang/store/storetest"

	"github.com/go-sql-driver/mysql"
)

// proxy stands between a store and its MySQL server and can take the server away.
type proxy struct {
	listener net.Listener
	server   string
	relays   sync.WaitGroup

	mu      sync.Mutex
	open    map[net.Conn]bool
	away    bool
	delay   time.Duration // of everything that is asked
	moment  bool          // only until a connection has been refused
	commits int           // until the connections are cut; 0: they aren't
	held    func()        // called before every commit
	lost    bool          // the commit that they are cut at is done, and only its reply is lost
}

// behindProxy runs a test on a MySQL server that can go away. The house's own store goes straight to the server; that of the
// second argument goes through the proxy.
func behindProxy(t *testing.T, run func(t *testing.T, h *house, through *store.Store, p *proxy)) {
	t.Helper()
	address, ok := storetest.URLs(t)["mysql"]
	if !ok {
		t.Skip(storetest.MySQLVariable + " names no server")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if u.Query().Has("socket") {
		t.Skip("the server is reached by a socket only")
	}
	h := &house{url: address, clock: storetest.NewClock(storetest.Monday())}
	h.Store = storetest.Open(t, address, h.clock)
	if _, err := h.Store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, u.Host)
	u.Host = p.listener.Addr().String()
	run(t, h, storetest.Open(t, u.String(), h.clock), p)
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, server: server, open: map[net.Conn]bool{}}
	p.relays.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		p.relays.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil || !p.hold(client, server) {
			_ = client.Close()
			if err == nil {
				_ = server.Close()
			}
			continue
		}
		p.relays.Go(func() { p.ask(client, server) })
		p.relays.Go(func() {
			_, _ = io.Copy(client, server)
			p.drop(client, server)
		})
	}
}

// ask carries what the client asks to the server, and cuts off where it was told to.
func (p *proxy) ask(client, server net.Conn) {
	defer p.drop(client, server)
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		delay, held := p.delay, p.held
		p.mu.Unlock()
		time.Sleep(delay)
		commit := bytes.HasSuffix(buf[:n], []byte("\x03COMMIT"))
		if commit && held != nil {
			held()
		}
		if commit && p.isLast() {
			p.cutDuring(server, buf[:n])
			return
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// isLast counts a commit.
func (p *proxy) isLast() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commits--
	return p.commits == 0
}

// cutDuring takes the server away at a commit, which is done without the client hearing of it, or isn't.
func (p *proxy) cutDuring(server net.Conn, commit []byte) {
	p.mu.Lock()
	delete(p.open, server) // spared for now
	p.mu.Unlock()
	p.cut()
	if !p.lost {
		return
	}
	if _, err := server.Write(commit); err == nil {
		time.Sleep(300 * time.Millisecond) // the server is done; what it says goes nowhere
	}
}

func (p *proxy) hold(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		p.away = !p.moment
		return false
	}
	for _, c := range conns {
		p.open[c] = true
	}
	return true
}

func (p *proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.open, c)
	}
}

// cut takes the server away.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
	for c := range p.open {
		_ = c.Close()
	}
}

// cutForAMoment takes the server away until it has been asked for a connection in vain.
func (p *proxy) cutForAMoment() {
	p.cut()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moment = true
}

// holdCommit keeps the next commit from the server until goOn is called; reached is closed when it is there.
func (p *proxy) holdCommit() (reached <-chan struct{}, goOn func()) {
	there, gate := make(chan struct{}), make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = sync.OnceFunc(func() {
		close(there)
		<-gate
	})
	return there, sync.OnceFunc(func() { close(gate) })
}

// cutAt takes the server away at a commit, counted from now; with lost the commit is done and its reply lost.
func (p *proxy) cutAt(commit int, lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commits, p.lost = commit, lost
}

func (p *proxy) isAway() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
}

func (p *proxy) restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = false
}

func (p *proxy) slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// exec runs a statement on the house's MySQL database.
func (h *house) exec(t *testing.T, statement string) {
	t.Helper()
	u, err := url.Parse(h.url)
	if err != nil {
		t.Fatal(err)
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.DBName = u.User.Username(), "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
	cfg.Passwd, _ = u.User.Password()
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
