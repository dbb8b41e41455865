package config

import (
	"fmt"
	"slices"
)

// Categories is the pack of types of matter and of the two levels of categories (rule book, section 2).
type Categories struct {
	Head  `yaml:",inline"`
	Kinds []MatterKind `yaml:"kinds"`
	First []Category   `yaml:"first"` // in the order they are listed; the last one takes what fits nowhere else
}

// MatterKind is a type of matter (事项类型).
type MatterKind struct {
	Name  string `yaml:"name"`  // 求助
	Group string `yaml:"group"` // what it is counted as: 诉求 for 求助, 投诉 and 举报, else its own name
}

// Category is a first-level category.
type Category struct {
	Name       string   `yaml:"name"`
	Agency     string   `yaml:"agency"`      // the handling agency (承办单位) when nobody named another
	NeedsPlace bool     `yaml:"needs_place"` // nobody can act without knowing where: the bot asks for a place
	Second     []string `yaml:"second"`      // second-level names; may be empty
}

// Find returns the first-level category of that name.
func (c *Categories) Find(name string) (Category, bool) {
	i := slices.IndexFunc(c.First, func(one Category) bool { return one.Name == name })
	if i < 0 {
		return Category{}, false
	}
	return c.First[i], true
}

// Names lists the first-level categories in their order.
func (c *Categories) Names() []string {
	names := make([]string, len(c.First))
	for i, one := range c.First {
		names[i] = one.Name
	}
	return names
}

// Parent returns the first-level name a second-level one belongs to, or empty.
func (c *Categories) Parent(second string) string {
	for _, one := range c.First {
		if slices.Contains(one.Second, second) {
			return one.Name
		}
	}
	return ""
}

// Agency is the default handling agency of a first-level category; of an unknown or empty one it is that of the last,
// which takes what fits nowhere else.
func (c *Categories) Agency(name string) string {
	if one, ok := c.Find(name); ok {
		return one.Agency
	}
	return c.First[len(c.First)-1].Agency
}

// NeedsPlace tells whether a matter of the first-level category can't be handled without knowing where.
func (c *Categories) NeedsPlace(name string) bool {
	first, _ := c.Find(name)
	return first.NeedsPlace
}

func (c *Categories) check() []Problem {
	var problems []Problem
	add := func(key, value, reason, mend string) {
		problems = append(problems, Problem{Key: key, Value: value, Reason: reason, Mend: mend})
	}
	if len(c.First) == 0 {
		add("first", "", "一个分类也没有", "至少写一个一级分类")
	}
	if len(c.Kinds) == 0 {
		add("kinds", "", "一个事项类型也没有", "至少写一个类型")
	}
	seen := map[string]string{}
	once := func(key, name string) {
		if name == "" {
			add(key, "", "缺少名称", "写上名称")
		} else if first, twice := seen[name]; twice {
			add(key, name, "和 "+first+" 重名，按名称就分不清了", "换一个名称")
		}
		seen[name] = key
	}
	for i, one := range c.First {
		key := fmt.Sprintf("first.%d", i)
		once(key+".name", one.Name)
		if one.Agency == "" {
			add(key+".agency", "", "缺少默认承办单位", "写上单位，如 住建局")
		}
		for j, second := range one.Second {
			once(fmt.Sprintf("%s.second.%d", key, j), second)
		}
	}
	for i, kind := range c.Kinds {
		if kind.Name == "" || kind.Group == "" {
			add(fmt.Sprintf("kinds.%d", i), kind.Name, "类型缺少名称或归类", "写上 name 和 group")
		}
	}
	return problems
}
