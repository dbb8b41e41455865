package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// hotWeek asks for the week that the tests begin in.
func hotWeek() store.HotAsk {
	from := storetest.Monday().Add(-9 * time.Hour)
	return store.HotAsk{Span: store.Span{From: from, To: from.AddDate(0, 0, 7)}, Endorse: "endorse", Limit: 100}
}

// The edges of the week, who spoke in it, and what isn't to be told.
func TestHotMatters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		p, week := newPlace(t, s, 1), hotWeek()
		other := p.person(t, s, 20)
		endorse := func(i *bot.Issue, at time.Time) {
			clock.Set(at)
			write(t, s, func(tx *store.Tx) error {
				tx.Endorse(i.ID, other, 1)
				tx.AddEvent(bot.Event{IssueID: i.ID, Seq: 2, Verb: "endorse", ActorID: other, At: at})
				return nil
			})
		}
		seq := 0
		matter := func(at time.Time, change func(*bot.Issue)) *bot.Issue {
			seq++
			i := &bot.Issue{UnitID: p.unit, Number: fmt.Sprint("TW-", seq), Seq: seq, Kind: bot.IssueAppeal, Status: bot.StatusReported,
				Title: "路灯不亮", Content: "学校门口路灯不亮", ReporterID: p.resident, ConversationID: p.conversation, ReportedAt: at, UpdatedAt: at}
			if change != nil {
				change(i)
			}
			write(t, s, func(tx *store.Tx) error { return tx.CreateIssue(i, "") })
			return i
		}
		last := week.To.Add(-time.Microsecond)
		first := matter(week.From, nil)
		matter(last, func(i *bot.Issue) { i.Content = strings.Repeat("长", 1000) })
		old := matter(week.From.Add(-time.Microsecond), nil)
		quiet := matter(week.From.Add(-time.Hour), nil)
		matter(week.To, nil)
		secret := matter(week.From, func(i *bot.Issue) { i.Kind = bot.IssueReport })
		matter(week.From, func(i *bot.Issue) { i.Status = bot.StatusWithdrawn })
		endorse(old, last)
		endorse(quiet, week.From.Add(-time.Minute))
		endorse(secret, last)
		endorse(first, week.To)

		ask := func(ask store.HotAsk) (matters, voices string, cut bool) {
			read(t, s, func(tx *store.Tx) error {
				hot, err := tx.HotMatters(ask)
				if err != nil {
					return err
				}
				seqs := map[int64]int{}
				for _, m := range hot.Matters {
					seqs[m.ID] = m.Seq
					matters += fmt.Sprint(m.Seq, " ")
					if len([]rune(m.Content)) > 400 {
						t.Errorf("%d characters of content were read", len([]rune(m.Content)))
					}
				}
				for _, v := range hot.Voices {
					voices += fmt.Sprint(seqs[v.Issue], ":", map[int64]string{p.resident: "reporter", other: "other"}[v.Person], " ")
				}
				cut = hot.Cut
				return nil
			})
			return matters, voices, cut
		}
		if m, v, cut := ask(week); m != "2 1 3 " || v != "2:reporter 1:reporter 3:other " || cut {
			t.Errorf("week: %s, %s, %v", m, v, cut)
		}
		week.Limit = 1
		if m, v, cut := ask(week); m != "2 " || v != "2:reporter " || !cut {
			t.Errorf("the newest: %s, %s, %v", m, v, cut)
		}
		week.Limit, week.Unit = 100, p.unit+1
		if m, v, _ := ask(week); m != "" || v != "" {
			t.Errorf("another unit: %s, %s", m, v)
		}
	})
}

// The number of queries doesn't grow with the matters, and each finds its rows by an index.
func TestHotMatters_UsesIndexes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		grow(t, s, p)
		statements := map[string][]any{}
		write(t, s, func(tx *store.Tx) error {
			tx.Raw().Statement.ConnPool = &recorder{tx.Raw().Statement.ConnPool, statements}
			ask := hotWeek()
			ask.From, ask.To = ask.From.AddDate(0, 0, 7), ask.To.AddDate(0, 0, 7) // the tables hold one moment of the week before
			_, err := tx.HotMatters(ask)
			return err
		})
		if len(statements) != 2 {
			t.Fatalf("%d statements: %q", len(statements), slices.Collect(maps.Keys(statements)))
		}
		_, dialect := s.SQL()
		for query, args := range statements {
			read(t, s, func(tx *store.Tx) error {
				scans := sqliteScans
				if dialect == "mysql" {
					scans = mysqlScans
				}
				found, err := scans(tx.Raw(), query, args)
				found = slices.DeleteFunc(found, func(scan string) bool { return scan == "SCAN m" }) // what the union found
				if len(found) > 0 {
					t.Errorf("%s\n\treads whole tables: %q", query, found)
				}
				return err
			})
		}
	})
}
