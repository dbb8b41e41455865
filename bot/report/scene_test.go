package report

import (
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// friday is when the scene is looked at: Friday 20 November 2026, noon.
func friday() time.Time { return day(20, 12, 0) }

// playWeek plays the week that the oracles of this package are worked out for by hand. The limits are those of the pack: first
// contact and signature by the end of work (18:00) of the next working day.
//
//	PX-001 contact in time, dispatched, signed in time, outcome in time, 已解决/满意        → 已办结
//	PX-002 contact at 18:00:00 of the next day, signed at 18:00:00, outcome after the due date, 部分解决/基本满意 → 已办结
//	PX-003 contact one second late, signed one second late, due on Thursday, no outcome   → 已签收, late
//	PX-004 a 举报, outcome in time, 未解决/不满意                                          → 重办
//	PX-005 dispatched, returned, the objection upheld                                     → 已受理
//	PX-006 reported on Monday, nobody answered                                            → 待受理
//	PX-007 reported on Friday: the limit hasn't passed                                    → 待受理
//	MY-001 a question, answered in time                                                   → 直接答复
//	MY-002 withdrawn before anybody answered                                              → 撤回
//	PX-008 of the week before, withdrawn in it: not in this ledger
//	PX-009 of the week before, accepted in it, still open: supervised on Wednesday
//	MY-003 of the week before, refused on Monday
func playWeek(t *testing.T, s *store.Store, clock *storetest.Clock) *county {
	t.Helper()
	c := newCounty(t, s, clock)
	c.playHandled()
	c.playOpen()
	c.playOld()
	c.playBallots()
	clock.Set(friday())
	return c
}

func (c *county) playHandled() {
	lamp := c.matter(c.pingxiang, day(16, 9, 0), nil)
	c.accept(lamp, day(16, 10, 0))
	c.assign(lamp, day(16, 11, 0), day(23, 18, 0))
	c.sign(lamp, day(17, 9, 0))
	c.resolve(lamp, day(18, 10, 0), "已换灯泡")
	c.rate(lamp, day(18, 20, 0), bot.SolvedYes, bot.SatisfactionGood)

	drain := c.matter(c.pingxiang, day(16, 9, 30), func(i *bot.Issue) {
		i.Title, i.Content, i.PlaceID = "下水道堵", "=1+1 下水道堵了\r\n第二行\x01😀", "PX-0007"
		i.ReporterID, i.ReporterName = c.neighbour.ID, c.neighbour.Name
	})
	c.accept(drain, day(17, 18, 0))
	c.assign(drain, day(17, 18, 30), day(18, 18, 0))
	c.sign(drain, day(18, 18, 0))
	c.resolve(drain, day(19, 10, 0), "疏通了一半")
	c.rate(drain, day(19, 11, 0), bot.SolvedPartly, bot.SatisfactionFair)

	road := c.matter(c.pingxiang, day(16, 10, 0), func(i *bot.Issue) { i.Title, i.Content, i.Urgent = "路塌了", "村口路塌了", true })
	c.accept(road, day(17, 18, 0).Add(time.Second))
	c.assign(road, day(18, 9, 0), day(19, 18, 0))
	c.sign(road, day(19, 18, 0).Add(time.Second))

	report := c.matter(c.pingxiang, day(17, 9, 0), func(i *bot.Issue) {
		i.Kind, i.Title, i.Content = bot.IssueReport, "倒垃圾", "有人往河里倒垃圾"
	})
	c.accept(report, day(17, 9, 30))
	c.assign(report, day(17, 10, 0), day(24, 18, 0))
	c.sign(report, day(17, 10, 30))
	c.resolve(report, day(17, 15, 0), "已清理")
	c.rate(report, day(17, 20, 0), bot.SolvedNo, bot.SatisfactionBad)

	returned := c.matter(c.pingxiang, day(17, 9, 0), func(i *bot.Issue) { i.Title, i.Content = "拖欠工资", "工地拖欠工资" })
	c.accept(returned, day(17, 9, 40))
	c.assign(returned, day(17, 10, 0), day(24, 18, 0))
	c.move(returned, workflow.Return, bot.StatusReturned, c.handler, day(17, 11, 0), "不归我们管", func(i *bot.Issue) { i.Reason = "不归我们管" })
	c.move(returned, workflow.Rule, bot.StatusAccepted, c.clerk, day(17, 15, 0), "改交人社局", nil)
	c.write(func(tx *store.Tx) error { return tx.RuleOnReturn(returned.ID, returned.Round, true) })
}

func (c *county) playOpen() {
	c.matter(c.pingxiang, day(16, 11, 0), func(i *bot.Issue) {
		i.Title, i.Content, i.Category, i.Subcategory = "没水", "自来水停了两天", "农村农业", "水利水电"
	})
	c.matter(c.pingxiang, day(20, 11, 0), func(i *bot.Issue) {
		i.Title, i.Content, i.Category, i.Subcategory = "桥栏杆", "桥栏杆断了", "", ""
	})
	question := c.matter(c.maying, day(18, 9, 0), func(i *bot.Issue) {
		i.Kind, i.Title, i.Content, i.Source = bot.IssueQuestion, "低保怎么办", "低保怎么申请", "account"
	})
	c.move(question, workflow.Answer, bot.StatusAnswered, c.member, day(18, 10, 0), "带户口本到民政办", nil)
	gone := c.matter(c.maying, day(16, 9, 0), nil)
	c.move(gone, workflow.Withdraw, bot.StatusWithdrawn, c.resident, day(16, 9, 5), "", nil)
}

func (c *county) playOld() {
	gone := c.matter(c.pingxiang, day(9, 9, 0), nil)
	c.move(gone, workflow.Withdraw, bot.StatusWithdrawn, c.resident, day(10, 9, 0), "", nil)
	open := c.matter(c.pingxiang, day(9, 10, 0), func(i *bot.Issue) { i.Title, i.Content, i.Difficulty = "修桥", "想修一座桥", bot.DifficultyC })
	c.accept(open, day(9, 11, 0))
	c.move(open, workflow.Supervise, bot.StatusAccepted, c.clerk, day(18, 9, 0), "请抓紧", nil)
	refused := c.matter(c.maying, day(9, 12, 0), nil)
	c.move(refused, workflow.Refuse, bot.StatusRefused, c.clerk, day(16, 9, 0), "已经修过", nil)
}

func (c *county) playBallots() {
	options := []bot.Option{{N: 1, Text: "同意", Stance: bot.StanceAgree}, {N: 2, Text: "反对", Stance: bot.StanceOppose}}
	settled := &bot.Ballot{UnitID: c.pingxiang.ID, ConversationID: c.conversation, Seq: 1, Title: "#001 路灯换成太阳能的吗", Rule: "征求意见", RuleVersion: "2026.1",
		State: bot.BallotOpen, Options: options, OpenedBy: c.member.ID, OpenedAt: day(16, 12, 0), ClosesAt: day(18, 18, 0)}
	open := *settled
	open.Seq, open.Title, open.OpenedAt, open.ClosesAt = 2, "赶集改到周六吗", day(19, 12, 0), day(23, 18, 0)
	c.write(func(tx *store.Tx) error {
		for _, b := range []*bot.Ballot{settled, &open} {
			if err := tx.CreateBallot(b, nil); err != nil {
				return err
			}
		}
		for _, v := range []bot.Vote{
			{BallotID: settled.ID, PersonID: c.resident.ID, Option: 1, At: day(16, 13, 0)},
			{BallotID: settled.ID, PersonID: c.neighbour.ID, Option: 2, At: day(16, 14, 0)},
			{BallotID: settled.ID, PersonID: c.neighbour.ID, Option: 1, At: day(16, 15, 0)}, // changed their mind
			{BallotID: settled.ID, PersonID: c.clerk.ID, Option: 2, At: day(17, 13, 0)},
			{BallotID: open.ID, PersonID: c.resident.ID, Option: 1, At: day(19, 13, 0)},
		} {
			tx.SaveVote(v, 1)
		}
		_, err := tx.CloseBallot(settled.ID, bot.BallotClosed, "同意 2 票,反对 1 票", day(18, 18, 0))
		return err
	})
}
