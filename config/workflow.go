package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Workflow is the pack of the five steps' limits and of the words in which a move is refused. Which moves exist and who may
// make them is code (bot/workflow's table); how long they may take and how they are called is here.
type Workflow struct {
	Head     `yaml:",inline"`
	Use      string              `yaml:"use"` // the name of the set of limits in force
	Sets     []LimitSet          `yaml:"sets"`
	Verbs    map[string]VerbText `yaml:"verbs"`    // by the table's verb
	Actors   map[string]string   `yaml:"actors"`   // by the table's actor
	Statuses map[string]string   `yaml:"statuses"` // by status code: what is said of an issue standing there
	Custom   string              `yaml:"custom"`   // the rule's name when 交办 names its own limit; field {limit}
	Refusals Refusals            `yaml:"refusals"`
}

// LimitSet is a named set of limits, e.g. 通用 or 信访.
type LimitSet struct {
	Name      string       `yaml:"name"`
	Source    string       `yaml:"source"`
	Limits    []ClockLimit `yaml:"limits"`
	Returns   int          `yaml:"returns"` // how often an issue may be returned (退单)
	Extension Extension    `yaml:"extension"`
	Reminders []Reminder   `yaml:"reminders"`
}

// Find returns the limit of a clock: the one for the difficulty, else the one for any. A clock without a limit doesn't run.
func (s LimitSet) Find(clock, difficulty string) (ClockLimit, bool) {
	for _, want := range []string{difficulty, ""} {
		for _, l := range s.Limits {
			if l.Clock == clock && l.Difficulty == want {
				return l, true
			}
		}
	}
	return ClockLimit{}, false
}

// ClockLimit is how long one clock may run.
type ClockLimit struct {
	Clock      string `yaml:"clock"`      // accept, sign, rule, handle, follow_up, expire, archive or review
	Difficulty string `yaml:"difficulty"` // A, B or C; empty for any
	Name       string `yaml:"name"`       // the rule's name, printed with the date in 办理时限
	Limit      Limit  `yaml:"limit"`
	Source     string `yaml:"source"`
}

// Extension is what 延期 may do.
type Extension struct {
	Times   int    `yaml:"times"`   // how often in one round of handling
	Longest Limit  `yaml:"longest"` // counted from the former due date
	Name    string `yaml:"name"`    // the rule's name, printed with the new date
	Source  string `yaml:"source"`
}

// Reminder is a moment before or after a due date at which the handler, later the supervisors, hear of it.
type Reminder struct {
	Name  string `yaml:"name"`
	At    string `yaml:"at"`    // half, before, due_day or after
	Limit Limit  `yaml:"limit"` // for before: working days; for after: any unit
}

// VerbText is how a verb is called.
type VerbText struct {
	Name    string `yaml:"name"`    // 受理
	Command string `yaml:"command"` // "#受理 {n}"; empty: not a chat command, never proposed
	Lacks   string `yaml:"lacks"`   // what to say when the reason, agency or outcome is missing; field {command}
}

// Refusals are the patterns in which a move is refused; check says which fields each may use.
type Refusals struct {
	Denied      string `yaml:"denied"`
	First       string `yaml:"first"`        // another move comes first, and the asker may make it
	FirstOthers string `yaml:"first_others"` // another move comes first, and somebody else makes it
	Instead     string `yaml:"instead"`      // too late for this move, others are open to the asker
	Nothing     string `yaml:"nothing"`      // too late, and nothing is open to the asker
	Returned    string `yaml:"returned"`
	Extended    string `yaml:"extended"`
	TooLong     string `yaml:"too_long"` // the extension asked for is longer than allowed
	Kind        string `yaml:"kind"`
}

var (
	clockNames    = []string{"accept", "sign", "rule", "handle", "follow_up", "expire", "archive", "review"}
	reminderTimes = []string{"half", "before", "due_day", "after"}
	difficulties  = []string{"", "A", "B", "C"}
)

func (w *Workflow) check() []Problem {
	var problems []Problem
	if !slices.ContainsFunc(w.Sets, func(s LimitSet) bool { return s.Name == w.Use }) {
		problems = append(problems, Problem{Key: "use", Value: w.Use, Reason: "没有这一套时限", Mend: "写 sets 里的一个名称"})
	}
	for i, s := range w.Sets {
		problems = append(problems, s.check(fmt.Sprintf("sets.%d", i))...)
	}
	for name, v := range w.Verbs {
		problems = append(problems, checkFields("verbs."+name+".name", v.Name)...)
		if v.Command != "" {
			problems = append(problems, checkFields("verbs."+name+".command", v.Command, "n")...)
		}
		if v.Lacks != "" {
			problems = append(problems, checkFields("verbs."+name+".lacks", v.Lacks, "command")...)
		}
	}
	problems = append(problems, checkFields("custom", w.Custom, "limit")...)
	problems = append(problems, w.Refusals.check()...)
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Key, b.Key) })
	return problems
}

func (s LimitSet) check(key string) []Problem {
	var problems []Problem
	if s.Name == "" || s.Source == "" {
		problems = append(problems, Problem{Key: key, Reason: "时限缺少名称或依据", Mend: "写上 name 和 source"})
	}
	seen := map[string]bool{}
	for i, l := range s.Limits {
		at := fmt.Sprintf("%s.limits.%d", key, i)
		id := l.Clock + "/" + l.Difficulty
		switch {
		case !slices.Contains(clockNames, l.Clock):
			problems = append(problems, Problem{Key: at + ".clock", Value: l.Clock, Reason: "没有这种时限", Mend: suggest(l.Clock, clockNames)})
		case !slices.Contains(difficulties, l.Difficulty):
			problems = append(problems, Problem{Key: at + ".difficulty", Value: l.Difficulty, Reason: "难易程度只有 A、B、C", Mend: "写 A、B、C 或不写"})
		case seen[id]:
			problems = append(problems, Problem{Key: at, Value: id, Reason: "同一时限写了两次", Mend: "只留一处"})
		case l.Name == "" || l.Limit.N == 0:
			problems = append(problems, Problem{Key: at, Value: id, Reason: "缺少规则名称或时限", Mend: "写上 name 和 limit"})
		}
		seen[id] = true
	}
	if s.Extension.Times > 0 && (s.Extension.Longest.N == 0 || s.Extension.Name == "") {
		problems = append(problems, Problem{Key: key + ".extension", Reason: "延期缺少最长时限或名称", Mend: "写上 longest 和 name"})
	}
	for i, r := range s.Reminders {
		problems = append(problems, r.check(fmt.Sprintf("%s.reminders.%d", key, i))...)
	}
	return problems
}

func (r Reminder) check(key string) []Problem {
	switch {
	case r.Name == "":
		return []Problem{{Key: key + ".name", Reason: "提醒缺少名称", Mend: "写上名称"}}
	case !slices.Contains(reminderTimes, r.At):
		return []Problem{{Key: key + ".at", Value: r.At, Reason: "没有这种提醒时刻", Mend: suggest(r.At, reminderTimes)}}
	case r.At == "before" && r.Limit.Unit != Workdays:
		return []Problem{{Key: key + ".limit", Value: r.Limit.String(), Reason: "到期前的提醒按工作日算", Mend: "如 1工作日"}}
	case r.At == "after" && r.Limit.N == 0:
		return []Problem{{Key: key + ".limit", Reason: "缺少逾期多久", Mend: "如 1工作日"}}
	}
	return nil
}

func (r Refusals) check() []Problem {
	return slices.Concat(
		checkFields("refusals.denied", r.Denied, "verb", "who"),
		checkFields("refusals.first", r.First, "number", "status", "command"),
		checkFields("refusals.first_others", r.FirstOthers, "number", "status", "step", "who"),
		checkFields("refusals.instead", r.Instead, "number", "status", "moves"),
		checkFields("refusals.nothing", r.Nothing, "number", "status", "verb"),
		checkFields("refusals.returned", r.Returned, "number"),
		checkFields("refusals.extended", r.Extended, "number"),
		checkFields("refusals.too_long", r.TooLong, "number", "longest"),
		checkFields("refusals.kind", r.Kind, "number", "verb"),
	)
}

var patternField = regexp.MustCompile(`\{([^{}]*)\}`)

// checkFields finds a pattern that is empty, shouts, or names a field it won't be given.
func checkFields(key, pattern string, allowed ...string) []Problem {
	if strings.TrimSpace(pattern) == "" {
		return []Problem{{Key: key, Reason: "没有写文字", Mend: "补上"}}
	}
	if strings.ContainsAny(pattern, "!\uff01") {
		return []Problem{{Key: key, Value: pattern, Reason: "不用感叹号", Mend: "改成平常的句子"}}
	}
	for _, m := range patternField.FindAllStringSubmatch(pattern, -1) {
		if !slices.Contains(allowed, m[1]) {
			return []Problem{{Key: key, Value: m[0], Reason: "这句话没有这一栏", Mend: suggest(m[1], allowed)}}
		}
	}
	return nil
}
