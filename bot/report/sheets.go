package report

import (
	"context"
	"strconv"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// summarySheet prints the figures of each group with the rates they make, and their sum.
func (p *printing) summarySheet(sheet int, by string, s *summary) error {
	titles := []string{"序号", by}
	for _, f := range s.figures {
		titles = append(titles, f.head)
	}
	for _, rule := range s.rates {
		titles = append(titles, rule.Name)
	}
	c := p.book.pack.Counts
	note := "台账件数 = " + c.Reported + "的、" + c.Changed + "的、" + c.Open + "的,一件只计一次;其余各列只数台账里的事项。" +
		"每个数等于台账明细按同名条件筛选的行数,条件见" + p.sheetName(sheetCover) + "。"
	out, err := p.workbook.sheet(layout{name: p.sheetName(sheet), title: p.heading(sheet), note: note, heads: titles, widths: summaryWidths(len(titles), len(s.rates)), frozen: 2})
	if err != nil {
		return err
	}
	for i, key := range s.keys {
		if err := out.row(p.summaryRow(i+1, key, s, s.groups[key])...); err != nil {
			return err
		}
	}
	if err := out.row(p.summaryRow("", "合计", s, s.total())...); err != nil {
		return err
	}
	return out.close()
}

func summaryWidths(all, rates int) []float64 {
	widths := []float64{6, 18}
	for len(widths) < all-rates {
		widths = append(widths, 8)
	}
	for len(widths) < all {
		widths = append(widths, 14)
	}
	return widths
}

func (p *printing) summaryRow(n any, key string, s *summary, counts []int64) []any {
	cells := []any{n, key}
	for _, c := range counts {
		cells = append(cells, c)
	}
	named := s.named(counts)
	for _, rule := range s.rates {
		cells = append(cells, work(rule, &p.book.rules.Rates, named).print(&p.book.rules.Rates))
	}
	return cells
}

func (p *printing) overdueSheet() (*sheet, error) {
	return p.workbook.sheet(layout{name: p.sheetName(sheetOverdue), title: p.heading(sheetOverdue),
		note:   "没有办出结果而已过办理时限的,和没有了结而督办过的。逾期天数从到期次日起算,只数工作日。",
		heads:  []string{"序号", "事项编号", "乡镇(社区)", "事项内容", "主办单位", "责任人", "办理时限", "当前状态", "逾期天数(工作日)", "督办次数", "未办结原因及下步打算"},
		widths: []float64{6, 18, 12, 40, 14, 10, 20, 10, 10, 8, 26}, frozen: 2})
}

func (p *printing) overdueRow(out *sheet, n int, r *row, cells []string) error {
	return out.row(n, cells[colNumber], cells[colUnit], cells[colContent], cells[colAgency], cells[colHandler], cells[colDue],
		cells[colStatus], p.book.daysLate(r, p.book.now), r.Supervised, cells[colOutlook])
}

func (p *printing) ballotSheet(ctx context.Context) error {
	out, err := p.workbook.sheet(layout{name: p.sheetName(sheetBallots), title: p.heading(sheetBallots),
		note:   "本周发起或截止的表决。没有截止的只列参与人数,不列各选项票数。",
		heads:  []string{"序号", "编号", "乡镇(社区)", "题目", "规则", "开始", "截止", "参与人数", "各选项票数", "结论"},
		widths: []float64{6, 10, 12, 32, 14, 16, 16, 9, 30, 50}, frozen: 2})
	if err != nil {
		return err
	}
	n := 0
	for after := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := p.tx.LedgerBallots(p.source.span(), p.book.now, after, pageSize)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return out.close()
		}
		for i := range page {
			n++
			if err := p.ballotRow(out, n, &page[i]); err != nil {
				return err
			}
		}
		after = page[len(page)-1].Ballot.ID
	}
}

// ballotRow prints a ballot as it stood at the book's time: one that closed later was still open.
func (p *printing) ballotRow(out *sheet, n int, b *store.LedgerBallot) error {
	counts, verdict := "", "进行中"
	switch {
	case b.Ballot.State == bot.BallotVoid:
		verdict = "已撤回"
	case b.Ballot.State == bot.BallotClosed && !b.Ballot.ClosedAt.After(p.book.now):
		counts, verdict = ballotCounts(b.Counts), b.Ballot.Verdict
	}
	return out.row(n, ballotNumber(b.Ballot.Seq), b.Unit, b.Ballot.Title, b.Ballot.Rule, stamp(b.Ballot.OpenedAt), stamp(b.Ballot.ClosesAt),
		b.Turnout, counts, verdict)
}

func ballotCounts(counts []bot.Count) string {
	parts := make([]string, len(counts))
	for i, c := range counts {
		parts[i] = c.Option.Text + " " + strconv.Itoa(c.Votes)
	}
	return strings.Join(parts, ";")
}

// memberVerbs are the columns of 委员履职; every other move counts under 其他.
func memberVerbs() [][]workflow.Verb {
	return [][]workflow.Verb{{workflow.Accept}, {workflow.Answer, workflow.Note}, {workflow.Deliberate, workflow.Settle},
		{workflow.Resolve}, {workflow.Endorse}, {workflow.Rate}}
}

func (p *printing) memberSheet() error {
	out, err := p.workbook.sheet(layout{name: p.sheetName(sheetMembers), title: p.heading(sheetMembers),
		note:  "政协委员本周在系统里做的事,按事件记录逐条计次,没有记录的委员不列。本表只计次数,不计履职积分。",
		heads: []string{"序号", "委员", "界别", "委员联络工作室", "受理", "回复", "议事", "办结", "附议", "评价", "其他", "合计"}, widths: []float64{6, 12, 16, 20}, frozen: 2})
	if err != nil {
		return err
	}
	acts, err := p.tx.MemberActs(p.source.span())
	if err != nil {
		return err
	}
	n := 0
	for start := 0; start < len(acts); {
		end := start
		for end < len(acts) && acts[end].PersonID == acts[start].PersonID {
			end++
		}
		n++
		if err := out.row(memberRow(n, acts[start:end])...); err != nil {
			return err
		}
		start = end
	}
	return out.close()
}

// memberRow sums the acts of one member by column.
func memberRow(n int, acts []store.MemberAct) []any {
	groups := memberVerbs()
	counts := make([]int, len(groups)+2) // and 其他, 合计
	for _, a := range acts {
		at := len(groups)
		for i, verbs := range groups {
			for _, v := range verbs {
				if string(v) == a.Verb {
					at = i
				}
			}
		}
		counts[at] += a.N
		counts[len(counts)-1] += a.N
	}
	cells := []any{n, acts[0].Name, acts[0].Sector, acts[0].Studio}
	for _, c := range counts {
		cells = append(cells, c)
	}
	return cells
}

func (p *printing) correctionSheet(ctx context.Context) error {
	out, err := p.workbook.sheet(layout{name: p.sheetName(sheetCorrections), title: p.heading(sheetCorrections),
		note:   "以前已锁定的各周里,锁定之后有变动的栏目。已锁定的台账不改,变动只在其后第一期列一次。",
		heads:  []string{"序号", "锁定的周次", "事项编号", "栏目", "锁定时", "现在", "变动时间"},
		widths: []float64{6, 12, 18, 18, 40, 40, 16}, frozen: 2})
	if err != nil {
		return err
	}
	n := 0
	err = p.source.corrections(ctx, p.req.Edition, func(c correction) error {
		n++
		return out.row(n, c.week, c.number, columns[c.column].head, c.was, c.is, stamp(c.when))
	})
	if err != nil {
		return err
	}
	return out.close()
}

// cover explains the workbook: what it is, what every field means, how every figure is counted and every rate computed.
func (p *printing) cover() error {
	out, err := p.workbook.sheet(layout{name: p.sheetName(sheetCover), title: p.title(), heads: []string{"项目", "内容", "说明"},
		widths: []float64{24, 60, 60}})
	if err != nil {
		return err
	}
	for _, part := range [][][3]string{p.facts(), p.hotNotes(), fieldNotes(), p.figureNotes(), rateNotes(&p.book.rules.Rates)} {
		for _, line := range part {
			if err := out.row(line[0], line[1], line[2]); err != nil {
				return err
			}
		}
	}
	return out.close()
}

func (p *printing) facts() [][3]string {
	pack, total := p.book.pack, p.units.total()
	facts := [][3]string{
		{"周次", p.req.Week.String(), "ISO 周,星期一至星期日,北京时间"},
		{"范围", p.scope(), ""},
		{"版本", p.req.Edition.label(pack.Editions), ""},
		{"制表时间", stamp(p.printed), ""},
		{"列入", strings.Join([]string{pack.Counts.Reported, pack.Counts.Changed, pack.Counts.Open}, "、"), "三者有一即列入,原因写在备注"},
	}
	for i, f := range p.figures[:4] { // all rows, and the three reasons
		facts = append(facts, [3]string{f.head, strconv.FormatInt(total[i], 10), f.filter})
	}
	if s := p.source.snapshot; s != nil {
		facts = append(facts, [3]string{"锁定", s.LockedBy + " " + stamp(s.LockedAt), "锁定之后的变动见其后一期的" + p.sheetName(sheetCorrections)},
			[3]string{"摘要(SHA-256)", s.Digest, "由锁定的各行算出"})
	} else {
		facts = append(facts, [3]string{"锁定", "未锁定", "状态等各栏是制表时的"})
	}
	rules := p.book.rules
	for _, h := range []config.Head{rules.Ledger.Head, rules.Rates.Head, rules.Heat.Head, rules.Workflow.Head, rules.Categories.Head} {
		facts = append(facts, [3]string{"规则包", h.Pack + " " + h.Version, "依据:" + h.Source})
	}
	return facts
}

func fieldNotes() [][3]string {
	list := make([][3]string, len(columns))
	for i := range columns {
		list[i] = [3]string{"第" + strconv.Itoa(i+1) + "列", columns[i].head, columns[i].note}
	}
	return list
}

func (p *printing) figureNotes() [][3]string {
	var list [][3]string
	for _, f := range p.figures {
		list = append(list, [3]string{"汇总:" + f.head, "台账明细里:" + f.filter, ""})
	}
	return list
}

// rateNotes prints every rate of the pack with its formula.
func rateNotes(pack *config.Rates) [][3]string {
	var list [][3]string
	for _, r := range pack.Rates {
		list = append(list, [3]string{r.Name, r.Explain, "分母小于" + strconv.Itoa(pack.MinN) + "的写“" + pack.TooFew + "”"})
	}
	return list
}
