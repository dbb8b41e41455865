package config

import "strings"

// Topic is a category of both levels; Second may be empty.
type Topic struct{ First, Second string }

// Resolve finds the category that somebody means by a name, the beginning of one, or a few of its characters in order (城建, 社保),
// of either level, or of both with a slash between. ok is false when none fits or several do.
func (c *Categories) Resolve(words string) (t Topic, ok bool) {
	words = strings.ReplaceAll(strings.TrimSpace(words), "／", "/")
	first, second, both := strings.Cut(words, "/")
	if !both {
		return choose(first, c.topics())
	}
	t, ok = choose(strings.TrimSpace(first), c.firsts())
	if second = strings.TrimSpace(second); !ok || second == "" {
		return t, ok
	}
	one, _ := c.Find(t.First)
	return choose(second, seconds(one))
}

func (c *Categories) firsts() []Topic {
	out := make([]Topic, len(c.First))
	for i, one := range c.First {
		out[i].First = one.Name
	}
	return out
}

func (c *Categories) topics() []Topic {
	out := c.firsts()
	for _, one := range c.First {
		out = append(out, seconds(one)...)
	}
	return out
}

func seconds(c Category) []Topic {
	out := make([]Topic, len(c.Second))
	for i, name := range c.Second {
		out[i] = Topic{c.Name, name}
	}
	return out
}

func (t Topic) name() string {
	if t.Second != "" {
		return t.Second
	}
	return t.First
}

// choose takes the one topic that fits best: by its whole name, else by its beginning, else by characters in order. Of several that
// fit alike a first level stands for its own second levels.
func choose(word string, among []Topic) (Topic, bool) {
	if word == "" {
		return Topic{}, false
	}
	for _, fits := range []func(name, word string) bool{func(name, word string) bool { return name == word }, strings.HasPrefix, inOrder} {
		var found []Topic
		for _, t := range among {
			if fits(t.name(), word) {
				found = append(found, t)
			}
		}
		if len(found) > 0 {
			return alone(found)
		}
	}
	return Topic{}, false
}

func alone(found []Topic) (Topic, bool) {
	for _, t := range found[1:] {
		if t.Second == "" || t.First != found[0].First || found[0].Second != "" {
			return Topic{}, false
		}
	}
	return found[0], true
}

// inOrder tells whether the characters of the word stand in the name in their order.
func inOrder(name, word string) bool {
	for _, r := range word {
		at := strings.IndexRune(name, r)
		if at < 0 {
			return false
		}
		name = name[at+len(string(r)):]
	}
	return true
}
