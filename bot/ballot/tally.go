package ballot

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"tongshishang/bot"
	"tongshishang/config"
)

// Poll is everything a count needs.
type Poll struct {
	Rule    config.BallotRule
	Options []bot.Option
	Votes   []bot.Vote // one a person, the last they cast
	Roll    []Voter    // frozen at opening; empty only where the rule needs none
	Present []int64    // people signed in at a meeting; whoever voted counts as present anyway
}

// Result is a count and what the rule makes of it.
type Result struct {
	Rule      config.BallotRule
	Counts    []bot.Count // one an option, in the ballot's order; votes off the roll not counted
	Roll      Size        // zero without a roll
	Present   Size        // signed in or voted
	Voted     Size        // took part, abstaining included
	Abstained int
	OffRoll   int          // votes of people who aren't on the roll
	Leading   []bot.Option // most votes, abstaining apart; several are a tie, none means no such vote
	Motion    *bot.Option  // whose share decides: the option that agrees, else the one that leads alone; nil when neither is
	Quorum    []Check      // of the group that was met, else of all groups
	Pass      []Check
	Valid     bool
	Passed    bool // never of an indicative rule
}

// Check is one condition held against the numbers.
type Check struct {
	Condition   config.Condition
	Part, Whole int64 // people, households, or hundredths of a square metre
	Met         bool
}

// Tally counts the votes by the rule. Neither the order of the votes nor that of the roll matters. It fails on what must
// never be settled silently: a person with two votes or twice on the roll, a vote for no option, a roll missing.
func Tally(p Poll) (Result, error) {
	if p.Rule.Roll && len(p.Roll) == 0 {
		return Result{}, fmt.Errorf("tally by %s: the rule needs a roll", p.Rule.Name)
	}
	roll, err := newRegister(p.Roll)
	if err != nil {
		return Result{}, fmt.Errorf("tally by %s: %w", p.Rule.Name, err)
	}
	by, off, err := sortVotes(p, roll)
	if err != nil {
		return Result{}, fmt.Errorf("tally by %s: %w", p.Rule.Name, err)
	}
	r := Result{Rule: p.Rule, OffRoll: off}
	var decided, voters []int64
	for _, o := range p.Options {
		r.Counts = append(r.Counts, bot.Count{Option: o, Votes: len(by[o.N])})
		voters = append(voters, by[o.N]...)
		if o.Stance == bot.StanceAbstain {
			r.Abstained += len(by[o.N])
		} else {
			decided = append(decided, by[o.N]...)
		}
	}
	r.Leading = leading(r.Counts)
	r.Motion = motion(r.Counts, r.Leading)
	r.Roll = roll.size(slices.Collect(maps.Keys(roll.voters)))
	r.Present = roll.size(slices.Concat(p.Present, voters))
	r.Voted = roll.size(voters)
	agreed := Size{}
	if r.Motion != nil {
		agreed = roll.size(by[r.Motion.N])
	}
	r.decide(agreed, map[string]Size{"present": r.Present, "voted": r.Voted, "decided": roll.size(decided)})
	return r, nil
}

// sortVotes puts the people who may vote under the option they chose.
func sortVotes(p Poll, roll register) (by map[int][]int64, off int, err error) {
	by = map[int][]int64{}
	for _, o := range p.Options {
		by[o.N] = nil
	}
	seen := map[int64]bool{}
	for _, v := range p.Votes {
		if seen[v.PersonID] {
			return nil, 0, fmt.Errorf("person %d has two votes", v.PersonID)
		}
		seen[v.PersonID] = true
		if _, ok := by[v.Option]; !ok {
			return nil, 0, fmt.Errorf("person %d voted for option %d, which isn't there", v.PersonID, v.Option)
		}
		if !roll.has(v.PersonID) {
			off++
			continue
		}
		by[v.Option] = append(by[v.Option], v.PersonID)
	}
	return by, off, nil
}

// decide holds the numbers against the rule. bases are the sizes a condition may refer to.
func (r *Result) decide(agreed Size, bases map[string]Size) {
	var quorate bool
	quorate, r.Quorum = quorum(r.Rule.Quorum, bases, r.Roll)
	if r.Rule.Indicative {
		r.Valid = true
		return
	}
	r.Valid = quorate && r.Voted.People > 0
	r.Passed = r.Valid && r.Motion != nil
	for _, c := range r.Rule.Pass {
		check := hold(c, agreed, bases[c.Base])
		r.Pass = append(r.Pass, check)
		r.Passed = r.Passed && check.Met
	}
}

// quorum is met by any group whose conditions all hold; without groups it always is.
func quorum(groups [][]config.Condition, bases map[string]Size, roll Size) (bool, []Check) {
	var all []Check
	for _, group := range groups {
		var checks []Check
		met := true
		for _, c := range group {
			check := hold(c, bases[c.Base], roll)
			checks = append(checks, check)
			met = met && check.Met
		}
		if met {
			return true, checks
		}
		all = append(all, checks...)
	}
	return len(groups) == 0, all
}

// hold compares part/whole with the condition's share, exactly. Of nothing no share is ever reached.
func hold(c config.Condition, part, whole Size) Check {
	check := Check{Condition: c, Part: part.of(c.Of), Whole: whole.of(c.Of)}
	if check.Whole == 0 {
		return check
	}
	order := big.NewRat(check.Part, check.Whole).Cmp(c.Share.Rat())
	check.Met = order > 0 || order == 0 && !c.Over
	return check
}

// leading are the options with the most votes, abstaining apart.
func leading(counts []bot.Count) []bot.Option {
	most := 1
	var lead []bot.Option
	for _, c := range counts {
		switch {
		case c.Option.Stance == bot.StanceAbstain || c.Votes < most:
		case c.Votes > most:
			most, lead = c.Votes, []bot.Option{c.Option}
		default:
			lead = append(lead, c.Option)
		}
	}
	return lead
}

// motion is the option put to the vote: the one that says yes, or the only leader of a choice between several.
func motion(counts []bot.Count, leading []bot.Option) *bot.Option {
	for _, c := range counts {
		if c.Option.Stance == bot.StanceAgree {
			return &c.Option
		}
	}
	if len(leading) == 1 {
		return &leading[0]
	}
	return nil
}
