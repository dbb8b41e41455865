package pipeline

import (
	"cmp"
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
)

// endorse adds a "me too" to the matter that is talked about: quoted, numbered, or the open one here that fits. When nothing fits,
// nothing happens.
func (t *talk) endorse() (bool, error) {
	if t.reading.Intent != understand.IntentEndorse {
		return false, nil
	}
	i, err := t.endorsed()
	if err != nil || i == nil {
		return true, err
	}
	person := t.sender()
	said := t.said()
	if t.comesFromElsewhere(i) {
		said.Place = t.text
	}
	i, err = t.Desk.Endorse(t.tx, i.ID, person, said)
	switch {
	case err != nil && t.private:
		return true, err
	case err != nil:
		return true, quiet(err)
	case t.private:
		t.say("endorse_private", map[string]string{"number": i.Short()})
	case t.Rules.Conduct.IsEndorseStep(i.Supporters + 1):
		return true, t.remark(t.Desk.Households(i, t.unit.ID))
	}
	return true, nil
}

// comesFromElsewhere tells whether a "me too" names a place of its own: 三组也没收到 of what was told of 二组.
func (t *talk) comesFromElsewhere(i *bot.Issue) bool {
	return slices.ContainsFunc(t.reading.Places, func(p string) bool { p = t.within(p); return p != "" && !isSamePlace(p, i.Place) })
}

func (t *talk) endorsed() (*bot.Issue, error) {
	quoted, err := t.quotedIssue()
	if err != nil || quoted != nil {
		return quoted, err
	}
	for _, word := range t.reading.Refs {
		if ref, ok := issue.ParseRef(word); ok {
			i, err := t.Desk.Find(t.tx, t.unit.ID, ref)
			return i, quiet(err)
		}
	}
	recent, err := t.tx.RecentIssues(t.item.ConversationID, t.now.Add(-t.Rules.Conduct.EndorseWithin), 20)
	if err != nil {
		return nil, err
	}
	recent = slices.DeleteFunc(recent, func(i bot.Issue) bool {
		own := !t.private && t.person != nil && i.ReporterID == t.person.ID // nobody in a group joins in what they said themselves
		return own || !i.Status.IsOpen() || i.Status == bot.StatusAwaitingRating
	})
	if words := t.ownWords(); words != "" {
		return t.fitting(words, recent), nil
	}
	return t.justSaid(recent)
}

// joining are words by which people join in, and letters that say nothing of what about.
var (
	joining = []string{"遇到", "已经", "一直", "早就", "情况", "问题", "附议", "支持", "反映", "强烈", "楼上", "同意", "说的", "一样", "同样", "同问", "同感", "同求", "加一", "+1", "一个样", "算上", "算我",
		"深有体会", "大家", "现在", "今天", "昨天", "这边", "那边", "这里", "那里", "这块", "我村", "村上", "村里"}
	joints = "我你他她们家俺咱这那边里儿也是的了着呢吧啊呀嘛没不有还又都很在就个种样同顶对想说要问"
)

// ownWords is what a "me too" says of the matter itself, without the place it comes from: 没水 of 三社也没水, nothing of 我家也是.
func (t *talk) ownWords() string { return bareWords(without(t.text, t.reading.Places...)) }

// bareWords drops from a text what says nothing of a thing.
func bareWords(text string) string {
	for _, w := range joining {
		text = strings.ReplaceAll(text, w, " ")
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(joints, r) || !isLetter(r) || isNumeral(r) {
			return -1
		}
		return r
	}, text)
}

// without is a text without places: where somebody joins in from says nothing of what about.
func without(text string, places ...string) string {
	for _, p := range places {
		if p != "" {
			text = strings.ReplaceAll(text, p, " ")
		}
	}
	return text
}

// fit is how well a "me too" fits a matter.
type fit struct {
	pairs   int     // of letters in common: they name one thing
	trouble int     // words for one trouble
	score   float64 // probability that both tell of one matter
}

func (f fit) compare(o fit) int {
	return cmp.Or(cmp.Compare(f.pairs, o.pairs), cmp.Compare(f.trouble, o.trouble), cmp.Compare(f.score, o.score))
}

// fitting is the matter that a "me too" with words of its own fits best, the newest of equals; none when it fits none.
func (t *talk) fitting(words string, recent []bot.Issue) *bot.Issue {
	var best *bot.Issue
	var most fit
	named, said := pairsOf(words), t.docs.of(without(t.text, t.reading.Places...)).doc
	for n := range recent {
		i := &recent[n]
		told := t.docs.of(without(i.Content, i.Place))
		f := fit{pairs: named.shared(told.pairs), trouble: t.sameTrouble(words, i.Content), score: t.Topics.Score(said, told.doc)}
		j := &t.Rules.Same.Joins
		fits := f.pairs > 0 || f.trouble > 0 && f.score >= j.Least || f.score >= j.Sure
		if fits && (best == nil || f.compare(most) > 0) {
			best, most = i, f
		}
	}
	return best
}

// sameTrouble counts the words by which both speak of one trouble: 停 and 停水, 黑 and 路灯.
func (t *talk) sameTrouble(words, content string) int {
	n := 0
	for _, line := range t.Rules.Same.Troubles {
		said := strings.Fields(line)
		if strings.Contains(words, said[0]) && slices.ContainsFunc(said[1:], func(w string) bool { return strings.Contains(content, w) }) {
			n++
		}
	}
	return n
}

// justSaid is the newest matter if it was spoken of a moment ago: a bare +1 hours later, or after other talk, may mean anything.
func (t *talk) justSaid(recent []bot.Issue) (*bot.Issue, error) {
	if len(recent) == 0 {
		return nil, nil //nolint:nilnil // nothing to join
	}
	bare := &t.Rules.Same.Bare
	at, talk, err := t.tx.TalkSince(t.item.ConversationID, recent[0].ID, t.item.ID, bare.Talk+1)
	if err != nil || talk > bare.Talk || t.now.Sub(at) > bare.Within {
		return nil, err
	}
	return &recent[0], nil
}
