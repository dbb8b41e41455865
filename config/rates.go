package config

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Rates is the pack of rates (rule book, section 3). It declares them; bot/report counts and divides.
type Rates struct {
	Head     `yaml:",inline"`
	Decimals int    `yaml:"decimals"` // of a percentage
	Rounding string `yaml:"rounding"` // half_up: five is rounded away from zero; the only way there is
	MinN     int    `yaml:"min_n"`    // a smaller denominator gives TooFew instead of a rate
	TooFew   string `yaml:"too_few"`
	Rates    []Rate `yaml:"rates"`
}

// Rate is a declared rate.
type Rate struct {
	Name        string `yaml:"name"`        // 办结率
	Numerator   Sum    `yaml:"numerator"`   // written closed_in_time + closed_late
	Denominator Sum    `yaml:"denominator"` // likewise
	Explain     string `yaml:"explain"`     // printed with the table
}

// Find returns the rate of that name.
func (r *Rates) Find(name string) (Rate, bool) {
	i := slices.IndexFunc(r.Rates, func(rate Rate) bool { return rate.Name == name })
	if i < 0 {
		return Rate{}, false
	}
	return r.Rates[i], true
}

// Sum is a weighted sum of counters.
type Sum []Term

// Term is a counter with its weight. Weights are exact: 3/5 and 0.6 are the same.
type Term struct {
	Counter string
	Weight  *big.Rat
}

// UnmarshalText reads terms joined by +, each a counter or weight*counter: satisfied + 3/5*fair.
func (s *Sum) UnmarshalText(text []byte) error {
	var sum Sum
	for part := range strings.SplitSeq(string(text), "+") {
		term, err := parseTerm(strings.TrimSpace(part))
		if err != nil {
			return err
		}
		sum = append(sum, term)
	}
	*s = sum
	return nil
}

func parseTerm(text string) (Term, error) {
	weight, counter, weighted := strings.Cut(text, "*")
	if !weighted {
		weight, counter = "1", text
	}
	w, ok := parseWeight(strings.TrimSpace(weight))
	counter = strings.TrimSpace(counter)
	if !ok || counter == "" {
		return Term{}, errors.New("写成计数相加，权重写在前面，如 satisfied + 3/5*fair")
	}
	return Term{Counter: counter, Weight: w}, nil
}

// longestWeight keeps a slip like 1e999999 from filling the memory with digits.
const longestWeight = 12

func parseWeight(text string) (*big.Rat, bool) {
	if len(text) > longestWeight || strings.Trim(text, "0123456789./") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// String is the sum as it is written in the pack.
func (s Sum) String() string {
	parts := make([]string, len(s))
	for i, term := range s {
		parts[i] = term.Counter
		if term.Weight.Cmp(big.NewRat(1, 1)) != 0 {
			parts[i] = term.Weight.RatString() + "*" + term.Counter
		}
	}
	return strings.Join(parts, " + ")
}

// Counters are what the rates are made of, each a count of matters that bot/report knows how to make.
func Counters() []string {
	return []string{
		"response_due",       // whose response limit has passed or that were contacted
		"responded_in_time",  // first real contact inside the response limit
		"dispatched",         // assigned to a handling unit
		"dispatched_due",     // dispatched, and closed or past the due date
		"signed_in_time",     // signed inside the limit for signing
		"returned",           // returned by the handling unit
		"returned_upheld",    // the return was ruled valid
		"returned_dismissed", // the return was ruled invalid
		"closed",             // closed, however
		"closed_in_time",     // dispatched and closed by the due date
		"closed_late",        // dispatched and closed after the due date
		"reopened",           // reopened at least once after closing
		"follow_ups",         // follow-ups attempted
		"valid_follow_ups",   // reached and answered
		"solved",             // answered 已解决
		"satisfied",          // answered 满意
		"fair",               // answered 基本满意
		"dissatisfied",       // answered 不满意
	}
}

func (r *Rates) check() []Problem {
	var problems []Problem
	add := func(key, value, reason, mend string) {
		problems = append(problems, Problem{Key: key, Value: value, Reason: reason, Mend: mend})
	}
	if r.Decimals < 0 || r.Decimals > 4 {
		add("decimals", fmt.Sprint(r.Decimals), "小数位数超出范围", "写 0 到 4")
	}
	if r.Rounding != "half_up" {
		add("rounding", r.Rounding, "只有四舍五入一种", "写 half_up")
	}
	if r.MinN < 1 {
		add("min_n", fmt.Sprint(r.MinN), "样本下限要大于 0", "写 5")
	}
	if r.TooFew == "" {
		add("too_few", "", "缺少样本不足时印的字", "写 样本不足")
	}
	seen := map[string]bool{}
	for i, rate := range r.Rates {
		key := fmt.Sprintf("rates.%d", i)
		if rate.Name == "" || seen[rate.Name] {
			add(key+".name", rate.Name, "缺少名称或重名", "每个率一个名称")
		}
		seen[rate.Name] = true
		if rate.Explain == "" {
			add(key+".explain", "", "缺少说明", "写明分子分母各数什么，它会印在表上")
		}
		problems = append(problems, rate.Numerator.check(key+".numerator")...)
		problems = append(problems, rate.Denominator.check(key+".denominator")...)
	}
	return problems
}

func (s Sum) check(key string) []Problem {
	if len(s) == 0 {
		return []Problem{{Key: key, Reason: "缺少算式", Mend: "写计数的名称，如 closed_in_time + closed_late"}}
	}
	var problems []Problem
	for _, term := range s {
		if !slices.Contains(Counters(), term.Counter) {
			problems = append(problems, Problem{Key: key, Value: term.Counter, Reason: "没有这个计数", Mend: suggest(term.Counter, Counters())})
		}
	}
	return problems
}
