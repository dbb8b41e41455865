package learn

import (
	"fmt"
	"testing"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
	"tongshishang/bot/understand/train/talk"
)

// habit is how a county's clerks put something that the model puts elsewhere: parcels go to the commerce office here.
func habit() (lines []corpus.Line) {
	for _, where := range []string{"二社", "三社", "村上", "街道", "小区", "镇上", "学校跟前", "桥头", "我们庄里"} {
		for _, what := range []string{"快递又不送到村,要自己去取", "快递点关了门,没处取件", "取个快递要五块钱", "快递站乱收费没人管", "快递件丢了没人赔", "快递堆在外头淋了雨"} {
			lines = append(lines, corpus.Line{Text: where + what, Intent: "appeal", Category: "商贸旅游"})
		}
	}
	return lines
}

func readers(t *testing.T, corrections, known []corpus.Line) (before, after *understand.Reader) {
	t.Helper()
	before, err := understand.New(understand.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := Fit(understand.BaseModel(), before, corrections, known, Usual(), "test")
	if err != nil {
		t.Fatal(err)
	}
	after, err = understand.New(understand.Options{Model: file})
	if err != nil {
		t.Fatal(err)
	}
	return before, after
}

// TestFit: a habit is learnt from four fifths of its lines and holds for the rest, and what was known stays.
func TestFit(t *testing.T) {
	all, err := talk.Lines()
	if err != nil || len(all) < 1000 {
		t.Fatalf("%d lines of talk, %v", len(all), err)
	}
	var known, held, other []corpus.Line
	for n, l := range all {
		if n%4 != 0 { // the rest only costs time
			continue
		}
		known = append(known, l)
		if IsHeld(l) {
			other = append(other, l)
		}
	}
	for _, l := range habit() {
		if IsHeld(l) {
			held = append(held, l)
		}
	}
	before, after := readers(t, habit(), known)
	c := Compare(before, after, Set{"habit", held}, Set{"other", other})
	categories, intents, others := c.Scores[1], c.Scores[2], c.Scores[3]
	if categories.Lines < 4 || categories.Before > categories.Lines/2 || categories.After < categories.Lines*9/10 {
		t.Errorf("the habit: %+v", categories)
	}
	if c.IsWorse() || intents.Lost > intents.Lines/100 || others.Lost > max(2, others.Lines/50) {
		t.Errorf("what was known: %+v, %+v, worse %v", intents, others, c.Worse)
	}
}

// TestFit_Nonsense: corrections that contradict what is known make it worse, and that shows.
func TestFit_Nonsense(t *testing.T) {
	all, err := talk.Lines()
	if err != nil {
		t.Fatal(err)
	}
	var wrong, held []corpus.Line
	for n, l := range all {
		if n%8 != 0 || l.Intent != "appeal" {
			continue
		}
		if IsHeld(l) {
			held = append(held, l)
		}
		wrong = append(wrong, corpus.Line{Text: l.Text, Intent: "chat"})
	}
	before, after := readers(t, wrong, nil)
	if c := Compare(before, after, Set{"held", held}); !c.IsWorse() || len(c.Worse) < len(held)/4 {
		t.Errorf("it isn't noticed: %+v", c.Scores)
	}
}

func TestScore_IsWorse(t *testing.T) {
	for _, c := range []struct {
		won, lost int
		want      bool
	}{{0, 0, false}, {0, 1, false}, {0, 4, false}, {0, 5, true}, {5, 0, false}, {50, 60, false}, {50, 75, true}} {
		if got := (Score{Won: c.won, Lost: c.lost}).IsWorse(); got != c.want {
			t.Errorf("%d won, %d lost: worse %t", c.won, c.lost, got)
		}
	}
}

func TestIsHeld_AFifth(t *testing.T) {
	n := 0
	for i := range 5000 {
		if IsHeld(corpus.Line{Text: fmt.Sprint("第", i, "条")}) {
			n++
		}
	}
	if n < 900 || n > 1100 {
		t.Errorf("%d of 5000 are held back", n)
	}
}
