package report

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/topic"
	"tongshishang/bot/workflow"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// manyMatters registers so many matters in a week, each with an endorsement: what residents of 23 units say of 24 things in 40 places
// each, in a few ways.
func manyMatters(b *testing.B, s *store.Store, n int) {
	b.Helper()
	things := []string{"路灯不亮", "自来水停了", "垃圾没人拉", "路面全是坑", "下水道堵了", "班车不按点来", "网络信号太差", "狗咬人没人管", "低保没发下来", "医保交不上",
		"化肥太贵买不起", "水渠塌了一截", "学校食堂太贵", "卫生室没有药", "变压器老跳闸", "河道里倒垃圾", "桥栏杆断了", "取暖费收得不合理", "工资拖着不给", "树枝压了电线",
		"羊把麦苗吃了", "广场舞吵得睡不着", "停车把路堵死了", "楼道灯坏了"}
	ways := []string{"%s%s,都半个月了", "%s%s没人管吗", "请问%s%s啥时候能好", "又是%s%s,跟村上说了三次了", "我们%s%s,老人娃娃都不方便"}
	random := rand.New(rand.NewPCG(5, 23))
	var units []int64
	write := func(fn func(*store.Tx) error) {
		if err := s.Write(b.Context(), fn); err != nil {
			b.Fatal(err)
		}
	}
	var people []int64
	var conversation int64
	write(func(tx *store.Tx) error {
		for u := range 23 {
			id, _, err := tx.SaveUnit(bot.Unit{Code: fmt.Sprintf("U%c", 'A'+u), Name: fmt.Sprintf("%c镇", '甲'+u), Kind: bot.UnitTownship})
			if err != nil {
				return err
			}
			units = append(units, id)
		}
		for p := range 500 {
			people = append(people, tx.CreatePerson(store.AccountKey{Channel: "qun", ExtID: fmt.Sprint("wxid", p)}, "居民").ID)
		}
		conv := bot.Conversation{Channel: "qun", Group: "1"}
		ids, err := tx.LockConversations([]bot.Conversation{conv})
		conversation = ids[conv]
		return err
	})
	const page = 500
	for done := 0; done < n; done += page {
		write(func(tx *store.Tx) error {
			for i := range page {
				unit := random.IntN(len(units))
				place := fmt.Sprintf("%c家%c", []rune("张王李赵刘陈杨黄周吴")[random.IntN(10)], []rune("湾岔坪沟")[random.IntN(4)])
				thing := things[random.IntN(len(things))]
				at := storetest.Monday().Add(time.Duration(done+i) * 15 * time.Second)
				m := &bot.Issue{UnitID: units[unit], Seq: done + i + 1, Number: fmt.Sprint("TW-", done+i+1), Kind: bot.IssueAppeal, Status: bot.StatusReported, Title: thing,
					Content: fmt.Sprintf(ways[random.IntN(len(ways))], place, thing), Place: place, ReporterID: people[random.IntN(250)],
					ConversationID: conversation, ReportedAt: at, UpdatedAt: at, Events: 2}
				if err := tx.CreateIssue(m, ""); err != nil {
					return err
				}
				other := people[250+random.IntN(250)]
				tx.Endorse(m.ID, other, 1)
				tx.AddEvent(bot.Event{IssueID: m.ID, Seq: 1, Verb: string(workflow.Register), ActorID: m.ReporterID, At: at})
				tx.AddEvent(bot.Event{IssueID: m.ID, Seq: 2, Verb: string(workflow.Endorse), ActorID: other, At: at})
			}
			return nil
		})
	}
}

// BenchmarkHotTopics is a week as full as the heat pack allows, and one of a busy county.
func BenchmarkHotTopics(b *testing.B) {
	for _, n := range []int{1000, 20_000} {
		for name, url := range storetest.URLs(b) {
			b.Run(fmt.Sprint(name, "/", n), func(b *testing.B) {
				clock := storetest.NewClock(storetest.Monday().Add(6 * 24 * time.Hour))
				s := storetest.Open(b, url, clock)
				if _, err := s.Migrate(b.Context()); err != nil {
					b.Fatal(err)
				}
				manyMatters(b, s, n)
				matcher, err := topic.New()
				if err != nil {
					b.Fatal(err)
				}
				rules := loadRules(b)
				for b.Loop() {
					list, err := HotTopics(b.Context(), s, matcher, rules, clock.Now(), WeekOf(storetest.Monday()), nil)
					if err != nil || list.Cut || len(list.Topics) == 0 {
						b.Fatal(list, err)
					}
					b.ReportMetric(float64(len(list.Topics)), "topics")
				}
			})
		}
	}
}

// BenchmarkMatcher is what loading the model costs an exported ledger.
func BenchmarkMatcher(b *testing.B) {
	for b.Loop() {
		if _, err := topic.New(); err != nil {
			b.Fatal(err)
		}
	}
}
