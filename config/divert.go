package config

import (
	"fmt"
	"slices"
)

// Divert is the pack of procedures outside this platform: a matter that is already in one is left to it, and whoever told it hears
// why (rule book, section 4). Searching texts for them is bot/understand's.
type Divert struct {
	Head       `yaml:",inline"`
	Glossary   `yaml:",inline"`
	Mark       string      `yaml:"mark"` // what the ledger says of such a matter; field {name}
	Procedures []Procedure `yaml:"procedures"`
}

// Procedure is one that a matter may be in.
type Procedure struct {
	Signal `yaml:",inline"`
	Reason string `yaml:"reason"` // why it isn't decided here, told to the reporter: 法院已经立案
	Where  string `yaml:"where"`  // where to ask instead: 问承办法官或打 12368
	Source string `yaml:"source"` // the rule that says so
}

// EmbeddedDivert is the pack as it ships.
func EmbeddedDivert() (*Divert, error) {
	pack := &Divert{}
	if err := loadPack("", packFile{"divert.yaml", pack}).within("divert.yaml: ").err(); err != nil {
		return nil, err
	}
	return pack, nil
}

// Find returns the procedure with that code.
func (d *Divert) Find(code string) (Procedure, bool) {
	i := slices.IndexFunc(d.Procedures, func(p Procedure) bool { return p.Code == code })
	if i < 0 {
		return Procedure{}, false
	}
	return d.Procedures[i], true
}

func (d *Divert) check() []Problem {
	k := &checker{}
	k.glossary(&d.Glossary)
	k.problems = append(k.problems, checkFields("mark", d.Mark, "name")...)
	if len(d.Procedures) == 0 {
		k.add("procedures", "", "一种程序也没有", "照内置的 divert.yaml 写")
	}
	seen := map[string]bool{}
	for i := range d.Procedures {
		p, key := &d.Procedures[i], fmt.Sprintf("procedures.%d", i)
		k.signal(key, &p.Signal, &d.Glossary, seen)
		for name, text := range map[string]string{"reason": p.Reason, "where": p.Where, "source": p.Source} {
			if text == "" {
				k.add(key+"."+name, "", "没有写文字", "补上")
			}
		}
		k.problems = append(k.problems, checkManner(key+".reason", p.Reason)...)
		k.problems = append(k.problems, checkManner(key+".where", p.Where)...)
	}
	return k.problems
}
