package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestColumns_KeepRareCharactersCaseAndMicroseconds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		reported := time.Date(2026, 11, 16, 9, 0, 0, 123456789, time.FixedZone("CST", 8*3600))
		const words = "𠮷家门口的𬒔路😀👨‍👩‍👧堵了 "
		i := p.issue(t, s, 1)
		i.Title, i.Result, i.DueAt = words, words, reported
		write(t, s, func(tx *store.Tx) error { tx.SaveIssue(i); return nil })
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.IssueByNumber(i.Number)
			if err != nil {
				return err
			}
			if got.Title != words || got.Result != words {
				t.Errorf("title %q, result %q, want %q", got.Title, got.Result, words)
			}
			if want := time.Date(2026, 11, 16, 1, 0, 0, 123456000, time.UTC); !got.DueAt.Equal(want) || got.DueAt.Location() != time.UTC {
				t.Errorf("due at %v, want %v", got.DueAt, want)
			}
			if !got.SignedAt.IsZero() {
				t.Errorf("what hasn't happened has the time %v", got.SignedAt)
			}
			return nil
		})
	})
}

func TestAccounts_TellUpperFromLowerCase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		ids := map[string]int64{}
		write(t, s, func(tx *store.Tx) error {
			for _, openid := range []string{"oAb", "oaB"} {
				person := tx.CreatePerson(store.AccountKey{Channel: "gz", ExtID: openid}, "居民")
				ids[openid] = person.ID
			}
			known, err := tx.People([]store.AccountKey{{Channel: "gz", ExtID: "oAb"}, {Channel: "gz", ExtID: "oaB"}, {Channel: "gz", ExtID: "OAB"}})
			if err != nil {
				return err
			}
			if len(known) != 2 || known[store.AccountKey{Channel: "gz", ExtID: "oAb"}].ID != ids["oAb"] || known[store.AccountKey{Channel: "gz", ExtID: "oaB"}].ID != ids["oaB"] {
				t.Errorf("the accounts are %v, want %v", known, ids)
			}
			return nil
		})
		if ids["oAb"] == ids["oaB"] {
			t.Error("oAb and oaB are taken for one account")
		}
		convs := []bot.Conversation{{Channel: "qun", Group: "aA"}, {Channel: "qun", Group: "Aa"}, {Channel: "qun", User: "aA"}}
		write(t, s, func(tx *store.Tx) error {
			found, err := tx.LockConversations(convs)
			if err == nil && (len(found) != 3 || found[convs[0]] == found[convs[1]] || found[convs[0]] == found[convs[2]]) {
				t.Errorf("conversations = %v", found)
			}
			return err
		})
	})
}

func TestColumns_CutWhatIsTooLong(t *testing.T) {
	long := strings.Repeat("长", 300)
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		m := &bot.Message{Channel: "qun", ID: "m1", Kind: bot.KindText, Group: "1@chatroom", Sender: "wxid_1", SenderName: long, Text: long,
			Quote: &bot.Quote{ID: long}, SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
		i := p.issue(t, s, 1)
		i.Title, i.ReporterName, i.Helpers, i.HandlerName = long, long, long, long
		write(t, s, func(tx *store.Tx) error {
			tx.Post(long, group(1), long)
			tx.AddEvent(bot.Event{IssueID: i.ID, Seq: 1, Verb: "note", Actor: long, Text: long, At: tx.Now()})
			if err := tx.Audit(store.Change{Actor: long, Action: "note", Reason: long}); err != nil {
				return err
			}
			tx.SaveIssue(i)
			return tx.SaveMessages([]store.Record{{ID: tx.NewID(), Key: m.Key(), ConversationID: p.conversation, Message: m, State: store.MessageFailed, Error: long}})
		})
		if got := one[string](t, s, "SELECT title FROM issues"); got != strings.Repeat("长", 64) {
			t.Errorf("the title was cut to %d bytes", len(got))
		}
		if got := one[string](t, s, "SELECT body FROM outbox"); got != long {
			t.Error("a long text to send was cut")
		}
	})
}

func TestOpen_TellsWhatIsWrongWithTheURL(t *testing.T) {
	for _, raw := range []string{"", "postgres://x/y", "sqlite://", "mysql://%zz", "://"} {
		if s, err := store.Open(t.Context(), raw, store.Options{Keys: storetest.Keys(t), Clock: bot.SystemClock}); err == nil {
			_ = s.Close()
			t.Errorf("%q is taken for a database", raw)
		}
	}
}

func TestOpen_SQLiteInAnOddFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "通 渭?100%25#1", "库.db") // written into the URL as it is
	raw := "sqlite://" + path
	s := storetest.Open(t, raw, storetest.NewClock(storetest.Monday()))
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, s, func(tx *store.Tx) error {
		_, _, err := tx.SaveUnit(bot.Unit{Code: "PX", Name: "平襄镇"})
		return err
	})
	if name := one[string](t, s, "SELECT name FROM units"); name != "平襄镇" {
		t.Errorf("the reading side sees %q", name)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file isn't where the URL says: %v", err)
	}
}

func TestWriteInsideRead_IsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		err := s.Read(t.Context(), func(tx *store.Tx) error {
			_, _, err := tx.SaveUnit(bot.Unit{Code: "PX", Name: "平襄镇"})
			return err
		})
		if err == nil || one[int](t, s, "SELECT COUNT(*) FROM units") != 0 {
			t.Errorf("a write inside Read: %v", err)
		}
	})
}
