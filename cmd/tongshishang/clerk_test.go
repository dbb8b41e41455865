package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

const clerkAtWork = `
group 平襄群 qun 10001@chatroom 平襄镇
person 张书记 staff 平襄镇
at 2026-11-16 09:00
平襄群 王秀兰: 二社自来水停了三天了,没人管,我是王秀兰,电话13800000001
平襄群 赵强: 三社的桥栏杆断了,娃娃走着危险
平襄群 孙梅: 卫生室的门一直锁着,看不上病
平襄群 孙梅: 四社的变压器跳闸了,家家没电
平襄群 张书记: #分类 1 农村农业/水利水电
平襄群 张书记: #类型 2 投诉
平襄群 张书记: #地点 3 村卫生室
平襄群 张书记: #不是诉求 3 问过了,今天开着
平襄群 张书记: #合并 4 1
doubtful 0 1.01
平襄群 李建国: 麦子快黄了,天天盼晴,打我手机13900000002
平襄群 张书记: #待确认
平襄群 张书记: #忽略 1
平襄群 张书记: #类型 1 建议
平襄群 张书记: #撤销
`

// TestClerk_CorrectionsAreKept: what a clerk settles is kept for learning, with the masked words and without the reporter's name;
// what was taken back isn't.
func TestClerk_CorrectionsAreKept(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for name, url := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			s, err := readScript(strings.NewReader(clerkAtWork), zone)
			if err != nil {
				t.Fatal(err)
			}
			for n := range s.steps {
				if s.steps[n].kind == stepSay {
					s.steps[n].answer = "*"
				}
			}
			th := newTheatre(t, s, url, redisFor(name))
			for _, st := range s.steps {
				th.play(st)
			}
			th.verify()
			got := ""
			err = th.app.store.Read(t.Context(), func(tx *store.Tx) error {
				lessons, err := tx.Lessons(0, 100)
				for _, l := range lessons {
					got += fmt.Sprintf("%s %q→%q %s/%s %s|%s\n", l.Field, l.Before, l.After, l.Kind, l.Category, l.Text, l.OtherText)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			const want = `matter ""→"" / 麦子快黄了,天天盼晴,打我手机139****0002|
same "TW-PX-2611-004"→"TW-PX-2611-001" appeal/* 四社的变压器跳闸了,家家没电|二社自来水停了三天了,没人管,我是某某,电话138****0001
matter "appeal"→"" appeal/* 卫生室的门一直锁着,看不上病|
place "*"→"村卫生室" appeal/* 卫生室的门一直锁着,看不上病|
kind "appeal"→"complaint" complaint/* 三社的桥栏杆断了,娃娃走着危险|
category "*"→"农村农业/水利水电" appeal/农村农业 二社自来水停了三天了,没人管,我是某某,电话138****0001|
`
			if !matches(want, got) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			checkExport(t, th)
		})
	}
}

// checkExport: the exported lines are what the model is trained on, each words once, the category only where somebody settled it.
func checkExport(t *testing.T, th *theatre) {
	t.Helper()
	var lines, pairs strings.Builder
	n, err := writeLines(t.Context(), th.app.store, th.cfg.County, th.clock.Now(), &lines)
	if err != nil || n != 4 {
		t.Errorf("%d lines, %v", n, err)
	}
	const want = `// 通渭县(TW)更正,2026-11-16 导出
= chat
麦子快黄了,天天盼晴,打我手机139****0002
卫生室的门一直锁着,看不上病
= appeal
三社的桥栏杆断了,娃娃走着危险
= appeal 农村农业/水利水电
二社自来水停了三天了,没人管,我是某某,电话138****0001
`
	if lines.String() != want {
		t.Errorf("exported\n%s\nwant\n%s", lines.String(), want)
	}
	n, err = writePairs(t.Context(), th.app.store, &pairs)
	const pair = `{"a":"四社的变压器跳闸了,家家没电","b":"二社自来水停了三天了,没人管,我是某某,电话138****0001","same":1}` + "\n"
	if err != nil || n != 1 || pairs.String() != pair {
		t.Errorf("%d pairs, %v:\n%s\nwant\n%s", n, err, pairs.String(), pair)
	}
}

// TestLapse removes what nobody settled in time, and says so in the audit.
func TestLapse(t *testing.T) {
	s, err := readScript(strings.NewReader(clerkAtWork), time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	th := newTheatre(t, s, "sqlite://"+t.TempDir()+"/tss.db", "embedded:")
	add := func(kind bot.DoubtKind, n int) {
		err := th.app.store.Write(t.Context(), func(tx *store.Tx) error {
			units, err := tx.Units()
			for range n {
				tx.AddDoubt(bot.Doubt{UnitID: units[0].ID, Kind: kind, ConversationID: 1})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	left := func() (n int) {
		if err := th.app.lapse(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := th.app.store.Read(t.Context(), func(tx *store.Tx) error {
			units, err := tx.Units()
			if err != nil {
				return err
			}
			for _, kind := range []bot.DoubtKind{bot.DoubtMatter, bot.DoubtCategory} {
				some, err := tx.CountDoubts(units[0].ID, kind, time.Time{}.AddDate(2000, 0, 0), 1000)
				if n += some; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	add(bot.DoubtMatter, 600)
	add(bot.DoubtCategory, 1)
	pack := th.rules.Doubts
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{pack.MatterLapses, 601}, {pack.MatterLapses + time.Second, 1}, {pack.CategoryLapses + time.Second, 0}} {
		th.clock.set(s.steps[0].at.Add(step.after))
		if got := left(); got != step.want {
			t.Errorf("after %v %d are left, want %d", step.after, got, step.want)
		}
	}
	th.verify()
}

// TestAdvice_OnTheLists: what a language model suggests stands on the clerk's lists and changes nothing.
func TestAdvice_OnTheLists(t *testing.T) {
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, string(body))
		said := `{\"intent\":\"appeal\",\"category\":\"民政\"}`
		if strings.Contains(string(body), "新鲜") {
			said = `{\"intent\":\"chat\",\"category\":\"\"}`
		}
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"`+said+`"}}],"usage":{"total_tokens":9}}`)
	}))
	defer api.Close()
	s, err := readScript(strings.NewReader(`
group 平襄群 qun 10001@chatroom 平襄镇
person 张书记 staff 平襄镇
at 2026-11-16 09:00
平襄群 王秀兰: 二社自来水停了三天了,没人管,电话13800000001
< 已登记 #001 *
doubtful 0 1.01
平襄群 赵强: 集上的菜今天可新鲜了,打我手机13900000002
sweep
平襄群 张书记: #待确认
< 待确认 1 条*\n1. 集上的菜今天可新鲜了,打我手机139****0002(建议:不是诉求)
平襄群 张书记: #待分类
< 待分类 1 件*\n#001 * *?(建议:诉求 民政)
`), time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	th := newTheatre(t, s, "sqlite://"+t.TempDir()+"/tss.db", "embedded:")
	if err := th.end(); err != nil {
		t.Fatal(err)
	}
	th.cfg.LLM.URL, th.cfg.LLM.Model, th.cfg.LLM.Below = api.URL+"/v1", "m", 1
	th.rules.Doubts.CategorySure = 1.01 // nothing is sure
	th.open()
	for _, st := range s.steps {
		th.play(st)
		if st.kind == stepSweep {
			if err := th.app.adviser.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	th.verify()
	if len(asked) != 2 || strings.Contains(strings.Join(asked, ""), "3800000001") || strings.Contains(strings.Join(asked, ""), "3900000002") {
		t.Errorf("asked: %s", asked)
	}
}
