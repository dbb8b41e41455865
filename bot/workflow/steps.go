package workflow

import (
	"slices"

	"tongshishang/bot"
)

// Step is one row of the table: a move from some statuses to one.
type Step struct {
	Verb     Verb
	From     []bot.Status    // Unborn for an issue that doesn't exist yet
	Outcomes []Outcome       // for which the row holds; empty is any
	Kinds    []bot.IssueKind // of issue for which the row holds; empty is any
	To       bot.Status      // Stay leaves the status as it is
	Who      []Actor         // any one of them
	Needs    Need
	Text     string     // the name of the pack's text that answers the move and is told to others; empty: silence
	Tells    []Audience // who is told besides the person who made the move
}

// Unborn is the status before registration; Stay as a target keeps the status.
const (
	Unborn bot.Status = ""
	Stay   bot.Status = ""
)

// steps is the five steps with every transition. Whoever reads it from top to bottom follows an issue through the
// consultation; a test walks it all. Two limits on repetition (returning, extending) are the pack's and checked in Next.
var steps = []Step{
	// 居民说事
	{Verb: Register, From: []bot.Status{Unborn}, To: bot.StatusReported,
		Who: []Actor{ActorResident, ActorSystem}, Text: "registered", Tells: []Audience{TellReporter}},

	// 社区知事
	{Verb: Accept, From: []bot.Status{bot.StatusReported, bot.StatusReopened}, To: bot.StatusAccepted,
		Who: []Actor{ActorMember, ActorStaff, ActorAdmin}, Text: "accept_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Refuse, From: []bot.Status{bot.StatusReported}, To: bot.StatusRefused, Needs: NeedText,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "refuse_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Answer, From: []bot.Status{bot.StatusReported, bot.StatusAccepted}, To: bot.StatusAnswered, Needs: NeedText,
		Kinds: []bot.IssueKind{bot.IssueQuestion, bot.IssuePraise},
		Who:   []Actor{ActorMember, ActorStaff, ActorHandler, ActorAdmin, ActorSystem}, Text: "answer_done", Tells: []Audience{TellReporter, TellSupporters}},

	// 会议议事
	{Verb: Deliberate, From: []bot.Status{bot.StatusAccepted}, To: bot.StatusDeliberating,
		Who: []Actor{ActorMember, ActorStaff, ActorAdmin}, Text: "deliberate_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Settle, From: []bot.Status{bot.StatusDeliberating}, To: bot.StatusAccepted,
		Who: []Actor{ActorMember, ActorStaff, ActorAdmin}, Text: "settle_done", Tells: []Audience{TellReporter, TellSupporters}},

	// 联动办事
	{Verb: Assign, From: []bot.Status{bot.StatusAccepted, bot.StatusDeliberating, bot.StatusReopened, bot.StatusReturned},
		To: bot.StatusAssigned, Needs: NeedAgency,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "assign_done", Tells: []Audience{TellReporter, TellSupporters, TellHandler}},
	// Staff may sign and object for a unit that isn't in the chat; the event names them.
	{Verb: Sign, From: []bot.Status{bot.StatusAssigned}, To: bot.StatusSigned,
		Who: []Actor{ActorHandler, ActorStaff, ActorAdmin}, Text: "sign_done", Tells: []Audience{TellReporter}},
	{Verb: Return, From: []bot.Status{bot.StatusAssigned}, To: bot.StatusReturned, Needs: NeedText,
		Who: []Actor{ActorHandler, ActorStaff, ActorAdmin}, Text: "return_done", Tells: []Audience{TellStaff}},
	{Verb: Rule, From: []bot.Status{bot.StatusReturned}, Outcomes: []Outcome{OutcomeUpheld}, To: bot.StatusAccepted, Needs: NeedText,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "accept_done", Tells: []Audience{TellHandler}},
	{Verb: Rule, From: []bot.Status{bot.StatusReturned}, Outcomes: []Outcome{OutcomeDismissed}, To: bot.StatusAssigned, Needs: NeedText,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "rule_done", Tells: []Audience{TellHandler}},
	{Verb: Note, From: []bot.Status{bot.StatusSigned}, To: bot.StatusHandling, Needs: NeedText,
		Who: []Actor{ActorHandler, ActorMember, ActorStaff, ActorAdmin}, Text: "reply_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Note, From: open(bot.StatusSigned), To: Stay, Needs: NeedText,
		Who: []Actor{ActorHandler, ActorMember, ActorStaff, ActorAdmin}, Text: "reply_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Extend, From: []bot.Status{bot.StatusSigned, bot.StatusHandling}, To: Stay, Needs: NeedText,
		Who: []Actor{ActorHandler, ActorStaff, ActorAdmin}, Text: "extend_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Resolve, From: []bot.Status{bot.StatusSigned, bot.StatusHandling}, To: bot.StatusAwaitingRating, Needs: NeedText,
		Who: []Actor{ActorHandler, ActorStaff, ActorAdmin}, Text: "resolve_done", Tells: []Audience{TellReporter, TellSupporters}},
	// 现场解决: settled on the spot, without a handling unit.
	{Verb: Resolve, From: []bot.Status{bot.StatusAccepted, bot.StatusDeliberating}, To: bot.StatusAwaitingRating, Needs: NeedText,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "resolve_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Supervise, From: open(bot.StatusReported), To: Stay,
		Who: []Actor{ActorAdmin}, Text: "supervise_done", Tells: []Audience{TellHandler, TellStaff}},

	// 群众评事: ratings belong to the residents, so nobody else may give one.
	{Verb: Rate, From: []bot.Status{bot.StatusAwaitingRating}, Outcomes: []Outcome{OutcomeSolved, OutcomePartly, OutcomeNone},
		To: bot.StatusClosed, Who: []Actor{ActorReporter, ActorSupporter}, Text: "rate_private"},
	{Verb: Rate, From: []bot.Status{bot.StatusClosed}, Outcomes: []Outcome{OutcomeSolved, OutcomePartly, OutcomeNone},
		To: Stay, Who: []Actor{ActorReporter, ActorSupporter}, Text: "rate_private"},
	{Verb: Rate, From: []bot.Status{bot.StatusAwaitingRating, bot.StatusClosed}, Outcomes: []Outcome{OutcomeUnsolved},
		To: bot.StatusReopened, Who: []Actor{ActorReporter, ActorSupporter}, Text: "reopen_done", Tells: []Audience{TellHandler, TellStaff}},
	{Verb: Expire, From: []bot.Status{bot.StatusAwaitingRating}, To: bot.StatusClosed,
		Who: []Actor{ActorSystem}, Text: "expire_done", Tells: []Audience{TellReporter}},
	{Verb: Archive, From: []bot.Status{bot.StatusClosed}, To: bot.StatusArchived, Who: []Actor{ActorSystem}},
	{Verb: Reopen, From: []bot.Status{bot.StatusAwaitingRating, bot.StatusClosed, bot.StatusAnswered}, To: bot.StatusReopened,
		Who: []Actor{ActorReporter, ActorSupporter, ActorStaff, ActorAdmin}, Text: "reopen_done", Tells: []Audience{TellHandler, TellStaff}},
	{Verb: Reopen, From: []bot.Status{bot.StatusArchived}, To: bot.StatusReopened,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "reopen_done", Tells: []Audience{TellReporter, TellSupporters, TellHandler}},

	// Side exits.
	// Whoever told of a matter that was told before may say so until somebody has looked at it.
	{Verb: Merge, From: []bot.Status{bot.StatusReported}, To: bot.StatusMerged, Needs: NeedTarget,
		Who: []Actor{ActorReporter, ActorStaff, ActorAdmin}, Text: "merge_done", Tells: []Audience{TellReporter, TellSupporters}},
	{Verb: Merge, From: open(bot.StatusReported), To: bot.StatusMerged, Needs: NeedTarget,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "merge_done", Tells: []Audience{TellReporter, TellSupporters, TellHandler}},
	{Verb: Transfer, From: open(), To: bot.StatusTransferred, Needs: NeedText,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "transfer_done", Tells: []Audience{TellReporter, TellSupporters, TellHandler}},
	{Verb: Shelve, From: open(bot.StatusShelved), To: bot.StatusShelved, Needs: NeedText,
		Who: []Actor{ActorStaff, ActorAdmin}, Text: "shelve_done", Tells: []Audience{TellReporter, TellSupporters, TellHandler}},
	{Verb: Withdraw, From: open(bot.StatusAwaitingRating), To: bot.StatusWithdrawn,
		Who: []Actor{ActorReporter, ActorStaff, ActorAdmin}, Text: "withdraw_done", Tells: []Audience{TellSupporters, TellHandler}},

	{Verb: Accept, From: []bot.Status{bot.StatusShelved}, To: bot.StatusAccepted,
		Who: []Actor{ActorMember, ActorStaff, ActorAdmin}, Text: "resume_done", Tells: []Audience{TellReporter, TellSupporters}},

	// What residents add; how often it is announced is the pack's, so no text stands here.
	{Verb: Endorse, From: open(), To: Stay, Who: []Actor{ActorResident}},
	{Verb: Photo, From: open(), To: Stay, Who: []Actor{ActorResident}},
	// What was read wrong, or left to the clerk: category, kind of matter, place. How the issue stands doesn't change.
	{Verb: Correct, From: append(open(), bot.StatusClosed, bot.StatusArchived, bot.StatusAnswered), To: Stay,
		Who: []Actor{ActorMember, ActorStaff, ActorAdmin}},
	// What was told names a procedure outside that it may be in already; the reporter is told so, staff decide.
	{Verb: Divert, From: []bot.Status{bot.StatusReported}, To: Stay, Needs: NeedText, Who: []Actor{ActorSystem}},
}

// open is every open status but some. A handled issue that waits for its rating is open, so is a shelved one.
func open(but ...bot.Status) []bot.Status {
	return slices.DeleteFunc(bot.Statuses(), func(s bot.Status) bool { return !s.IsOpen() || slices.Contains(but, s) })
}

// Steps is a copy of the table, for documents and for tests that walk it.
func Steps() []Step { return slices.Clone(steps) }

// Find returns the row of a verb from a status with an outcome.
func Find(verb Verb, from bot.Status, outcome Outcome) (Step, bool) {
	for _, s := range steps {
		if s.Verb == verb && s.leaves(from) && (len(s.Outcomes) == 0 || slices.Contains(s.Outcomes, outcome)) {
			return s, true
		}
	}
	return Step{}, false
}

// Reply is the verb that a reply (回复) to the issue makes: a question or praise that nobody handles yet is answered by it,
// anything else gets a note of progress.
func Reply(issue *bot.Issue) Verb {
	if s, ok := Find(Answer, issue.Status, OutcomeNone); ok && s.suits(issue.Kind) {
		return Answer
	}
	return Note
}

func (s Step) leaves(from bot.Status) bool { return slices.Contains(s.From, from) }

func (s Step) suits(kind bot.IssueKind) bool {
	return len(s.Kinds) == 0 || slices.Contains(s.Kinds, kind)
}

func (s Step) allows(actors []Actor) bool {
	return slices.ContainsFunc(actors, func(a Actor) bool { return slices.Contains(s.Who, a) })
}

// target is where the row leads from a status.
func (s Step) target(from bot.Status) bot.Status {
	if s.To == Stay {
		return from
	}
	return s.To
}
