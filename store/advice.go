package store

import (
	"cmp"
	"fmt"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm/clause"
)

// What became of asking about a doubt; empty while it may be asked.
const (
	askDone   = "done"
	askFailed = "failed"
)

type adviceDayRow struct {
	Day      string `gorm:"primaryKey"`
	Requests int
	Tokens   int
}

func (adviceDayRow) TableName() string { return "advice_days" }

// AdviceBudget is how much may be asked in a day.
type AdviceBudget struct {
	Day      string // of the county's calendar, 2026-11-16
	Requests int
	Tokens   int // 0: no limit
}

// AdviceClaim is what is claimed: one doubt for a time, after which anybody may claim it again.
type AdviceClaim struct {
	Budget AdviceBudget
	Below  float64       // only doubts with a smaller chance
	Lease  time.Duration // from now
}

// AskedDoubt is a doubt to be asked about.
type AskedDoubt struct {
	bot.Doubt
	Tries int    // this one included
	Name  string // of whoever said it, so that it can be left out
}

// ClaimDoubt takes the open doubt that has waited longest for being asked, counts the request against the day's budget, and returns it
// with its masked words; ErrNotFound when there is none, or the budget is used up (over). Two instances never claim one doubt at a time.
func (t *Tx) ClaimDoubt(c AdviceClaim) (d *AskedDoubt, over bool, err error) {
	rows, err := selectRows[doubtRow](t, "WHERE state = ? AND ask_state = '' AND ask_at <= ? AND chance < ? ORDER BY ask_at, id LIMIT 1"+t.s.dialect.forUpdate,
		doubtOpen, at(t.Now()), int(c.Below*thousandths))
	if err != nil || len(rows) == 0 {
		return nil, false, cmp.Or(wrap("claim doubt", err), ErrNotFound)
	}
	if over, err = t.overBudget(c.Budget); err != nil || over {
		return nil, over, cmp.Or(err, ErrNotFound)
	}
	r := &rows[0]
	d = &AskedDoubt{Doubt: r.doubt(), Tries: r.AskTries + 1}
	if err := t.words(d); err != nil {
		return nil, false, err
	}
	err = t.write().Model(&doubtRow{}).Where("id = ?", r.ID).Updates(map[string]any{"ask_tries": d.Tries, "ask_at": at(t.Now().Add(c.Lease))}).Error
	if err != nil {
		return nil, false, fmt.Errorf("claim doubt: %w", err)
	}
	return d, false, t.spend(c.Budget.Day, 1, 0)
}

// overBudget tells whether the day's budget is used up; it locks the day, so that no two requests are counted as one.
func (t *Tx) overBudget(b AdviceBudget) (bool, error) {
	if err := t.write().Clauses(clause.OnConflict{DoNothing: true}).Create(&adviceDayRow{Day: b.Day}).Error; err != nil {
		return false, fmt.Errorf("advice budget: %w", err)
	}
	rows, err := selectRows[adviceDayRow](t, "WHERE day = ?"+t.s.dialect.forUpdate, b.Day)
	if err != nil || len(rows) == 0 {
		return b.Requests < 1, wrap("advice budget", err)
	}
	return rows[0].Requests >= b.Requests || b.Tokens > 0 && rows[0].Tokens >= b.Tokens, nil
}

// spend counts requests and tokens of a day that something was claimed on.
func (t *Tx) spend(day string, requests, tokens int) error {
	err := t.write().Exec("UPDATE advice_days SET requests = requests + ?, tokens = tokens + ? WHERE day = ?", requests, tokens, day).Error
	return wrap("advice budget", err)
}

// words fills in what was said and who said it.
func (t *Tx) words(d *AskedDoubt) error {
	if d.Kind == bot.DoubtCategory {
		issues, err := t.issuesByID([]int64{d.IssueID})
		i := issues[d.IssueID]
		d.Text, d.Name, d.Issue = i.Content, i.ReporterName, i
		return err
	}
	var rows []messageRow
	err := t.query().Select("body, sender_name").Where("id = ?", d.MessageID).Limit(1).Find(&rows).Error
	if len(rows) > 0 {
		d.Text, d.Name = rows[0].Body, rows[0].SenderName
	}
	return wrap("words of a doubt", err)
}

// SaveAdvice keeps what was suggested, if nothing was before, and counts the tokens it took.
func (t *Tx) SaveAdvice(doubt int64, intent, category, day string, tokens int) error {
	err := t.write().Model(&doubtRow{}).Where("id = ? AND ask_state = ''", doubt).
		Updates(map[string]any{"ask_state": askDone, "hint_intent": fit(intent, 16), "hint_category": fit(category, 32)}).Error
	if err != nil || tokens == 0 {
		return wrap("save advice", err)
	}
	return t.spend(day, 0, tokens)
}

// PostponeAdvice has a doubt asked about again later; from the zero time never.
func (t *Tx) PostponeAdvice(doubt int64, next time.Time, day string, tokens int) error {
	change := map[string]any{"ask_at": at(next)}
	if next.IsZero() {
		change = map[string]any{"ask_state": askFailed}
	}
	err := t.write().Model(&doubtRow{}).Where("id = ? AND ask_state = ''", doubt).Updates(change).Error
	if err != nil || tokens == 0 {
		return wrap("postpone advice", err)
	}
	return t.spend(day, 0, tokens)
}
