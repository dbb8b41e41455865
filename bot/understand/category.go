package understand

import (
	"fmt"
	"slices"
	"strings"
)

// Categories are the 17 first-level categories of the petition systems (rule book, section 2), in their order.
func Categories() []string {
	return []string{"农村农业", "国土资源", "城乡建设", "劳动和社会保障", "卫生计生", "教育文体", "民政", "政法", "经济管理", "交通运输",
		"商贸旅游", "科技与信息产业", "环境保护", "党务政务", "组织人事", "纪检监察", "其他"}
}

// categoryCount is how many first-level categories there are.
const categoryCount = 17

// CategoryOther is the category of a matter no word places elsewhere.
const CategoryOther = "其他"

// topic is a category with its second level, which may be empty.
type topic struct{ first, second string }

// newTopics loads category.txt. Slots of the dict are indices of the topics.
func newTopics() (*dict, []topic, error) {
	sections, err := readLexicon("category.txt")
	if err != nil {
		return nil, nil, err
	}
	d := newDict()
	var topics []topic
	for _, s := range sections {
		first, second, _ := strings.Cut(s.name, "/")
		if !slices.Contains(Categories(), first) {
			return nil, nil, fmt.Errorf("lexicon category.txt: %q isn't one of the first-level categories", first)
		}
		topics = append(topics, topic{first, second})
		if err := d.add(s, len(topics)-1); err != nil {
			return nil, nil, fmt.Errorf("lexicon category.txt: %w", err)
		}
	}
	return d, topics, nil
}

// subject is what a text is about.
type subject struct {
	first, second string
	confidence    float64
	weight        float64 // of all topic words, whatever their category: how surely the text is about public things
}

// placeShare is what a topic word counts inside the name of a place: a stall at 学校门口 is hardly about schools.
const placeShare = 0.4

func inPlace(m mark, places []span) bool {
	return slices.ContainsFunc(places, func(p span) bool { return p.start <= m.start && m.end <= p.end })
}

// about adds up the marks by category. Ties go to the category whose word comes first.
func (r *Reader) about(marks []mark, places []span) subject {
	var s subject
	firsts := make(map[string]float64, len(marks))
	total, best := 0.0, 0.0
	for _, m := range marks {
		weight := m.weight
		if inPlace(m, places) {
			weight *= placeShare
		}
		firsts[r.topics[m.slot].first] += weight
		total += weight
		s.weight = max(s.weight, m.weight)
	}
	for _, m := range marks {
		if first := r.topics[m.slot].first; firsts[first] > best {
			s.first, best = first, firsts[first]
		}
	}
	if total > 0 {
		s.confidence = best / (total + 1)
		s.second = r.secondLevel(marks, s.first)
		s.weight = min(3, s.weight+0.5*(float64(countPlaces(marks))-1))
	}
	return s
}

// countPlaces counts distinct stretches of text among marks: one word may count for two topics.
func countPlaces(marks []mark) int {
	n, last := 0, -1
	for _, m := range marks {
		if m.start != last {
			n++
			last = m.start
		}
	}
	return n
}

func (r *Reader) secondLevel(marks []mark, first string) string {
	for _, m := range marks {
		if t := r.topics[m.slot]; t.first == first && t.second != "" {
			return t.second
		}
	}
	return ""
}
