package config

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// editedPack loads an embedded pack with one passage replaced and returns the keys of its problems.
func editedPack(t *testing.T, name string, into pack, old, replacement string) []string {
	t.Helper()
	before, after, found := strings.Cut(embeddedText(t, name), old)
	if !found {
		t.Fatalf("%s has no passage %q to edit", name, old)
	}
	problems := decodeStrict([]byte(before+replacement+after), into)
	problems = append(problems, into.check()...)
	var keys []string
	for _, p := range problems {
		if p.Reason == "" || p.Mend == "" {
			t.Errorf("problem %q lacks a reason or how to mend it", p.Key)
		}
		keys = append(keys, p.Key)
	}
	return keys
}

func TestCalendar_Check(t *testing.T) {
	tests := []struct {
		name, old, replacement string
		want                   []string
	}{
		{"as shipped", "pack:", "pack:", nil},
		{"a Monday can't be made up for", `work: ["01-04",`, `work: ["01-05",`, []string{"years.2026.work"}},
		{"a Saturday needn't be off", `"09-25",`, `"09-26",`, []string{"years.2026.off"}},
		{"no 29 February in 2026", `work: ["01-04",`, `work: ["01-04", "02-29",`, []string{"years.2026.work"}},
		{"a day twice", `work: ["01-04",`, `work: ["01-04", "01-04",`, []string{"years.2026.work"}},
		{"no such date", `work: ["01-04",`, `work: ["13-04",`, []string{"years.2026.work.0", "years.2026.work"}},
		{"afternoon begins before noon ends", `from: "14:30"`, `from: "11:30"`, []string{"hours.1"}},
		{"span backwards", `from: "08:30"`, `from: "12:30"`, []string{"hours.0"}},
		{"no limit that long", "longest_days: 3660", "longest_days: 0", []string{"longest_days"}},
		{"a year without its notice", "source: 国务院办公厅关于2026年部分节假日安排的通知", `source: ""`, []string{"years.2026.source"}},
		{"unknown field in a text", "{year}年放假安排", "{date}年放假安排", []string{"unannounced"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := editedPack(t, "calendar.yaml", &Calendar{}, tt.old, tt.replacement); !slices.Equal(got, tt.want) {
				t.Errorf("problems %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCalendar_CountsOfDays(t *testing.T) {
	rules := embeddedRules(t)
	// Working days of a year: weekdays, without those off, with those made up. 2026 has 261 weekdays, 19 off, 6 made up.
	worked := 0
	year := rules.Calendar.Years[2026]
	for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		if !isWeekend(day) {
			worked++
		}
	}
	if worked -= len(year.Off); worked+len(year.Work) != 261-19+6 {
		t.Errorf("2026 has %d working days, want %d", worked+len(year.Work), 261-19+6)
	}
}

func TestParseLimit(t *testing.T) {
	tests := []struct {
		text string
		want Limit
	}{
		{"5工作日", Limit{5, Workdays}},
		{"5个工作日", Limit{5, Workdays}},
		{" 10 工作日 ", Limit{10, Workdays}},
		{"\uff15工作日", Limit{5, Workdays}}, // full-width digit
		{"3天", Limit{3, Days}},
		{"3日", Limit{3, Days}},
		{"15个自然日", Limit{15, Days}},
		{"48小时", Limit{48, Hours}},
		{"4工作时", Limit{4, WorkHours}},
		{"4个工作小时", Limit{4, WorkHours}},
	}
	for _, tt := range tests {
		if got, err := ParseLimit(tt.text); err != nil || got != tt.want {
			t.Errorf("ParseLimit(%q) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "天", "0天", "-3天", "3.5天", "3", "三天", "1234567天", "3天5小时", "3个月"} {
		if got, err := ParseLimit(bad); !errors.Is(err, errLimit) {
			t.Errorf("ParseLimit(%q) = %v, %v, want it refused", bad, got, err)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, seed := range []string{"5工作日", "3天", "48小时", "4个工作时", "３天", "0天", "999999天", "天5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limit, err := ParseLimit(text)
		if err != nil {
			return
		}
		if again, err := ParseLimit(limit.String()); err != nil || again != limit || limit.N < 1 {
			t.Errorf("%q reads as %v, which reads as %v, %v", text, limit, again, err)
		}
	})
}
