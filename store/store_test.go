package store_test

import (
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestMessages_SurviveWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		m := &bot.Message{Channel: "qun", ID: "m1", Kind: bot.KindText, Group: "1@chatroom", Sender: "wxid_a", SenderName: "王😀𠮷",
			Text: "我的电话13800000001,路灯坏了😀𠮷", SentAt: storetest.Monday(), ReceivedAt: storetest.Monday().Add(123456 * time.Microsecond),
			Quote: &bot.Quote{ID: "q1", Text: "路灯"}, Media: []bot.Media{{Kind: bot.KindImage, ID: "f1"}}}
		r := store.Record{Key: m.Key(), Message: m, Masked: strings.ReplaceAll(m.Text, "13800000001", "138****0001"), State: store.MessageFailed, Answer: bot.Answer{Text: "好😀"}}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			ids, err := tx.LockConversations([]bot.Conversation{m.Conversation(), m.Conversation()})
			if err != nil {
				return err
			}
			r.ID, r.ConversationID = tx.NewID(), ids[m.Conversation()]
			return tx.SaveMessages([]store.Record{r})
		})
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Minute)
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			seen, err := tx.Seen([]string{m.Key(), "other"})
			if err != nil {
				return err
			}
			if got := seen[m.Key()]; len(seen) != 1 || got.ID != r.ID || got.Answer.Text != "好😀" {
				t.Errorf("seen = %+v", seen)
			}
			again, err := tx.DeferredMessages(clock.Now(), 10)
			if err != nil {
				return err
			}
			if len(again) != 1 || again[0].Message.Text != m.Text || again[0].Message.Quote.ID != "q1" || !again[0].Message.SentAt.Equal(m.SentAt) ||
				!again[0].Message.ReceivedAt.Equal(m.ReceivedAt) || again[0].Message.Group != m.Group || again[0].Message.SenderName != m.SenderName {
				t.Errorf("deferred = %+v", again[0].Message)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
