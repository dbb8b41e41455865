package store_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func key(id string, fill byte) store.Key {
	return store.Key{ID: id, Bytes: bytes.Repeat([]byte{fill}, 32)}
}

func keyring(t testing.TB, keys ...store.Key) *store.Keyring {
	t.Helper()
	k, err := store.NewKeyring(keys, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyring_RotatesKeys(t *testing.T) {
	old := keyring(t, key("k1", 1))
	sealed, err := old.Seal("phone", "13800000001")
	if err != nil || !strings.HasPrefix(sealed, "k1:") || strings.Contains(sealed, "138") {
		t.Fatalf("sealed = %q, %v", sealed, err)
	}
	rotated := keyring(t, key("k2", 2), key("k1", 1))
	if text, err := rotated.Open("phone", sealed); err != nil || text != "13800000001" {
		t.Errorf("the old key opens %q, %v", text, err)
	}
	fresh, err := rotated.Seal("phone", "13800000001")
	if err != nil || !strings.HasPrefix(fresh, "k2:") {
		t.Errorf("after the rotation sealed = %q, %v", fresh, err)
	}
	if text, err := rotated.Open("phone", fresh); err != nil || text != "13800000001" {
		t.Errorf("the new key opens %q, %v", text, err)
	}
	if again, _ := rotated.Seal("phone", "13800000001"); again == fresh {
		t.Error("the same text sealed twice looks the same")
	}
	if empty, err := rotated.Seal("phone", ""); err != nil || empty != "" {
		t.Errorf("an empty text seals to %q, %v", empty, err)
	}
}

func TestKeyring_OpensNothingElse(t *testing.T) {
	k := keyring(t, key("k1", 1))
	sealed, err := k.Seal("phone", "13800000001")
	if err != nil {
		t.Fatal(err)
	}
	damaged := []byte(sealed)
	damaged[len(damaged)-5] ^= 1
	for name, c := range map[string]struct {
		ring          *store.Keyring
		field, sealed string
	}{
		"another field":           {k, "id_card", sealed},
		"a damaged text":          {k, "phone", string(damaged)},
		"a cut text":              {k, "phone", "k1:AAAA"},
		"no base64":               {k, "phone", "k1:十三八"},
		"no key id":               {k, "phone", "13800000001"},
		"an unknown key id":       {keyring(t, key("k2", 1)), "phone", sealed},
		"another key of that id":  {keyring(t, key("k1", 2)), "phone", sealed},
		"a key id of another key": {keyring(t, key("k1", 1), key("k2", 2)), "phone", "k2" + strings.TrimPrefix(sealed, "k1")},
	} {
		if text, err := c.ring.Open(c.field, c.sealed); err == nil {
			t.Errorf("%s opens to %q", name, text)
		} else if strings.Contains(err.Error(), "138") {
			t.Errorf("%s: the error tells what was sealed: %v", name, err)
		}
	}
}

func TestKeyring_Hash(t *testing.T) {
	k := keyring(t, key("k1", 1))
	hash := k.Hash("phone", "13800000001")
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != 32 {
		t.Errorf("hash = %q", hash)
	}
	if rotated := keyring(t, key("k2", 2), key("k1", 1)); rotated.Hash("phone", "13800000001") != hash {
		t.Error("rotating the encryption keys changes the hash that rows are looked up by")
	}
	if k.Hash("id_card", "13800000001") == hash || k.Hash("phone", "13800000002") == hash || k.Hash("phone", "") != "" {
		t.Error("the hash doesn't tell fields and texts apart")
	}
}

func TestNewKeyring_Refuses(t *testing.T) {
	lookup := make([]byte, 32)
	for name, c := range map[string]struct {
		keys   []store.Key
		lookup []byte
	}{
		"no key":             {nil, lookup},
		"a short key":        {[]store.Key{{ID: "k1", Bytes: make([]byte, 16)}}, lookup},
		"a key without id":   {[]store.Key{key("", 1)}, lookup},
		"a colon in the id":  {[]store.Key{key("k:1", 1)}, lookup},
		"one id twice":       {[]store.Key{key("k1", 1), key("k1", 2)}, lookup},
		"a short lookup key": {[]store.Key{key("k1", 1)}, lookup[:31]},
	} {
		if _, err := store.NewKeyring(c.keys, c.lookup); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzKeyring(f *testing.F) {
	f.Add("phone", "13800000001")
	f.Add("message", "t1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("", ":😀\x00")
	k := keyring(f, key("t1", 1))
	f.Fuzz(func(t *testing.T, field, text string) {
		if opened, err := k.Open(field, text); err == nil && text != "" {
			t.Errorf("%q was never sealed and opens to %q", text, opened)
		}
		sealed, err := k.Seal(field, text)
		if err != nil {
			t.Fatal(err)
		}
		if opened, err := k.Open(field, sealed); err != nil || opened != text {
			t.Errorf("opened %q, %v; want %q", opened, err, text)
		}
	})
}

// TestStore_KeepsNoPhoneInTheClear puts a phone wherever one is taken and then looks at every column of every table.
func TestStore_KeepsNoPhoneInTheClear(t *testing.T) {
	const phone = "13800000001"
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		said := &bot.Message{Channel: "qun", ID: "m1", Kind: bot.KindText, Group: "1@chatroom", Sender: "wxid_1", Text: "打我电话" + phone, SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
		quoting := &bot.Message{Channel: "qun", ID: "m2", Kind: bot.KindText, Group: "1@chatroom", Sender: "wxid_2", Text: "我家也是",
			Quote: &bot.Quote{ID: "m1", Text: said.Text}, SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
		sent := &bot.Message{Channel: "qun", ID: "m3", Kind: bot.KindFile, Group: "1@chatroom", Sender: "wxid_2",
			Media: []bot.Media{{Kind: bot.KindFile, Name: phone + ".doc"}}, Location: &bot.Location{Label: phone}, SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
		hurried := &bot.Message{Channel: "qun", ID: "m4", Kind: bot.KindText, Group: "1@chatroom", Sender: "wxid_2", Text: "还有" + phone, SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
		write(t, s, func(tx *store.Tx) error {
			if _, _, err := tx.SaveMember(store.Member{Person: bot.Person{Name: "李四", Roles: []bot.Role{{Name: bot.RoleStaff, UnitID: p.unit}}}, Phone: phone}); err != nil {
				return err
			}
			if err := tx.SaveCode(phone, p.resident, tx.Now().Add(time.Hour)); err != nil {
				return err
			}
			i := &bot.Issue{UnitID: p.unit, Number: "TW-U1-2611-001", Seq: 1, Kind: bot.IssueAppeal, Status: bot.StatusReported, Content: "打我电话138****0001",
				ReporterID: p.resident, ConversationID: p.conversation, ReportedAt: tx.Now(), UpdatedAt: tx.Now()}
			if err := tx.CreateIssue(i, phone); err != nil {
				return err
			}
			if err := tx.ReceiveMessage(hurried.Key(), hurried); err != nil {
				return err
			}
			return tx.SaveMessages([]store.Record{
				{ID: tx.NewID(), Key: said.Key(), ConversationID: p.conversation, Message: said, Masked: "打我电话138****0001", State: store.MessageHandled},
				{ID: tx.NewID(), Key: quoting.Key(), ConversationID: p.conversation, Message: quoting, Masked: quoting.Text, State: store.MessageHandled},
				{ID: tx.NewID(), Key: sent.Key(), ConversationID: p.conversation, Message: sent, State: store.MessageHandled}})
		})
		if where := columnsHolding(t, s, phone); len(where) > 0 {
			t.Errorf("a phone stands in the clear in %v", where)
		}
		if where := columnsHolding(t, s, "138****0001"); len(where) != 2 {
			t.Errorf("the masked text was found in %v; the search looks in the wrong places", where)
		}
	})
}

// columnsHolding searches every column of every table for a text.
func columnsHolding(t *testing.T, s *store.Store, text string) []string {
	t.Helper()
	var where []string
	for _, c := range columns(t, s) {
		table, column, _ := strings.Cut(strings.Fields(c)[0], ".")
		query := "SELECT COUNT(*) FROM " + table + " WHERE INSTR(CAST(" + column + " AS CHAR), ?) > 0"
		if one[int](t, s, query, text) > 0 {
			where = append(where, table+"."+column)
		}
	}
	return where
}
