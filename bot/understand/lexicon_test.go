package understand

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseLexicon(t *testing.T) {
	got, err := parseLexicon("x.txt", "# why\n[fault 2]\n不亮 坏了\n没…管\n[plain]\n#接龙\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []section{{"fault", 2, []string{"不亮", "坏了", "没…管"}}, {"plain", 1, []string{"#接龙"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parseLexicon = %+v, want %+v", got, want)
	}
}

func TestParseLexicon_NamesEveryFault(t *testing.T) {
	_, err := parseLexicon("x.txt", "stray\n[fault two]\n[a b c]\n")
	for _, want := range []string{"line 1", "line 2", `"two"`, "line 3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v doesn't tell %q", err, want)
		}
	}
}

func TestDict_Scan(t *testing.T) {
	d := newDict()
	for slot, words := range [][]string{{"满意"}, {"不满意"}, {"没…管"}} {
		if err := d.add(section{name: "s", weight: 1, words: words}, slot); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		text string
		want []int
	}{
		{"很满意", []int{0}},
		{"不满意", []int{1}},          // the longer word hides the shorter
		{"没一个人来管", []int{2}},       // four runes between
		{"没来,管不了", nil},            // another clause
		{"没有一个人愿意过来管", nil},        // eight runes between
		{"满意满意", []int{0}},         // counts once
		{"不满意,但别人满意", []int{1, 0}}, // both said
	}
	for _, tt := range tests {
		var got []int
		for _, m := range d.scan([]rune(tt.text)) {
			got = append(got, m.slot)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("scan(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
	if err := d.add(section{name: "s", weight: 1, words: []string{"满意"}}, 0); err == nil {
		t.Error("the same word twice under one slot is accepted")
	}
}
