package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// pageSize is how many matters are read and printed at a time.
const pageSize = 500

// quoted names a matter as people write it in its own unit: #012.
type quoted struct {
	unit int64
	seq  int
}

// book is what the values of the columns depend on besides the matter.
type book struct {
	rules    *config.Rules
	pack     *config.Ledger
	zone     *time.Location
	calendar *workflow.Calendar
	now      time.Time         // of the state that is printed
	ballots  map[quoted]string // ballots whose title quotes the matter
}

func newBook(rules *config.Rules, now time.Time) *book {
	zone := shanghai()
	return &book{rules: rules, pack: &rules.Ledger, zone: zone, now: now, calendar: workflow.NewCalendar(rules.Calendar, zone)}
}

// verb is a move in the words of the workflow pack.
func (b *book) verb(code string) string {
	if v, ok := b.rules.Workflow.Verbs[code]; ok {
		return v.Name
	}
	return code
}

// progressVerbs are the events that column 22 and the remarks are made of: not the register, nor what residents add.
func progressVerbs() []string {
	verbs := []workflow.Verb{workflow.Refuse, workflow.Answer, workflow.Note, workflow.Return, workflow.Rule, workflow.Extend,
		workflow.Resolve, workflow.Merge, workflow.Transfer, workflow.Shelve, workflow.Withdraw, workflow.Supervise,
		workflow.Divert}
	codes := make([]string, len(verbs))
	for i, v := range verbs {
		codes[i] = string(v)
	}
	return codes
}

func supervisions(m *store.LedgerMatter) int {
	n := 0
	for _, e := range m.Events {
		if workflow.Verb(e.Verb) == workflow.Supervise {
			n++
		}
	}
	return n
}

var quoteForm = regexp.MustCompile(`[#＃](\d{1,9})`)

// readBallots notes which ballots quote which matters of their own unit.
func (b *book) readBallots(tx *store.Tx, unit int64, before time.Time) error {
	titles, err := tx.BallotsQuoting(unit, before)
	if err != nil {
		return err
	}
	b.ballots = map[quoted]string{}
	for _, t := range titles {
		for _, m := range quoteForm.FindAllStringSubmatch(t.Title, -1) {
			seq, err := strconv.Atoi(m[1])
			if err != nil {
				return fmt.Errorf("ballot %q: %w", t.Title, err)
			}
			key := quoted{t.UnitID, seq}
			b.ballots[key] = strings.TrimPrefix(b.ballots[key]+"、"+ballotNumber(t.Seq), "、")
		}
	}
	return nil
}

// ballotNumber is a ballot's short number inside its unit, as 表决结果 takes it.
func ballotNumber(seq int) string { return "表决" + strconv.Itoa(seq) }

// workdaysLate counts the working days after the day of due up to and with the day of now.
func (b *book) workdaysLate(due, now time.Time) int {
	y, m, d := due.In(b.zone).Date()
	late := 0
	for day := time.Date(y, m, d+1, 0, 0, 0, 0, b.zone); !day.After(now); day = day.AddDate(0, 0, 1) {
		if b.calendar.Kind(day).IsWorked() {
			late++
		}
	}
	return late
}

// isOpenLabel tells whether a printed status is one in which a matter still waits for somebody.
func isOpenLabel(label string) bool {
	for _, s := range bot.Statuses() {
		if s.Label() == label {
			return s.IsOpen()
		}
	}
	return false
}
