package store_test

import (
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// Five days with a due date each: what is contacted exactly at the due moment is in time, a microsecond later it isn't.
// With five steps the comparison goes down unequal branches.
func TestTallyIssues_DueSteps(t *testing.T) {
	monday := storetest.Monday()
	var steps []store.DueStep
	for d := range 5 {
		steps = append(steps, store.DueStep{Before: monday.AddDate(0, 0, d+1), Due: monday.AddDate(0, 0, d+1).Add(9 * time.Hour)})
	}
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			p, err := newSite(tx, "PX")
			if err != nil {
				return err
			}
			for d := range 5 {
				reported := monday.AddDate(0, 0, d)
				if _, err := p.issue(tx, 2*d+1, "", moved{reported, bot.StatusReported}, moved{steps[d].Due, bot.StatusAccepted}); err != nil {
					return err
				}
				late := steps[d].Due.Add(time.Microsecond)
				if _, err := p.issue(tx, 2*d+2, "", moved{reported, bot.StatusReported}, moved{late, bot.StatusAccepted}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			q := store.Tally{Span: store.Span{From: monday, To: monday.AddDate(0, 0, 7)}, Now: steps[2].Due.Add(time.Second),
				ResponseDue: steps, SignDue: steps}
			for verb, want := range map[string]struct{ due, inTime int64 }{
				"move":    {10, 5},
				"nothing": {6, 0}, // without contact, those of the first three days are past their due date
			} {
				q.Contact = []string{verb}
				tallied, err := tx.TallyIssues(q)
				if err != nil {
					return err
				}
				groups := tallied.Groups
				if len(groups) != 1 || groups[0].Counts["response_due"] != want.due || groups[0].Counts["responded_in_time"] != want.inTime {
					t.Errorf("contact by %s: %+v, want %+v", verb, groups, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestTallyActivity(t *testing.T) {
	monday := storetest.Monday()
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var px, my site
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			var err error
			if px, err = newSite(tx, "PX"); err != nil {
				return err
			}
			if my, err = newSite(tx, "MY"); err != nil {
				return err
			}
			if _, err := tx.BindGroup("qun", "PX", px.unit); err != nil {
				return err
			}
			i, err := px.issue(tx, 1, "", moved{monday, bot.StatusReported})
			if err != nil {
				return err
			}
			for _, p := range []int64{px.resident, my.resident} {
				tx.Endorse(i.ID, p, 1)
			}
			return saveTalk(tx, px, my, monday)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			for _, tc := range []struct {
				span store.Span
				want store.Activity
			}{
				{store.Span{From: monday, To: monday.AddDate(0, 0, 1)}, store.Activity{Messages: 3, Endorsements: 2}},
				{store.Span{From: monday, To: monday.AddDate(0, 0, 1), Unit: px.unit}, store.Activity{Messages: 2, Endorsements: 2}},
				{store.Span{From: monday, To: monday.AddDate(0, 0, 1), Unit: my.unit}, store.Activity{}},
				{store.Span{From: monday.AddDate(0, 0, 1), To: monday.AddDate(0, 0, 2)}, store.Activity{Messages: 1}},
			} {
				if got, err := tx.TallyActivity(tc.span); err != nil || got != tc.want {
					t.Errorf("%+v: %+v, %v, want %+v", tc.span, got, err, tc.want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// saveTalk stores two messages in PX and one in MY on Monday, an event, and one message in PX a day later.
func saveTalk(tx *store.Tx, px, my site, monday time.Time) error {
	var records []store.Record
	for n, said := range []struct {
		group string
		conv  int64
		kind  bot.Kind
		at    time.Time
	}{
		{"PX", px.conversation, bot.KindText, monday}, {"PX", px.conversation, bot.KindImage, monday.Add(time.Hour)},
		{"MY", my.conversation, bot.KindText, monday}, {"PX", px.conversation, bot.KindEvent, monday}, {"PX", px.conversation, bot.KindText, monday.AddDate(0, 0, 1)},
	} {
		m := &bot.Message{Channel: "qun", ID: string(rune('a' + n)), Kind: said.kind, Group: said.group, Sender: "wxid", SentAt: said.at, ReceivedAt: said.at}
		records = append(records, store.Record{ID: tx.NewID(), Key: m.Key(), ConversationID: said.conv, Message: m, State: store.MessageHandled})
	}
	return tx.SaveMessages(records)
}
