package understand

import (
	"fmt"

	"tongshishang/config"
)

// alarms are the packs of danger and of procedures outside, made ready for searching.
type alarms struct {
	dangers *watch
	kinds   []config.DangerKind
	below   float64 // how sure a category must be
	diverts *watch
	codes   []string // of the procedures
}

// newAlarms makes them of the packs given, or of those that ship where none is.
func newAlarms(danger *config.Danger, divert *config.Divert, fold func(string) string) (*alarms, error) {
	var err error
	if danger == nil {
		if danger, err = config.EmbeddedDanger(); err != nil {
			return nil, fmt.Errorf("danger: %w", err)
		}
	}
	if divert == nil {
		if divert, err = config.EmbeddedDivert(); err != nil {
			return nil, fmt.Errorf("divert: %w", err)
		}
	}
	a := &alarms{kinds: danger.Kinds, below: danger.CategoryBelow}
	var signals []*config.Signal
	for i := range danger.Kinds {
		signals = append(signals, &danger.Kinds[i].Signal)
	}
	a.dangers = newWatch(&danger.Glossary, signals, fold)
	signals = nil
	for i := range divert.Procedures {
		signals = append(signals, &divert.Procedures[i].Signal)
		a.codes = append(a.codes, divert.Procedures[i].Code)
	}
	a.diverts = newWatch(&divert.Glossary, signals, fold)
	return a, nil
}

// danger lists the kinds of danger that a folded text tells as happening now, in the pack's order. A mere cry for help counts only
// where nothing says what it is for.
func (a *alarms) danger(text []rune) []Danger {
	found := a.dangers.find(text)
	var list []Danger
	for _, i := range found {
		if !a.kinds[i].Alone || len(found) == 1 {
			list = append(list, Danger(a.kinds[i].Code))
		}
	}
	return list
}

// divert is the procedure outside that a folded text says its matter is in, the pack's first if several; empty if none.
func (a *alarms) divert(text []rune) string {
	if found := a.diverts.find(text); len(found) > 0 {
		return a.codes[found[0]]
	}
	return ""
}

// Divert is the code of the procedure (of the pack divert.yaml) that the text says its matter is in; empty if none. A message of
// several matters is asked for each.
func (r *Reader) Divert(text string) string {
	return r.alarms.divert(r.script.fold([]rune(r.script.clean(firstRunes(text, maxRead)))))
}

// alarmed makes an appeal of whatever a text that tells of danger was taken for: a cry for help is a matter, however it reads. Where
// its words don't tell the category surely, the kind of danger does.
func (a *alarms) alarmed(v verdict, kind Danger) verdict {
	v.Intent, v.Confidence = IntentAppeal, max(v.Confidence, dangerConfidence)
	if v.Category != "" && v.CategoryConfidence >= a.below {
		return v
	}
	for i := range a.kinds {
		if k := &a.kinds[i]; k.Code == string(kind) {
			v.Category, v.CategoryConfidence, v.Subcategory = k.First, dangerConfidence, k.Second
		}
	}
	return v
}

// matter is the one matter of a text that tells of danger: whoever calls for help doesn't tell of two things.
func (a *alarms) matter(r *Reader, clean []rune, p part) []Matter {
	p.place, p.base = r.firstPlace(clean, p.sheet.places, 0)
	return []Matter{r.matter(clean, p)}
}

// dangerConfidence is how sure it is at least that a message which tells of danger is a matter, and of which category; the
// phrasings of testdata/danger are what it rests on.
const dangerConfidence = 0.9
