package understand

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is an entry of the gazetteer: a township, community, village, group of a village, estate or spot.
type Place struct {
	ID      string   // stable id, e.g. the unit's code
	Name    string   // 平襄镇
	Aliases []string // other names people use: 平襄
	Unit    string   // the unit's name it belongs to
}

// gazetteer finds places in folded text: known names, and by pattern those nobody has listed.
type gazetteer struct {
	places   []Place
	known    *trie // name or alias → index of places
	name     *trie // 村, 小区
	street   *trie // 路, 街
	family   *trie // 湾, 岔
	numbered *trie // 社, 号楼
	head     *trie
	tail     *trie
	spot     *trie
	never    *trie
	stop     map[rune]bool
}

func newGazetteer(places []Place, fold func(string) string) (*gazetteer, error) {
	g := &gazetteer{places: places, known: newTrie(), stop: make(map[rune]bool)}
	sections, err := readLexicon("place.txt")
	if err != nil {
		return nil, err
	}
	lists := map[string]**trie{"name": &g.name, "street": &g.street, "family": &g.family, "numbered": &g.numbered,
		"head": &g.head, "tail": &g.tail, "spot": &g.spot, "never": &g.never}
	for _, s := range sections {
		list, ok := lists[s.name]
		if s.name != "stop" && !ok {
			return nil, fmt.Errorf("lexicon place.txt: unknown section %q", s.name)
		}
		if s.name == "stop" {
			g.addStops(s.words)
			continue
		}
		*list = newTrie()
		for i, w := range s.words {
			(*list).add(w, i)
		}
		delete(lists, s.name)
	}
	if len(lists) > 0 {
		return nil, fmt.Errorf("lexicon place.txt lacks %d sections", len(lists))
	}
	return g, g.addKnown(fold)
}

func (g *gazetteer) addStops(words []string) {
	for _, w := range words {
		for _, c := range w {
			g.stop[c] = true
		}
	}
}

func (g *gazetteer) addKnown(fold func(string) string) error {
	for i, p := range g.places {
		if len([]rune(p.Name)) < 2 {
			return fmt.Errorf("gazetteer entry %d (%q): a name needs two characters", i+1, p.Name)
		}
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			g.known.add(fold(name), i)
		}
	}
	return nil
}

// find returns the places in a folded text in order; parts that touch (平襄镇 李家村 三社) are one place.
func (g *gazetteer) find(text []rune) []span {
	spans := g.known.find(text)
	spans = append(spans, g.spot.find(text)...)
	never := g.never.find(text)
	spans = g.byName(spans, text, never)
	spans = g.byNumber(spans, text, never)
	spans = g.bySpot(spans, text)
	if len(spans) == 0 {
		return nil
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	return joinTouching(outermost(spans), text)
}

// joinTouching merges spans that overlap or touch. 楼下 after 3号楼 is left out: it is the 楼 again, and often the 下 of 下水道.
func joinTouching(spans []span, text []rune) []span {
	joined := spans[:1]
	for _, s := range spans[1:] {
		last := &joined[len(joined)-1]
		if s.start == last.end-1 && text[s.start] == '楼' {
			continue
		}
		if s.start <= last.end || s.start == last.end+1 && text[last.end] == ' ' {
			last.end = max(last.end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// byName finds names before 村, 小区 (one to four characters), 路, 街 (two or three) and 湾, 岔 (a family's name and 家).
func (g *gazetteer) byName(spans []span, text []rune, never []span) []span {
	add := func(suffixes []span, least, most int, fits func(name []rune) bool) {
		for _, s := range suffixes {
			start := g.nameStart(text, s.start, most)
			if s.start-start < least || !fits(text[start:s.start]) || within(never, s) {
				continue
			}
			spans = append(spans, span{start: start, end: s.end})
		}
	}
	always := func([]rune) bool { return true }
	add(outermost(g.name.find(text)), 1, 4, always)
	add(outermost(g.street.find(text)), 2, 3, always)
	add(g.family.find(text), 2, 3, func(name []rune) bool { return name[len(name)-1] == '家' })
	return spans
}

// nameStart walks left from a suffix over at most so many characters of a name.
func (g *gazetteer) nameStart(text []rune, end, most int) int {
	start := end
	for start > 0 && end-start < most {
		c := text[start-1]
		if c == '家' && start == end && start > 1 && isHan(text[start-2]) { // 李家湾, 张家村
			start--
			continue
		}
		if !isHan(c) || g.stop[c] {
			break
		}
		start--
	}
	return start
}

// within tells whether a suffix lies inside a word that is no place.
func within(never []span, s span) bool {
	for _, n := range never {
		if n.start <= s.start && s.end <= n.end && n.end-n.start >= s.end-s.start {
			return true
		}
	}
	return false
}

// byNumber finds 3号楼, 二社, 12栋, 2单元.
func (g *gazetteer) byNumber(spans []span, text []rune, never []span) []span {
	for _, s := range outermost(g.numbered.find(text)) {
		start := s.start
		for start > 0 && s.start-start < 4 && isNumeral(text[start-1]) {
			start--
		}
		if start < s.start && !within(never, s) {
			spans = append(spans, span{start: start, end: s.end})
		}
	}
	return spans
}

// bySpot finds a head with its tail: 学校门口, 菜市场后面.
func (g *gazetteer) bySpot(spans []span, text []rune) []span {
	tails := g.tail.find(text)
	if len(tails) == 0 {
		return spans
	}
	for _, h := range g.head.find(text) {
		for _, t := range tails {
			if t.start == h.end {
				spans = append(spans, span{start: h.start, end: t.end})
			}
		}
	}
	return spans
}

func isHan(c rune) bool { return c >= 0x4E00 && c <= 0x9FFF }

func isNumeral(c rune) bool {
	return c >= '0' && c <= '9' || strings.ContainsRune("一二三四五六七八九十", c)
}

// Locate returns the gazetteer's entry that a place, as found in a text, names; the longest name counts.
func (r *Reader) Locate(place string) (Place, bool) {
	best := outermost(r.gazetteer.known.find([]rune(r.foldString(place))))
	if len(best) == 0 {
		return Place{}, false
	}
	longest := slices.MaxFunc(best, func(a, b span) int { return cmp.Compare(a.end-a.start, b.end-b.start) })
	return r.gazetteer.places[longest.word], true
}

// sampleCounty is the gazetteer of a Reader without options: the townships of 通渭县 (public administrative division) and the
// five communities of the demo, so that `parse` works without configuration.
func sampleCounty() []Place {
	names := []string{"平襄镇 PX", "马营镇 MY", "鸡川镇 JC", "榜罗镇 BL", "常家河镇 CJH", "义岗川镇 YGC", "陇阳镇 LY", "陇山镇 LS", "陇川镇 LC",
		"碧玉镇 BY", "襄南镇 XN", "什川镇 SC", "华家岭镇 HJL", "北城铺镇 BCP", "新景乡 XJ", "李家店乡 LJD", "第三铺乡 DSP", "寺子川乡 SZC",
		"城东社区 CD", "城西社区 CX", "城南社区 CN", "城北社区 CB", "城中社区 CZ"}
	places := make([]Place, 0, len(names))
	for _, n := range names {
		name, code, _ := strings.Cut(n, " ")
		p := Place{ID: code, Name: name, Unit: name}
		if short := strings.TrimRight(name, "镇乡"); short != name && len([]rune(short)) >= 2 {
			p.Aliases = []string{short}
		}
		places = append(places, p)
	}
	return places
}
