package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/report"
)

// The colours of a transcript, as terminals understand them.
const (
	styleHead = "1"  // bold: day headings
	styleDim  = "2"  // times, remarks
	styleName = "36" // cyan: who speaks
	styleBot  = "32" // green: what the bot answers
	styleSent = "33" // yellow: what it sends on its own
	styleNone = "0"  // ends each of them
	wipeLine  = "\r\x1b[K"
)

// transcript prints a talk as people read one: a heading a day, a line a message, the bot's answers under it. On a terminal it has
// colours and counts the messages in the last line.
type transcript struct {
	w        io.Writer
	zone     *time.Location
	groups   map[string]scriptGroup
	account  string // the channel that is the official account
	fancy    bool
	counting bool // the last line shows the count
	n, total int
	day      string
}

func newTranscript(w io.Writer, s *script, zone *time.Location) *transcript {
	t := &transcript{w: w, zone: zone, groups: s.groups, account: sampleAccount, fancy: isTerminal(w) && os.Getenv("NO_COLOR") == ""}
	for _, st := range s.steps {
		if st.kind == stepSay || st.kind == stepAgain {
			t.total++
		}
	}
	return t
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// said prints a message with its answer.
func (t *transcript) said(st step, answer string) { t.message(st, st.at, "", answer) }

// again prints a message that was delivered once more.
func (t *transcript) again(st, earlier step, answer string) {
	t.message(earlier, st.at, "(重发)", answer)
}

func (t *transcript) message(st step, at time.Time, mark, answer string) {
	t.n++
	t.heading(at)
	t.line(t.style(styleDim, t.clock(at)) + " " + t.place(st.place) + " " + t.style(styleName, st.speaker) + mark + ":" + indent(st.text))
	if answer != "" {
		t.line("      " + t.style(styleBot, "通事商:"+indent(answer)))
	}
	t.count()
}

// sent prints what the bot sent on its own.
func (t *transcript) sent(at time.Time, to, text string) {
	t.heading(at)
	place, person, _ := strings.Cut(to, " ")
	t.line(t.style(styleDim, t.clock(at)) + " " + t.style(styleSent, "→ "+strings.TrimSpace(t.place(place)+" "+person)+" 通事商:"+indent(text)))
	t.count()
}

// note prints a remark of the demo itself.
func (t *transcript) note(text string) {
	t.line(t.style(styleDim, "· "+text))
}

func (t *transcript) heading(at time.Time) {
	at = at.In(t.zone)
	weekday := string([]rune("日一二三四五六")[at.Weekday()])
	day := fmt.Sprintf("── %d月%d日 星期%s ──", int(at.Month()), at.Day(), weekday)
	if day != t.day {
		t.day = day
		t.line("")
		t.line(t.style(styleHead, day))
	}
}

// place is a group's name, or what people call a chat one to one.
func (t *transcript) place(name string) string {
	if _, ok := t.groups[name]; ok {
		return name
	}
	if name == t.account {
		return "公众号"
	}
	return "私聊"
}

func (t *transcript) clock(at time.Time) string { return at.In(t.zone).Format("15:04") }

func (t *transcript) style(code, text string) string {
	if !t.fancy {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[" + styleNone + "m"
}

func (t *transcript) line(text string) {
	if t.counting {
		text = wipeLine + text
		t.counting = false
	}
	_, _ = fmt.Fprintln(t.w, text) // a transcript nobody can read is no reason to stop
}

// count shows in the last line of a terminal how far the talk has come.
func (t *transcript) count() {
	if t.fancy && t.n < t.total {
		_, _ = fmt.Fprint(t.w, t.style(styleDim, fmt.Sprintf("… %d/%d", t.n, t.total)))
		t.counting = true
	}
}

// indent puts the further lines of a text under its first.
func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n              ") }

// summary prints what the week came to, where the ledger is and what to try next.
func (t *transcript) summary(st *report.Statistics, ledger, config string) {
	t.line("")
	t.line(t.style(styleHead, "── 这一周 ──"))
	t.line(fmt.Sprintf("消息 %d  事项 %d  附议 %d  表决 %d  选票 %d  办结 %d", st.Messages, st.Issues, st.Endorsements, st.Ballots, st.Votes, st.Closed))
	var parts []string
	for _, s := range bot.Statuses() {
		if n := st.ByStatus[s.Label()]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s.Label(), n))
		}
	}
	t.line(strings.Join(parts, " · "))
	t.line("台账 " + t.style(styleBot, ledger))
	t.line("接着可以试:")
	t.line(fmt.Sprintf("  tongshishang stats --config %q", config))
	t.line(fmt.Sprintf("  tongshishang ledger --config %q --week %s --edition public --out 公开台账.xlsx", config, demoWeek))
	t.line("  echo 学校门口路灯坏了半个月了 | tongshishang parse")
}
