package workflow

import (
	"slices"
	"strconv"
	"strings"

	"tongshishang/bot"
)

// mainLine is the way an issue goes when nothing special happens. When a move comes too early, its first verb from where the
// issue stands is what has to be done first.
var mainLine = []Verb{Accept, Assign, Sign, Resolve}

// mostMoves is how many moves a refusal proposes: more would not be read.
const mostMoves = 3

func (f *Flow) denied(verb Verb, who []Actor) *bot.Error {
	pattern := strings.NewReplacer("{verb}", f.name(verb), "{who}", f.names(people(who)))
	return &bot.Error{Code: bot.CodeDenied, Text: pattern.Replace(f.pack.Refusals.Denied)}
}

// people are the actors that somebody who is refused can turn to.
func people(who []Actor) []Actor {
	return slices.DeleteFunc(slices.Clone(who), func(a Actor) bool { return a == ActorSystem && len(who) > 1 })
}

// illegal explains a move that no row has from the issue's status: it comes too early (then what comes first, and who does
// that when the asker can't) or too late (then what the asker may do now).
func (f *Flow) illegal(issue *bot.Issue, m Move) *bot.Error {
	if early, ok := before(m.Verb, issue.Status); ok {
		switch {
		case !early.allows(m.Actors):
			return f.refuse(bot.CodeIllegal, strings.ReplaceAll(f.pack.Refusals.FirstOthers, "{who}", f.names(early.Who)), issue, early.Verb)
		case f.command(issue, early.Verb) != "":
			return f.refuse(bot.CodeIllegal, f.pack.Refusals.First, issue, early.Verb)
		}
	}
	if moves := f.proposals(issue, m.Actors); moves != "" {
		return f.refuse(bot.CodeIllegal, strings.ReplaceAll(f.pack.Refusals.Instead, "{moves}", moves), issue, m.Verb)
	}
	return f.refuse(bot.CodeIllegal, f.pack.Refusals.Nothing, issue, m.Verb)
}

func (f *Flow) lacking(issue *bot.Issue, verb Verb) *bot.Error {
	return f.refuse(bot.CodeUsage, f.pack.Verbs[string(verb)].Lacks, issue, verb)
}

// refuse fills a pattern with what is known of the issue and the verb.
func (f *Flow) refuse(code bot.Code, pattern string, issue *bot.Issue, verb Verb) *bot.Error {
	fields := strings.NewReplacer("{number}", issue.Short(), "{status}", f.pack.Statuses[string(issue.Status)],
		"{verb}", f.name(verb), "{step}", f.name(verb), "{command}", f.command(issue, verb), "{longest}", f.set.Extension.Longest.String())
	return &bot.Error{Code: code, Text: fields.Replace(pattern)}
}

// before finds the row that has to come first: the main line is walked from the status until the verb is possible.
func before(verb Verb, from bot.Status) (Step, bool) {
	var way []Step
	for status := from; len(way) < len(mainLine); {
		next, ok := onMainLine(status)
		if !ok {
			return Step{}, false
		}
		way = append(way, next)
		status = next.To
		if possible(verb, status) {
			return way[0], true
		}
	}
	return Step{}, false
}

func onMainLine(from bot.Status) (Step, bool) {
	for _, verb := range mainLine {
		if s, ok := Find(verb, from, OutcomeNone); ok {
			return s, true
		}
	}
	return Step{}, false
}

// unasked are moves that nobody should be led to by a refusal.
var unasked = []Verb{Endorse, Withdraw}

// proposals names the asker's legal moves as commands: “#签收 12”“#办结 12 结果”.
func (f *Flow) proposals(issue *bot.Issue, actors []Actor) string {
	var commands []string
	for _, verb := range f.Legal(issue, actors) {
		c := f.command(issue, verb)
		if c == "" || slices.Contains(unasked, verb) || len(commands) == mostMoves {
			continue
		}
		if quoted := "“" + c + "”"; !slices.Contains(commands, quoted) {
			commands = append(commands, quoted)
		}
	}
	return strings.Join(commands, "")
}

// command is how the verb is written in the chat for this issue; empty when it isn't a command.
func (f *Flow) command(issue *bot.Issue, verb Verb) string {
	return strings.ReplaceAll(f.pack.Verbs[string(verb)].Command, "{n}", strconv.Itoa(issue.Seq))
}

func (f *Flow) name(verb Verb) string { return f.pack.Verbs[string(verb)].Name }

// names joins who may do something. The admin may nearly everything and is named only when nobody else may.
func (f *Flow) names(who []Actor) string {
	var names []string
	for _, a := range who {
		if a != ActorAdmin || len(who) == 1 {
			names = append(names, f.pack.Actors[string(a)])
		}
	}
	return strings.Join(names, "或")
}
