package pipeline

import (
	"time"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/understand"
)

// sorted makes of a matter's category what its certainty allows: one that can't be believed at all is left to the clerk.
func (t *talk) sorted(m understand.Matter) understand.Matter {
	if m.Category != understand.CategoryOther && t.certainty(m) < t.Rules.Doubts.CategoryLow {
		m.Category, m.Subcategory = understand.CategoryOther, ""
	}
	return m
}

// certainty is how sure the category of a matter is. A message of several matters has a certainty for each.
func (t *talk) certainty(m understand.Matter) float64 {
	if r := &t.reading; len(r.Matters) == 1 && r.Matters[0].Text == m.Text {
		return r.CategoryConfidence
	}
	return t.Reader.Read(m.Text).CategoryConfidence
}

// unsorted puts an issue on the clerk's list 待分类 when its category isn't sure.
func (t *talk) unsorted(i *bot.Issue, m understand.Matter) {
	chance := t.certainty(m)
	if chance >= t.Rules.Doubts.CategorySure {
		return
	}
	t.tx.AddDoubt(bot.Doubt{UnitID: i.UnitID, Kind: bot.DoubtCategory, IssueID: i.ID, ConversationID: i.ConversationID, Intent: string(t.reading.Intent),
		Category: i.Category, Chance: chance})
}

// uncertain puts a group's message that may be a matter on the clerk's list 待确认, in silence; false when it is surely one or
// surely none, or there is nobody to look. Whoever speaks to the bot, and the unit's own staff, are believed.
func (t *talk) uncertain() (bool, error) {
	if t.private || t.unit.ID == 0 || t.m.ToBot || t.person != nil && t.person.Is(bot.RoleStaff, t.unit.ID) || !t.isUncertain() {
		return false, nil
	}
	full, err := t.listFull()
	if err != nil || full {
		return false, err
	}
	t.tx.AddDoubt(bot.Doubt{UnitID: t.unit.ID, Kind: bot.DoubtMatter, MessageID: t.item.ID, ConversationID: t.item.ConversationID, Intent: string(t.reading.Intent),
		Category: t.reading.Category, Chance: t.reading.Matter})
	return true, nil
}

// isUncertain tells whether the reading can't say if the message is a matter. Danger is one however it is said.
func (t *talk) isUncertain() bool {
	r, pack := &t.reading, &t.Rules.Doubts
	told := r.Intent == understand.IntentChat || r.Intent.IsMatter() && r.Intent != understand.IntentPraise
	return told && len(r.Danger) == 0 && r.Matter >= pack.MatterFrom && r.Matter < pack.MatterTo && utf8.RuneCountInString(t.text) >= pack.MatterRunes
}

// listFull counts what the unit's list was given within a day, and one more. It is asked once a batch.
func (t *talk) listFull() (bool, error) {
	most := t.Rules.Doubts.PerDay
	n, known := t.listed[t.unit.ID]
	if !known {
		var err error
		if n, err = t.tx.CountDoubts(t.unit.ID, bot.DoubtMatter, t.now.Add(-24*time.Hour), most); err != nil {
			return false, err
		}
	}
	if t.listed == nil {
		t.listed = map[int64]int{}
	}
	t.listed[t.unit.ID] = n + 1
	return n >= most, nil
}
