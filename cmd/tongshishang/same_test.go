package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/store/storetest"
)

// TestSame_AtOnce lets a whole group tell of six matters in one breath, so that a batch holds the first report of a matter and those
// that repeat it: an issue each, and everybody else supports it. The commands between them make a batch write in its middle what it
// has collected.
func TestSame_AtOnce(t *testing.T) {
	matters := []string{"学校门口路灯坏了半个月了没人修", "三社自来水停了三天了没人管", "菜市场后面垃圾堆了一个礼拜没人拉", "卫生院门口的路全是坑没人修",
		"文化广场下水道堵了污水流了一地没人管", "五社变压器坏了三天没人修"}
	const people = 6 // who tell of each
	var talk strings.Builder
	talk.WriteString("group 平襄群 qun 10001@chatroom 平襄镇\nat 2026-11-16 09:00\n")
	for n := range people * len(matters) {
		fmt.Fprintf(&talk, "平襄群 村民%d: %s\n", n, matters[n%len(matters)])
		if n%5 == 4 {
			fmt.Fprintf(&talk, "平襄群 村民%d: #查询 1\n", n)
		}
	}
	for name, url := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			s, err := readScript(strings.NewReader(talk.String()), time.FixedZone("", 8*3600))
			if err != nil {
				t.Fatal(err)
			}
			th := newTheatre(t, s, url, redisFor(name))
			th.sayAtOnce(s.steps)
			check, err := readScript(strings.NewReader(fmt.Sprintf("at 2026-11-16 09:30\nissue 平襄镇 1 supporters=%d\nissue 平襄镇 6 supporters=%d\ncount issues=%d endorsements=%d\n",
				people-1, people-1, len(matters), len(matters)*(people-1))), time.FixedZone("", 8*3600))
			if err != nil {
				t.Fatal(err)
			}
			for _, st := range check.steps {
				th.play(st)
			}
			th.verify()
		})
	}
}

// sayAtOnce delivers everything that is said at one time, none waiting for the answer of another.
func (th *theatre) sayAtOnce(steps []step) {
	th.t.Helper()
	var sayings []saying
	for _, st := range steps {
		th.player.n++
		s, err := th.player.saying(st)
		if err != nil {
			th.t.Fatal(err)
		}
		sayings = append(sayings, s)
	}
	var wait sync.WaitGroup
	for _, s := range sayings {
		wait.Go(func() {
			if _, err := th.player.deliver(context.WithoutCancel(th.t.Context()), s); err != nil {
				th.t.Error(err)
			}
		})
	}
	wait.Wait()
	if err := th.settle(th.t.Context()); err != nil {
		th.t.Fatal(err)
	}
}
