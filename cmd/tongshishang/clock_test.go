package main

import (
	"strings"
	"testing"
	"time"

	"tongshishang/store/storetest"
)

// jumpTo sets the clock of a script anywhere, as a wrong clock that is set right does.
func (c *playClock) jumpTo(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// TestClockJumps_RemindOnce has a matter that nobody accepts while the clock jumps over its deadline, back, and over it again, with a
// restart between: the staff are reminded once, whoever says what in between is answered, and nothing is answered twice.
func TestClockJumps_RemindOnce(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for name, database := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			s, err := readScript(strings.NewReader(`group 平襄群 qun 10001@chatroom 平襄镇
person 张书记 staff 平襄镇
at 2026-11-16 09:00
qun 张书记: #帮助 签收
< #签收 N *
平襄群 王秀兰: 学校门口路灯坏了半个月了
< 已登记 #001 *
`), zone)
			if err != nil {
				t.Fatal(err)
			}
			th := newTheatre(t, s, database, redisFor(name))
			for _, st := range s.steps {
				th.play(st)
			}
			reminded := 0
			due := time.Date(2026, 11, 17, 18, 5, 0, 0, zone)
			for n, at := range []time.Time{due, due.Add(-24 * time.Hour), due, due.Add(48 * time.Hour), due.Add(-30 * time.Hour), due.Add(72 * time.Hour)} {
				th.clock.jumpTo(at)
				if n == 3 {
					th.play(step{kind: stepRestart, at: at})
				}
				for range 2 {
					if err := th.settle(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				for _, d := range append(th.platform.take(), th.sent...) {
					if !strings.Contains(d.text, "已超") {
						t.Errorf("sent %+v", d)
					}
					reminded++
				}
				th.sent = nil
				if reminded != 1 {
					t.Fatalf("with the clock at %v the staff were reminded %d times in all", at, reminded)
				}
			}
			th.verify()
		})
	}
}
