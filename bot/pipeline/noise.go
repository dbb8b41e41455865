package pipeline

import (
	"fmt"
	"time"
)

// mutter says a line in the group that nobody asked for in so many words, as far as the group's budget of lines goes. Beyond it
// the line is held until the hour is over.
func (t *talk) mutter(line string) error {
	noise := t.state.Noise(t.who.Conversation)
	if !noise.Allow(t.now, t.Rules.Conduct.LinesPerHour) {
		return t.hold(line, noise.Lines[0].Add(time.Hour))
	}
	noise.Spoke(t.now)
	t.answer = line
	return nil
}

// remark mutters a line that answers nobody; at night the group hears it in the morning.
func (t *talk) remark(line string) error {
	if due := t.Rules.Conduct.SpeakAt(t.now, t.Zone); due.After(t.now) {
		return t.hold(line, due)
	}
	return t.mutter(line)
}

// hold keeps a line for the summary that the group hears at that time, or after the night; one summary says all that is held.
func (t *talk) hold(line string, due time.Time) error {
	due = t.Rules.Conduct.SpeakAt(due, t.Zone)
	key := t.summaryKey(due)
	if held, err := t.tx.Hold(key, "、"+line); err != nil || held {
		return err
	}
	t.tx.PostAt(key, t.m.Conversation(), t.Desk.Text("summary", map[string]string{"list": line}), due)
	return nil
}

// summaryKey is the occasion of a conversation's summary at a time.
func (t *talk) summaryKey(due time.Time) string {
	return fmt.Sprintf("summary:%d:%d", t.item.ConversationID, due.Unix())
}
