package store

import "tongshishang/bot"

type issueRow struct {
	ID             int64 `gorm:"primaryKey;autoIncrement:false"`
	UnitID         int64
	Number         string
	Seq            int
	Kind           string
	Category       string
	Subcategory    string
	Difficulty     string
	Status         string
	Title          string
	Content        string
	Contact        string
	Place          string
	PlaceID        string
	Urgent         bool
	Source         string
	ReporterID     int64
	ReporterName   string
	ConversationID int64
	Supporters     int
	Agency         string
	Helpers        string
	HandlerID      ref
	HandlerName    string
	MemberID       ref
	Method         string
	Result         string
	Solved         string
	Satisfaction   string
	Reopened       int
	Returned       int
	Extended       int
	Round          int
	MergedInto     ref
	Reason         string
	ReportedAt     moment
	AcceptedAt     moment
	AssignedAt     moment
	SignedAt       moment
	ResolvedAt     moment
	ClosedAt       moment
	ArchivedAt     moment
	RatedAt        moment
	DueAt          moment
	DueRule        string
	NextAt         moment
	Events         int
	UpdatedAt      moment
}

func (issueRow) TableName() string { return "issues" }

func issueRowOf(i *bot.Issue) issueRow {
	return issueRow{
		ID: i.ID, UnitID: i.UnitID, Number: i.Number, Seq: i.Seq, Kind: string(i.Kind), Category: i.Category,
		Subcategory: i.Subcategory, Difficulty: string(i.Difficulty), Status: string(i.Status), Title: fit(i.Title, 64),
		Content: i.Content, Place: fit(i.Place, 128), PlaceID: i.PlaceID, Urgent: i.Urgent, Source: i.Source,
		ReporterID: i.ReporterID, ReporterName: fit(i.ReporterName, 128), ConversationID: i.ConversationID,
		Supporters: i.Supporters, Agency: fit(i.Agency, 64), Helpers: fit(i.Helpers, 255), HandlerID: ref(i.HandlerID),
		HandlerName: fit(i.HandlerName, 64), MemberID: ref(i.MemberID), Method: i.Method, Result: i.Result,
		Solved: string(i.Solved), Satisfaction: string(i.Satisfaction), Reopened: i.Reopened, Returned: i.Returned,
		Extended: i.Extended, Round: i.Round, MergedInto: ref(i.MergedInto), Reason: i.Reason,
		ReportedAt: at(i.ReportedAt), AcceptedAt: at(i.AcceptedAt), AssignedAt: at(i.AssignedAt), SignedAt: at(i.SignedAt),
		ResolvedAt: at(i.ResolvedAt), ClosedAt: at(i.ClosedAt), ArchivedAt: at(i.ArchivedAt), RatedAt: at(i.RatedAt),
		DueAt: at(i.DueAt), DueRule: i.DueRule, NextAt: at(i.NextAt), Events: i.Events, UpdatedAt: at(i.UpdatedAt),
	}
}

func (r *issueRow) issue() bot.Issue {
	return bot.Issue{
		ID: r.ID, UnitID: r.UnitID, Number: r.Number, Seq: r.Seq, Kind: bot.IssueKind(r.Kind), Category: r.Category,
		Subcategory: r.Subcategory, Difficulty: bot.Difficulty(r.Difficulty), Status: bot.Status(r.Status), Title: r.Title,
		Content: r.Content, Place: r.Place, PlaceID: r.PlaceID, Urgent: r.Urgent, Source: r.Source,
		ReporterID: r.ReporterID, ReporterName: r.ReporterName, ConversationID: r.ConversationID,
		Supporters: r.Supporters, Agency: r.Agency, Helpers: r.Helpers, HandlerID: int64(r.HandlerID),
		HandlerName: r.HandlerName, MemberID: int64(r.MemberID), Method: r.Method, Result: r.Result,
		Solved: bot.Solved(r.Solved), Satisfaction: bot.Satisfaction(r.Satisfaction), Reopened: r.Reopened,
		Returned: r.Returned, Extended: r.Extended, Round: r.Round, MergedInto: int64(r.MergedInto), Reason: r.Reason,
		ReportedAt: r.ReportedAt.Time, AcceptedAt: r.AcceptedAt.Time, AssignedAt: r.AssignedAt.Time, SignedAt: r.SignedAt.Time,
		ResolvedAt: r.ResolvedAt.Time, ClosedAt: r.ClosedAt.Time, ArchivedAt: r.ArchivedAt.Time, RatedAt: r.RatedAt.Time,
		DueAt: r.DueAt.Time, DueRule: r.DueRule, NextAt: r.NextAt.Time, Events: r.Events, UpdatedAt: r.UpdatedAt.Time,
	}
}
