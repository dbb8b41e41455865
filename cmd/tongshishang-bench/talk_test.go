package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/onebot"
	"tongshishang/bot/channel/wechat"
	"tongshishang/bot/understand"
)

func testCounty() *county {
	return &county{units: []unit{newUnit("PX", "平襄镇"), newUnit("MY", "马营镇")}, groups: 10, people: 1000, staff: 5}
}

// TestNext_Shares draws ten thousand messages of ordinary talk: 85 % are chatter, give or take two.
func TestNext_Shares(t *testing.T) {
	s := newSpeaker(testCounty(), ordinary(), 1)
	var counts [kinds]int
	ids := map[uint64]bool{}
	for range 10_000 {
		m := s.next()
		counts[m.kind]++
		ids[m.id] = true
		if (m.kind == kindVote || m.kind == kindVoteCommand) && m.group != groupID(0) && m.group != groupID(5) {
			t.Fatalf("a vote in %s, where there is no ballot", m.group)
		}
	}
	if n := counts[kindChatter]; n < 8300 || n > 8700 {
		t.Errorf("%d of 10000 are chatter", n)
	}
	if len(ids) != 10_000 {
		t.Errorf("%d different ids of 10000", len(ids))
	}
}

func TestShares_MakeAThousand(t *testing.T) {
	for _, p := range []profile{ordinary(), commanding(), only("x", kindQuery)} {
		sum := 0
		for _, n := range p.shares {
			sum += n
		}
		if sum != 1000 {
			t.Errorf("%s: the shares make %d thousandths", p.name, sum)
		}
	}
}

// TestOrder_AcceptThenAssign: a clerk assigns in the same group what they have just accepted, and nobody accepts it twice.
func TestOrder_AcceptThenAssign(t *testing.T) {
	c := testCounty()
	c.units[0].open = []int{7, 8}
	p := only("orders", kindStaffCommand)
	p.oneGroup = true // of the first unit
	s := newSpeaker(c, p, 1)
	var said []string
	for range 5 {
		said = append(said, strings.Fields(s.next().text)[0])
	}
	if got := strings.Join(said, " "); got != "#受理 #交办 #受理 #交办 #查询" {
		t.Error(got)
	}
}

// TestRequest lets the service's own channels read what the benchmark sends: signed rightly, and under the key it is checked by.
func TestRequest(t *testing.T) {
	at := time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC)
	clock := func() time.Time { return at }
	log := slog.New(slog.DiscardHandler)
	for _, name := range []string{channelGroup, channelPlain, channelSafe} {
		var got *bot.Message
		take := func(_ context.Context, m *bot.Message) (bot.Answer, error) { got = m; return bot.Answer{}, nil }
		var a channel.Adapter
		var err error
		if name == channelGroup {
			a, err = onebot.New11(onebot.Settings{Name: name, Secret: botSecret}, onebot.Deps{Receiver: take, Clock: clock, Logger: log})
		} else {
			mode := map[string]wechat.Mode{channelPlain: wechat.ModePlain, channelSafe: wechat.ModeSafe}[name]
			a, err = wechat.New(wechat.Settings{Name: name, AppID: appID, AppSecret: "s", Token: token, EncodingAESKey: aesKey, Mode: mode, Skew: time.Minute},
				wechat.Deps{Receiver: take, Clock: clock, Rand: strings.NewReader(strings.Repeat("r", 64)), Logger: log})
		}
		if err != nil {
			t.Fatal(err)
		}
		m := message{channel: name, user: "u1", text: "学校门口的路灯不亮", id: 42, at: at.Unix()}
		if name == channelGroup {
			m.group = groupID(3)
		}
		raw, err := m.request(at.Unix())
		if err != nil {
			t.Fatal(err)
		}
		status := serve(t, a, raw)
		if status >= 300 || got == nil || got.Text != m.text || got.Key() != m.key() {
			t.Errorf("%s: status %d, read as %+v", name, status, got)
		}
	}
}

func serve(t *testing.T, a channel.Adapter, raw []byte) int {
	t.Helper()
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, r := range a.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, request)
	return w.Code
}

// TestReceive sends a signed and a forged request to a raw receiver that keeps a journal.
func TestReceive(t *testing.T) {
	s, err := openSink(t.Context(), "journal", t.TempDir()+"/journal")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /onebot/{channel}", s.handle(verifyOneBot))
	server := httptest.NewServer(mux)
	defer server.Close()
	w, err := dial(t.Context(), strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	m := message{channel: channelGroup, group: groupID(1), user: "u", text: "好的", id: 1, at: 1}
	good, err := m.request(1)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(good, []byte("10002@"), []byte("10003@"), 1)
	for _, tt := range []struct {
		request []byte
		want    int
	}{{good, 204}, {forged, 403}, {good, 204}} { // a raw receiver knows of no retries
		if status, _, err := w.do(tt.request); err != nil || status != tt.want {
			t.Errorf("status %d %v, want %d", status, err, tt.want)
		}
	}
	if err := w.close(); err != nil {
		t.Error(err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// FuzzHead feeds the client whatever a server may send instead of an answer.
func FuzzHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		w := &wire{in: bufio.NewReader(io.LimitReader(bytes.NewReader(answer), 1<<16))}
		if _, length, err := w.head(); err == nil && length < 0 {
			t.Errorf("a length of %d", length)
		}
	})
}

// TestWords: what is meant as small talk, as a matter or as a "me too" is read as that, or the shares of the talk would be others
// than they say.
func TestWords(t *testing.T) {
	reader, err := understand.New(understand.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range chatter {
		if r := reader.Read(text); r.Intent != understand.IntentChat {
			t.Errorf("chatter: %q is read as %s", text, r.Intent)
		}
	}
	for _, form := range matters {
		if r := reader.Read(fmt.Sprintf(form, "", 12)); !r.Intent.IsMatter() || len(r.Matters) != 1 {
			t.Errorf("matter: %q is read as %s, %d matters", form, r.Intent, len(r.Matters))
		}
	}
	for _, text := range endorsements {
		if r := reader.Read(text); r.Intent != understand.IntentEndorse {
			t.Errorf("me too: %q is read as %s", text, r.Intent)
		}
	}
}
