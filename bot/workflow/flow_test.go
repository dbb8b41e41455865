package workflow

import (
	"slices"
	"strings"
	"testing"

	"tongshishang/bot"
)

func newFlow(t testing.TB) *Flow {
	t.Helper()
	r := rules(t)
	f, err := New(r.Workflow, NewCalendar(r.Calendar, shanghai))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSteps_Whole walks the table: every status can be reached, every row says who and leads somewhere, every text exists.
func TestSteps_Whole(t *testing.T) {
	texts := rules(t).Texts.Texts
	reached := map[bot.Status]bool{Unborn: true}
	for range steps {
		for _, s := range Steps() {
			if slices.ContainsFunc(s.From, func(f bot.Status) bool { return reached[f] }) && s.To != Stay {
				reached[s.To] = true
			}
		}
	}
	for _, s := range bot.Statuses() {
		if !reached[s] {
			t.Errorf("no way leads to %s", s)
		}
	}
	for _, s := range Steps() {
		if len(s.Who) == 0 || len(s.From) == 0 {
			t.Errorf("%s: nobody may, or from nowhere", s.Verb)
		}
		if _, ok := texts[s.Text]; s.Text != "" && !ok {
			t.Errorf("%s: no text named %q", s.Verb, s.Text)
		}
		for _, from := range s.From {
			if !slices.Contains(bot.Statuses(), from) && from != Unborn {
				t.Errorf("%s: no status %q", s.Verb, from)
			}
		}
	}
}

// TestSteps_NoTwoRowsFit makes sure that Find never has to choose.
func TestSteps_NoTwoRowsFit(t *testing.T) {
	type place struct {
		verb    Verb
		from    bot.Status
		outcome Outcome
	}
	seen := map[place]bool{}
	for _, s := range Steps() {
		outcomes := s.Outcomes
		if len(outcomes) == 0 {
			outcomes = []Outcome{OutcomeNone, OutcomeSolved, OutcomePartly, OutcomeUnsolved, OutcomeUpheld, OutcomeDismissed}
		}
		for _, from := range s.From {
			for _, o := range outcomes {
				p := place{s.Verb, from, o}
				if seen[p] {
					t.Errorf("two rows for %v", p)
				}
				seen[p] = true
			}
		}
	}
}

// TestSteps_OverIsOver holds the exits against the domain: nothing leads out of them.
func TestSteps_OverIsOver(t *testing.T) {
	for _, s := range Steps() {
		for _, over := range []bot.Status{bot.StatusRefused, bot.StatusMerged, bot.StatusTransferred, bot.StatusWithdrawn} {
			if s.leaves(over) {
				t.Errorf("%s leads out of %s", s.Verb, over)
			}
		}
	}
}

func TestNext(t *testing.T) {
	staff, handler, member := []Actor{ActorResident, ActorStaff}, []Actor{ActorResident, ActorHandler}, []Actor{ActorResident, ActorMember}
	reporter, neighbour, system := []Actor{ActorResident, ActorReporter}, []Actor{ActorResident, ActorSupporter}, []Actor{ActorSystem}
	admin := []Actor{ActorResident, ActorAdmin}
	tests := []struct {
		name string
		from bot.Status
		kind bot.IssueKind
		move Move
		want bot.Status
	}{
		{"registering", Unborn, "", Move{Verb: Register, Actors: []Actor{ActorResident}}, bot.StatusReported},
		{"a member accepts", bot.StatusReported, "", Move{Verb: Accept, Actors: member}, bot.StatusAccepted},
		{"staff refuse with a reason", bot.StatusReported, "", Move{Verb: Refuse, Actors: staff, Text: "已进入诉讼"}, bot.StatusRefused},
		{"a question is answered at once", bot.StatusReported, bot.IssueQuestion, Move{Verb: Answer, Actors: member, Text: "带身份证来"}, bot.StatusAnswered},
		{"to the meeting", bot.StatusAccepted, "", Move{Verb: Deliberate, Actors: member}, bot.StatusDeliberating},
		{"and back", bot.StatusDeliberating, "", Move{Verb: Settle, Actors: staff}, bot.StatusAccepted},
		{"assigned", bot.StatusAccepted, "", Move{Verb: Assign, Actors: staff, Agency: "住建局"}, bot.StatusAssigned},
		{"assigned from the meeting", bot.StatusDeliberating, "", Move{Verb: Assign, Actors: staff, Agency: "住建局"}, bot.StatusAssigned},
		{"signed", bot.StatusAssigned, "", Move{Verb: Sign, Actors: handler}, bot.StatusSigned},
		{"returned", bot.StatusAssigned, "", Move{Verb: Return, Actors: handler, Text: "不归我们管"}, bot.StatusReturned},
		{"objection upheld", bot.StatusReturned, "", Move{Verb: Rule, Outcome: OutcomeUpheld, Actors: staff, Text: "属水务局"}, bot.StatusAccepted},
		{"objection dismissed", bot.StatusReturned, "", Move{Verb: Rule, Outcome: OutcomeDismissed, Actors: staff, Text: "三定方案有"}, bot.StatusAssigned},
		{"the first note begins the handling", bot.StatusSigned, "", Move{Verb: Note, Actors: handler, Text: "明天去看"}, bot.StatusHandling},
		{"a note changes nothing more", bot.StatusHandling, "", Move{Verb: Note, Actors: handler, Text: "料已到"}, bot.StatusHandling},
		{"nor while it is only reported", bot.StatusReported, "", Move{Verb: Note, Actors: member, Text: "收到"}, bot.StatusReported},
		{"extended", bot.StatusHandling, "", Move{Verb: Extend, Actors: handler, Text: "等配件"}, bot.StatusHandling},
		{"resolved", bot.StatusHandling, "", Move{Verb: Resolve, Actors: handler, Text: "已修好"}, bot.StatusAwaitingRating},
		{"resolved right after signing", bot.StatusSigned, "", Move{Verb: Resolve, Actors: handler, Text: "已修好"}, bot.StatusAwaitingRating},
		{"resolved on the spot", bot.StatusAccepted, "", Move{Verb: Resolve, Actors: staff, Text: "当场调解"}, bot.StatusAwaitingRating},
		{"rated solved", bot.StatusAwaitingRating, "", Move{Verb: Rate, Actors: reporter, Outcome: OutcomeSolved}, bot.StatusClosed},
		{"rated partly solved", bot.StatusAwaitingRating, "", Move{Verb: Rate, Actors: neighbour, Outcome: OutcomePartly}, bot.StatusClosed},
		{"only how content", bot.StatusAwaitingRating, "", Move{Verb: Rate, Actors: reporter}, bot.StatusClosed},
		{"not solved reopens", bot.StatusAwaitingRating, "", Move{Verb: Rate, Actors: neighbour, Outcome: OutcomeUnsolved}, bot.StatusReopened},
		{"a later rater", bot.StatusClosed, "", Move{Verb: Rate, Actors: neighbour, Outcome: OutcomeSolved}, bot.StatusClosed},
		{"a later rater for whom it isn't solved", bot.StatusClosed, "", Move{Verb: Rate, Actors: neighbour, Outcome: OutcomeUnsolved}, bot.StatusReopened},
		{"nobody rated", bot.StatusAwaitingRating, "", Move{Verb: Expire, Actors: system}, bot.StatusClosed},
		{"archived", bot.StatusClosed, "", Move{Verb: Archive, Actors: system}, bot.StatusArchived},
		{"reopened by the reporter", bot.StatusClosed, "", Move{Verb: Reopen, Actors: reporter}, bot.StatusReopened},
		{"reopened from the archive by staff", bot.StatusArchived, "", Move{Verb: Reopen, Actors: staff}, bot.StatusReopened},
		{"an answer that didn't help", bot.StatusAnswered, "", Move{Verb: Reopen, Actors: reporter}, bot.StatusReopened},
		{"taken up again", bot.StatusReopened, "", Move{Verb: Accept, Actors: staff}, bot.StatusAccepted},
		{"shelved", bot.StatusHandling, "", Move{Verb: Shelve, Actors: staff, Text: "等明年预算"}, bot.StatusShelved},
		{"and taken up again", bot.StatusShelved, "", Move{Verb: Accept, Actors: staff}, bot.StatusAccepted},
		{"merged", bot.StatusReported, "", Move{Verb: Merge, Actors: staff, Into: 7}, bot.StatusMerged},
		{"transferred", bot.StatusAccepted, "", Move{Verb: Transfer, Actors: staff, Text: "属市级事权"}, bot.StatusTransferred},
		{"withdrawn", bot.StatusHandling, "", Move{Verb: Withdraw, Actors: reporter}, bot.StatusWithdrawn},
		{"supervised", bot.StatusAssigned, "", Move{Verb: Supervise, Actors: admin}, bot.StatusAssigned},
		{"endorsed", bot.StatusHandling, "", Move{Verb: Endorse, Actors: []Actor{ActorResident}}, bot.StatusHandling},
	}
	f := newFlow(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			issue := &bot.Issue{Seq: 12, Kind: tt.kind, Status: tt.from}
			step, err := f.Next(issue, tt.move)
			if err != nil || step.To != tt.want {
				t.Errorf("leads to %q, %v, want %q", step.To, err, tt.want)
			}
			if issue.Status != tt.from {
				t.Error("asking changed the issue")
			}
		})
	}
}

func TestNext_Refused(t *testing.T) {
	resident := []Actor{ActorResident}
	staff, handler, member := []Actor{ActorResident, ActorStaff}, []Actor{ActorResident, ActorHandler}, []Actor{ActorResident, ActorMember}
	reporter := []Actor{ActorResident, ActorReporter}
	tests := []struct {
		name  string
		issue bot.Issue
		move  Move
		code  bot.Code
		text  string
	}{
		{"wrong person", bot.Issue{Status: bot.StatusAccepted}, Move{Verb: Assign, Actors: resident}, bot.CodeDenied, "交办要由社区工作人员来做"},
		{"a member doesn't assign", bot.Issue{Status: bot.StatusReported}, Move{Verb: Assign, Actors: member}, bot.CodeDenied, "交办要由社区工作人员来做"},
		{"two may", bot.Issue{Status: bot.StatusReported}, Move{Verb: Accept, Actors: handler}, bot.CodeDenied, "受理要由政协委员或社区工作人员来做"},
		{"a stranger rates", bot.Issue{Status: bot.StatusAwaitingRating}, Move{Verb: Rate, Actors: staff}, bot.CodeDenied, "评价要由反映人或附议的人来做"},
		{"only the admin", bot.Issue{Status: bot.StatusAccepted}, Move{Verb: Supervise, Actors: staff}, bot.CodeDenied, "督办要由县政协管理员来做"},
		{"may elsewhere, not here", bot.Issue{Status: bot.StatusAccepted}, Move{Verb: Resolve, Actors: handler, Text: "好了"}, bot.CodeDenied, "办结要由社区工作人员来做"},

		{"too early, may do the first", bot.Issue{Status: bot.StatusReported}, Move{Verb: Assign, Actors: staff, Agency: "住建局"},
			bot.CodeIllegal, "#012 还没受理,先“#受理 12”"},
		{"too early by two", bot.Issue{Status: bot.StatusAccepted}, Move{Verb: Sign, Actors: handler}, bot.CodeIllegal, "#012 已受理,要社区工作人员先交办"},
		{"rating before the outcome", bot.Issue{Status: bot.StatusHandling}, Move{Verb: Rate, Actors: reporter}, bot.CodeIllegal, "#012 正在办理,要承办单位或社区工作人员先办结"},
		{"not signed yet", bot.Issue{Status: bot.StatusAssigned}, Move{Verb: Extend, Actors: handler, Text: "等料"}, bot.CodeIllegal, "#012 已交办,还没签收,先“#签收 12”"},
		{"shelved", bot.Issue{Status: bot.StatusShelved}, Move{Verb: Assign, Actors: staff, Agency: "住建局"}, bot.CodeIllegal, "#012 已挂账,先“#受理 12”"},

		{"too late, others open", bot.Issue{Status: bot.StatusAssigned}, Move{Verb: Accept, Actors: staff}, bot.CodeIllegal, "#012 已交办,还没签收,现在可以“#签收 12”“#回复 12 内容”"},
		{"too late, may reopen", bot.Issue{Status: bot.StatusClosed}, Move{Verb: Withdraw, Actors: reporter}, bot.CodeIllegal, "#012 已办结,现在可以“#评价 12 满意”“#重办 12 理由”"},
		{"too late, nothing open", bot.Issue{Status: bot.StatusArchived}, Move{Verb: Rate, Actors: reporter}, bot.CodeIllegal, "#012 已归档,不能再评价"},
		{"merged", bot.Issue{Status: bot.StatusMerged}, Move{Verb: Endorse, Actors: resident}, bot.CodeIllegal, "#012 已并到另一件,不能再附议"},

		{"returned once already", bot.Issue{Status: bot.StatusAssigned, Returned: 1}, Move{Verb: Return, Actors: handler, Text: "不归我们"}, bot.CodeIllegal, "#012 退过单、已裁定,不能再退"},
		{"extended once already", bot.Issue{Status: bot.StatusHandling, Extended: 1}, Move{Verb: Extend, Actors: handler, Text: "还要等"}, bot.CodeIllegal, "#012 已延期过,不能再延"},
		{"an appeal can't be answered away", bot.Issue{Status: bot.StatusReported, Kind: bot.IssueAppeal}, Move{Verb: Answer, Actors: staff, Text: "好"}, bot.CodeIllegal, "#012 不是咨询或表扬,不能直接答复"},

		{"no reason", bot.Issue{Status: bot.StatusReported}, Move{Verb: Refuse, Actors: staff}, bot.CodeUsage, "不予受理要写明理由,如“#不予受理 12 理由”"},
		{"no unit", bot.Issue{Status: bot.StatusAccepted}, Move{Verb: Assign, Actors: staff}, bot.CodeUsage, "交办要写明单位,如“#交办 12 单位”"},
		{"no result", bot.Issue{Status: bot.StatusHandling}, Move{Verb: Resolve, Actors: handler}, bot.CodeUsage, "办结要写明结果,如“#办结 12 结果”"},
		{"merged into nothing", bot.Issue{Status: bot.StatusReported}, Move{Verb: Merge, Actors: staff}, bot.CodeUsage, "合并要写明并到哪一件"},
	}
	f := newFlow(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.issue.Seq = 12
			_, err := f.Next(&tt.issue, tt.move)
			if refusal := bot.Refusal(err); refusal == nil || refusal.Code != tt.code || refusal.Text != tt.text {
				t.Errorf("got %v, want %s: %s", err, tt.code, tt.text)
			}
		})
	}
}

func TestNext_UnknownOutcome(t *testing.T) {
	_, err := newFlow(t).Next(&bot.Issue{Status: bot.StatusReturned}, Move{Verb: Rule, Actors: []Actor{ActorStaff}, Text: "理由"})
	if err == nil || bot.Refusal(err) != nil {
		t.Errorf("a ruling without an outcome gives %v, want a fault of the program", err)
	}
}

func TestLegal(t *testing.T) {
	f := newFlow(t)
	tests := []struct {
		issue  bot.Issue
		actors []Actor
		want   []Verb
	}{
		{bot.Issue{Status: bot.StatusReported}, []Actor{ActorResident}, []Verb{Endorse, Photo}},
		{bot.Issue{Status: bot.StatusReported}, []Actor{ActorResident, ActorMember}, []Verb{Accept, Note, Endorse, Photo, Correct}},
		{bot.Issue{Status: bot.StatusReported, Kind: bot.IssueQuestion}, []Actor{ActorMember}, []Verb{Accept, Answer, Note, Correct}},
		{bot.Issue{Status: bot.StatusAssigned}, []Actor{ActorHandler}, []Verb{Sign, Return, Note}},
		{bot.Issue{Status: bot.StatusAssigned, Returned: 1}, []Actor{ActorHandler}, []Verb{Sign, Note}},
		{bot.Issue{Status: bot.StatusAwaitingRating}, []Actor{ActorSystem}, []Verb{Expire}},
		{bot.Issue{Status: bot.StatusWithdrawn}, []Actor{ActorResident, ActorReporter, ActorStaff, ActorAdmin}, nil},
	}
	for _, tt := range tests {
		if got := f.Legal(&tt.issue, tt.actors); !slices.Equal(got, tt.want) {
			t.Errorf("%s for %v: %v, want %v", tt.issue.Status, tt.actors, got, tt.want)
		}
	}
}

func TestActors(t *testing.T) {
	issue := &bot.Issue{UnitID: 3, ReporterID: 1, Agency: "住建局", HandlerID: 9}
	tests := []struct {
		name     string
		person   bot.Person
		supports bool
		want     []Actor
	}{
		{"a resident", bot.Person{ID: 2}, false, []Actor{ActorResident}},
		{"nobody known, on an issue of nobody", bot.Person{}, false, []Actor{ActorResident}},
		{"the reporter", bot.Person{ID: 1}, false, []Actor{ActorResident, ActorReporter}},
		{"a supporter who is a member here", bot.Person{ID: 4, Roles: []bot.Role{{Name: bot.RoleMember, UnitID: 3}}}, true,
			[]Actor{ActorResident, ActorSupporter, ActorMember}},
		{"staff of another unit", bot.Person{ID: 5, Roles: []bot.Role{{Name: bot.RoleStaff, UnitID: 4}}}, false, []Actor{ActorResident}},
		{"admin of the county", bot.Person{ID: 6, Roles: []bot.Role{{Name: bot.RoleAdmin}}}, false, []Actor{ActorResident, ActorAdmin}},
		{"handler of the agency", bot.Person{ID: 7, Roles: []bot.Role{{Name: bot.RoleHandler, Agency: "住建局"}}}, false,
			[]Actor{ActorResident, ActorHandler}},
		{"handler of another", bot.Person{ID: 8, Roles: []bot.Role{{Name: bot.RoleHandler, Agency: "水务局"}}}, false, []Actor{ActorResident}},
		{"named as 责任人", bot.Person{ID: 9}, false, []Actor{ActorResident, ActorHandler}},
	}
	for _, tt := range tests {
		if got := Actors(&tt.person, issue, tt.supports); !slices.Equal(got, tt.want) {
			t.Errorf("%s is %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReply(t *testing.T) {
	for _, tt := range []struct {
		status bot.Status
		kind   bot.IssueKind
		want   Verb
	}{
		{bot.StatusReported, bot.IssueQuestion, Answer},
		{bot.StatusAccepted, bot.IssuePraise, Answer},
		{bot.StatusReported, bot.IssueAppeal, Note},
		{bot.StatusHandling, bot.IssueQuestion, Note},
	} {
		if got := Reply(&bot.Issue{Status: tt.status, Kind: tt.kind}); got != tt.want {
			t.Errorf("a reply to %s in %s is %s, want %s", tt.kind, tt.status, got, tt.want)
		}
	}
}

func TestNew_PackLacksName(t *testing.T) {
	r := rules(t)
	calendar := NewCalendar(r.Calendar, shanghai)
	delete(r.Workflow.Verbs, "sign")
	if _, err := New(r.Workflow, calendar); err == nil || !strings.Contains(err.Error(), `"sign"`) {
		t.Errorf("got %v, want the verb named", err)
	}
	r = rules(t)
	r.Workflow.Use = "专用"
	if _, err := New(r.Workflow, calendar); err == nil {
		t.Error("a set that isn't there is used")
	}
	r = rules(t)
	delete(r.Workflow.Statuses, "closed")
	if _, err := New(r.Workflow, calendar); err == nil {
		t.Error("a status without a text is accepted")
	}
}
