package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
)

// assembly talks to a fleet: each of its members reports a matter one to one and another to the official account, looks the first
// up, and in one of the groups supports the first matter and votes twice. A member waits for each message's acknowledgement before the
// next, sends every message to another instance than the last, and one that wasn't acknowledged to the next, as the platforms do.
type assembly struct {
	*fleet
	next    atomic.Int64 // which instance is asked next
	members atomic.Int64
	refused atomic.Int64 // requests that were not acknowledged

	mu   sync.Mutex
	said map[string][]saidThere // by member and conversation, in the order of the acknowledgements
	told map[string]string      // answers to matters in responses, by the reporter's account
}

// saidThere is an acknowledged message.
type saidThere struct {
	id     string // on the channel
	text   string
	answer string // in the response; empty when there is none, or it follows by API because the message waited in a spool or a lane
	at     time.Time
}

func newAssembly(f *fleet) *assembly {
	return &assembly{fleet: f, said: map[string][]saidThere{}, told: map[string]string{}}
}

// open makes the matter and the ballots that the members talk about.
func (a *assembly) open() {
	a.t.Helper()
	chair := accountID("qun", "陈主任")
	a.say("chair", privateChat{user: chair}.message("hello", "你好"))
	a.say("chair", groupChat{0, "wxid_first"}.message("first", "村口的桥栏杆断了两根,骑车的人差点掉下去"))
	closes := time.Now().AddDate(0, 0, 2).Format("1月2日")
	for n := range fleetGroups {
		answer := a.say("chair", groupChat{n, chair}.message(fmt.Sprintf("ballot%d", n), "#表决 先修哪条路 | 村口的路 | 学校的路 截止 "+closes+"18:00"))
		if !strings.Contains(answer, fmt.Sprintf("表决%d", n+1)) {
			a.t.Fatalf("no ballot: %s", answer)
		}
	}
}

// early is how many ballots end while the others, one a group, are voted in.
const early = 3

// fallDue makes deadlines of the first issues and the ends of the early ballots pass, and gives the senders something to do.
func (a *assembly) fallDue() {
	a.t.Helper()
	for _, change := range []string{
		"UPDATE issues SET next_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE seq <= 20",
		fmt.Sprintf("UPDATE ballots SET closes_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE seq <= %d", early),
	} {
		if _, err := a.db.ExecContext(a.t.Context(), change); err != nil {
			a.t.Fatal(err)
		}
	}
	for n := range notices {
		a.post(bot.Conversation{Channel: "qun", User: fmt.Sprintf("wxid_n%d", n)}, "第一条通知", "第二条通知")
	}
}

const notices = 30 // people to whom fallDue posts two messages

// letter is a message on its way: how it is sent to an instance, and what is remembered of it.
type letter struct {
	id, text string
	send     func(s *service) (int, string, error)
}

type privateChat struct{ user string }

func (c privateChat) message(id, text string) letter {
	body := privateMessage(id, c.user, text)
	return letter{id, text, func(s *service) (int, string, error) { return s.post(body) }}
}

type groupChat struct {
	group int
	user  string
}

func (c groupChat) message(id, text string) letter {
	body := []byte(strings.Replace(string(groupMessage(id, c.user, text)), groupID(0), groupID(c.group), 1))
	return letter{id, text, func(s *service) (int, string, error) { return s.post(body) }}
}

type accountChat struct{ user string }

// message is signed anew whenever it is sent, as WeChat does. The id has to be a number.
func (c accountChat) message(id, text string) letter {
	body := fmt.Appendf(nil, "<xml><ToUserName>gh_fict</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>text</MsgType><Content>%s</Content><MsgId>%s</MsgId></xml>",
		c.user, time.Now().Unix(), text, id)
	return letter{id, text, func(s *service) (int, string, error) {
		at := fmt.Sprint(time.Now().Unix())
		status, answer, err := s.request("/wechat/gzp?timestamp="+at+"&nonce=n&signature="+signature("tsstoken", at, "n"), body, nil)
		return status, strings.TrimPrefix(answer, "success"), err
	}}
}

// deliver delivers a letter until it is acknowledged, and returns the answer.
func (a *assembly) deliver(l letter) string {
	for until := time.Now().Add(90 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		status, answer, err := l.send(a.instances[int(a.next.Add(1))%len(a.instances)])
		if err == nil && (status == http.StatusOK || status == http.StatusNoContent) {
			return answer
		}
		a.refused.Add(1)
	}
	a.t.Errorf("never acknowledged: %s %s", l.id, l.text)
	return ""
}

// say delivers a letter and remembers it as the next of its member in that conversation.
func (a *assembly) say(place string, l letter) string {
	pause(50, 150) // or nearly all would be said while the database is away, for a spool is quick
	answer := a.deliver(l)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said[place] = append(a.said[place], saidThere{l.id, l.text, answer, time.Now()})
	return answer
}

var issueNumber = regexp.MustCompile(`#\d+`)

func (a *assembly) member(n int) {
	user, account, group := fmt.Sprintf("wxid_m%d", n), fmt.Sprintf("o%d", n), groupChat{early + n%(fleetGroups-early), fmt.Sprintf("wxid_m%d", n)}
	private, square, wechat := user+" private", user+" group", user+" account"
	matter := privateChat{user}.message(fmt.Sprintf("a%d", n), fmt.Sprintf("平襄镇第%d社的水渠塌了一段,水上不来", n+1))
	answer := a.say(private, matter)
	a.hear(user, answer)
	if number := issueNumber.FindString(answer); number != "" {
		if found := a.say(private, privateChat{user}.message(fmt.Sprintf("q%d", n), "#查询 "+number[1:])); found != "" && !strings.Contains(found, number) {
			a.t.Errorf("asked another instance for %s: %s", number, found)
		}
	}
	a.say(square, group.message(fmt.Sprintf("b%d", n), "#附议 1"))
	a.say(square, group.message(fmt.Sprintf("c%d", n), "#投票 1"))
	a.say(square, group.message(fmt.Sprintf("d%d", n), fmt.Sprintf("#投票 %d", lastChoice(n))))
	a.hear(account, a.say(wechat, accountChat{account}.message(fmt.Sprint(7_000_000+n), fmt.Sprintf("平襄镇第%d社的路灯坏了,晚上黑得很", n+1))))
	again := a.deliver(matter)
	switch {
	case answer == "":
		a.hear(user, again) // what was to be sent by API is taken back
	case again != "" && again != answer:
		a.t.Errorf("%s delivered again: %q, then %q", matter.id, answer, again)
	}
}

// lastChoice is the member's second vote.
func lastChoice(n int) int { return 1 + n%2 }

// hear remembers what a reporter was told in the response.
func (a *assembly) hear(account, answer string) {
	if answer == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told[account] = answer
}

// talk lets members speak, so many at a time, until stop is called, which waits for those who are speaking.
func (a *assembly) talk(t *testing.T, atATime int) (stop func()) {
	t.Helper()
	over := make(chan struct{})
	var talking sync.WaitGroup
	for range atATime {
		talking.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					a.member(int(a.members.Add(1)) - 1)
				}
			}
		})
	}
	stop = sync.OnceFunc(func() { close(over); talking.Wait() })
	t.Cleanup(stop)
	return stop
}
