package workflow

import "tongshishang/bot"

// Verb is a move of the table. The codes are stored in events and never change.
type Verb string

// The verbs, in the words of package bot's glossary.
const (
	Register   Verb = "register"
	Accept     Verb = "accept"
	Refuse     Verb = "refuse"
	Answer     Verb = "answer"
	Note       Verb = "note"
	Deliberate Verb = "deliberate"
	Settle     Verb = "settle"
	Assign     Verb = "assign"
	Sign       Verb = "sign"
	Return     Verb = "return"
	Rule       Verb = "rule"
	Extend     Verb = "extend"
	Resolve    Verb = "resolve"
	Rate       Verb = "rate"
	Expire     Verb = "expire"
	Reopen     Verb = "reopen"
	Merge      Verb = "merge"
	Transfer   Verb = "transfer"
	Shelve     Verb = "shelve"
	Withdraw   Verb = "withdraw"
	Archive    Verb = "archive"
	Supervise  Verb = "supervise"
	Endorse    Verb = "endorse"
	Photo      Verb = "photo"
	Divert     Verb = "divert"
	Correct    Verb = "correct"
)

// Actor is what a person is to an issue; one person is often several.
type Actor string

// The actors. Everybody who speaks is a resident; system is the program's own timers.
const (
	ActorResident  Actor = "resident"
	ActorReporter  Actor = "reporter"
	ActorSupporter Actor = "supporter"
	ActorMember    Actor = "member"
	ActorStaff     Actor = "staff"
	ActorHandler   Actor = "handler"
	ActorAdmin     Actor = "admin"
	ActorSystem    Actor = "system"
)

// Actors says what a person is to an issue: resident always, reporter if they reported it, supporter if supports, handler if
// they are named as 责任人 or belong to its handling unit, or to any while it has none, the others by their role in the issue's unit.
func Actors(p *bot.Person, issue *bot.Issue, supports bool) []Actor {
	actors := []Actor{ActorResident}
	add := func(is bool, a Actor) {
		if is {
			actors = append(actors, a)
		}
	}
	add(p.ID != 0 && p.ID == issue.ReporterID, ActorReporter)
	add(supports, ActorSupporter)
	add(p.Is(bot.RoleMember, issue.UnitID), ActorMember)
	add(p.Is(bot.RoleStaff, issue.UnitID), ActorStaff)
	add(p.Handles(issue.Agency) || p.ID != 0 && p.ID == issue.HandlerID || issue.Agency == "" && p.Is(bot.RoleHandler, 0), ActorHandler)
	add(p.Is(bot.RoleAdmin, issue.UnitID), ActorAdmin)
	return actors
}

// Outcome tells apart the moves of one verb that lead to different statuses.
type Outcome string

// The outcomes: of a rating (the codes of bot.Solved; not said is the empty one) and of a ruling on an objection.
const (
	OutcomeNone      Outcome = ""
	OutcomeSolved    Outcome = Outcome(bot.SolvedYes)
	OutcomePartly    Outcome = Outcome(bot.SolvedPartly)
	OutcomeUnsolved  Outcome = Outcome(bot.SolvedNo)
	OutcomeUpheld    Outcome = "upheld"    // the objection holds: another unit has to be found
	OutcomeDismissed Outcome = "dismissed" // the unit has to handle it
)

// Need is what a move can't do without.
type Need string

// The needs: a text (the reason, answer or result), the handling unit, the issue to merge into.
const (
	NeedNothing Need = ""
	NeedText    Need = "text"
	NeedAgency  Need = "agency"
	NeedTarget  Need = "target"
)

// Audience is who is told of a move.
type Audience string

// The audiences.
const (
	TellReporter   Audience = "reporter"
	TellSupporters Audience = "supporters"
	TellHandler    Audience = "handler"
	TellStaff      Audience = "staff"
)
