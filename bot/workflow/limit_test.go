package workflow

import (
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
)

func TestDeadline(t *testing.T) {
	f := newFlow(t)
	// 2026-11-23 is a Monday.
	tests := []struct {
		clock      Clock
		difficulty bot.Difficulty
		want, rule string
	}{
		{ClockAccept, "", "2026-11-24 18:00:00", "通用 受理1工作日"},
		{ClockSign, bot.DifficultyB, "2026-11-24 18:00:00", "通用 签收1工作日"},
		{ClockRule, "", "2026-11-24 18:00:00", "通用 退单裁定1工作日"},
		{ClockHandle, bot.DifficultyA, "2026-11-30 18:00:00", "通用 即办5工作日"},
		{ClockHandle, bot.DifficultyB, "2026-12-07 18:00:00", "通用 协调10工作日"},
		{ClockHandle, bot.DifficultyC, "2026-12-14 18:00:00", "通用 疑难15工作日"},
		{ClockHandle, "", "2026-12-07 18:00:00", "通用 协调10工作日"},
		{ClockFollowUp, "", "2026-11-24 18:00:00", "通用 回访1工作日"},
		{ClockExpire, "", "2026-11-30 18:00:00", "通用 7天未评价办结"},
		{ClockArchive, "", "2026-11-26 18:00:00", "办结3天后归档"},
		{ClockReview, "", "2026-12-23 18:00:00", "挂账30天复核"},
	}
	for _, tt := range tests {
		got, ok, err := f.Deadline(tt.clock, tt.difficulty, at(t, "2026-11-23 10:00:00"))
		if err != nil || !ok || !got.At.Equal(at(t, tt.want)) || got.Rule != tt.rule {
			t.Errorf("%s %s: %v %q, %v, want %s %q", tt.clock, tt.difficulty, got.At, got.Rule, err, tt.want, tt.rule)
		}
	}
	if _, ok, err := f.Deadline("no such clock", "", at(t, "2026-11-23 10:00:00")); ok || err != nil {
		t.Errorf("a clock without a limit runs: %v, %v", ok, err)
	}
}

func TestDeadline_Petition(t *testing.T) {
	r := rules(t)
	r.Workflow.Use = "信访"
	f, err := New(r.Workflow, NewCalendar(r.Calendar, shanghai))
	if err != nil {
		t.Fatal(err)
	}
	// 60 days after 2026-11-20 is 2027-01-19, a Tuesday in a year not announced yet.
	got, _, err := f.Deadline(ClockHandle, bot.DifficultyA, at(t, "2026-11-20 10:00:00"))
	if err != nil || !got.At.Equal(at(t, "2027-01-19 18:00:00")) || got.Rule != "信访 办结60天" {
		t.Errorf("%v %q, %v", got.At, got.Rule, err)
	}
	if got.Warning != "2027年放假安排还没公布,暂按周一至周五上班算" {
		t.Errorf("warning %q", got.Warning)
	}
}

// scheduled plays verbs at given times through Apply and Schedule.
type scheduled struct {
	verb  Verb
	to    bot.Status
	at    string
	limit string
	// what the issue says afterwards; empty is no date
	due, rule, next string
}

func TestSchedule(t *testing.T) {
	f := newFlow(t)
	issue := &bot.Issue{Difficulty: bot.DifficultyA}
	for _, s := range []scheduled{
		{Register, bot.StatusReported, "2026-11-20 09:00:00", "", "", "", "2026-11-23 18:00:00"},
		{Endorse, bot.StatusReported, "2026-11-21 09:00:00", "", "", "", "2026-11-23 18:00:00"},
		{Accept, bot.StatusAccepted, "2026-11-23 09:00:00", "", "", "", ""},
		{Assign, bot.StatusAssigned, "2026-11-23 10:00:00", "", "2026-11-30 18:00:00", "通用 即办5工作日", "2026-11-24 18:00:00"},
		{Return, bot.StatusReturned, "2026-11-24 09:00:00", "", "2026-11-30 18:00:00", "通用 即办5工作日", "2026-11-25 18:00:00"},
		{Rule, bot.StatusAssigned, "2026-11-24 15:00:00", "", "2026-11-30 18:00:00", "通用 即办5工作日", "2026-11-25 18:00:00"},
		{Sign, bot.StatusSigned, "2026-11-25 09:00:00", "", "2026-11-30 18:00:00", "通用 即办5工作日", "2026-11-30 18:00:00"},
		{Note, bot.StatusHandling, "2026-11-25 10:00:00", "", "2026-11-30 18:00:00", "通用 即办5工作日", "2026-11-30 18:00:00"},
		{Extend, bot.StatusHandling, "2026-11-26 09:00:00", "3天", "2026-12-03 18:00:00", "通用 延期一次", "2026-12-03 18:00:00"},
		{Resolve, bot.StatusAwaitingRating, "2026-12-01 10:00:00", "", "2026-12-03 18:00:00", "通用 延期一次", "2026-12-08 18:00:00"},
		{Rate, bot.StatusReopened, "2026-12-02 10:00:00", "", "", "", "2026-12-03 18:00:00"},
		{Assign, bot.StatusAssigned, "2026-12-03 10:00:00", "4工作时", "2026-12-03 16:30:00", "交办时定4工作时", "2026-12-03 16:30:00"},
		{Sign, bot.StatusSigned, "2026-12-03 11:00:00", "", "2026-12-03 16:30:00", "交办时定4工作时", "2026-12-03 16:30:00"},
		{Resolve, bot.StatusAwaitingRating, "2026-12-03 12:00:00", "", "2026-12-03 16:30:00", "交办时定4工作时", "2026-12-10 18:00:00"},
		{Expire, bot.StatusClosed, "2026-12-10 18:00:00", "", "2026-12-03 16:30:00", "交办时定4工作时", "2026-12-14 18:00:00"},
		{Archive, bot.StatusArchived, "2026-12-14 18:00:00", "", "2026-12-03 16:30:00", "交办时定4工作时", ""},
	} {
		e := bot.Event{Seq: issue.Events + 1, Verb: string(s.verb), From: issue.Status, To: s.to, At: at(t, s.at)}
		if err := Apply(issue, e); err != nil {
			t.Fatal(err)
		}
		var own config.Limit
		if s.limit != "" {
			own = limit(t, s.limit)
		}
		for range 2 {
			// Scheduling an event again must change nothing; an extension is the exception, it adds to the due date.
			if warning, err := f.Schedule(issue, e, own); err != nil || warning != "" {
				t.Fatalf("%s: %q, %v", s.verb, warning, err)
			}
			if s.verb == Extend {
				break
			}
		}
		if !sameTime(t, issue.DueAt, s.due) || issue.DueRule != s.rule || !sameTime(t, issue.NextAt, s.next) {
			t.Errorf("after %s: due %v %q, next %v, want %s %q, %s", s.verb, issue.DueAt, issue.DueRule, issue.NextAt, s.due, s.rule, s.next)
		}
	}
}

func sameTime(t *testing.T, got time.Time, want string) bool {
	t.Helper()
	if want == "" {
		return got.IsZero()
	}
	return got.Equal(at(t, want))
}

func TestSchedule_ExtensionTooLong(t *testing.T) {
	f := newFlow(t)
	due := at(t, "2026-11-30 18:00:00")
	e := bot.Event{Verb: string(Extend), From: bot.StatusHandling, To: bot.StatusHandling, At: at(t, "2026-11-26 09:00:00")}
	// Fifteen working days after 11-30 is 12-21, which is also 21 natural days.
	for text, allowed := range map[string]bool{"15工作日": true, "16工作日": false, "21天": true, "22天": false, "9999天": false} {
		issue := &bot.Issue{Seq: 12, Status: bot.StatusHandling, DueAt: due, DueRule: "通用 即办5工作日"}
		_, err := f.Schedule(issue, e, limit(t, text))
		if (err == nil) != allowed {
			t.Errorf("%s: %v, want allowed %v", text, err, allowed)
		}
		if !allowed && (bot.Refusal(err) == nil || !issue.DueAt.Equal(due)) {
			t.Errorf("%s: %v, due %v, want a refusal and the due date kept", text, err, issue.DueAt)
		}
	}
	if _, err := f.Schedule(&bot.Issue{Seq: 12, Status: bot.StatusHandling, DueAt: due}, e, config.Limit{}); bot.Refusal(err) == nil {
		t.Error("an extension by nothing is granted")
	}
}

func TestReminders(t *testing.T) {
	// Friday 11-20 10:00 to Friday 11-27 18:00 is 176 hours; half of it ends on Tuesday at 02:00, before work begins.
	got, err := newFlow(t).Reminders(at(t, "2026-11-20 10:00:00"), at(t, "2026-11-27 18:00:00"))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, at string }{
		{"时限过半", "2026-11-24 08:30:00"},
		{"前一个工作日", "2026-11-26 08:30:00"},
		{"到期当天", "2026-11-27 08:30:00"},
		{"催办", "2026-11-30 18:00:00"},
		{"督办", "2026-12-02 18:00:00"},
		{"通报", "2026-12-04 18:00:00"},
		{"约谈", "2026-12-11 18:00:00"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d reminders, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Name != w.name || !got[i].At.Equal(at(t, w.at)) {
			t.Errorf("%s at %v, want %s at %s", got[i].Name, got[i].At, w.name, w.at)
		}
	}
}
