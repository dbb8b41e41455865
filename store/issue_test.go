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

func numbers(t *testing.T, issues []bot.Issue, err error) []int {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, i := range issues {
		out = append(out, i.Seq)
	}
	return out
}

func TestIssues_AreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p, other := newPlace(t, s, 1), newPlace(t, s, 2)
		resident := p.person(t, s, 3)
		mine := place{unit: p.unit, conversation: p.conversation, resident: resident}
		first, second, third := p.issue(t, s, 1), mine.issue(t, s, 2), p.issue(t, s, 3)
		other.issue(t, s, 1)
		third.Status = bot.StatusAwaitingRating
		third.NextAt = storetest.Monday().Add(time.Hour)
		write(t, s, func(tx *store.Tx) error {
			for _, i := range []*bot.Issue{first, second, third} { // their own too: it must not come twice
				tx.Endorse(i.ID, resident, 1)
			}
			tx.SaveIssue(third)
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			all, err := tx.PersonIssues(resident, 10)
			if got := numbers(t, all, err); !slices.Equal(got, []int{3, 2, 1}) {
				t.Errorf("of the person: %v, want newest first", got)
			}
			newest, err := tx.PersonIssues(resident, 2)
			if got := numbers(t, newest, err); !slices.Equal(got, []int{3, 2}) {
				t.Errorf("the person's newest two: %v", got)
			}
			recent, err := tx.RecentIssues(p.conversation, storetest.Monday(), 10)
			if got := numbers(t, recent, err); !slices.Equal(got, []int{3, 2, 1}) {
				t.Errorf("in the conversation: %v", got)
			}
			none, err := tx.RecentIssues(p.conversation, storetest.Monday().Add(time.Microsecond), 10)
			if got := numbers(t, none, err); len(got) != 0 {
				t.Errorf("a moment later: %v", got)
			}
			if got, err := tx.IssueBySeq(other.unit, 1); err != nil || got.UnitID != other.unit {
				t.Errorf("#001 of the other unit = %+v, %v", got, err)
			}
			if _, err := tx.IssueBySeq(other.unit, 2); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("no such issue: %v", err)
			}
			for after, want := range map[time.Duration]int{time.Hour - time.Microsecond: 0, time.Hour: 1} {
				if due, err := tx.DueIssues(storetest.Monday().Add(after), 10); err != nil || len(due) != want {
					t.Errorf("due after %v: %v, %v", after, due, err)
				}
			}
			return nil
		})
	})
}
