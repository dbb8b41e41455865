package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// TestAlike reads what a report is compared with: by unit and category, by terms, no more than asked for of each, and nothing that is over.
func TestAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p, other := newPlace(t, s, 1), newPlace(t, s, 2)
		add := func(p place, seq int, category string, status bot.Status, kind bot.IssueKind, terms ...int64) {
			i := p.lamp(seq)
			i.Category, i.Status, i.Kind, i.ReportedAt = category, status, kind, storetest.Monday().Add(time.Duration(seq)*time.Minute)
			write(t, s, func(tx *store.Tx) error {
				err := tx.CreateIssue(i, "")
				tx.Index(i.ID, terms)
				return err
			})
		}
		add(p, 1, "城乡建设", bot.StatusReported, bot.IssueAppeal, 7)
		add(p, 2, "城乡建设", bot.StatusAccepted, bot.IssueComplaint)
		add(p, 3, "民政", bot.StatusReported, bot.IssueAppeal, 7, 8)
		add(p, 4, "城乡建设", bot.StatusAwaitingRating, bot.IssueAppeal, 7)
		add(p, 5, "城乡建设", bot.StatusAnswered, bot.IssueQuestion)
		add(p, 6, "城乡建设", bot.StatusClosed, bot.IssueAppeal)
		add(other, 7, "城乡建设", bot.StatusReported, bot.IssueAppeal, 8)
		list := func(since time.Duration) []store.AlikeList {
			return []store.AlikeList{{Unit: p.unit, Category: "城乡建设", Since: storetest.Monday().Add(since)}}
		}
		for _, tt := range []struct {
			name            string
			lists           []store.AlikeList
			terms           []int64
			newest, perTerm int
			want            []int
		}{
			{"unit and category", list(0), nil, 10, 10, []int{5, 2, 1}},
			{"since a time", list(2 * time.Minute), nil, 10, 10, []int{5, 2}},
			{"the newest, whatever became of them", list(0), nil, 3, 10, []int{5}},
			{"a term in another category", nil, []int64{7}, 10, 10, []int{3, 1}},
			{"a term in another unit", nil, []int64{8}, 10, 10, []int{7, 3}},
			{"the newest of a term", nil, []int64{8}, 10, 1, []int{7}},
			{"each once", list(0), []int64{7, 8}, 10, 10, []int{7, 5, 3, 2, 1}},
			{"nothing asked", nil, nil, 10, 10, nil},
		} {
			read(t, s, func(tx *store.Tx) error {
				found, err := tx.Alike(tt.lists, tt.terms, tt.newest, tt.perTerm)
				if got := numbers(t, found, err); !slices.Equal(got, tt.want) {
					t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
				}
				return nil
			})
		}
	})
}

// TestAlike_ManyLists asks for more than one statement can take.
func TestAlike_ManyLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		i := p.lamp(1)
		write(t, s, func(tx *store.Tx) error {
			err := tx.CreateIssue(i, "")
			tx.Index(i.ID, []int64{900})
			return err
		})
		terms := make([]int64, 901)
		for n := range terms {
			terms[n] = int64(n)
		}
		read(t, s, func(tx *store.Tx) error {
			found, err := tx.Alike(nil, terms, 30, 10)
			if got := numbers(t, found, err); !slices.Equal(got, []int{1}) {
				t.Errorf("found %v", got)
			}
			return nil
		})
	})
}

// TestAnswerOf follows an answer that was given again to the one it came from, until the asker says that it doesn't fit.
func TestAnswerOf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		question := func(seq int, content, result string) *bot.Issue {
			i := p.lamp(seq)
			i.Kind, i.Status, i.Content, i.Result, i.ResolvedAt = bot.IssueQuestion, bot.StatusAnswered, content, result, storetest.Monday()
			write(t, s, func(tx *store.Tx) error { return tx.CreateIssue(i, "") })
			return i
		}
		first, second := question(1, "合作医疗啥时候交", "12月底前"), question(2, "合作医疗几时交", "12月底前(同 #001)")
		answer := func(tx *store.Tx, want *bot.Issue) {
			t.Helper()
			a, err := tx.AnswerOf(second.ID)
			if err != nil || a.ID != want.ID || a.Text != want.Result || !a.InGroup || !a.At.Equal(storetest.Monday()) {
				t.Errorf("answer of #002 = %+v, %v; want that of %s", a, err, want.Number)
			}
		}
		write(t, s, func(tx *store.Tx) error {
			answer(tx, second)
			tx.ReuseAnswer(second.ID, first.ID)
			answer(tx, first) // not written yet
			return nil
		})
		write(t, s, func(tx *store.Tx) error {
			answer(tx, first)
			if texts, err := tx.Rejected(first.ID, 10); err != nil || len(texts) != 0 {
				t.Errorf("rejected before anybody did: %v, %v", texts, err)
			}
			return errors.Join(tx.RejectReuse(second.ID), tx.RejectReuse(first.ID))
		})
		read(t, s, func(tx *store.Tx) error {
			answer(tx, second)
			texts, err := tx.Rejected(first.ID, 10)
			if err != nil || !slices.Equal(texts, []string{"合作医疗几时交"}) {
				t.Errorf("the answer missed %v, %v", texts, err)
			}
			if _, err := tx.AnswerOf(4711); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("no such question: %v", err)
			}
			return nil
		})
	})
}

// TestTalkSince counts what was said after a matter was last spoken of.
func TestTalkSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		i := p.issue(t, s, 1)
		var ids []int64
		write(t, s, func(tx *store.Tx) error {
			var records []store.Record
			for n := range 6 {
				ids = append(ids, tx.NewID())
				m := &bot.Message{Channel: "qun", Group: group(1).Group, Kind: bot.KindText, Text: "哈哈", SentAt: tx.Now(), ReceivedAt: tx.Now()}
				records = append(records, store.Record{ID: ids[n], Key: string(rune('a' + n)), ConversationID: p.conversation, Message: m, Masked: m.Text, State: store.MessageHandled})
			}
			if err := tx.SaveMessages(records); err != nil {
				return err
			}
			tx.LinkMessage(i.ID, ids[1], p.conversation, "x", store.MessageOrigin)
			at, talk, err := tx.TalkSince(p.conversation, i.ID, ids[5], 9)
			if err != nil || talk != 3 || !at.Equal(tx.Now()) {
				t.Errorf("not written yet: %v, %d, %v", at, talk, err)
			}
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			at, talk, err := tx.TalkSince(p.conversation, i.ID, ids[5], 2)
			if err != nil || talk != 2 || !at.Equal(tx.Now()) {
				t.Errorf("up to a limit: %v, %d, %v", at, talk, err)
			}
			at, talk, err = tx.TalkSince(p.conversation, 4711, ids[5], 9)
			if err != nil || talk != 5 || !at.IsZero() {
				t.Errorf("never spoken of: %v, %d, %v", at, talk, err)
			}
			return nil
		})
	})
}
