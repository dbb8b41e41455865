package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestDoubts_AboutCategories(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		p, other := newPlace(t, s, 1), newPlace(t, s, 2)
		first, gone, second := p.issue(t, s, 1), p.issue(t, s, 2), p.issue(t, s, 3)
		write(t, s, func(tx *store.Tx) error {
			for _, i := range []*bot.Issue{first, gone, second} {
				tx.AddDoubt(bot.Doubt{UnitID: p.unit, Kind: bot.DoubtCategory, IssueID: i.ID, ConversationID: p.conversation, Category: "民政", Chance: 0.4321})
			}
			gone.Status = bot.StatusWithdrawn
			tx.SaveIssue(gone)
			return nil
		})
		listed := func(unit int64, since time.Duration, limit int) string {
			var out string
			read(t, s, func(tx *store.Tx) error {
				doubts, err := tx.UnsortedIssues(unit, clock.Now().Add(-since), limit)
				for _, d := range doubts {
					out += fmt.Sprintf("%d %s %.3f;", d.Issue.Seq, d.Category, d.Chance)
				}
				return err
			})
			return out
		}
		if got := listed(p.unit, time.Hour, 9); got != "1 民政 0.432;3 民政 0.432;" {
			t.Errorf("listed %s; a withdrawn issue isn't sorted any more", got)
		}
		if got := listed(p.unit, time.Hour, 1) + listed(other.unit, time.Hour, 9); got != "1 民政 0.432;" {
			t.Errorf("with a limit of 1, and of another unit: %s", got)
		}
		write(t, s, func(tx *store.Tx) error { return tx.SettleIssue(first.ID) })
		if got := listed(p.unit, time.Hour, 9); got != "3 民政 0.432;" {
			t.Errorf("after one was settled: %s", got)
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.ReopenIssue(first.ID, "民政"), tx.ReopenIssue(second.ID, "政法"), tx.SettleIssue(second.ID))
		})
		if got := listed(p.unit, time.Hour, 9); got != "1 民政 0.432;" {
			t.Errorf("put back: %s", got)
		}
		clock.Add(2 * time.Hour)
		if got := listed(p.unit, time.Hour, 9); got != "" {
			t.Errorf("after it lapsed: %s", got)
		}
		write(t, s, func(tx *store.Tx) error {
			n, err := tx.LapseDoubts(bot.DoubtCategory, clock.Now().Add(-time.Hour), 2)
			more, err2 := tx.LapseDoubts(bot.DoubtCategory, clock.Now().Add(-time.Hour), 2)
			if n != 2 || more != 1 {
				t.Errorf("%d and %d lapsed, want 2 and 1", n, more)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestDoubts_AboutMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		p := newPlace(t, s, 1)
		ids := make([]int64, 3)
		for n := range ids {
			write(t, s, func(tx *store.Tx) error {
				ids[n] = tx.NewID()
				m := &bot.Message{Channel: "qun", ID: fmt.Sprint("m", n), Kind: bot.KindText, Group: group(1).Group, Sender: account(1).ExtID, SenderName: "居民",
					Text: fmt.Sprint("电话13800000001,第", n), SentAt: clock.Now(), ReceivedAt: clock.Now()}
				tx.AddDoubt(bot.Doubt{UnitID: p.unit, Kind: bot.DoubtMatter, MessageID: ids[n], ConversationID: p.conversation, Intent: "chat", Chance: 0.5})
				return tx.SaveMessages([]store.Record{{ID: ids[n], Key: m.Key(), ConversationID: p.conversation, Message: m, Masked: fmt.Sprint("电话138****0001,第", n), State: store.MessageHandled}})
			})
		}
		list := func(limit int) (out string) {
			write(t, s, func(tx *store.Tx) error {
				doubts, err := tx.UncertainMessages(p.unit, clock.Now().Add(-time.Hour), limit)
				for _, d := range doubts {
					out += fmt.Sprintf("%d %s;", d.N, d.Text)
				}
				return err
			})
			return out
		}
		if got := list(2); got != "1 电话138****0001,第0;2 电话138****0001,第1;" {
			t.Errorf("listed %s", got)
		}
		write(t, s, func(tx *store.Tx) error {
			d, err := tx.LockUncertain(p.unit, 1)
			if err != nil {
				return err
			}
			if _, err := tx.LockUncertain(p.unit, 3); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a number nobody was told: %v", err)
			}
			m, conversation, err := tx.StoredMessage(d.MessageID)
			if err != nil || m.Text != "电话13800000001,第0" || conversation != p.conversation {
				t.Errorf("the message is %+v in %d, %v", m, conversation, err)
			}
			return tx.SettleDoubt(d.ID)
		})
		if got := list(9); got != "2 电话138****0001,第1;3 电话138****0001,第2;" {
			t.Errorf("numbers must stay: %s", got)
		}
		read(t, s, func(tx *store.Tx) error {
			all, err := tx.CountDoubts(p.unit, bot.DoubtMatter, clock.Now().Add(-time.Hour), 9)
			few, err2 := tx.CountDoubts(p.unit, bot.DoubtMatter, clock.Now().Add(-time.Hour), 2)
			none, err3 := tx.CountDoubts(p.unit, bot.DoubtMatter, clock.Now().Add(time.Hour), 9)
			if all != 3 || few != 2 || none != 0 {
				t.Errorf("counted %d, %d with a limit, %d later", all, few, none)
			}
			return errors.Join(err, err2, err3)
		})
	})
}

// TestDoubts_Undone: what a failed message put on the list isn't there.
func TestDoubts_Undone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		i := p.issue(t, s, 1)
		write(t, s, func(tx *store.Tx) error {
			d := bot.Doubt{UnitID: p.unit, Kind: bot.DoubtCategory, IssueID: i.ID, ConversationID: p.conversation}
			tx.AddDoubt(d)
			err := tx.Guard(func() error {
				tx.AddDoubt(d)
				return errors.New("refused")
			})
			if err == nil {
				t.Error("the guard lost the error")
			}
			return nil
		})
		if n := one[int](t, s, "SELECT COUNT(*) FROM doubts"); n != 1 {
			t.Errorf("%d doubts, want 1", n)
		}
	})
}

func TestCorrections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		p := newPlace(t, s, 1)
		i, j := p.issue(t, s, 1), p.issue(t, s, 2)
		i.Category, i.Subcategory = "民政", "社会救助"
		clerk := p.person(t, s, 9)
		for n, c := range []bot.Correction{
			{IssueID: i.ID, Field: bot.CorrectCategory, Before: "其他", After: "民政/社会救助", Text: "低保"},
			{MessageID: 7, DoubtID: 8, Field: bot.CorrectMatter, Text: "下雪了"},
			{IssueID: j.ID, OtherID: i.ID, Field: bot.CorrectSame, Text: "路灯", OtherText: "灯不亮"},
		} {
			write(t, s, func(tx *store.Tx) error {
				tx.SaveIssue(i)
				c.UnitID, c.ConversationID, c.ByID = p.unit, p.conversation, clerk
				clock.Add(time.Duration(n) * time.Second)
				return tx.AddCorrection(c)
			})
		}
		read(t, s, func(tx *store.Tx) error {
			lessons, err := tx.Lessons(0, 2)
			if err != nil || len(lessons) != 2 || lessons[0].Field != bot.CorrectSame || lessons[0].OtherText != "灯不亮" || lessons[1].Kind != "" {
				t.Errorf("the newest two: %+v, %v", lessons, err)
			}
			rest, err := tx.Lessons(lessons[1].ID, 2)
			if err != nil || len(rest) != 1 || rest[0].Kind != bot.IssueAppeal || rest[0].Category != "民政" || rest[0].Subcategory != "社会救助" || rest[0].Before != "其他" {
				t.Errorf("the oldest: %+v, %v", rest, err)
			}
			return nil
		})
		write(t, s, func(tx *store.Tx) error {
			last, err := tx.LastCorrection(clerk, clock.Now().Add(-time.Minute))
			if err != nil || last.Field != bot.CorrectSame {
				t.Errorf("the last one is %+v, %v", last, err)
			}
			return tx.UndoCorrection(last.ID)
		})
		read(t, s, func(tx *store.Tx) error {
			last, err := tx.LastCorrection(clerk, clock.Now().Add(-time.Minute))
			if err != nil || last.Field != bot.CorrectMatter || last.DoubtID != 8 {
				t.Errorf("after that was undone: %+v, %v", last, err)
			}
			if _, err := tx.LastCorrection(p.resident, clock.Now().Add(-time.Minute)); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("of somebody else: %v", err)
			}
			lessons, err := tx.Lessons(0, 9)
			if len(lessons) != 2 {
				t.Errorf("%d lessons, want 2 without the one undone", len(lessons))
			}
			return err
		})
	})
}
