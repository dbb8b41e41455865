package pipeline

import (
	"errors"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/command"
	"tongshishang/bot/understand"
	"tongshishang/store"
)

// stage is one question asked of a message; settled ends the way.
type stage struct {
	name string
	run  func(t *talk) (settled bool, err error)
}

// stages is the way of a message, in order.
var stages = []stage{
	{"event", (*talk).event},           // followed, left, recalled: noted, greeted
	{"flood", (*talk).flood},           // too much from one sender
	{"photo", (*talk).photo},           // belongs to the matter just told
	{"read", (*talk).noteIntent},       // what the text says
	{"command", (*talk).command},       // #受理 12
	{"danger", (*talk).danger},         // 着火了: before anything else is made of it
	{"dialogue", (*talk).dialogue},     // the answer to the bot's last question
	{"vote", (*talk).vote},             // 同意, 1, 选A, 接龙 while a ballot is open
	{"unclear", (*talk).unclearAnswer}, // 没说清 of an answer just given
	{"rating", (*talk).rating},         // 修好了,满意 of a matter that waits for it
	{"endorse", (*talk).endorse},       // 我家也是
	{"progress", (*talk).progress},     // 路灯的事有进展吗
	{"matter", (*talk).matter},         // something to register
	{"hint", (*talk).hint},             // one to one: what the bot is for
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// event notes who follows the account and greets them; every other event is only stored.
func (t *talk) event() (bool, error) {
	if t.m.Kind != bot.KindEvent {
		return false, nil
	}
	t.item.Intent = "event"
	switch t.m.Event {
	case bot.EventSubscribe:
		t.sender()
		t.say("greeting", map[string]string{"county": t.County})
		return true, t.tx.SetSubscribed(t.account(), true)
	case bot.EventUnsubscribe:
		if t.person == nil {
			return true, nil
		}
		return true, t.tx.SetSubscribed(t.account(), false)
	case bot.EventClick:
		return t.click()
	}
	return true, nil
}

// click takes a menu's key that is written as a command for that command.
func (t *talk) click() (bool, error) {
	line, ok := command.Parse(t.m.EventKey)
	if !ok {
		return true, nil
	}
	verb, ok := t.Commands.Find(line.Name)
	if !ok {
		return true, nil
	}
	t.line, t.verb = line, verb
	return true, t.runCommand()
}

// flood stops a sender who writes more than the pack allows in a minute: stored, not handled, told once where that isn't noise.
func (t *talk) flood() (bool, error) {
	n := t.session.Messages.Hit(t.now)
	limit := t.Rules.Conduct.Messages.Count
	if n <= limit {
		return false, nil
	}
	t.item.Intent = "flood"
	if n == limit+1 && t.private {
		t.say("refused_limited", map[string]string{"wait": "一分钟"})
	}
	return true, nil
}

// photo joins pictures without words to what the same person registered a moment ago, and settles everything else that has no
// words.
func (t *talk) photo() (bool, error) {
	if strings.TrimSpace(t.text) != "" {
		return false, nil
	}
	t.item.Intent = string(understand.IntentChat)
	if t.m.Kind == bot.KindVoice && t.private {
		t.say("voice_unheard", nil)
		return true, nil
	}
	if t.m.Kind == bot.KindLocation && t.m.Location != nil && t.m.Location.Label != "" {
		t.text = t.m.Location.Label // a place that was asked for may come from the map
		return t.dialogue()
	}
	recent := t.session.Matter
	isPhoto := t.m.Kind == bot.KindImage || t.m.Kind == bot.KindVideo || len(t.m.Media) > 0
	if !isPhoto || recent == nil || t.now.Sub(recent.At) > t.Rules.Conduct.PhotoWindow || t.person == nil {
		return true, nil
	}
	i, err := t.Desk.Attach(t.tx, recent.IssueID, t.person, t.said())
	if err != nil {
		return true, quiet(err)
	}
	if t.private {
		t.say("photo_joined", map[string]string{"number": i.Short()})
	}
	return true, nil
}

// quiet drops refusals of what somebody didn't ask for in so many words.
func quiet(err error) error {
	if _, ok := errors.AsType[*bot.Error](err); ok {
		return nil
	}
	return err
}

func (t *talk) noteIntent() (bool, error) {
	t.item.Intent = string(t.reading.Intent)
	return false, nil
}

// hint tells somebody who writes to the bot alone, once a day, what it is for; not while a question of the bot is open.
func (t *talk) hint() (bool, error) {
	if !t.private || t.session.Dialogue != nil || t.now.Sub(t.session.HintedAt) < t.Rules.Conduct.HintEvery {
		return true, nil
	}
	t.session.HintedAt = t.now
	t.say("hint", map[string]string{"county": t.County})
	return true, nil
}
