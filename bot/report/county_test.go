package report

import (
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// county is a little county for tests: two units, a resident, a clerk, a member and a handler, and matters moved by hand.
type county struct {
	t                                           *testing.T
	store                                       *store.Store
	clock                                       *storetest.Clock
	rules                                       *config.Rules
	pingxiang, maying                           bot.Unit
	resident, neighbour, clerk, member, handler bot.Person
	conversation                                int64
	seq                                         map[int64]int
}

func loadRules(t testing.TB) *config.Rules {
	t.Helper()
	rules, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func newCounty(t *testing.T, s *store.Store, clock *storetest.Clock) *county {
	t.Helper()
	c := &county{t: t, store: s, clock: clock, rules: loadRules(t), seq: map[int64]int{}}
	c.write(func(tx *store.Tx) error {
		c.pingxiang = bot.Unit{Code: "PX", Name: "平襄镇", Kind: bot.UnitTownship}
		c.maying = bot.Unit{Code: "MY", Name: "马营镇", Kind: bot.UnitTownship}
		for _, u := range []*bot.Unit{&c.pingxiang, &c.maying} {
			id, _, err := tx.SaveUnit(*u)
			if err != nil {
				return err
			}
			u.ID = id
			if _, err := tx.BindGroup("qun", u.Code, id); err != nil {
				return err
			}
		}
		conv := bot.Conversation{Channel: "qun", Group: "PX"}
		ids, err := tx.LockConversations([]bot.Conversation{conv})
		if err != nil {
			return err
		}
		c.conversation = ids[conv]
		for _, p := range []struct {
			into  *bot.Person
			name  string
			phone string
			roles []bot.Role
		}{
			{&c.resident, "张三丰", "13800000001", nil},
			{&c.neighbour, "欧阳小", "13800000002", nil},
			{&c.clerk, "李文书", "13800000003", []bot.Role{{Name: bot.RoleStaff, UnitID: c.pingxiang.ID}}},
			{&c.member, "王委员", "13800000004", []bot.Role{{Name: bot.RoleMember}}},
			{&c.handler, "张处长", "13800000005", []bot.Role{{Name: bot.RoleHandler, Agency: "住建局"}}},
		} {
			*p.into = bot.Person{Name: p.name, Roles: p.roles, Sector: "农业界", Studio: "第一工作室"}
			id, _, err := tx.SaveMember(store.Member{Person: *p.into, Phone: p.phone})
			if err != nil {
				return err
			}
			p.into.ID = id
		}
		return nil
	})
	return c
}

func (c *county) write(fn func(*store.Tx) error) {
	c.t.Helper()
	if err := c.store.Write(c.t.Context(), fn); err != nil {
		c.t.Fatal(err)
	}
}

// day is a time of November 2026 in Shanghai; the 16th is a Monday, and the whole month keeps plain weekends.
func day(d, hour, minute int) time.Time {
	return time.Date(2026, time.November, d, hour, minute, 0, 0, shanghai()).UTC()
}

// matter registers an issue; change sets what differs from a street lamp that 张三丰 reports.
func (c *county) matter(unit bot.Unit, at time.Time, change func(*bot.Issue)) *bot.Issue {
	c.t.Helper()
	c.seq[unit.ID]++
	seq := c.seq[unit.ID]
	i := &bot.Issue{UnitID: unit.ID, Seq: seq, Number: "TW-" + unit.Code + "-2611-00" + string(rune('0'+seq)), Kind: bot.IssueAppeal,
		Category: "城乡建设", Subcategory: "村镇建设", Difficulty: bot.DifficultyA, Title: "路灯不亮", Content: "学校门口路灯不亮", Place: "学校门口",
		Source: "group", ReporterID: c.resident.ID, ReporterName: c.resident.Name, ConversationID: c.conversation}
	if change != nil {
		change(i)
	}
	e := bot.Event{Seq: 1, Verb: string(workflow.Register), To: bot.StatusReported, ActorID: i.ReporterID, Actor: i.ReporterName, At: at}
	if err := workflow.Apply(i, e); err != nil {
		c.t.Fatal(err)
	}
	c.clock.Set(at)
	c.write(func(tx *store.Tx) error {
		if err := tx.CreateIssue(i, ""); err != nil {
			return err
		}
		e.IssueID = i.ID
		tx.AddEvent(e)
		return nil
	})
	return i
}

// move makes one move of the workflow, with what the pipeline would change besides.
func (c *county) move(i *bot.Issue, verb workflow.Verb, to bot.Status, by bot.Person, at time.Time, text string, change func(*bot.Issue)) {
	c.t.Helper()
	e := bot.Event{IssueID: i.ID, Seq: i.Events + 1, Verb: string(verb), From: i.Status, To: to, ActorID: by.ID, Actor: by.Name, Text: text, At: at}
	if err := workflow.Apply(i, e); err != nil {
		c.t.Fatal(err)
	}
	if change != nil {
		change(i)
	}
	c.clock.Set(at)
	c.write(func(tx *store.Tx) error {
		tx.AddEvent(e)
		if i.Round > 0 && !i.AssignedAt.IsZero() {
			tx.SaveAssignment(i, c.clerk.ID)
		}
		tx.SaveIssue(i)
		return nil
	})
}

func (c *county) accept(i *bot.Issue, at time.Time) {
	c.t.Helper()
	c.move(i, workflow.Accept, bot.StatusAccepted, c.member, at, "", func(i *bot.Issue) { i.MemberID = c.member.ID })
}

// assign dispatches to 住建局, due at a time.
func (c *county) assign(i *bot.Issue, at, due time.Time) {
	c.t.Helper()
	c.move(i, workflow.Assign, bot.StatusAssigned, c.clerk, at, "住建局", func(i *bot.Issue) {
		i.Agency, i.HandlerID, i.HandlerName, i.DueAt, i.DueRule = "住建局", c.handler.ID, c.handler.Name, due.UTC(), "通用 即办5工作日"
	})
}

func (c *county) sign(i *bot.Issue, at time.Time) {
	c.t.Helper()
	c.move(i, workflow.Sign, bot.StatusSigned, c.handler, at, "", nil)
}

func (c *county) resolve(i *bot.Issue, at time.Time, text string) {
	c.t.Helper()
	c.move(i, workflow.Resolve, bot.StatusAwaitingRating, c.handler, at, text, func(i *bot.Issue) { i.Method = "联动办理" })
}

// rate is an answer to the follow-up; an unsolved one reopens.
func (c *county) rate(i *bot.Issue, at time.Time, solved bot.Solved, content bot.Satisfaction) {
	c.t.Helper()
	to := bot.StatusClosed
	if solved == bot.SolvedNo {
		to = bot.StatusReopened
	}
	c.write(func(tx *store.Tx) error {
		tx.SaveRating(bot.Rating{IssueID: i.ID, Round: i.Round, PersonID: i.ReporterID, Solved: solved, Satisfaction: content, At: at})
		return nil
	})
	c.move(i, workflow.Rate, to, c.resident, at, "", func(i *bot.Issue) { i.Solved, i.Satisfaction = solved, content })
}
