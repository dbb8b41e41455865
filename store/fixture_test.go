package store_test

import (
	"fmt"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// write and read run fn and fail the test on an error.
func write(t *testing.T, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// one reads a single value by plain SQL.
func one[T any](t *testing.T, s *store.Store, query string, args ...any) T {
	t.Helper()
	var v T
	read(t, s, func(tx *store.Tx) error { return tx.Raw().Raw(query, args...).Scan(&v).Error })
	return v
}

// group is a township's group in the tests.
func group(n int) bot.Conversation {
	return bot.Conversation{Channel: "qun", Group: fmt.Sprintf("%d@chatroom", n)}
}

// account is a resident's account in the tests.
func account(n int) store.AccountKey {
	return store.AccountKey{Channel: "qun", ExtID: fmt.Sprintf("wxid_%d", n)}
}

// place is a unit with its group and a resident: what an issue needs.
type place struct{ unit, conversation, resident int64 }

func newPlace(t *testing.T, s *store.Store, n int) place {
	t.Helper()
	var p place
	write(t, s, func(tx *store.Tx) error {
		var err error
		if p.unit, _, err = tx.SaveUnit(bot.Unit{Code: fmt.Sprintf("U%d", n), Name: fmt.Sprintf("第%d镇", n), Kind: bot.UnitTownship}); err != nil {
			return err
		}
		ids, err := tx.LockConversations([]bot.Conversation{group(n)})
		if err != nil {
			return err
		}
		p.conversation = ids[group(n)]
		if _, err := tx.BindGroup("qun", group(n).Group, p.unit); err != nil {
			return err
		}
		p.resident = tx.CreatePerson(account(n), "居民").ID
		return nil
	})
	return p
}

func (p place) issue(t *testing.T, s *store.Store, seq int) *bot.Issue {
	t.Helper()
	i := &bot.Issue{UnitID: p.unit, Number: fmt.Sprintf("TW-U-%d-%d", p.unit, seq), Seq: seq, Kind: bot.IssueAppeal, Status: bot.StatusReported,
		Title: "路灯不亮", Content: "学校门口路灯不亮", ReporterID: p.resident, ConversationID: p.conversation,
		ReportedAt: storetest.Monday(), UpdatedAt: storetest.Monday()}
	write(t, s, func(tx *store.Tx) error { return tx.CreateIssue(i, "") })
	return i
}

func (p place) ballot(t *testing.T, s *store.Store, seq int) *bot.Ballot {
	t.Helper()
	b := &bot.Ballot{UnitID: p.unit, ConversationID: p.conversation, Seq: seq, Title: "装不装路灯", Rule: "征求意见", State: bot.BallotOpen,
		Options:  []bot.Option{{N: 1, Text: "同意", Stance: bot.StanceAgree}, {N: 2, Text: "反对", Stance: bot.StanceOppose}},
		OpenedBy: p.resident, OpenedAt: storetest.Monday(), ClosesAt: storetest.Monday().Add(time.Hour)}
	write(t, s, func(tx *store.Tx) error { return tx.CreateBallot(b, nil) })
	return b
}

func (p place) person(t *testing.T, s *store.Store, n int) int64 {
	t.Helper()
	var id int64
	write(t, s, func(tx *store.Tx) error {
		id = tx.CreatePerson(account(n), fmt.Sprintf("居民%d", n)).ID
		return nil
	})
	return id
}

// together runs fn n times at once and fails the test on any error.
func together(t *testing.T, n int, fn func(i int) error) {
	t.Helper()
	errs := make(chan error, n)
	start := make(chan struct{})
	for i := range n {
		go func() {
			<-start
			errs <- fn(i)
		}()
	}
	close(start)
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}
