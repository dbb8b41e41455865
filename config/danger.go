package config

import (
	"fmt"
	"regexp"
	"slices"
)

// Danger is the pack of dangers to life: the words that tell them, what takes the words' meaning away, and the numbers to call
// (rule book, section 4). Searching texts for them is bot/understand's.
type Danger struct {
	Head     `yaml:",inline"`
	Glossary `yaml:",inline"`
	Phones   []Phone      `yaml:"phones"` // in the order of the answer
	Kinds    []DangerKind `yaml:"kinds"`  // in the order in which they are listed
	// CategoryBelow is how sure the category read from the words must be, 0 to 1; below it the kind's own is taken, so that two
	// calls about one danger fall under one category.
	CategoryBelow float64 `yaml:"category_below"`
}

// Phone is a public number to call.
type Phone struct {
	Phone  string `yaml:"phone"`  // 119
	Name   string `yaml:"name"`   // 火警和抢险
	Source string `yaml:"source"` // what says that this number is in service
}

// DangerKind is a kind of danger.
type DangerKind struct {
	Signal `yaml:",inline"`
	Phones []string `yaml:"phones"` // of those of the pack
	First  string   `yaml:"first"`  // first-level category of the matter
	Second string   `yaml:"second"` // second-level category; may be empty
	Care   string   `yaml:"care"`   // a humane word that is said besides; may be empty
	Alone  bool     `yaml:"alone"`  // counts only where no other kind was found: 救命
}

// EmbeddedDanger is the pack as it ships, for programs that read no rule folder.
func EmbeddedDanger() (*Danger, error) {
	pack := &Danger{}
	if err := loadPack("", packFile{"danger.yaml", pack}).within("danger.yaml: ").err(); err != nil {
		return nil, err
	}
	return pack, nil
}

// Numbers lists the numbers to call for the kinds of danger, each once, in the pack's order.
func (d *Danger) Numbers(codes ...string) []string {
	var out []string
	for _, p := range d.Phones {
		if slices.ContainsFunc(d.Kinds, func(k DangerKind) bool { return slices.Contains(codes, k.Code) && slices.Contains(k.Phones, p.Phone) }) {
			out = append(out, p.Phone)
		}
	}
	return out
}

// Care is the humane word for the first of the kinds that has one; empty if none has.
func (d *Danger) Care(codes ...string) string {
	for _, k := range d.Kinds {
		if k.Care != "" && slices.Contains(codes, k.Code) {
			return k.Care
		}
	}
	return ""
}

// careNumber is a number that a humane word names.
var careNumber = regexp.MustCompile(`\d+`)

// publicPhone is a short public number: 110, 12345.
var publicPhone = regexp.MustCompile(`^\d{3,5}$`)

func (d *Danger) check() []Problem {
	k := &checker{}
	k.glossary(&d.Glossary)
	within(k, "category_below", d.CategoryBelow, 0, 1)
	var phones []string
	for i, p := range d.Phones {
		key := fmt.Sprintf("phones.%d", i)
		if !publicPhone.MatchString(p.Phone) {
			k.add(key+".phone", p.Phone, "不是 3 到 5 位的公共号码", "如 110、119、120")
		}
		if p.Name == "" || p.Source == "" {
			k.add(key, p.Phone, "缺少名称或依据", "写上 name 和 source")
		}
		phones = append(phones, p.Phone)
	}
	if len(d.Kinds) == 0 {
		k.add("kinds", "", "一种险情也没有", "照内置的 danger.yaml 写")
	}
	seen := map[string]bool{}
	for i := range d.Kinds {
		kind, key := &d.Kinds[i], fmt.Sprintf("kinds.%d", i)
		k.signal(key, &kind.Signal, &d.Glossary, seen)
		if kind.First == "" {
			k.add(key+".first", "", "缺少一级分类", "写 categories.yaml 里的一级分类")
		}
		if len(kind.Phones) == 0 {
			k.add(key+".phones", "", "没有写该打的电话", "写上 phones 里的号码")
		}
		for _, p := range kind.Phones {
			if !slices.Contains(phones, p) {
				k.add(key+".phones", p, "phones 里没有这个号码", "先写进 phones")
			}
		}
		k.problems = append(k.problems, checkManner(key+".care", kind.Care)...)
		for _, p := range careNumber.FindAllString(kind.Care, -1) {
			if !slices.Contains(phones, p) {
				k.add(key+".care", p, "phones 里没有这个号码", "先写进 phones，写明依据")
			}
		}
	}
	return k.problems
}
