package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Phrases are searched for in what people write. One is a word, or several joined by “…”, which must stand in this order in one
// clause with at most the pack's reach of characters between two of them: 有人…晕倒. Joined by “……” they may stand in two clauses of
// a sentence, with twice the reach: 塌了……没出来. {name} in a part stands for any word of that group: {who}掉{water}. In YAML they are
// one text with blanks or line breaks between the phrases.
type Phrases []string

// UnmarshalText splits the text at blanks.
func (p *Phrases) UnmarshalText(text []byte) error {
	*p = strings.Fields(string(text))
	return nil
}

// Signal is something that texts are searched for.
type Signal struct {
	Code   string  `yaml:"code"`   // stored and never changed
	Name   string  `yaml:"name"`   // for people
	Words  Phrases `yaml:"words"`  // say that it is so
	Sure   Phrases `yaml:"sure"`   // say so in any but a strict context
	Except Phrases `yaml:"except"` // take away every phrase that overlaps them: 火锅 of 火, 打架子 of 打架
	Over   Phrases `yaml:"over"`   // anywhere in the text say that it is over; phrases of Sure stand
}

// Context is what takes a phrase's meaning away: a drill, a story, the past, a negation, a mere possibility.
type Context struct {
	Code   string  `yaml:"code"`
	Words  Phrases `yaml:"words"`
	Scope  Scope   `yaml:"scope"`
	Side   Side    `yaml:"side"`
	Within int     `yaml:"within"` // at most so many characters from the phrase; 0 is no bound
	Strict bool    `yaml:"strict"` // takes away Sure phrases too
	Unless Phrases `yaml:"unless"` // anywhere in the text: the context means nothing
}

// Scope is how far a context reaches.
type Scope string

// The scopes: between two commas, between two full stops, everywhere.
const (
	ScopeClause   Scope = "clause"
	ScopeSentence Scope = "sentence"
	ScopeText     Scope = "text"
)

// Side is where a context's word must stand.
type Side string

// The sides of the phrase. A word inside a phrase of several parts stands before it.
const (
	SideAny    Side = ""
	SideBefore Side = "before"
	SideAfter  Side = "after"
)

// Glossary is what the signals of one pack share.
type Glossary struct {
	Reach    int                `yaml:"reach"`    // of “…”, in characters
	Longest  int                `yaml:"longest"`  // characters of a text; in a longer one only Sure phrases count; 0 is no bound
	Groups   map[string]Phrases `yaml:"groups"`   // words to be named in phrases; they name no groups themselves
	Except   Phrases            `yaml:"except"`   // for every signal
	Shields  Phrases            `yaml:"shields"`  // inside which no word of a context counts: 没 of 没人管
	Contexts []Context          `yaml:"contexts"` // for every signal
}

// Join is what a part of a phrase and the one before it are joined by.
type Join int

// The joins: “…” and “……”.
const (
	JoinClause Join = iota
	JoinSentence
)

// Part is a part of a phrase.
type Part struct {
	Text string
	Join Join // of the part before; meaningless of the first
}

// Parts are the parts of a phrase.
func Parts(phrase string) []Part {
	var out []Part
	for i, wide := range strings.Split(phrase, "……") {
		for j, text := range strings.Split(wide, "…") {
			join := JoinClause
			if i > 0 && j == 0 {
				join = JoinSentence
			}
			out = append(out, Part{text, join})
		}
	}
	return out
}

// groupForm is a group in a phrase.
var groupForm = regexp.MustCompile(`\{[a-z_]*\}`)

// The bounds of a pack: a phrase of many groups would multiply, and one character is everywhere.
const (
	mostParts      = 3
	mostExpanded   = 5000
	longestReach   = 30
	shortestPhrase = 2
)

// Expand lists the words that one part of a phrase stands for. The pack has passed its check.
func (g *Glossary) Expand(part string) []string {
	at := groupForm.FindStringIndex(part)
	if at == nil {
		return []string{part}
	}
	var out []string
	rest := g.Expand(part[at[1]:])
	for _, word := range g.Groups[part[at[0]+1:at[1]-1]] {
		for _, tail := range rest {
			out = append(out, part[:at[0]]+word+tail)
		}
	}
	return out
}

// glossary finds the faults of the shared part.
func (k *checker) glossary(g *Glossary) {
	within(k, "reach", g.Reach, 1, longestReach)
	within(k, "longest", g.Longest, 0, 4000)
	for _, name := range slices.Sorted(maps.Keys(g.Groups)) {
		key := "groups." + name
		if !groupForm.MatchString("{"+name+"}") || len(g.Groups[name]) == 0 {
			k.add(key, "", "组名不是小写字母，或组里没有词", "组名写小写字母，组里写上词")
		}
		for _, word := range g.Groups[name] {
			if strings.ContainsAny(word, "{}…") {
				k.add(key, word, "组里的词不能再用组或“…”", "写成普通的词")
			}
		}
	}
	k.phrases("except", g.Except, g)
	k.phrases("shields", g.Shields, g)
	seen := map[string]bool{}
	for i, c := range g.Contexts {
		key := fmt.Sprintf("contexts.%d", i)
		k.code(key, c.Code, seen)
		if len(c.Words) == 0 {
			k.add(key+".words", "", "没有写词", "写上词，或删掉这一项")
		}
		k.phrases(key+".words", c.Words, g)
		k.phrases(key+".unless", c.Unless, g)
		if !slices.Contains([]Scope{ScopeClause, ScopeSentence, ScopeText}, c.Scope) {
			k.add(key+".scope", string(c.Scope), "没有这种范围", "写 clause、sentence 或 text")
		}
		if !slices.Contains([]Side{SideAny, SideBefore, SideAfter}, c.Side) {
			k.add(key+".side", string(c.Side), "没有这一边", "写 before、after，或不写")
		}
		within(k, key+".within", c.Within, 0, longestReach)
	}
}

// signal finds the faults of one signal.
func (k *checker) signal(key string, s *Signal, g *Glossary, seen map[string]bool) {
	k.code(key, s.Code, seen)
	if s.Name == "" {
		k.add(key+".name", "", "缺少名称", "写上名称")
	}
	if len(s.Words)+len(s.Sure) == 0 {
		k.add(key+".words", "", "没有写词", "写上词，或删掉这一项")
	}
	for _, list := range []struct {
		name    string
		phrases Phrases
	}{{"words", s.Words}, {"sure", s.Sure}, {"except", s.Except}, {"over", s.Over}} {
		k.phrases(key+"."+list.name, list.phrases, g)
		for _, phrase := range list.phrases {
			if utf8.RuneCountInString(phrase) < shortestPhrase {
				k.add(key+"."+list.name, phrase, "只有一个字，到处都是", "写成两个字以上的词")
			}
		}
	}
}

// codeForm is a stored code.
var codeForm = regexp.MustCompile(`^[a-z][a-z_]{1,15}$`)

func (k *checker) code(key, code string, seen map[string]bool) {
	switch {
	case !codeForm.MatchString(code):
		k.add(key+".code", code, "代号不是 2 到 16 个小写字母", "如 fire")
	case seen[code]:
		k.add(key+".code", code, "代号重复", "换一个代号")
	}
	seen[code] = true
}

func (k *checker) phrases(key string, list Phrases, g *Glossary) {
	seen := map[string]bool{}
	for _, phrase := range list {
		if seen[phrase] {
			k.add(key, phrase, "写了两次", "只留一处")
		}
		seen[phrase] = true
		if reason := g.fault(phrase); reason != "" {
			k.add(key, phrase, reason, "写成 着火了、有人…晕倒 或 {组}掉{组}，组要写在 groups 里")
		}
	}
}

// fault is what is wrong with a phrase, empty if nothing is.
func (g *Glossary) fault(phrase string) string {
	parts := Parts(phrase)
	if len(parts) > mostParts {
		return fmt.Sprintf("超过 %d 段", mostParts)
	}
	for _, p := range parts {
		part := p.Text
		if part == "" {
			return "“…”两边都要有词"
		}
		for _, group := range groupForm.FindAllString(part, -1) {
			if _, ok := g.Groups[strings.Trim(group, "{}")]; !ok {
				return "没有 " + group + " 这一组"
			}
		}
		if strings.ContainsAny(groupForm.ReplaceAllString(part, ""), "{}") {
			return "花括号不成对"
		}
		n := g.count(part)
		if n > mostExpanded {
			return fmt.Sprintf("展开有 %d 个词，太多", n)
		}
	}
	return ""
}

// count is how many words Expand would give, so that nothing huge is built of a broken pack.
func (g *Glossary) count(part string) int {
	n := 1
	for _, group := range groupForm.FindAllString(part, -1) {
		if n *= len(g.Groups[strings.Trim(group, "{}")]); n > mostExpanded {
			break
		}
	}
	return n
}
