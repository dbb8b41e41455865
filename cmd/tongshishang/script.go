package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A script is a talk written down like a chat, for the demo and for tests. Lines, one step each:
//
//	// a remark
//	group 平襄群 qun 10001@chatroom 平襄镇      a group: its name here, channel, id on the channel, unit (- for none)
//	person 张主任 staff 平襄镇                  somebody with a role; units or agencies separated by ;
//	person 王秀兰 resident                     somebody without a role, known as one person on every channel
//	stranger 赵会计 staff 平襄镇                a person whose accounts nobody has bound yet
//	at 2026-11-16 08:30                        the clock, Asia/Shanghai; +5m and +2d move it on
//	平襄群 王秀兰: 学校门口路灯不亮             said in a group; \n breaks the line; [图] alone is a picture, [语音] a voice
//	平襄群 张主任: #交办 1 住建局 [@王处长]       a mention, sent as a segment of its own
//	gz 赵六: …                                 said one to one on the channel gz; [关注] and [取关] follow it and leave it
//	code 赵会计                                makes a binding code; {code} in what is said next stands for it
//	place PX-01,李家湾村,village,平襄镇,,李家弯   a row of places is imported from outside, while the program runs
//	repeat 30 平襄群 甲一: 哈哈                 says it so many times, each with its number behind it
//	平襄群 王秀兰 =a: …                         the same, with a label
//	平襄群 李四 ^a: 我家也是                    a reply that quotes the labelled message
//	< 已登记 #001 *                            what the bot answers; * stands for anything; without it silence is expected
//	> 平襄群: …                                 what the bot sends on its own, in order, before the next thing is said
//	> gz 赵六: …
//	again a                                    the labelled message is delivered once more, with the same answer
//	sweep | flush | restart                    what is due is done; Redis is emptied; the program is stopped and starts anew
//	issue 平襄镇 1 status=已受理 supporters=2   how an issue stands
//	doubtful 0 1                               what may be a matter with a chance between the two goes to the clerk
//	count issues=1 messages=2 votes=0          how many rows there are
type script struct {
	groups map[string]scriptGroup
	people []scriptPerson
	steps  []step
}

type scriptGroup struct{ name, channel, id, unit string }

type scriptPerson struct {
	name, role string
	units      []string
	unbound    bool
}

type stepKind int

const (
	stepSay stepKind = iota
	stepAgain
	stepSent
	stepSweep
	stepFlush
	stepRestart
	stepCode
	stepPlace
	stepIssue
	stepCount
	stepDoubtful
)

// step is one thing that happens or is checked.
type step struct {
	line    int
	kind    stepKind
	at      time.Time // the clock, for what is said
	place   string    // a group's name or a channel
	speaker string
	text    string
	label   string
	quote   string
	answer  string            // expected; empty is silence
	checked bool              // an answer was written down; always so in tests
	want    map[string]string // of issue and count
}

var (
	sayForm   = regexp.MustCompile(`^(\S+) (\S+?)((?: [=^]\S+)*): ?(.*)$`)
	sentForm  = regexp.MustCompile(`^(\S+?)(?: (\S+?))?: ?(.*)$`)
	scriptDay = 24 * time.Hour
)

// readScript reads a script; the zone is the one its clock is in.
func readScript(r io.Reader, zone *time.Location) (*script, error) {
	s := &script{groups: map[string]scriptGroup{}}
	var now time.Time
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \t")
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		if err := s.read(n, line, &now, zone); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return s, lines.Err()
}

func (s *script) read(n int, line string, now *time.Time, zone *time.Location) error {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "group":
		return s.readGroup(rest)
	case word == "person" || word == "stranger":
		return s.readPerson(rest, word == "stranger")
	case word == "at" || strings.HasPrefix(word, "+"):
		return readClock(word, rest, now, zone)
	case word == "<":
		return s.expect(rest)
	case word == ">":
		return s.readSent(n, rest, *now)
	case word == "again":
		s.steps = append(s.steps, step{line: n, kind: stepAgain, label: rest, at: *now})
		return nil
	case word == "code":
		s.steps = append(s.steps, step{line: n, kind: stepCode, speaker: rest, at: *now})
		return nil
	case word == "place":
		s.steps = append(s.steps, step{line: n, kind: stepPlace, text: rest, at: *now})
		return nil
	case word == "repeat":
		return s.readRepeat(n, rest, *now)
	case word == "issue" || word == "count":
		return s.readCheck(n, word, rest)
	}
	if kind, ok := map[string]stepKind{"sweep": stepSweep, "flush": stepFlush, "restart": stepRestart, "doubtful": stepDoubtful}[word]; ok {
		s.steps = append(s.steps, step{line: n, kind: kind, text: rest, at: *now})
		return nil
	}
	return s.readSay(n, line, *now)
}

func (s *script) readGroup(rest string) error {
	f := strings.Fields(rest)
	if len(f) != 4 {
		return fmt.Errorf("group wants name, channel, id and unit, not %q", rest)
	}
	s.groups[f[0]] = scriptGroup{f[0], f[1], f[2], f[3]}
	return nil
}

func (s *script) readPerson(rest string, unbound bool) error {
	f := strings.Fields(rest)
	if len(f) < 2 {
		return fmt.Errorf("person wants name, role and units, not %q", rest)
	}
	p := scriptPerson{name: f[0], role: f[1], unbound: unbound}
	if len(f) > 2 {
		p.units = strings.Split(f[2], ";")
	}
	s.people = append(s.people, p)
	return nil
}

func readClock(word, rest string, now *time.Time, zone *time.Location) error {
	if word == "at" {
		t, err := time.ParseInLocation("2006-01-02 15:04", rest, zone)
		*now = t.UTC()
		return err
	}
	span := word[1:]
	if days, ok := strings.CutSuffix(span, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days, "%d", &n); err != nil {
			return fmt.Errorf("clock %q: %w", word, err)
		}
		*now = now.Add(time.Duration(n) * scriptDay)
		return nil
	}
	d, err := time.ParseDuration(span)
	*now = now.Add(d)
	return err
}

func (s *script) expect(answer string) error {
	if len(s.steps) == 0 {
		return fmt.Errorf("an answer before anything was said")
	}
	line := s.steps[len(s.steps)-1].line
	for i := len(s.steps) - 1; i >= 0 && s.steps[i].line == line; i-- { // a line that is repeated is answered every time
		last := &s.steps[i]
		if last.answer != "" {
			last.answer += "\n"
		}
		last.answer += unescape(answer)
		last.checked = true
	}
	return nil
}

func (s *script) readSay(n int, line string, now time.Time) error {
	m := sayForm.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("%q is no step", line)
	}
	st := step{line: n, kind: stepSay, at: now, place: m[1], speaker: m[2], text: unescape(m[4])}
	for mark := range strings.FieldsSeq(m[3]) {
		if mark[0] == '=' {
			st.label = mark[1:]
		} else {
			st.quote = mark[1:]
		}
	}
	s.steps = append(s.steps, st)
	return nil
}

// readRepeat reads `30 place speaker: text`.
func (s *script) readRepeat(n int, rest string, now time.Time) error {
	times, line, _ := strings.Cut(rest, " ")
	count, err := strconv.Atoi(times)
	if err != nil {
		return fmt.Errorf("repeat wants how many times, not %q", times)
	}
	for i := range count {
		if err := s.readSay(n, fmt.Sprint(line, i+1), now); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) readSent(n int, rest string, now time.Time) error {
	m := sentForm.FindStringSubmatch(rest)
	if m == nil {
		return fmt.Errorf("%q is nothing the bot can send", rest)
	}
	s.steps = append(s.steps, step{line: n, kind: stepSent, at: now, place: m[1], speaker: m[2], text: unescape(m[3])})
	return nil
}

func (s *script) readCheck(n int, word, rest string) error {
	st := step{line: n, kind: stepCount, want: map[string]string{}}
	fields := strings.Fields(rest)
	if word == "issue" {
		if len(fields) < 3 {
			return fmt.Errorf("issue wants unit, number and what is expected, not %q", rest)
		}
		st.kind, st.place, st.label = stepIssue, fields[0], fields[1]
		fields = fields[2:]
	}
	for _, f := range fields {
		k, v, ok := strings.Cut(f, "=")
		if !ok {
			return fmt.Errorf("%q is no name=value", f)
		}
		st.want[k] = v
	}
	s.steps = append(s.steps, st)
	return nil
}

func unescape(text string) string { return strings.ReplaceAll(text, `\n`, "\n") }
