package config

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Ballots is the pack of ballot rules: when a vote is valid, when it passes, and by which article. Counting is in bot/ballot.
type Ballots struct {
	Head         `yaml:",inline"`
	Default      string              `yaml:"default"` // the rule of a ballot that names none
	DefaultHours int                 `yaml:"default_hours"`
	LongestDays  int                 `yaml:"longest_days"` // how far ahead a deadline may lie
	DayEnd       TimeOfDay           `yaml:"day_end"`      // the time of a deadline that names only a day
	Options      OptionLimits        `yaml:"options"`
	Stances      map[string][]string `yaml:"stances"` // agree, oppose, abstain: the words, the usual one first
	Rules        []BallotRule        `yaml:"rules"`
	Verdicts     Verdicts            `yaml:"verdicts"`
	Refusals     map[string]string   `yaml:"refusals"` // by name; ballotRefusals lists them
}

// OptionLimits bounds what may be put to the vote.
type OptionLimits struct {
	Default    []string `yaml:"default"` // when a ballot names none
	Least      int      `yaml:"least"`
	Most       int      `yaml:"most"`
	TextRunes  int      `yaml:"text_runes"`
	TitleRunes int      `yaml:"title_runes"`
}

// BallotRule is one way of voting.
type BallotRule struct {
	Name       string   `yaml:"name"`
	Aliases    []string `yaml:"aliases"`
	Article    string   `yaml:"article"`    // the law's article or the decision, printed with the verdict; empty: none
	Indicative bool     `yaml:"indicative"` // reports only, decides nothing, must be labelled 意向性
	Roll       bool     `yaml:"roll"`       // needs a frozen list of who may vote
	NoticeDays int      `yaml:"notice_days"`
	Notice     string   `yaml:"notice"` // the article of the notice
	// Quorum is met when every condition of any one group is; no group means always.
	Quorum [][]Condition `yaml:"quorum"`
	// Pass is met when every condition is.
	Pass []Condition `yaml:"pass"`
	Then string      `yaml:"then"` // what has to follow when it passed, e.g. filing
}

// Condition asks for a share: of a quorum, that of the base in the roll; of passing, that of who agreed in the base.
type Condition struct {
	Of    string   `yaml:"of"`    // people, households or area
	Base  string   `yaml:"base"`  // present (signed in or voted), voted, or decided (voted without abstaining)
	Share Fraction `yaml:"share"` // exact
	// Over asks for more than the share (过半数); without it the share itself is enough (以上, 民法典 1259).
	Over bool `yaml:"over"`
}

// Fraction is an exact share between 0 and 1, written 2/3.
type Fraction struct {
	Num, Den int64
}

// UnmarshalText reads N/M.
func (f *Fraction) UnmarshalText(text []byte) error {
	num, den, ok := strings.Cut(string(text), "/")
	n, err1 := strconv.ParseInt(num, 10, 32)
	d, err2 := strconv.ParseInt(den, 10, 32)
	if !ok || err1 != nil || err2 != nil || n < 1 || d < 1 || n > d {
		return errors.New("写成 2/3 这样的分数")
	}
	*f = Fraction{n, d}
	return nil
}

func (f Fraction) String() string { return fmt.Sprintf("%d/%d", f.Num, f.Den) }

// Rat is the fraction as an exact rational.
func (f Fraction) Rat() *big.Rat { return big.NewRat(f.Num, f.Den) }

// Verdicts are the patterns of the paragraph a ballot ends with; check says which fields each may use.
type Verdicts struct {
	Indicative string `yaml:"indicative"`
	Passed     string `yaml:"passed"`
	Failed     string `yaml:"failed"`
	Invalid    string `yaml:"invalid"`
	Nobody     string `yaml:"nobody"`
	// The parts of those: turnout with and without a roll, an option's count, a condition met or not, what a condition
	// measures, the leading options, votes that don't count, the source.
	RollTurnout  string            `yaml:"roll_turnout"`
	OpenTurnout  string            `yaml:"open_turnout"`
	Count        string            `yaml:"count"`
	Met          string            `yaml:"met"`
	Unmet        string            `yaml:"unmet"`
	Over         string            `yaml:"over"`
	AtLeast      string            `yaml:"at_least"`
	Turnout      string            `yaml:"turnout"`
	Share        string            `yaml:"share"`
	Lead         string            `yaml:"lead"`
	Tie          string            `yaml:"tie"`
	AllAbstained string            `yaml:"all_abstained"`
	OffRoll      string            `yaml:"off_roll"`
	Article      string            `yaml:"article"`
	Measures     map[string]string `yaml:"measures"`
}

// ballotRefusals are the texts in which a ballot or a vote is refused, with the fields each is given.
var ballotRefusals = []knownText{
	{"usage", nil},
	{"title_long", []string{"most"}},
	{"option_count", []string{"least", "most"}},
	{"option_long", []string{"option", "most"}},
	{"option_twice", []string{"option"}},
	{"rule", []string{"rule", "rules"}},
	{"deadline", []string{"text"}},
	{"past", []string{"text"}},
	{"too_far", []string{"days"}},
	{"notice", []string{"rule", "days", "article"}},
	{"choice", []string{"choice", "options"}},
	{"ambiguous", []string{"choice"}},
}

var (
	measures = []string{"people", "households", "area"}
	bases    = []string{"present", "voted", "decided"}
	stances  = []string{"agree", "oppose", "abstain"}
	ruleName = regexp.MustCompile(`^[\p{Han}\w]+$`)
)

func (b *Ballots) check() []Problem {
	problems := slices.Concat(b.checkNames(), b.checkLimits(), b.checkStances(), b.Verdicts.check(), b.checkRefusals())
	for i, r := range b.Rules {
		problems = append(problems, r.check(fmt.Sprintf("rules.%d", i))...)
	}
	return problems
}

// checkNames keeps rule names apart, and free of spaces because a command writes them as one word.
func (b *Ballots) checkNames() []Problem {
	var problems []Problem
	seen := map[string]bool{}
	for i, r := range b.Rules {
		for _, name := range append([]string{r.Name}, r.Aliases...) {
			if seen[name] || !ruleName.MatchString(name) {
				problems = append(problems, Problem{Key: fmt.Sprintf("rules.%d.name", i), Value: name, Reason: "规则名称重复,或不是一个词", Mend: "每条规则用不同的名称,中间不空格"})
			}
			seen[name] = true
		}
	}
	if !seen[b.Default] {
		problems = append(problems, Problem{Key: "default", Value: b.Default, Reason: "没有这条规则", Mend: "写 rules 里的一个名称"})
	}
	return problems
}

func (b *Ballots) checkLimits() []Problem {
	var problems []Problem
	if b.DefaultHours < 1 || b.LongestDays < 1 || b.DefaultHours > b.LongestDays*24 {
		problems = append(problems, Problem{Key: "default_hours", Value: strconv.Itoa(b.DefaultHours), Reason: "默认时长不在 1 小时到最长天数之内", Mend: "如 default_hours: 72、longest_days: 90"})
	}
	if b.DayEnd <= 0 {
		problems = append(problems, Problem{Key: "day_end", Reason: "没有写只说日期时的截止时刻", Mend: `如 "18:00"`})
	}
	o := b.Options
	if o.Least < 2 || o.Most < o.Least || o.TextRunes < 1 || o.TitleRunes < 1 {
		problems = append(problems, Problem{Key: "options", Reason: "选项数目或字数不合理", Mend: "如 least: 2、most: 10、text_runes: 40、title_runes: 60"})
	}
	if n := len(o.Default); n < o.Least || n > o.Most {
		problems = append(problems, Problem{Key: "options.default", Reason: "默认选项的数目不在 least 和 most 之间", Mend: "如 [同意, 反对, 弃权]"})
	}
	return problems
}

func (b *Ballots) checkStances() []Problem {
	var problems []Problem
	for _, s := range stances {
		if len(b.Stances[s]) == 0 {
			problems = append(problems, Problem{Key: "stances." + s, Reason: "没有写怎么说", Mend: "如 [同意, 赞成, 支持]"})
		}
	}
	if len(b.Stances) > len(stances) {
		problems = append(problems, Problem{Key: "stances", Reason: "立场只有三种", Mend: "只写 " + strings.Join(stances, "、")})
	}
	return problems
}

func (r BallotRule) check(key string) []Problem {
	var problems []Problem
	switch {
	case r.Indicative == (len(r.Pass) > 0):
		problems = append(problems, Problem{Key: key + ".pass", Value: r.Name, Reason: "作决定的规则要写怎样算通过,意向性的不写", Mend: "补上 pass,或去掉 indicative"})
	case len(r.Quorum) > 0 && !r.Roll:
		problems = append(problems, Problem{Key: key + ".roll", Value: r.Name, Reason: "有到会要求就要有名册", Mend: "写 roll: true"})
	case r.NoticeDays < 0 || (r.NoticeDays > 0) != (r.Notice != ""):
		problems = append(problems, Problem{Key: key + ".notice", Value: r.Name, Reason: "提前通知的天数和依据要一起写", Mend: "补上 notice_days 和 notice"})
	}
	for i, group := range r.Quorum {
		for j, c := range group {
			problems = append(problems, c.check(fmt.Sprintf("%s.quorum.%d.%d", key, i, j), r.Roll)...)
		}
	}
	for i, c := range r.Pass {
		problems = append(problems, c.check(fmt.Sprintf("%s.pass.%d", key, i), r.Roll)...)
	}
	return problems
}

func (c Condition) check(key string, roll bool) []Problem {
	switch {
	case !slices.Contains(measures, c.Of):
		return []Problem{{Key: key + ".of", Value: c.Of, Reason: "没有这种算法", Mend: suggest(c.Of, measures)}}
	case !slices.Contains(bases, c.Base):
		return []Problem{{Key: key + ".base", Value: c.Base, Reason: "没有说是到会还是参加表决的", Mend: suggest(c.Base, bases)}}
	case c.Of != "people" && !roll:
		return []Problem{{Key: key + ".of", Value: c.Of, Reason: "按户或面积算要有名册", Mend: "写 roll: true"}}
	case c.Share.Den == 0:
		return []Problem{{Key: key + ".share", Reason: "没有写比例", Mend: "写成 2/3 这样的分数"}}
	}
	return nil
}

func (v Verdicts) check() []Problem {
	problems := slices.Concat(
		checkFields("verdicts.indicative", v.Indicative, "rule", "title", "turnout", "counts", "lead"),
		checkFields("verdicts.passed", v.Passed, "rule", "title", "turnout", "counts", "conditions", "option", "article", "then"),
		checkFields("verdicts.failed", v.Failed, "rule", "title", "turnout", "counts", "conditions", "article"),
		checkFields("verdicts.invalid", v.Invalid, "rule", "title", "turnout", "counts", "conditions", "article"),
		checkFields("verdicts.nobody", v.Nobody, "rule", "title", "article"),
		checkFields("verdicts.roll_turnout", v.RollTurnout, "roll", "present"),
		checkFields("verdicts.open_turnout", v.OpenTurnout, "present"),
		checkFields("verdicts.count", v.Count, "option", "votes"),
		checkFields("verdicts.met", v.Met, "what", "part", "whole", "share"),
		checkFields("verdicts.unmet", v.Unmet, "what", "part", "whole", "share"),
		checkFields("verdicts.over", v.Over, "share"),
		checkFields("verdicts.at_least", v.AtLeast, "share"),
		checkFields("verdicts.turnout", v.Turnout, "measure"),
		checkFields("verdicts.share", v.Share, "option", "measure"),
		checkFields("verdicts.lead", v.Lead, "option", "votes"),
		checkFields("verdicts.tie", v.Tie, "options", "votes"),
		checkFields("verdicts.all_abstained", v.AllAbstained),
		checkFields("verdicts.off_roll", v.OffRoll, "votes"),
		checkFields("verdicts.article", v.Article, "article"),
	)
	for _, m := range measures {
		problems = append(problems, checkFields("verdicts.measures."+m, v.Measures[m])...)
	}
	return problems
}

func (b *Ballots) checkRefusals() []Problem {
	var problems []Problem
	for _, known := range ballotRefusals {
		problems = append(problems, checkFields("refusals."+known.name, b.Refusals[known.name], known.fields...)...)
	}
	if len(b.Refusals) > len(ballotRefusals) {
		problems = append(problems, Problem{Key: "refusals", Reason: "有用不上的句子", Mend: "照内置的 ballots.yaml 删掉多的"})
	}
	return problems
}
