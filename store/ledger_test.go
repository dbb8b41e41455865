package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// site is a unit, a resident and a conversation to hang issues on.
type site struct {
	unit, resident, conversation int64
}

func newSite(tx *store.Tx, code string) (site, error) {
	var p site
	var err error
	if p.unit, _, err = tx.SaveUnit(bot.Unit{Code: code, Name: code + "镇", Kind: bot.UnitTownship}); err != nil {
		return p, err
	}
	conv := bot.Conversation{Channel: "qun", Group: code}
	ids, err := tx.LockConversations([]bot.Conversation{conv})
	if err != nil {
		return p, err
	}
	p.conversation = ids[conv]
	person := tx.CreatePerson(store.AccountKey{Channel: "qun", ExtID: "wxid_" + code}, "张三丰")
	p.resident = person.ID
	return p, nil
}

// moved is a status and since when an issue has it.
type moved struct {
	at time.Time
	to bot.Status
}

// issue creates an issue with a history: first it is registered, then it makes moves.
func (p site) issue(tx *store.Tx, seq int, contact string, history ...moved) (*bot.Issue, error) {
	last := history[len(history)-1]
	i := &bot.Issue{UnitID: p.unit, Seq: seq, Number: fmt.Sprintf("TW-%d-%03d", p.unit, seq), Kind: bot.IssueAppeal, Status: last.to,
		ReporterID: p.resident, ConversationID: p.conversation, ReportedAt: history[0].at, UpdatedAt: last.at, Events: len(history)}
	if err := tx.CreateIssue(i, contact); err != nil {
		return nil, err
	}
	from, verb := bot.Status(""), "register"
	for n, m := range history {
		tx.AddEvent(bot.Event{IssueID: i.ID, Seq: n + 1, Verb: verb, From: from, To: m.to, At: m.at, Text: fmt.Sprint("步骤", n+1)})
		from, verb = m.to, "move"
	}
	return i, nil
}

// history is what happened to a matter and why it belongs into the ledger of the span.
type history struct {
	moves []moved
	why   store.Inclusion
}

func histories(span store.Span) []history {
	before, within, after := span.From.AddDate(0, 0, -3), span.From.AddDate(0, 0, 2), span.To.AddDate(0, 0, 1)
	return []history{
		{[]moved{{before, bot.StatusReported}, {before, bot.StatusWithdrawn}}, 0},
		{[]moved{{before, bot.StatusReported}}, store.InOpen},
		{[]moved{{before, bot.StatusReported}, {within, bot.StatusReported}}, store.InOpen}, // a note moves nothing
		{[]moved{{before, bot.StatusReported}, {within, bot.StatusRefused}}, store.InChanged},
		{[]moved{{before, bot.StatusReported}, {after, bot.StatusRefused}}, store.InOpen},
		{[]moved{{before, bot.StatusReported}, {before, bot.StatusClosed}, {after, bot.StatusReopened}}, 0},
		{[]moved{{before, bot.StatusReported}, {within, bot.StatusClosed}, {after, bot.StatusReopened}, {after, bot.StatusAccepted}}, store.InChanged},
		{[]moved{{within, bot.StatusReported}}, store.InReported | store.InOpen},
		{[]moved{{within, bot.StatusReported}, {within, bot.StatusAccepted}, {after, bot.StatusClosed}}, store.InReported | store.InChanged | store.InOpen},
		{[]moved{{span.From, bot.StatusReported}, {span.From, bot.StatusWithdrawn}}, store.InReported | store.InChanged},
		{[]moved{{span.To, bot.StatusReported}}, 0},
	}
}

func TestLedgerRefs(t *testing.T) {
	monday := storetest.Monday()
	span := store.Span{From: monday, To: monday.AddDate(0, 0, 7)}
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		want := map[int64]store.Inclusion{}
		var other site
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			px, err := newSite(tx, "PX")
			if err != nil {
				return err
			}
			if other, err = newSite(tx, "MY"); err != nil {
				return err
			}
			for seq, tc := range histories(span) {
				i, err := px.issue(tx, seq+1, "", tc.moves...)
				if err != nil {
					return err
				}
				if tc.why != 0 {
					want[i.ID] = tc.why
				}
			}
			_, err = other.issue(tx, 1, "", moved{monday, bot.StatusReported})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			all, err := tx.LedgerRefs(span)
			if err != nil {
				return err
			}
			if len(all) != len(want)+1 || !slices.IsSortedFunc(all, func(a, b store.LedgerRef) int { return int(a.ID - b.ID) }) {
				t.Errorf("county: %d matters, want %d, by id: %v", len(all), len(want)+1, all)
			}
			for _, r := range all[:len(all)-1] {
				if want[r.ID] != r.Why {
					t.Errorf("issue %d: %b, want %b", r.ID, r.Why, want[r.ID])
				}
			}
			span.Unit = other.unit
			one, err := tx.LedgerRefs(span)
			if err == nil && (len(one) != 1 || one[0] != all[len(all)-1]) {
				t.Errorf("unit: %v", one)
			}
			span.Unit = 0
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestLedgerPage_OpensPhonesOnlyWhenAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var id int64
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			p, err := newSite(tx, "PX")
			if err != nil {
				return err
			}
			i, err := p.issue(tx, 1, "13800000009", moved{storetest.Monday(), bot.StatusReported}, moved{storetest.Monday(), bot.StatusAccepted})
			if err != nil {
				return err
			}
			id = i.ID
			tx.SaveRating(bot.Rating{IssueID: id, Round: 1, PersonID: p.resident, Solved: bot.SolvedYes, At: storetest.Monday().Add(time.Hour)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		refs := []store.LedgerRef{{ID: id, Why: store.InOpen}, {ID: id + 1}}
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			for phones, want := range map[bool]string{false: "", true: "13800000009"} {
				page, err := tx.LedgerPage(refs, store.LedgerNeeds{Verbs: []string{"register", "move"}, Phones: phones})
				if err != nil {
					return err
				}
				if len(page) != 1 {
					t.Fatalf("%d matters, want the one that exists", len(page))
				}
				m := page[0]
				if m.Phone != want || m.Unit != "PX镇" || m.Reporter != "张三丰" || m.Why != store.InOpen || len(m.Events) != 2 || m.Events[1].Text != "步骤2" ||
					m.Raters != 1 || m.RatedBy != "张三丰" || !m.RatedAt.Equal(storetest.Monday().Add(time.Hour)) {
					t.Errorf("phones %v: %+v", phones, m)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSnapshot_LatestLockedRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		var issue *bot.Issue
		add := func(tx *store.Tx, week, cells string) error {
			snapshot := &store.Snapshot{Week: week, Scope: "*", LockedBy: "李文书", LockedAt: clock.Now()}
			if err := tx.CreateSnapshot(snapshot); err != nil {
				return err
			}
			rows := []store.SnapshotRow{{N: 1, Issue: issue.ID, Cells: []byte(cells), Phone: "13800000009"}}
			if err := tx.AddSnapshotRows(snapshot.ID, rows); err != nil {
				return err
			}
			return tx.SealSnapshot(snapshot.ID, 1, fmt.Sprintf("%064d", 1))
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			p, err := newSite(tx, "PX")
			if err != nil {
				return err
			}
			if issue, err = p.issue(tx, 1, "", moved{clock.Now(), bot.StatusReported}); err != nil {
				return err
			}
			if err := add(tx, "2026-W46", `{"a":46}`); err != nil {
				return err
			}
			clock.Add(time.Hour)
			return add(tx, "2026-W47", `{"a":47}`)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			for before, want := range map[string]string{"2026-W46": "", "2026-W47": `{"a":46}`, "2026-W48": `{"a":47}`} {
				locked, err := tx.LockedBefore(before, "*", []int64{issue.ID})
				if err != nil || string(locked[issue.ID].Row.Cells) != want {
					t.Errorf("before %s: %s, %v, want %s", before, locked[issue.ID].Row.Cells, err, want)
				}
			}
			if changed, err := tx.ChangedSinceLock("2026-W48", "*"); err != nil || len(changed) != 0 {
				t.Errorf("changed since W47: %v, %v", changed, err)
			}
			if changed, err := tx.ChangedSinceLock("2026-W47", "*"); err != nil || !slices.Equal(changed, []int64{issue.ID}) {
				t.Errorf("changed since W46: %v, %v", changed, err)
			}
			snapshot, err := tx.Snapshot("2026-W47", "*")
			if err != nil {
				return err
			}
			rows, err := tx.SnapshotRows(snapshot.ID, 0, 10, true)
			if err != nil || len(rows) != 1 || rows[0].Phone != "13800000009" || snapshot.Rows != 1 {
				t.Errorf("rows: %+v, %v", rows, err)
			}
			if _, err := tx.Snapshot("2026-W47", "PX"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a snapshot of another scope: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
