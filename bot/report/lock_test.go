package report

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// monday and nextMonday are when the weeks 47 and 48 can be signed off.
func monday() time.Time     { return day(23, 9, 0) }
func nextMonday() time.Time { return day(30, 9, 0) }

func (c *county) lock(now time.Time, week Week) *store.Snapshot {
	c.t.Helper()
	c.clock.Set(now)
	snapshot, err := Lock(c.t.Context(), c.store, c.rules, now, week, nil, c.clerk)
	if err != nil {
		c.t.Fatal(err)
	}
	return snapshot
}

func (c *county) find(number string) *bot.Issue {
	c.t.Helper()
	var found *bot.Issue
	err := c.store.Read(c.t.Context(), func(tx *store.Tx) (err error) {
		found, err = tx.IssueByNumber(number)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return found
}

// playNextWeek changes three matters after week 47: PX-001 is archived, PX-003 gets its outcome, and PX-002, which stays
// closed, is rated once more.
func (c *county) playNextWeek() {
	c.move(c.find("TW-PX-2611-001"), workflow.Archive, bot.StatusArchived, bot.Person{}, day(23, 10, 0), "", nil)
	c.resolve(c.find("TW-PX-2611-003"), day(24, 10, 0), "修好了")
	c.move(c.find("TW-PX-2611-002"), workflow.Rate, bot.StatusClosed, c.neighbour, day(24, 11, 0), "",
		func(i *bot.Issue) { i.Solved, i.Satisfaction = bot.SolvedYes, bot.SatisfactionGood })
	c.clock.Set(day(24, 12, 0))
}

func (c *county) corrections(now time.Time, week Week) []string {
	c.t.Helper()
	req := c.request(Internal)
	req.Week = week
	rows := sheetRows(c.t, c.workbook(now, req), "更正单")
	var list []string
	for _, r := range rows[3:] {
		list = append(list, strings.Join(r[1:], " | "))
	}
	return list
}

func TestLock_PrintsTheSameForEver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		before := dump(t, c.workbook(monday(), c.request(Internal)))
		snapshot := c.lock(monday(), WeekOf(friday()))
		if snapshot.Rows != 11 || len(snapshot.Digest) != 64 || snapshot.LockedBy != "李文书" {
			t.Errorf("snapshot: %+v", snapshot)
		}
		locked := dump(t, c.workbook(monday(), c.request(Internal)))
		if after(before, "== 台账明细") != after(locked, "== 台账明细") || !strings.Contains(locked, snapshot.Digest) {
			t.Error("locking changed what is printed, or the cover lacks the digest")
		}
		public := dump(t, c.workbook(monday(), c.request(Public)))
		c.playNextWeek()
		if dump(t, c.workbook(monday(), c.request(Internal))) != locked || dump(t, c.workbook(monday(), c.request(Public))) != public {
			t.Error("a locked week is printed differently after changes")
		}
		if !strings.Contains(locked, "13800000001") || strings.Contains(public, "13800000001") {
			t.Error("the phone belongs in the internal edition only")
		}
	})
}

// after is the text from a mark on, without what stands before it.
func after(text, mark string) string { return text[strings.Index(text, mark):] }

func TestLock_Corrections(t *testing.T) {
	week47, week48, week49 := WeekOf(friday()), WeekOf(monday()), WeekOf(nextMonday())
	want := []string{
		"2026-W47 | TW-PX-2611-001 | 当前状态 | 已办结 | 已归档 | 2026-11-23 10:00",
		"2026-W47 | TW-PX-2611-002 | 是否解决 | 部分解决 | 已解决 | 2026-11-24 11:00",
		"2026-W47 | TW-PX-2611-002 | 满意度 | 基本满意 | 满意 | 2026-11-24 11:00",
		"2026-W47 | TW-PX-2611-002 | 未办结原因及下步打算 | 群众没有说已解决 |  | 2026-11-24 11:00",
		"2026-W47 | TW-PX-2611-003 | 当前状态 | 已签收 | 待回访 | 2026-11-24 10:00",
		"2026-W47 | TW-PX-2611-003 | 办理进展与结果 |  | 11-24 办结:修好了 | 2026-11-24 10:00",
		"2026-W47 | TW-PX-2611-003 | 办理方式 |  | 联动办理 | 2026-11-24 10:00",
		"2026-W47 | TW-PX-2611-003 | 回访情况 |  | 2026-11-24 10:00 已发出,没有回答 | 2026-11-24 10:00",
		"2026-W47 | TW-PX-2611-003 | 未办结原因及下步打算 | 下一步:办出结果 | 下一步:等群众评价 | 2026-11-24 10:00",
	}
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		c.lock(monday(), week47)
		if got := c.corrections(monday(), week48); len(got) != 0 {
			t.Errorf("corrections before any change: %q", got)
		}
		c.playNextWeek()
		if got := c.corrections(day(24, 12, 0), week48); !slices.Equal(got, want) {
			t.Errorf("corrections of week 48:\n%s", strings.Join(got, "\n"))
		}
		c.lock(nextMonday(), week48)
		got := c.corrections(nextMonday(), week48)
		slices.Sort(got) // the matters outside week 48's rows come last
		sorted := slices.Sorted(slices.Values(want))
		if !slices.Equal(got, sorted) {
			t.Errorf("corrections of week 48, locked:\n%s", strings.Join(got, "\n"))
		}
		if got := c.corrections(nextMonday(), week49); len(got) != 0 {
			t.Errorf("the same differences again in week 49: %q", got)
		}
		if got := c.corrections(nextMonday(), week47); len(got) != 0 {
			t.Errorf("corrections in the first ledger: %q", got)
		}
	})
}

func TestLock_Refuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		try := func(now time.Time, week Week, unit *bot.Unit, want bot.Code) {
			t.Helper()
			_, err := Lock(t.Context(), s, c.rules, now, week, unit, c.clerk)
			if refusal := bot.Refusal(err); refusal == nil || refusal.Code != want {
				t.Errorf("lock %s: %v, want %s", week, err, want)
			}
		}
		try(friday(), WeekOf(friday()), nil, bot.CodeIllegal) // not over
		c.lock(monday(), WeekOf(friday()))
		try(monday(), WeekOf(friday()), nil, bot.CodeDuplicate)
		try(monday(), WeekOf(friday().AddDate(0, 0, -7)), nil, bot.CodeIllegal) // a later week is locked
		// A unit's ledger is signed off apart from the county's.
		if _, err := Lock(t.Context(), s, c.rules, monday(), WeekOf(friday()), &c.maying, c.clerk); err != nil {
			t.Error(err)
		}
		req := c.request(Internal)
		req.Unit = &c.maying
		if rows := detailRows(t, c.workbook(monday(), req)); len(rows) != 3 {
			t.Errorf("%d rows of 马营镇, want 3", len(rows))
		}
	})
}

// What the database keeps of a locked row holds no phone in the clear, and the digest can be worked out again from it.
func TestLock_KeepsPhonesSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		snapshot := c.lock(monday(), WeekOf(friday()))
		err := s.Read(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.SnapshotRows(snapshot.ID, 0, 100, false)
			if err != nil {
				return err
			}
			if len(rows) != 11 {
				t.Errorf("%d rows, want 11", len(rows))
			}
			for _, r := range rows {
				if strings.Contains(string(r.Cells), "13800000001") || r.Phone != "" {
					t.Errorf("row %d shows a phone", r.N)
				}
			}
			if digest := digestOf(rows); digest != snapshot.Digest {
				t.Errorf("digest %s, want %s", digest, snapshot.Digest)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func digestOf(rows []store.SnapshotRow) string {
	sum := sha256.New()
	for _, r := range rows {
		sum.Write(append(r.Cells, '\n'))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// What was open at the end of a past week is told by what happened since.
func TestLedger_PastWeek(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		c.resolve(c.find("TW-PX-2611-003"), day(24, 10, 0), "修好了")
		c.rate(c.find("TW-PX-2611-003"), day(24, 11, 0), bot.SolvedYes, bot.SatisfactionGood)
		c.matter(c.pingxiang, day(23, 9, 0), nil)
		c.clock.Set(day(25, 9, 0))
		rows := detailRows(t, c.workbook(day(25, 9, 0), c.request(Internal)))
		if len(rows) != 11 {
			t.Errorf("%d rows, want the same 11", len(rows))
		}
		for _, r := range rows {
			if r[colNumber] == "TW-PX-2611-003" && r[colNotes] != "本周反映;本周有进展;周末未办结;紧急" {
				t.Errorf("%s: %q", r[colNumber], r[colNotes])
			}
		}
	})
}
