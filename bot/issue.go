package bot

import (
	"fmt"
	"time"
)

// Status is where an issue stands in the five steps. The codes are stored and never change; labels are for people.
type Status string

// The statuses, in the order of the five steps; side exits last.
const (
	StatusReported       Status = "reported"
	StatusAccepted       Status = "accepted"
	StatusDeliberating   Status = "deliberating"
	StatusAssigned       Status = "assigned"
	StatusSigned         Status = "signed"
	StatusReturned       Status = "returned"
	StatusHandling       Status = "handling"
	StatusAwaitingRating Status = "awaiting_rating"
	StatusClosed         Status = "closed"
	StatusArchived       Status = "archived"
	StatusReopened       Status = "reopened"
	StatusAnswered       Status = "answered"
	StatusRefused        Status = "refused"
	StatusMerged         Status = "merged"
	StatusTransferred    Status = "transferred"
	StatusShelved        Status = "shelved"
	StatusWithdrawn      Status = "withdrawn"
)

var statusLabels = map[Status]string{
	StatusReported: "待受理", StatusAccepted: "已受理", StatusDeliberating: "议事中", StatusAssigned: "已交办",
	StatusSigned: "已签收", StatusReturned: "退单待裁定", StatusHandling: "办理中", StatusAwaitingRating: "待回访",
	StatusClosed: "已办结", StatusArchived: "已归档", StatusReopened: "重办", StatusAnswered: "直接答复",
	StatusRefused: "不予受理", StatusMerged: "合并", StatusTransferred: "转办", StatusShelved: "挂账", StatusWithdrawn: "撤回",
}

// Statuses lists every status in the order of the five steps.
func Statuses() []Status {
	return []Status{StatusReported, StatusAccepted, StatusDeliberating, StatusAssigned, StatusSigned, StatusReturned,
		StatusHandling, StatusAwaitingRating, StatusClosed, StatusArchived, StatusReopened, StatusAnswered, StatusRefused,
		StatusMerged, StatusTransferred, StatusShelved, StatusWithdrawn}
}

// Label is the status as the ledger prints it; an unknown code is printed as it is.
func (s Status) Label() string {
	if l, ok := statusLabels[s]; ok {
		return l
	}
	return string(s)
}

// IsOpen tells whether the issue still waits for somebody to act. A handled issue that waits for its rating is open.
func (s Status) IsOpen() bool {
	switch s {
	case StatusClosed, StatusArchived, StatusAnswered, StatusRefused, StatusMerged, StatusTransferred, StatusWithdrawn:
		return false
	}
	return true
}

// IssueKind is the type of matter (事项类型).
type IssueKind string

// The types of matter of the rule book, section 2. 求助, 投诉 and 举报 together are 诉求; KindAppeal is one not told apart.
const (
	IssueAppeal     IssueKind = "appeal"
	IssueComplaint  IssueKind = "complaint"
	IssueReport     IssueKind = "report"
	IssueSuggestion IssueKind = "suggestion"
	IssueQuestion   IssueKind = "question"
	IssuePraise     IssueKind = "praise"
)

// IssueKinds lists the types in the order of the rule book.
func IssueKinds() []IssueKind {
	return []IssueKind{IssueAppeal, IssueComplaint, IssueReport, IssueSuggestion, IssueQuestion, IssuePraise}
}

var issueKindLabels = map[IssueKind]string{
	IssueAppeal: "诉求", IssueComplaint: "投诉", IssueReport: "举报", IssueSuggestion: "建议", IssueQuestion: "咨询", IssuePraise: "表扬",
}

// Label is the kind as column 9 of the ledger prints it.
func (k IssueKind) Label() string { return issueKindLabels[k] }

// Difficulty is the grade (难易程度) that decides the time limit.
type Difficulty string

// The grades.
const (
	DifficultyA Difficulty = "A" // 即办
	DifficultyB Difficulty = "B" // 协调
	DifficultyC Difficulty = "C" // 疑难
)

// Label is the grade as column 11 of the ledger prints it.
func (d Difficulty) Label() string {
	switch d {
	case DifficultyA:
		return "即办(A)"
	case DifficultyB:
		return "协调(B)"
	case DifficultyC:
		return "疑难(C)"
	}
	return ""
}

// Solved is what a follow-up says of the outcome (是否解决).
type Solved string

// The answers to 解决了吗; empty is not asked or not answered.
const (
	SolvedYes     Solved = "solved"
	SolvedPartly  Solved = "partly"
	SolvedNo      Solved = "unsolved"
	SolvedUnknown Solved = ""
)

// Label is the answer as column 27 of the ledger prints it.
func (s Solved) Label() string {
	return map[Solved]string{SolvedYes: "已解决", SolvedPartly: "部分解决", SolvedNo: "未解决"}[s]
}

// Satisfaction is how content the person is (满意度).
type Satisfaction string

// The answers to 满意吗. SatisfactionNone is a follow-up that ended without an answer: never counted as satisfied.
const (
	SatisfactionGood    Satisfaction = "satisfied"
	SatisfactionFair    Satisfaction = "fair"
	SatisfactionBad     Satisfaction = "dissatisfied"
	SatisfactionNone    Satisfaction = "none"
	SatisfactionUnasked Satisfaction = ""
)

// Label is the answer as column 28 of the ledger prints it.
func (s Satisfaction) Label() string {
	return map[Satisfaction]string{SatisfactionGood: "满意", SatisfactionFair: "基本满意", SatisfactionBad: "不满意",
		SatisfactionNone: "未评价"}[s]
}

// Issue is a tracked matter. Times are UTC; a zero time means it hasn't happened.
type Issue struct {
	ID             int64
	UnitID         int64
	Number         string // TW-<unit code>-YYMM-NNN
	Seq            int    // NNN, running within the unit, so that the short form never changes its meaning
	Kind           IssueKind
	Category       string // first level
	Subcategory    string // second level
	Difficulty     Difficulty
	Status         Status
	Title          string // a few words, for answers
	Content        string // the resident's own words, phones and ID numbers masked
	Place          string
	PlaceID        string // gazetteer id, if known
	Urgent         bool   // danger words were found
	Source         string // 来源渠道
	ReporterID     int64  // person
	ReporterName   string // as shown in the chat
	ConversationID int64  // where it was raised and is told about
	Supporters     int    // endorsements that stand, without the reporter
	Agency         string // 主办单位
	Helpers        string // 协办单位, separated by 、
	HandlerID      int64  // 责任人, if a known person
	HandlerName    string // 责任人
	MemberID       int64  // 联系委员
	Method         string // 办理方式
	Result         string // latest outcome
	Solved         Solved
	Satisfaction   Satisfaction
	Reopened       int // times 重办
	Returned       int // times 退单
	Extended       int // extensions granted in this round
	Round          int // of handling; grows with every assignment
	MergedInto     int64
	Reason         string // of refusal, shelving, transfer, withdrawal; 未办结原因
	ReportedAt     time.Time
	AcceptedAt     time.Time
	AssignedAt     time.Time
	SignedAt       time.Time
	ResolvedAt     time.Time // outcome posted
	ClosedAt       time.Time
	ArchivedAt     time.Time
	RatedAt        time.Time // last follow-up answered
	DueAt          time.Time // of handling
	DueRule        string    // the rule's name, printed with the date
	NextAt         time.Time // when the system has to look again (deadline of the current step); zero: never
	Events         int       // number of events so far; the next event's seq is one more
	UpdatedAt      time.Time
}

// Short is the number used inside the unit's own group: #012.
func (i *Issue) Short() string { return fmt.Sprintf("#%03d", i.Seq) }

// Event is one change of an issue. The events of an issue, in order, give its state.
type Event struct {
	ID      int64
	IssueID int64
	Seq     int
	Verb    string // of the workflow's table, or "note", "endorse", "photo"
	From    Status
	To      Status
	ActorID int64  // person; 0 is the system
	Actor   string // the name shown
	Text    string // reason, progress or outcome, phones and ID numbers masked
	At      time.Time
}

// Endorsement is a person's "me too" (附议).
type Endorsement struct {
	IssueID   int64
	PersonID  int64
	MessageID int64
	At        time.Time
}

// Rating is a person's answer to the follow-up of one closing attempt.
type Rating struct {
	IssueID      int64
	Round        int
	PersonID     int64
	Solved       Solved
	Satisfaction Satisfaction
	Text         string
	At           time.Time
}
