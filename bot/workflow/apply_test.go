package workflow

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongshishang/bot"
)

// history applies verbs one hour apart, starting 2026-11-23 09:00, and fails the test when one isn't possible.
func history(t *testing.T, moves ...bot.Event) *bot.Issue {
	t.Helper()
	issue := &bot.Issue{}
	for i, e := range moves {
		e.Seq, e.From, e.At = i+1, issue.Status, hour(t, i)
		if e.To == "" {
			e.To = issue.Status
		}
		if err := Apply(issue, e); err != nil {
			t.Fatal(err)
		}
	}
	return issue
}

func hour(t *testing.T, n int) time.Time {
	return at(t, "2026-11-23 09:00:00").Add(time.Duration(n) * time.Hour)
}

func event(verb Verb, to bot.Status, text string) bot.Event {
	return bot.Event{Verb: string(verb), To: to, Text: text}
}

func TestApply_WholeWay(t *testing.T) {
	issue := history(t,
		event(Register, bot.StatusReported, ""),         // 0
		event(Accept, bot.StatusAccepted, ""),           // 1
		event(Assign, bot.StatusAssigned, ""),           // 2
		event(Return, bot.StatusReturned, "不归我们"),       // 3
		event(Rule, bot.StatusAssigned, "归你们"),          // 4
		event(Sign, bot.StatusSigned, ""),               // 5
		event(Note, bot.StatusHandling, "明天去"),          // 6
		event(Extend, bot.StatusHandling, "等料"),         // 7
		event(Resolve, bot.StatusAwaitingRating, "修好了"), // 8
		event(Rate, bot.StatusReopened, "又不亮"),          // 9
		event(Assign, bot.StatusAssigned, ""),           // 10
		event(Sign, bot.StatusSigned, ""),               // 11
		event(Resolve, bot.StatusAwaitingRating, "换了灯"), // 12
		event(Rate, bot.StatusClosed, ""),               // 13
		event(Rate, bot.StatusClosed, ""),               // 14
		event(Archive, bot.StatusArchived, ""),          // 15
	)
	want := &bot.Issue{
		Status: bot.StatusArchived, Events: 16, UpdatedAt: hour(t, 15), Round: 2, Returned: 1, Reopened: 1,
		Result: "换了灯", Reason: "又不亮",
		ReportedAt: hour(t, 0), AcceptedAt: hour(t, 1), AssignedAt: hour(t, 10), SignedAt: hour(t, 11), ResolvedAt: hour(t, 12),
		ClosedAt: hour(t, 13), RatedAt: hour(t, 14), ArchivedAt: hour(t, 15),
	}
	if !reflect.DeepEqual(issue, want) {
		t.Errorf("\n got %+v\nwant %+v", issue, want)
	}
}

func TestApply_NobodyRated(t *testing.T) {
	issue := history(t, event(Register, bot.StatusReported, ""), event(Accept, bot.StatusAccepted, ""),
		event(Resolve, bot.StatusAwaitingRating, "当场办了"), event(Expire, bot.StatusClosed, ""))
	if issue.Satisfaction != bot.SatisfactionNone || issue.Solved != bot.SolvedUnknown || !issue.RatedAt.IsZero() || !issue.ClosedAt.Equal(hour(t, 3)) {
		t.Errorf("satisfaction %q, solved %q, rated %v, closed %v", issue.Satisfaction, issue.Solved, issue.RatedAt, issue.ClosedAt)
	}
}

func TestApply_AnsweredAtOnce(t *testing.T) {
	issue := history(t, event(Register, bot.StatusReported, ""), event(Answer, bot.StatusAnswered, "带户口本"))
	if issue.Result != "带户口本" || !issue.AcceptedAt.Equal(hour(t, 1)) || !issue.ClosedAt.Equal(hour(t, 1)) {
		t.Errorf("result %q, accepted %v, closed %v", issue.Result, issue.AcceptedAt, issue.ClosedAt)
	}
}

func TestApply_RefusesWhatDoesNotFollow(t *testing.T) {
	for name, e := range map[string]bot.Event{
		"a gap":                  {Seq: 3, Verb: "accept", From: bot.StatusReported, To: bot.StatusAccepted},
		"the same again":         {Seq: 1, Verb: "register", From: Unborn, To: bot.StatusReported},
		"another status":         {Seq: 2, Verb: "assign", From: bot.StatusAccepted, To: bot.StatusAssigned},
		"a jump":                 {Seq: 2, Verb: "accept", From: bot.StatusReported, To: bot.StatusClosed},
		"a verb that isn't one":  {Seq: 2, Verb: "forget", From: bot.StatusReported, To: bot.StatusReported},
		"a move from elsewhere":  {Seq: 2, Verb: "sign", From: bot.StatusReported, To: bot.StatusSigned},
		"an unchanged one moved": {Seq: 2, Verb: "endorse", From: bot.StatusReported, To: bot.StatusAccepted},
	} {
		issue := history(t, event(Register, bot.StatusReported, ""))
		before := *issue
		if err := Apply(issue, e); err == nil || *issue != before {
			t.Errorf("%s: error %v, issue changed: %v", name, err, *issue != before)
		}
	}
}

// TestWalk lets people try random moves: the issue never leaves the table, whoever is refused is told why, Legal and Next
// agree, and the events alone give the same issue again.
func TestWalk(t *testing.T) {
	f := newFlow(t)
	everybody := []Actor{ActorResident, ActorReporter, ActorSupporter, ActorMember, ActorStaff, ActorHandler, ActorAdmin, ActorSystem}
	var verbs []Verb
	for _, s := range Steps() {
		verbs = append(verbs, s.Verb)
	}
	outcomes := []Outcome{OutcomeNone, OutcomeSolved, OutcomePartly, OutcomeUnsolved, OutcomeUpheld, OutcomeDismissed}
	kinds := []bot.IssueKind{bot.IssueAppeal, bot.IssueQuestion, bot.IssuePraise}

	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		issue := &bot.Issue{Seq: 12, Kind: kind}
		var events []bot.Event
		for i := range rapid.IntRange(1, 60).Draw(t, "moves") {
			m := Move{
				Verb:    rapid.SampledFrom(verbs).Draw(t, "verb"),
				Actors:  rapid.SliceOfN(rapid.SampledFrom(everybody), 1, 4).Draw(t, "actors"),
				Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome"),
				Text:    "理由", Agency: "住建局", Into: 7,
			}
			step, err := f.Next(issue, m)
			if legal := slices.Contains(f.Legal(issue, m.Actors), m.Verb); (err == nil || bot.Refusal(err) == nil) != legal {
				t.Fatalf("%s from %q by %v: legal %v, but Next says %v", m.Verb, issue.Status, m.Actors, legal, err)
			}
			if err != nil {
				if refusal := bot.Refusal(err); refusal != nil && (refusal.Text == "" || strings.ContainsAny(refusal.Text, "{}")) {
					t.Fatalf("%s from %q is refused with %q", m.Verb, issue.Status, refusal.Text)
				}
				continue
			}
			e := bot.Event{Seq: issue.Events + 1, Verb: string(m.Verb), From: issue.Status, To: step.To, Text: m.Text, At: time.Unix(int64(i), 0).UTC()}
			if err := Apply(issue, e); err != nil {
				t.Fatalf("Next allows what Apply refuses: %v", err)
			}
			events = append(events, e)
			if !slices.Contains(bot.Statuses(), issue.Status) {
				t.Fatalf("%s led to %q", m.Verb, issue.Status)
			}
		}
		replayed := &bot.Issue{Seq: 12, Kind: kind}
		for _, e := range events {
			if err := Apply(replayed, e); err != nil {
				t.Fatalf("replay: %v", err)
			}
		}
		if !reflect.DeepEqual(replayed, issue) {
			t.Fatalf("replayed\n     %+v\nwant %+v", replayed, issue)
		}
	})
}
