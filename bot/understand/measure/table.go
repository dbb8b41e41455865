package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table counts what was right and what was taken for what.
type table struct {
	name    string
	classes []string
	counts  map[[2]string]int
	wrong   []mistake
}

type mistake struct {
	want, got, text string
	confidence      float64
}

func newTable(name string, classes []string) *table {
	return &table{name: name, classes: classes, counts: make(map[[2]string]int)}
}

func (t *table) add(want, got string, confidence float64, text string) {
	t.counts[[2]string{want, got}]++
	if want != got {
		t.wrong = append(t.wrong, mistake{want, got, text, confidence})
	}
}

// f1 is precision, recall and their harmonic mean for a class.
func (t *table) f1(class string) (p, r, f float64) {
	hit, said, is := 0, 0, 0
	for pair, n := range t.counts {
		if pair[0] == class {
			is += n
		}
		if pair[1] == class {
			said += n
		}
		if pair[0] == class && pair[1] == class {
			hit += n
		}
	}
	if hit == 0 {
		return 0, 0, 0
	}
	p, r = float64(hit)/float64(said), float64(hit)/float64(is)
	return p, r, 2 * p * r / (p + r)
}

// print writes the figures, the confusion table and the surest mistakes. If only one class is of interest, its figures alone are printed.
func (t *table) print(w io.Writer, worst int, only string) {
	right, all := 0, 0
	for pair, n := range t.counts {
		all += n
		if pair[0] == pair[1] {
			right += n
		}
	}
	fmt.Fprintf(w, "\n## %s\n\n%d of %d right, accuracy %.4f", t.name, right, all, float64(right)/float64(all))
	sum, n := 0.0, 0
	for _, c := range t.classes {
		if _, r, f := t.f1(c); r > 0 || f > 0 {
			sum, n = sum+f, n+1
		}
	}
	if only != "" {
		p, r, f := t.f1(only)
		fmt.Fprintf(w, "; %s: precision %.4f, recall %.4f, F1 %.4f\n", only, p, r, f)
	} else {
		fmt.Fprintf(w, ", macro-F1 %.4f\n", sum/float64(max(1, n)))
	}
	t.confusion(w)
	slices.SortStableFunc(t.wrong, func(a, b mistake) int { return cmp.Compare(b.confidence, a.confidence) })
	for _, m := range t.wrong[:min(worst, len(t.wrong))] {
		fmt.Fprintf(w, "- %s, read as %s (%.2f): %s\n", m.want, cmp.Or(m.got, "none"), m.confidence, strings.ReplaceAll(m.text, "\n", " / "))
	}
}

// confusion writes for each class how many it has, its figures, and what it was taken for.
func (t *table) confusion(w io.Writer) {
	if len(t.classes) == 2 {
		return
	}
	for _, c := range t.classes {
		taken := []string{}
		n := t.counts[[2]string{c, c}]
		for pair, k := range t.counts {
			if pair[0] == c && pair[1] != c {
				n += k
				taken = append(taken, fmt.Sprintf("%s %d", cmp.Or(pair[1], "none"), k))
			}
		}
		slices.Sort(taken)
		p, r, f := t.f1(c)
		fmt.Fprintf(w, "| %s | %d | %.3f | %.3f | %.3f | %s |\n", c, n, p, r, f, strings.Join(taken, ", "))
	}
}

// share is n of so many, and in percent.
func share(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%.1f %%)", n, of, 100*float64(n)/float64(of))
}
