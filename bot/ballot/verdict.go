package ballot

import (
	"strconv"
	"strings"

	"tongshishang/bot"
)

// Verdict is the result as one plain paragraph: the numbers, every condition with its share, whether it is valid and passed,
// and the article it rests on. What only sounds opinions is labelled 意向性.
func (b *Book) Verdict(title string, r Result) string {
	v := b.pack.Verdicts
	pattern := v.Failed
	switch {
	case r.Voted.People == 0:
		pattern = v.Nobody
	case r.Rule.Indicative:
		pattern = v.Indicative
	case !r.Valid:
		pattern = v.Invalid
	case r.Passed:
		pattern = v.Passed
	}
	option := ""
	if r.Motion != nil {
		option = r.Motion.Text
	}
	return strings.NewReplacer("{rule}", r.Rule.Name, "{title}", title, "{turnout}", b.turnout(r), "{counts}", b.counts(r),
		"{conditions}", b.conditions(r), "{option}", option, "{lead}", b.lead(r), "{article}", b.article(r),
		"{then}", r.Rule.Then).Replace(pattern)
}

func (b *Book) turnout(r Result) string {
	pattern := b.pack.Verdicts.OpenTurnout
	if r.Roll.People > 0 {
		pattern = b.pack.Verdicts.RollTurnout
	}
	return strings.NewReplacer("{roll}", strconv.Itoa(r.Roll.People), "{present}", strconv.Itoa(r.Present.People)).Replace(pattern)
}

func (b *Book) counts(r Result) string {
	var parts []string
	for _, c := range r.Counts {
		parts = append(parts, strings.NewReplacer("{option}", c.Option.Text, "{votes}", strconv.Itoa(c.Votes)).Replace(b.pack.Verdicts.Count))
	}
	text := strings.Join(parts, "、")
	if r.OffRoll > 0 {
		text += "," + strings.ReplaceAll(b.pack.Verdicts.OffRoll, "{votes}", strconv.Itoa(r.OffRoll))
	}
	return text
}

// conditions lists the quorum and, once that is reached, the shares of the option that is to pass, or why none is.
func (b *Book) conditions(r Result) string {
	measures := b.pack.Verdicts.Measures
	var parts []string
	for _, c := range r.Quorum {
		parts = append(parts, b.condition(c, strings.ReplaceAll(b.pack.Verdicts.Turnout, "{measure}", measures[c.Condition.Of])))
	}
	if r.Valid && r.Motion != nil {
		for _, c := range r.Pass {
			what := strings.NewReplacer("{option}", r.Motion.Text, "{measure}", measures[c.Condition.Of])
			parts = append(parts, b.condition(c, what.Replace(b.pack.Verdicts.Share)))
		}
	}
	if r.Valid && (r.Motion == nil || len(r.Leading) > 1) {
		parts = append(parts, b.lead(r))
	}
	return strings.Join(parts, ";")
}

func (b *Book) condition(c Check, what string) string {
	pattern, relation := b.pack.Verdicts.Unmet, b.pack.Verdicts.AtLeast
	if c.Met {
		pattern = b.pack.Verdicts.Met
	}
	if c.Condition.Over {
		relation = b.pack.Verdicts.Over
	}
	share := strings.ReplaceAll(relation, "{share}", c.Condition.Share.String())
	return strings.NewReplacer("{what}", what, "{part}", amount(c.Part, c.Condition.Of), "{whole}", amount(c.Whole, c.Condition.Of),
		"{share}", share).Replace(pattern)
}

// lead names the leading option, or the tie, or says that everybody abstained.
func (b *Book) lead(r Result) string {
	if len(r.Leading) == 0 {
		return b.pack.Verdicts.AllAbstained
	}
	var names []string
	for _, o := range r.Leading {
		names = append(names, "“"+o.Text+"”")
	}
	pattern := b.pack.Verdicts.Lead
	if len(names) > 1 {
		pattern = b.pack.Verdicts.Tie
	}
	return strings.NewReplacer("{option}", r.Leading[0].Text, "{options}", strings.Join(names, ""),
		"{votes}", strconv.Itoa(votesFor(r.Counts, r.Leading[0]))).Replace(pattern)
}

func votesFor(counts []bot.Count, option bot.Option) int {
	for _, c := range counts {
		if c.Option.N == option.N {
			return c.Votes
		}
	}
	return 0
}

func (b *Book) article(r Result) string {
	if r.Rule.Article == "" {
		return ""
	}
	return strings.ReplaceAll(b.pack.Verdicts.Article, "{article}", r.Rule.Article)
}

// amount prints people and households as they are and an area in square metres, with decimals only when it has some.
func amount(n int64, measure string) string {
	if measure != "area" {
		return strconv.FormatInt(n, 10)
	}
	text := strconv.FormatInt(n/100, 10)
	if cents := n % 100; cents != 0 {
		text += strings.TrimRight("."+strconv.FormatInt(100+cents, 10)[1:], "0")
	}
	return text
}
