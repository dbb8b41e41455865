package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// killRounds is how often each server is killed: TSS_TEST_KILL_ROUNDS, or few enough for every run of the tests.
func killRounds(t *testing.T) int {
	t.Helper()
	rounds, err := strconv.Atoi(os.Getenv("TSS_TEST_KILL_ROUNDS"))
	if err != nil || rounds < 1 {
		return 2
	}
	return rounds
}

// besieged is a service on servers of its own that the test kills, with a platform that takes what the bot sends.
type besieged struct {
	*service
	mariadb, redis *server
	platform       *platform
}

func besiege(t *testing.T, extra string) *besieged {
	t.Helper()
	b := &besieged{mariadb: privateMariaDB(t), platform: newPlatform()}
	t.Cleanup(b.platform.server.Close)
	var redisURL string
	b.redis, redisURL = privateRedis(t)
	b.service = newService(t, storetest.URLs(t)["mysql"], redisURL)
	text, err := os.ReadFile(b.config)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(text), "http://127.0.0.1:1", b.platform.server.URL) + extra
	if err := os.WriteFile(b.config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	b.cast()
	b.start()
	t.Cleanup(b.kill)
	return b
}

// cast makes a member of staff known, who may open ballots.
func (b *besieged) cast() {
	b.t.Helper()
	cfg, _, s, err := openStore(b.t.Context(), b.config)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	play := &script{people: []scriptPerson{{name: "陈主任", role: "staff", units: []string{"平襄镇"}}}}
	if err := castScript(b.t.Context(), s, play, cfg.Channels); err != nil {
		b.t.Fatal(err)
	}
}

// deliver delivers a message as a platform does, again and again until it is acknowledged, and returns the answer.
func (b *besieged) deliver(body []byte) string {
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		status, answer, err := b.post(body)
		if err == nil && (status == http.StatusOK || status == http.StatusNoContent) {
			return answer
		}
	}
	b.t.Errorf("never acknowledged: %s", body)
	return ""
}

func privateMessage(id, user, text string) []byte {
	b, _ := json.Marshal(map[string]any{"time": time.Now().Unix(), "self_id": "bot", "post_type": "message", "message_type": "private", "sub_type": "friend",
		"message_id": id, "user_id": user, "message": text, "raw_message": text, "sender": map[string]any{"nickname": user}})
	return b
}

// settled waits until the messages are all stored and handled and nothing waits to be sent, for as long as something moves.
func (b *besieged) settled(messages int) {
	b.t.Helper()
	_, _, s, err := openStore(b.t.Context(), b.config)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var got, before string
	for until := time.Now().Add(90 * time.Second); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		if got != before {
			before, until = got, time.Now().Add(90*time.Second)
		}
		var deferred, dead int64
		var outbox map[string]store.OutboxHealth // by channel
		stats := b.stats()                       // first: what is stored after it has its answer in the outbox by then
		err := s.Read(b.t.Context(), func(tx *store.Tx) (err error) {
			if deferred, dead, err = tx.MessageHealth(); err != nil {
				return err
			}
			outbox, err = tx.OutboxHealth()
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
		got = fmt.Sprintf("%+v, %d deferred, %d dead, outbox %+v", stats, deferred, dead, outbox)
		waiting, lost := int64(0), dead
		for _, h := range outbox {
			waiting, lost = waiting+h.Pending, lost+h.Dead
		}
		if stats.Messages == messages && deferred == 0 && waiting == 0 {
			if lost > 0 {
				break
			}
			return
		}
	}
	b.t.Fatalf("not settled: %s; want %d messages\n%s", got, messages, b.log)
}

// crowd talks to the besieged: each of its members reports a matter one to one and, in the group, supports the first matter and
// votes twice. A member waits for each message's acknowledgement before the next, and takes no notice of servers.
type crowd struct {
	*besieged
	mu   sync.Mutex
	told []string // answers to matters in responses
}

func (c *crowd) member(n int) {
	said := memberSays(n)
	c.tell(c.deliver(said[0]))
	for _, body := range said[1:] {
		c.deliver(body)
	}
}

// tell keeps the answer to a matter.
func (c *crowd) tell(answer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, answer)
}

const sayings = 4 // of a member

// memberSays is what a member says, in order: the matter first.
func memberSays(n int) [sayings][]byte {
	user := fmt.Sprintf("wxid_m%d", n)
	return [sayings][]byte{
		privateMessage(fmt.Sprintf("a%d", n), user, fmt.Sprintf("平襄镇第%d社的水渠塌了一段,水上不来", n+1)),
		groupMessage(fmt.Sprintf("b%d", n), user, "#附议 1"),
		groupMessage(fmt.Sprintf("c%d", n), user, "#投票 1"),
		groupMessage(fmt.Sprintf("d%d", n), user, fmt.Sprintf("#投票 %d", 1+n%2)),
	}
}

// open registers the matter and opens the ballot that the members talk about.
func (b *besieged) open() {
	b.t.Helper()
	b.deliver(groupMessage("first", "wxid_first", "村口的桥栏杆断了两根,骑车的人差点掉下去"))
	closes := time.Now().AddDate(0, 0, 2).Format("1月2日")
	if a := b.deliver(groupMessage("ballot", accountID("qun", "陈主任"), "#表决 先修哪条路 | 村口的路 | 学校的路 截止 "+closes+"18:00")); !strings.Contains(a, "表决1") {
		b.t.Fatalf("no ballot: %s", a)
	}
}

// talk lets eight people at a time speak, each with a number of its own, until it is told to end; then it returns how many have.
func talk(speak func(n int)) (end func() int) {
	var members atomic.Int64
	over := make(chan struct{})
	var talking sync.WaitGroup
	for range 8 {
		talking.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					speak(int(members.Add(1)) - 1)
				}
			}
		})
	}
	return func() int {
		close(over)
		talking.Wait()
		return int(members.Load())
	}
}

// TestKill_Servers kills MariaDB and Redis at random moments under load and starts them again.
func TestKill_Servers(t *testing.T) {
	b := besiege(t, "")
	b.open()
	c := &crowd{besieged: b}
	end := talk(c.member)
	for round := range killRounds(t) {
		for _, s := range []*server{b.mariadb, b.redis} {
			time.Sleep(time.Duration(200+rand.IntN(600)) * time.Millisecond)
			s.kill()
			time.Sleep(time.Duration(100+rand.IntN(900)) * time.Millisecond)
			s.start()
		}
		t.Logf("round %d is over", round+1)
	}
	time.Sleep(300 * time.Millisecond)
	c.verify(end())
}

// verify holds what is stored against what the members said and were told.
func (c *crowd) verify(members int) {
	c.t.Helper()
	c.settled(2 + sayings*members)
	var sent []string
	times := map[delivery]int{}
	for _, d := range c.platform.take() {
		if times[d]++; times[d] == 2 {
			c.t.Errorf("sent twice: %+v", d)
		}
		if d.user != "" {
			sent = append(sent, d.text)
		}
	}
	registered, joined := 0, 0
	for _, text := range append(sent, c.told...) {
		switch {
		case strings.Contains(text, "同一件事"):
			joined++
		case strings.Contains(text, "已登记"):
			registered++
		}
	}
	if registered+joined != members {
		c.t.Errorf("%d members were told of %d new matters and %d known ones", members, registered, joined)
	}
	want := statCounts{Messages: 2 + sayings*members, Issues: 1 + registered, Endorsements: members + joined, Votes: members}
	if got := c.stats(); got != want {
		c.t.Errorf("%+v, want %+v", got, want)
	}
	result := c.deliver(groupMessage("result", accountID("qun", "陈主任"), "#表决结果 1"))
	if want := fmt.Sprintf("已有 %d 人投票", members); !strings.Contains(result, want) {
		c.t.Errorf("%s, want %s", result, want)
	}
	c.choices(members)
	if out := c.run("doctor", "--config", c.config, "--skip-channels"); !strings.Contains(out, "✓ 审计链") {
		c.t.Error(out)
	}
	c.t.Logf("%d messages, %d answered by API", want.Messages, len(sent))
}

// choices checks that everybody's last vote counts: that of every second member is for the second choice.
func (c *crowd) choices(members int) {
	c.t.Helper()
	_, _, s, err := openStore(c.t.Context(), c.config)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.Read(c.t.Context(), func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		unit := slices.IndexFunc(units, func(u bot.Unit) bool { return u.Name == "平襄镇" })
		ballot, err := tx.BallotBySeq(units[unit].ID, 1)
		if err != nil {
			return err
		}
		votes, err := tx.CountVotes(ballot.ID)
		if want := map[int]int{1: (members + 1) / 2, 2: members / 2}; !maps.Equal(votes, want) {
			c.t.Errorf("votes %v, want %v", votes, want)
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// TestKill_ServiceWhileDatabaseIsAway kills MariaDB and then the service with messages in the spool: they are handled when both are
// back, and answered once.
func TestKill_ServiceWhileDatabaseIsAway(t *testing.T) {
	b := besiege(t, "")
	b.mariadb.kill()
	const people = 30
	for n := range people {
		if a := b.deliver(privateMessage(fmt.Sprintf("a%d", n), fmt.Sprintf("wxid_m%d", n), fmt.Sprintf("平襄镇第%d社的水渠塌了一段,水上不来", n+1))); a != "" {
			t.Errorf("answered %q without a database", a)
		}
	}
	b.service.kill()
	b.mariadb.start()
	if out := b.run("doctor", "--config", b.config, "--skip-channels"); !strings.Contains(out, fmt.Sprintf("暂存:待补办 %d 条", people)) {
		t.Error(out)
	}
	b.start()
	b.settled(people)
	answered := map[string]int{}
	for _, d := range b.platform.take() {
		answered[d.user]++
	}
	for n := range people {
		if user := fmt.Sprintf("wxid_m%d", n); answered[user] != 1 {
			t.Errorf("%s was answered %d times", user, answered[user])
		}
	}
}

// TestKill_SpoolIsFull kills MariaDB and sends more than the spool may hold: what doesn't fit is refused, and what was acknowledged is
// handled when MariaDB is back.
func TestKill_SpoolIsFull(t *testing.T) {
	b := besiege(t, "intake: {spool_mib: 1}\n")
	b.mariadb.kill()
	acknowledged := 0
	for n := range 30 { // 60 KB each, 80 KB when sealed: 1 MiB holds 13 at most
		status, _, err := b.post(privateMessage(fmt.Sprintf("a%d", n), fmt.Sprintf("wxid_m%d", n), strings.Repeat("渠水不来", 5000)))
		switch {
		case err != nil || status != http.StatusNoContent && status != http.StatusServiceUnavailable:
			t.Errorf("message %d: %d, %v", n, status, err)
		case status == http.StatusNoContent:
			acknowledged++
		}
	}
	if acknowledged == 0 || acknowledged > 13 {
		t.Errorf("%d messages acknowledged", acknowledged)
	}
	b.mariadb.start()
	b.settled(acknowledged)
}
