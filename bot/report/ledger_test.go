package report

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden files anew")

func (c *county) request(edition Edition) Request {
	return Request{County: "通渭县", Week: WeekOf(friday()), Edition: edition}
}

// workbook prints a ledger and reads it back with the library's reader.
func (c *county) workbook(now time.Time, req Request) *excelize.File {
	c.t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(c.print(now, req)))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = f.Close() })
	return f
}

func (c *county) print(now time.Time, req Request) []byte {
	c.t.Helper()
	var buf bytes.Buffer
	if err := Ledger(c.t.Context(), c.store, c.rules, now, req, &buf); err != nil {
		c.t.Fatal(err)
	}
	return buf.Bytes()
}

// dump writes every cell of every sheet, a line a row.
func dump(t *testing.T, f *excelize.File) string {
	t.Helper()
	var b strings.Builder
	for _, name := range f.GetSheetList() {
		fmt.Fprintf(&b, "== %s\n", name)
		for _, row := range sheetRows(t, f, name) {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "\n", "⏎")
			}
			b.WriteString(strings.Join(row, " | ") + "\n")
		}
	}
	return b.String()
}

func sheetRows(t *testing.T, f *excelize.File, name string) [][]string {
	t.Helper()
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestLedger_Golden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		for _, edition := range []Edition{Internal, Public} {
			got := dump(t, c.workbook(friday(), c.request(edition)))
			path := filepath.Join("testdata", "week-"+string(edition)+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from %s; run with -update and read the difference", edition, path)
			}
		}
	})
}

// The rule book's heads, word for word, in its order.
const ruleBookHeads = "序号 事项编号 反映时间 来源渠道 乡镇(社区) 地点 反映人 联系电话 事项类型 事项分类 难易程度 事项内容 附议人数 主办单位 协办单位 责任人 " +
	"联系委员 交办时间 签收时间 办理时限 当前状态 办理进展与结果 办理方式 办结时间 是否按时 回访情况 是否解决 满意度 未办结原因及下步打算 重办/退单次数 关联协商或表决 备注"

const ruleBookSheets = "封面与说明 台账明细 乡镇汇总 单位汇总 分类汇总 逾期与督办 协商与表决 委员履职 更正单"

// detailRows are the rows of 台账明细 below the heads, each with all 32 cells.
func detailRows(t *testing.T, f *excelize.File) [][]string {
	t.Helper()
	rows := sheetRows(t, f, "台账明细")
	if got := strings.Join(rows[1], " "); got != ruleBookHeads {
		t.Fatalf("heads: %s", got)
	}
	for i := range rows {
		for len(rows[i]) < len(columns) {
			rows[i] = append(rows[i], "")
		}
	}
	return rows[2:]
}

func TestLedger_Content(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		f := c.workbook(friday(), c.request(Internal))
		if got := strings.Join(f.GetSheetList(), " "); got != ruleBookSheets {
			t.Errorf("sheets: %s", got)
		}
		rows := detailRows(t, f)
		why := map[string]string{}
		for i, r := range rows {
			if r[colSerial] != strconv.Itoa(i+1) {
				t.Errorf("serial %q in row %d", r[colSerial], i+1)
			}
			why[r[colNumber]] = r[colNotes]
		}
		for number, want := range map[string]string{
			"TW-PX-2611-001": "本周反映;本周有进展", "TW-PX-2611-003": "本周反映;本周有进展;周末未办结;紧急", "TW-PX-2611-006": "本周反映;周末未办结",
			"TW-MY-2611-002": "本周反映;本周有进展", "TW-PX-2611-009": "周末未办结;督办1次", "TW-MY-2611-003": "本周有进展", "TW-PX-2611-008": "",
		} {
			if why[number] != want {
				t.Errorf("%s is listed for %q, want %q", number, why[number], want)
			}
		}
		drain := rows[slices.IndexFunc(rows, func(r []string) bool { return strings.HasPrefix(r[colContent], "=") })]
		for column, want := range map[int]string{
			colContent: "=1+1 下水道堵了\n第二行😀", colReporter: "欧阳小", colPhone: "13800000002", colDue: "2026-11-18 18:00 通用 即办5工作日",
			colInTime: "否", colSolved: "部分解决", colSatisfied: "基本满意", colTimes: "0/0", colFollowUp: "2026-11-19 11:00 微信 欧阳小",
		} {
			if drain[column] != want {
				t.Errorf("%s: %q, want %q", columns[column].head, drain[column], want)
			}
		}
	})
}

// No cell of any sheet may be a formula, whatever a resident wrote.
func TestLedger_NoFormula(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCounty(t, s, clock)
		for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")"} {
			c.matter(c.pingxiang, day(16, 9, 0), func(i *bot.Issue) { i.Content, i.ReporterName, i.Place = text, text, text })
		}
		f := c.workbook(friday(), c.request(Internal))
		for _, r := range []string{"F3", "G4", "L5", "L6", "L7"} {
			formula, err := f.GetCellFormula("台账明细", r)
			kind, kindErr := f.GetCellType("台账明细", r)
			if err != nil || kindErr != nil || formula != "" || kind != excelize.CellTypeInlineString {
				t.Errorf("%s: formula %q, type %v, %v %v", r, formula, kind, err, kindErr)
			}
		}
		var buf bytes.Buffer
		if err := LedgerCSV(t.Context(), s, c.rules, friday(), c.request(Internal), &buf); err != nil {
			t.Fatal(err)
		}
		data, found := bytes.CutPrefix(buf.Bytes(), []byte("\xef\xbb\xbf"))
		records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || !found || len(records) != 6 || strings.Join(records[0], " ") != ruleBookHeads {
			t.Fatalf("csv: %v, byte order mark %v, %d records", err, found, len(records))
		}
		for _, r := range records[1:] {
			if r[colContent][0] != '\'' || r[colReporter][0] != '\'' {
				t.Errorf("csv cell %q isn't guarded", r[colContent])
			}
		}
	})
}

// summaryConditions are the conditions of the figures as the cover states them, to be applied to cells that were read back.
func summaryConditions() map[string]func([]string) bool {
	is := func(column int, texts ...string) func([]string) bool {
		return func(r []string) bool { return slices.Contains(texts, r[column]) }
	}
	has := func(column int, text string) func([]string) bool {
		return func(r []string) bool { return strings.Contains(r[column], text) }
	}
	done := is(colStatus, "已办结", "已归档")
	return map[string]func([]string) bool{
		"台账件数": func([]string) bool { return true },
		"本周反映": has(colNotes, "本周反映"), "本周有进展": has(colNotes, "本周有进展"), "周末未办结": has(colNotes, "周末未办结"),
		"交办":   func(r []string) bool { return r[colAssigned] != "" },
		"退单":   func(r []string) bool { return !strings.HasSuffix(r[colTimes], "/0") },
		"办结过":  func(r []string) bool { return done(r) || !strings.HasPrefix(r[colTimes], "0/") },
		"按时办结": func(r []string) bool { return done(r) && r[colAssigned] != "" && r[colInTime] == "是" },
		"超时办结": func(r []string) bool { return done(r) && r[colAssigned] != "" && r[colInTime] == "否" },
		"到期或办结": func(r []string) bool {
			return r[colAssigned] != "" && (done(r) || r[colDue] != "" && r[colDue][:16] < stamp(friday()))
		},
		"重办": func(r []string) bool { return !strings.HasPrefix(r[colTimes], "0/") },
		"回访": func(r []string) bool { return r[colFollowUp] != "" },
		"有效回访": func(r []string) bool {
			return r[colSolved] != "" || is(colSatisfied, "满意", "基本满意", "不满意")(r)
		},
		"已解决": is(colSolved, "已解决"), "部分解决": is(colSolved, "部分解决"), "未解决": is(colSolved, "未解决"),
		"满意": is(colSatisfied, "满意"), "基本满意": is(colSatisfied, "基本满意"), "不满意": is(colSatisfied, "不满意"),
	}
}

// Every figure of the three summaries has to be the number of rows of 台账明细 that its printed condition holds for.
func TestLedger_SummariesEqualFilteredRows(t *testing.T) {
	conditions := summaryConditions()
	groups := map[string]func(r []string, key string) bool{
		"乡镇汇总": func(r []string, key string) bool { return r[colUnit] == key },
		"单位汇总": func(r []string, key string) bool { return orElse(r[colAgency], "(未交办)") == key },
		"分类汇总": func(r []string, key string) bool {
			return orElse(strings.Split(r[colCategory], "/")[0], "(未分类)") == key
		},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		for _, edition := range []Edition{Internal, Public} {
			f := c.workbook(friday(), c.request(edition))
			detail := detailRows(t, f)
			for sheet, belongs := range groups {
				rows := sheetRows(t, f, sheet)
				titles := rows[2]
				checked := 0
				for _, r := range rows[3:] {
					for i, title := range titles {
						holds, ok := conditions[title]
						if !ok {
							continue
						}
						n := 0
						for _, d := range detail {
							if (r[1] == "合计" || belongs(d, r[1])) && holds(d) {
								n++
							}
						}
						if r[i] != strconv.Itoa(n) {
							t.Errorf("%s %s %s: %s, but %d rows", sheet, r[1], title, r[i], n)
						}
						checked++
					}
				}
				if checked < len(conditions)*2 {
					t.Errorf("%s: only %d figures checked", sheet, checked)
				}
			}
		}
	})
}

func TestLedger_PublicHidesPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		public := dump(t, c.workbook(friday(), c.request(Public)))
		for _, secret := range []string{"13800000001", "13800000002", "张三丰", "欧阳小"} {
			if strings.Contains(public, secret) {
				t.Errorf("the public edition shows %s", secret)
			}
		}
		for _, want := range []string{"138****0001", "张某", "欧阳某", "公开版"} {
			if !strings.Contains(public, want) {
				t.Errorf("the public edition lacks %s", want)
			}
		}
		for _, edition := range []Edition{Internal, Public} {
			rows := detailRows(t, c.workbook(friday(), c.request(edition)))
			for _, r := range rows {
				if r[8] == "举报" && (r[colReporter] != "举报人(保密)" || r[colPhone] != "138****0001" || strings.Contains(r[colFollowUp], "张")) {
					t.Errorf("%s shows who reported: %q", edition, r)
				}
			}
		}
	})
}

func TestLedger_PrintSetup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		req := c.request(Internal)
		req.Link = func(number string) string { return "https://tss.example.org/console/issues/" + number }
		f := c.workbook(friday(), req)
		for _, sheet := range f.GetSheetList() {
			page, err := f.GetPageLayout(sheet)
			if err != nil || *page.Size != 9 || *page.Orientation != "landscape" || *page.FitToHeight != 0 {
				t.Errorf("%s: page layout %+v, %v", sheet, page, err)
			}
			if panes, err := f.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit < 2 {
				t.Errorf("%s: panes %+v, %v", sheet, panes, err)
			}
			if footer, err := f.GetHeaderFooter(sheet); err != nil || !strings.Contains(footer.OddFooter, "&P") {
				t.Errorf("%s: footer %+v, %v", sheet, footer, err)
			}
		}
		titles := map[string]string{}
		for _, d := range f.GetDefinedName() {
			if d.Name == "_xlnm.Print_Titles" {
				titles[d.Scope] = d.RefersTo
			}
		}
		if len(titles) != 9 || titles["台账明细"] != "'台账明细'!$A:$B,'台账明细'!$1:$2" {
			t.Errorf("print titles: %v", titles)
		}
		linked, target, err := f.GetCellHyperLink("台账明细", "L3")
		if err != nil || !linked || target != "https://tss.example.org/console/issues/TW-PX-2611-001" {
			t.Errorf("link: %v %q %v", linked, target, err)
		}
	})
}

// LibreOffice has to open the workbook and see the same cells. It is the only reader here that isn't the writer's library.
func TestLedger_OpensInLibreOffice(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil || testing.Short() {
		t.Skip("needs LibreOffice")
	}
	clock := storetest.NewClock(storetest.Monday())
	s := storetest.Open(t, "sqlite://"+filepath.Join(t.TempDir(), "test.db"), clock) // what is written is the same on both databases
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := playWeek(t, s, clock)
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger.xlsx")
	if err := os.WriteFile(path, c.print(friday(), c.request(Internal)), 0o600); err != nil {
		t.Fatal(err)
	}
	// Filter 76 is UTF-8; the last field asks for every sheet in a file of its own.
	cmd := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to",
		"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", dir, path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "ledger-台账明细.csv"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := detailRows(t, c.workbook(friday(), c.request(Internal)))
	if len(records) != len(want)+2 {
		t.Fatalf("%d records, want %d", len(records), len(want)+2)
	}
	for i, r := range records[2:] {
		if !slices.Equal(r, want[i]) {
			t.Errorf("row %d: %q, want %q", i+1, r, want[i])
		}
	}
}
