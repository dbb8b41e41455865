package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Ledger is the pack of the weekly ledger's limits and texts (rule book, section 1). Columns and their values are
// bot/report's.
type Ledger struct {
	Head         `yaml:",inline"`
	Title        string        `yaml:"title"` // printed at the head of the cover; fields {county} {week}
	Number       NumberForm    `yaml:"number"`
	WeekStarts   string        `yaml:"week_starts"`   // monday, as ISO 8601 has it
	ContentLimit int           `yaml:"content_limit"` // characters of the resident's own words in a row
	Sheets       []string      `yaml:"sheets"`        // nine names, in the order of LedgerSheets
	Counts       Counts        `yaml:"counts"`
	Sources      []Label       `yaml:"sources"` // 来源渠道
	Methods      []string      `yaml:"methods"` // 办理方式
	InTime       InTimeLabels  `yaml:"in_time"`
	Editions     EditionLabels `yaml:"editions"`
	Masks        Masks         `yaml:"masks"`
	LinkHours    int           `yaml:"link_hours"` // life of a link to a ledger
}

// NumberForm is how issue numbers are built.
type NumberForm struct {
	Pattern string `yaml:"pattern"` // fields {county} {unit} {yymm} {seq}
	Digits  int    `yaml:"digits"`  // {seq} is filled up with zeros to this width; a longer number stays whole
}

// Counts are the words by which a summary says which matters it counts.
type Counts struct {
	Reported string `yaml:"reported"` // reported in the week
	Changed  string `yaml:"changed"`  // whose status changed in the week
	Open     string `yaml:"open"`     // still open at its end
}

// Label is a stored code with the word that is printed for it.
type Label struct {
	Code  string `yaml:"code"`
	Label string `yaml:"label"`
}

// InTimeLabels are the values of 是否按时.
type InTimeLabels struct {
	Yes    string `yaml:"yes"`
	No     string `yaml:"no"`
	NotDue string `yaml:"not_due"`
}

// EditionLabels name the two editions on the cover.
type EditionLabels struct {
	Internal string `yaml:"internal"`
	Public   string `yaml:"public"`
}

// Masks say what the public edition shows of a person.
type Masks struct {
	Name      string `yaml:"name"`       // after the family name; field {surname}: 张某
	Nameless  string `yaml:"nameless"`   // where there is no name
	Reporter  string `yaml:"reporter"`   // of a 举报, in both editions
	PhoneHead int    `yaml:"phone_head"` // digits shown at the beginning
	PhoneTail int    `yaml:"phone_tail"` // digits shown at the end
	PhoneFill string `yaml:"phone_fill"` // what stands between
}

// Source returns the printed word for a source code, or the code itself when the pack has none.
func (l *Ledger) Source(code string) string {
	for _, s := range l.Sources {
		if s.Code == code {
			return s.Label
		}
	}
	return code
}

// ledgerSheets is how many sheets the workbook has: cover, detail, by township, by unit, by category, overdue, ballots, duty, corrections.
const ledgerSheets = 9

func (l *Ledger) check() []Problem {
	k := &checker{}
	k.problems = append(k.problems, checkFields("title", l.Title, "county", "week")...)
	k.problems = append(k.problems, checkFields("number.pattern", l.Number.Pattern, "county", "unit", "yymm", "seq")...)
	for _, field := range []string{"{unit}", "{yymm}", "{seq}"} {
		if !strings.Contains(l.Number.Pattern, field) {
			k.add("number.pattern", l.Number.Pattern, "缺少 "+field+"，编号会重复", "写 {county}-{unit}-{yymm}-{seq}")
		}
	}
	within(k, "number.digits", l.Number.Digits, 1, 9)
	within(k, "content_limit", l.ContentLimit, 20, 2000)
	within(k, "link_hours", l.LinkHours, 1, 24*30)
	if l.WeekStarts != "monday" {
		k.add("week_starts", l.WeekStarts, "台账按 ISO 周，从星期一开始", "写 monday")
	}
	if len(l.Sheets) != ledgerSheets {
		k.add("sheets", strings.Join(l.Sheets, "、"), fmt.Sprintf("有 %d 张表，要 %d 张", len(l.Sheets), ledgerSheets), "照内置的 ledger.yaml 写全")
	}
	k.sheetNames(l.Sheets)
	k.labels(l.Sources)
	k.filled(map[string]string{
		"counts.reported": l.Counts.Reported, "counts.changed": l.Counts.Changed, "counts.open": l.Counts.Open,
		"in_time.yes": l.InTime.Yes, "in_time.no": l.InTime.No, "in_time.not_due": l.InTime.NotDue,
		"editions.internal": l.Editions.Internal, "editions.public": l.Editions.Public,
		"masks.nameless": l.Masks.Nameless, "masks.reporter": l.Masks.Reporter, "masks.phone_fill": l.Masks.PhoneFill,
	})
	if len(l.Methods) == 0 {
		k.add("methods", "", "缺少办理方式", "照内置的 ledger.yaml 写")
	}
	k.problems = append(k.problems, checkFields("masks.name", l.Masks.Name, "surname")...)
	within(k, "masks.phone_head", l.Masks.PhoneHead, 0, 3)
	within(k, "masks.phone_tail", l.Masks.PhoneTail, 0, 4)
	return k.problems
}

// longestSheetName and badInSheetName are the workbook format's own bounds.
const (
	longestSheetName = 31
	badInSheetName   = `:\/?*[]`
)

func (k *checker) sheetNames(names []string) {
	for i, name := range names {
		switch {
		case name == "" || len([]rune(name)) > longestSheetName || strings.ContainsAny(name, badInSheetName):
			k.add(fmt.Sprintf("sheets.%d", i), name, "表名是空的、太长或有不能用的符号", "31 个字以内，不用 "+badInSheetName)
		case slices.Index(names, name) < i:
			k.add(fmt.Sprintf("sheets.%d", i), name, "表名重复", "换一个名称")
		}
	}
}

func (k *checker) labels(labels []Label) {
	if len(labels) == 0 {
		k.add("sources", "", "缺少来源渠道", "照内置的 ledger.yaml 写")
	}
	for i, one := range labels {
		first := slices.IndexFunc(labels, func(l Label) bool { return l.Code == one.Code || l.Label == one.Label })
		if one.Code == "" || one.Label == "" || first < i {
			k.add(fmt.Sprintf("sources.%d", i), one.Code+" "+one.Label, "来源缺少代号、名称或重复", "每个来源一个代号、一个名称")
		}
	}
}

// filled reports the texts that are empty, in the order of their keys.
func (k *checker) filled(texts map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if texts[key] == "" {
			k.add(key, "", "没有写文字", "补上")
		}
	}
}
