package main

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// swapper makes a letter about another place out of a letter: what names in the title identify is replaced everywhere. The data
// hold few letters that are alike word for word and still two matters; in use they are many (5号楼 after 3号楼).
type swapper struct {
	random *rand.Rand
	names  []string // of other places, without the word that says what they are
}

var (
	swapCode   = regexp.MustCompile(`[A-Z]\d{1,2}(?:区|县|市)`)
	swapNumber = regexp.MustCompile(`(\d{1,3}|[一二三四五六七八九])(号楼|栋|社|组|单元|期|号线|路公交|路车)`)
	swapName   = regexp.MustCompile(`\p{Han}{2}(小区|花园|家园|嘉园|公寓|大厦|新城|国际|学校|小学|中学|学院|幼儿园|医院|公司|社区|街道|村|镇|路|苑|府|湾|桥|厂)`)
)

func newSwapper(letters []letter, random *rand.Rand) *swapper {
	s := &swapper{random: random}
	for _, l := range letters {
		for _, m := range swapName.FindAllStringSubmatchIndex(l.Title, -1) {
			s.names = append(s.names, l.Title[m[0]:m[2]])
		}
	}
	return s
}

// swap returns the letter with another place; false when nothing in its title names one.
func (s *swapper) swap(l letter) (letter, bool) {
	var pairs []string
	if m := swapName.FindStringSubmatchIndex(l.Title); m != nil {
		pairs = append(pairs, l.Title[m[0]:m[2]], s.names[s.random.IntN(len(s.names))])
	}
	if m := swapNumber.FindStringSubmatch(l.Title); m != nil {
		pairs = append(pairs, m[0], fmt.Sprint(1+s.random.IntN(40), m[2]))
	}
	if m := swapCode.FindString(l.Title); m != "" && (len(pairs) > 0 || s.random.IntN(2) == 0) && s.random.IntN(2) == 0 {
		pairs = append(pairs, m, fmt.Sprintf("%c%d%s", 'A'+rune(s.random.IntN(12)), 1+s.random.IntN(9), string([]rune(m)[len([]rune(m))-1])))
	}
	if len(pairs) == 0 {
		return l, false
	}
	replace := strings.NewReplacer(pairs...)
	out := l
	out.Title, out.Text = replace.Replace(l.Title), replace.Replace(l.Text)
	return out, out.Title != l.Title
}

//go:embed made.txt
var madeText string

// made holds troubles with the ways in which people tell them, for pairs of chat messages.
type made struct {
	places   []string
	troubles [][]string
	tails    []string
}

// parseMade reads sections [places], [troubles] and [tails]; a trouble is a line of ways to tell it with | between them.
func parseMade(text string) made {
	var m made
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = line
		case section == "[places]":
			m.places = append(m.places, strings.Fields(line)...)
		case section == "[tails]":
			m.tails = append(m.tails, strings.Split(line, "|")...)
		default:
			m.troubles = append(m.troubles, strings.Split(line, "|"))
		}
	}
	return m
}

// pair draws two messages. Half of them are the same matter; of the rest most are the same trouble at another place.
func (m *made) pair(r *rand.Rand) letterPair {
	place, trouble := m.place(r), r.IntN(len(m.troubles))
	other, another := place, trouble
	p := letterPair{Same: 1}
	if r.IntN(2) == 0 {
		p.Same = 0
		if r.IntN(3) > 0 {
			other = m.otherPlace(place, r)
		} else {
			for another == trouble {
				another = r.IntN(len(m.troubles))
			}
		}
	}
	if p.Same == 1 && r.IntN(7) == 0 {
		other = "" // who writes in the village's own group often names no place
	}
	p.A, p.B = m.tell(place, trouble, r), m.tell(other, another, r)
	if p.Same == 0 && other != place && r.IntN(2) == 0 { // in the very same words
		p.B = strings.ReplaceAll(p.A, place, other)
	}
	return p
}

func (m *made) place(r *rand.Rand) string {
	place := m.places[r.IntN(len(m.places))]
	return strings.ReplaceAll(place, "N", fmt.Sprint(1+r.IntN(12)))
}

// otherPlace is another number at the same place or another place.
func (m *made) otherPlace(place string, r *rand.Rand) string {
	for {
		if other := m.place(r); other != place && !strings.Contains(other, place) && !strings.Contains(place, other) {
			return other
		}
	}
}

func (m *made) tell(place string, trouble int, r *rand.Rand) string {
	ways := m.troubles[trouble]
	text := ways[r.IntN(len(ways))]
	if place != "" && r.IntN(5) == 0 {
		text += "," + place
	} else {
		text = place + text
	}
	for range r.IntN(3) {
		text += "," + m.tails[r.IntN(len(m.tails))]
	}
	return text
}
