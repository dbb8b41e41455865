package report

import (
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// column is one column of 台账明细.
type column struct {
	head   string
	width  float64 // in characters
	note   string  // what it means, printed on the cover
	value  func(*book, *store.LedgerMatter) string
	public func(*book, *store.LedgerMatter) string // nil: the public edition prints the same
	number bool                                    // a count, typed as a number in the workbook
}

// The columns that something else than the table asks for, by their place in it.
const (
	colSerial    = 0
	colNumber    = 1
	colReported  = 2
	colUnit      = 4
	colReporter  = 6
	colPhone     = 7
	colCategory  = 9
	colContent   = 11
	colAgency    = 13
	colHandler   = 15
	colAssigned  = 17
	colDue       = 19
	colStatus    = 20
	colInTime    = 24
	colFollowUp  = 25
	colSolved    = 26
	colSatisfied = 27
	colOutlook   = 28
	colTimes     = 29
	colNotes     = 31
)

// columns are the 32 columns of the rule book, section 1, heads word for word.
var columns = [...]column{
	{head: "序号", width: 6, number: true, note: "每张表从 1 起", value: blank},
	{head: "事项编号", width: 18, note: "全县唯一,终身不变;在本单位的群里可简写成 #NNN", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Number }},
	{head: "反映时间", width: 16, note: "登记的时间,北京时间", value: func(_ *book, m *store.LedgerMatter) string { return stamp(m.Issue.ReportedAt) }},
	{head: "来源渠道", width: 10, note: "微信群、公众号、周五说事日、一线协商、委员接待、走访、电话、转办", value: func(b *book, m *store.LedgerMatter) string { return b.pack.Source(m.Issue.Source) }},
	{head: "乡镇(社区)", width: 12, note: "事项所属单位", value: func(_ *book, m *store.LedgerMatter) string { return m.Unit }},
	{head: "地点", width: 16, note: "村或小区及具体位置,括号里是地名库编号", value: place},
	{head: "反映人", width: 10, note: "公开版只留姓;举报人在哪一版都不显示", value: reporter, public: publicReporter},
	{head: "联系电话", width: 14, note: "内部版完整,公开版遮盖中间几位;举报的在哪一版都遮盖", value: maskedPhone},
	{head: "事项类型", width: 8, note: "诉求、建议、咨询、投诉、举报、表扬", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Kind.Label() }},
	{head: "事项分类", width: 18, note: "一级分类/二级分类", value: category},
	{head: "难易程度", width: 9, note: "即办(A)、协调(B)、疑难(C)", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Difficulty.Label() }},
	{head: "事项内容", width: 40, note: "反映人的原话,过长的截短;内部版可点开看原消息", value: func(b *book, m *store.LedgerMatter) string { return cut(m.Issue.Content, b.pack.ContentLimit) }},
	{head: "附议人数", width: 8, number: true, note: "反映人之外附议的人数,一人只计一次", value: func(_ *book, m *store.LedgerMatter) string { return strconv.Itoa(m.Issue.Supporters) }},
	{head: "主办单位", width: 14, note: "牵头办理的承办单位", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Agency }},
	{head: "协办单位", width: 14, note: "配合办理的单位", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Helpers }},
	{head: "责任人", width: 10, note: "承办单位里负责这件事的人", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.HandlerName }},
	{head: "联系委员", width: 10, note: "联系这件事的政协委员", value: func(_ *book, m *store.LedgerMatter) string { return m.Member }},
	{head: "交办时间", width: 16, note: "最近一次交办", value: func(_ *book, m *store.LedgerMatter) string { return stamp(m.Issue.AssignedAt) }},
	{head: "签收时间", width: 16, note: "最近一次交办的签收", value: func(_ *book, m *store.LedgerMatter) string { return stamp(m.Issue.SignedAt) }},
	{head: "办理时限", width: 20, note: "到期时间和依据的规则", value: due},
	{head: "当前状态", width: 10, note: "制表或锁定时的状态", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Status.Label() }},
	{head: "办理进展与结果", width: 40, note: "带日期,最近几条", value: progress},
	{head: "办理方式", width: 10, note: "现场解决、会议协商、联动办理、解释说明、列入计划、转办", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Method }},
	{head: "办结时间", width: 16, note: "群众评价或到期未评价而办结的时间", value: func(_ *book, m *store.LedgerMatter) string { return stamp(m.Issue.ClosedAt) }},
	{head: "是否按时", width: 8, note: "结果公布的时间与办理时限相比;已过时限还没有结果的为否;没有交办的不填", value: inTime},
	{head: "回访情况", width: 20, note: "时间、方式、回答的人;没有回访过的不填", value: followUp, public: publicFollowUp},
	{head: "是否解决", width: 9, note: "已解决、部分解决、未解决,以群众回答为准", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Solved.Label() }},
	{head: "满意度", width: 9, note: "满意、基本满意、不满意;到期没有回答的为未评价,从不算满意", value: func(_ *book, m *store.LedgerMatter) string { return m.Issue.Satisfaction.Label() }},
	{head: "未办结原因及下步打算", width: 26, note: "是否解决不是已解决的都要写;没有人写的按当前状态填下一步", value: outlook},
	{head: "重办/退单次数", width: 9, note: "如 1/0", value: times},
	{head: "关联协商或表决", width: 16, note: "题目里写了本事项编号的表决", value: func(b *book, m *store.LedgerMatter) string { return b.ballots[quoted{m.Issue.UnitID, m.Issue.Seq}] }},
	{head: "备注", width: 24, note: "列入本期的原因,紧急、督办、延期、合并,可能已进入的其他程序", value: notes},
}

func blank(*book, *store.LedgerMatter) string { return "" }

func place(_ *book, m *store.LedgerMatter) string {
	if m.Issue.PlaceID == "" {
		return m.Issue.Place
	}
	return m.Issue.Place + "(" + m.Issue.PlaceID + ")"
}

// reporterName is the name without any mask: as the chat showed it, else as the register has it.
func reporterName(m *store.LedgerMatter) string {
	if m.Issue.ReporterName != "" {
		return m.Issue.ReporterName
	}
	return m.Reporter
}

func reporter(b *book, m *store.LedgerMatter) string {
	if m.Issue.Kind == bot.IssueReport {
		return b.pack.Masks.Reporter
	}
	return reporterName(m)
}

func publicReporter(b *book, m *store.LedgerMatter) string {
	if m.Issue.Kind == bot.IssueReport {
		return b.pack.Masks.Reporter
	}
	return maskName(reporterName(m), &b.pack.Masks)
}

func maskedPhone(b *book, m *store.LedgerMatter) string { return maskPhone(m.Phone, &b.pack.Masks) }

func category(_ *book, m *store.LedgerMatter) string {
	if m.Issue.Subcategory == "" {
		return m.Issue.Category
	}
	return m.Issue.Category + "/" + m.Issue.Subcategory
}

func due(_ *book, m *store.LedgerMatter) string {
	return strings.TrimSpace(stamp(m.Issue.DueAt) + " " + m.Issue.DueRule)
}

// The bounds of a cell of 办理进展与结果, so that a long history stays readable on paper.
const (
	progressLines = 8
	progressRunes = 200
)

func progress(b *book, m *store.LedgerMatter) string {
	var lines []string
	for _, e := range m.Events {
		if e.Text != "" && workflow.Verb(e.Verb) != workflow.Divert {
			lines = append(lines, e.At.In(b.zone).Format("01-02")+" "+b.verb(e.Verb)+":"+cut(e.Text, progressRunes))
		}
	}
	if len(lines) == 0 {
		return cut(m.Issue.Result, progressRunes) // imported with its outcome only
	}
	return strings.Join(lines[max(0, len(lines)-progressLines):], "\n")
}

// finished is when the outcome was posted; imported matters may know only when they were closed.
func finished(i *bot.Issue) time.Time {
	if i.ResolvedAt.IsZero() {
		return i.ClosedAt
	}
	return i.ResolvedAt
}

// inTime compares the outcome with the handling limit. A matter that was never assigned has no such limit, and one that left
// the way without an outcome (merged, withdrawn …) has nothing to compare.
func inTime(b *book, m *store.LedgerMatter) string {
	i, labels := &m.Issue, b.pack.InTime
	at := finished(i)
	switch {
	case i.AssignedAt.IsZero():
		return ""
	case !at.IsZero() && (i.DueAt.IsZero() || !at.After(i.DueAt)):
		return labels.Yes
	case !at.IsZero():
		return labels.No
	case !i.Status.IsOpen() || i.DueAt.IsZero():
		return ""
	case b.now.After(i.DueAt):
		return labels.No
	}
	return labels.NotDue
}

// asked tells whether the residents were asked about an outcome at least once, or answered without.
func asked(i *bot.Issue) bool {
	return i.Status != bot.StatusAnswered && (!i.ResolvedAt.IsZero() || i.Reopened > 0) || answered(i)
}

// answered tells whether the follow-up was reached and answered (有效回访).
func answered(i *bot.Issue) bool {
	return i.Solved != bot.SolvedUnknown || i.Satisfaction != bot.SatisfactionUnasked && i.Satisfaction != bot.SatisfactionNone
}

func followUp(b *book, m *store.LedgerMatter) string {
	return followUpBy(m, hideRater(b, m, m.RatedBy))
}

func publicFollowUp(b *book, m *store.LedgerMatter) string {
	return followUpBy(m, hideRater(b, m, maskName(m.RatedBy, &b.pack.Masks)))
}

// hideRater keeps the rater of a 举报 unknown in both editions: it is the reporter, or somebody who stands by them.
func hideRater(b *book, m *store.LedgerMatter, name string) string {
	if m.Issue.Kind == bot.IssueReport {
		return b.pack.Masks.Reporter
	}
	return name
}

func followUpBy(m *store.LedgerMatter, name string) string {
	switch {
	case m.Raters > 1:
		return stamp(m.RatedAt) + " 微信 " + name + "等" + strconv.Itoa(m.Raters) + "人"
	case m.Raters == 1:
		return stamp(m.RatedAt) + " 微信 " + name
	case !asked(&m.Issue):
		return ""
	case answered(&m.Issue):
		return strings.TrimSpace(stamp(m.Issue.RatedAt) + " 已回访")
	}
	return strings.TrimSpace(stamp(finished(&m.Issue)) + " 已发出,没有回答")
}

// outlook is required wherever the matter isn't solved, so that where nobody gave a reason the next step stands.
func outlook(_ *book, m *store.LedgerMatter) string {
	i := &m.Issue
	switch {
	case i.Solved == bot.SolvedYes:
		return ""
	case i.Reason != "":
		return cut(i.Reason, progressRunes)
	}
	return nextStep(i.Status)
}

func nextStep(s bot.Status) string {
	switch s {
	case bot.StatusReported:
		return "下一步:受理"
	case bot.StatusAccepted, bot.StatusReopened:
		return "下一步:交办或议事"
	case bot.StatusDeliberating:
		return "下一步:议定后交办"
	case bot.StatusAssigned:
		return "下一步:承办单位签收"
	case bot.StatusReturned:
		return "下一步:裁定退单"
	case bot.StatusSigned, bot.StatusHandling:
		return "下一步:办出结果"
	case bot.StatusAwaitingRating:
		return "下一步:等群众评价"
	case bot.StatusClosed, bot.StatusArchived:
		return "群众没有说已解决"
	}
	return s.Label()
}

func times(_ *book, m *store.LedgerMatter) string {
	return strconv.Itoa(m.Issue.Reopened) + "/" + strconv.Itoa(m.Issue.Returned)
}

// notes are the remarks that don't depend on the week; why the matter is listed is put in front when the row is printed.
func notes(_ *book, m *store.LedgerMatter) string {
	var list []string
	if m.Issue.Urgent {
		list = append(list, "紧急")
	}
	if n := supervisions(m); n > 0 {
		list = append(list, "督办"+strconv.Itoa(n)+"次")
	}
	if m.Issue.Extended > 0 {
		list = append(list, "延期"+strconv.Itoa(m.Issue.Extended)+"次")
	}
	if m.MergedInto != "" {
		list = append(list, "并入"+m.MergedInto)
	}
	for _, e := range m.Events {
		if workflow.Verb(e.Verb) == workflow.Divert {
			list = append(list, e.Text)
		}
	}
	return strings.Join(list, ";")
}
