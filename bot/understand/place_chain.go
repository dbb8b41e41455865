package understand

import (
	"strings"
	"unicode/utf8"
)

// chain is a place being read: it starts with some token and takes in what fits behind it.
type chain struct {
	scan   *placeScan
	start  int
	end    int
	base   int     // where the thing begins that merely stands there: of 三社水渠 behind 三社
	strong bool    // something in it is a place by itself
	weak   int     // generic things and spots beside them
	last   partSet // what stands at its end
}

// mostTokens bounds a chain, so that a text of nothing but 门口 is read in linear time.
const mostTokens = 12

// find lists the places of the text, in order and not overlapping; word is where a place's base ends.
func (p *placeScan) find() []span {
	p.places = p.places[:0]
	for i := 0; i < len(p.text); {
		c := chain{scan: p, start: i, end: i}
		if c.open() && c.grow() {
			p.places = append(p.places, span{c.start, c.end, c.base})
			i = c.end
			continue
		}
		i++
	}
	return p.places
}

// open takes the first token: one that is a place, or that may become one by what follows.
func (c *chain) open() bool {
	pos := c.start
	if strings.ContainsRune("老旧小原", c.scan.text[pos]) {
		if t, ok := c.pick(pos+1, partFacility|partGeneric|partStructure); ok && !c.named(pos) {
			c.take(t)
			return true
		}
	}
	t, ok := c.pick(pos, partStrong|partOffice|partGeneric|partLead|partCounted)
	if !ok || t.end-t.start == 1 && (!strings.ContainsRune("村镇乡社庄街园厂桥河巷坝沟站校", c.scan.text[pos]) || !c.begins()) {
		return false
	}
	c.take(t)
	return true
}

// begins tells whether a word of one character can begin where the chain starts. Before 的 it must be a word of its own: in 咱村的路 the
// 村 is whoever speaks, and in 新阳村的路 it ends a name.
func (c *chain) begins() bool {
	before := c.scan.at1(c.start - 1)
	switch {
	case c.scan.at1(c.start+1) != '的', before == 0, !isHan(before):
		return true
	case strings.ContainsRune("我们咱你他她它俺本这那各每全该某哪", before):
		return false
	}
	return c.scan.fence[c.start] || c.scan.stop[before]
}

// named tells whether a name or word that is a place starts at the position.
func (c *chain) named(pos int) bool {
	_, ok := c.pick(pos, partStrong)
	return ok
}

// pick is the longest token at a position that is one of the parts.
func (c *chain) pick(pos int, parts partSet) (token, bool) {
	for _, t := range c.scan.at(pos) {
		if t.parts&parts != 0 {
			return t, true
		}
	}
	return token{}, false
}

func (c *chain) take(t token) {
	if c.end == c.start || !c.isThing(t) {
		c.base = t.end
	}
	c.end, c.last = t.end, t.parts
	if t.parts&partStrong != 0 {
		c.strong = true
	} else {
		c.weak++
	}
}

// isThing tells whether the token merely stands at the place: the 水渠 of 三社水渠, but not the 中学 of 马营中学.
func (c *chain) isThing(t token) bool {
	if t.parts&partStructure != 0 {
		return t.parts&suffixes == 0 || c.last&partKnown == 0
	}
	return t.parts&(partGeneric|partFacility) != 0 && t.parts&(partTail|suffixes) == 0
}

// grow takes in what follows and tells whether the whole is a place.
func (c *chain) grow() bool {
	first := c.last
	for range mostTokens {
		if c.acts() || !c.step() {
			break
		}
	}
	switch {
	case c.strong:
		return true
	case first&partOffice != 0 && c.weak == 1:
		return c.visited()
	}
	return c.weak > 1
}

// acts tells whether who merely acts follows: of 安定门小区物业 the place is the 小区, but 小区物业门口 is a place.
func (c *chain) acts() bool {
	if !c.strong || !c.scan.has(c.end, "物业") {
		return false
	}
	_, ok := c.pick(c.end+2, partTail|partStructure|partFacility|partGeneric)
	return !ok
}

// step takes in one more token if one fits.
func (c *chain) step() bool {
	return c.next() || c.of() || c.pointed() || c.journey() || c.crossing() || c.away() || c.apart()
}

// next takes a token that stands right behind.
func (c *chain) next() bool {
	fits := partStrong | partStructure | partGeneric | partOffice | partTail | partCounted | suffixes
	if c.last&partStrong == 0 && c.last&partTail != 0 {
		fits = partStrong&^partKnown | partGeneric | partOffice
	}
	t, ok := c.pick(c.end, fits)
	if !ok && c.end < len(c.scan.text) && strings.ContainsRune("老旧小新大", c.scan.text[c.end]) {
		t, ok = c.pick(c.end+1, partFacility|partGeneric|partStructure)
	}
	if !ok || t.end-t.start == 1 && !c.takesShort(t) || c.repeats(t) {
		return false
	}
	c.take(t)
	return true
}

// repeats tells whether the token is another place of the kind at the chain's end: 二社三社 are two, and so is what is said twice.
func (c *chain) repeats(t token) bool {
	n := t.end - t.start
	if t.parts&partNumbered != 0 && c.last&partNumbered != 0 {
		return c.scan.text[t.end-1] == c.scan.text[c.end-1]
	}
	return c.end-c.start >= n && string(c.scan.text[c.end-n:c.end]) == string(c.scan.text[t.start:t.end])
}

// takesShort tells whether a word of one character belongs to the place: 马营河, 村委会前 yes, 学校山 no.
func (c *chain) takesShort(t token) bool {
	if c.last&partKnown != 0 && t.parts&(suffixes|partGeneric|partStructure) != 0 {
		return true
	}
	if c.last&partSpot != 0 && t.parts&partMeasure != 0 {
		return true // 后湾社
	}
	if c.last&partNamed != 0 && strings.ContainsRune("镇乡", c.scan.text[t.start]) {
		return true // 李家堡镇
	}
	return t.parts&partTail != 0 && c.last&partTail == 0 && c.end-c.start > 1
}

// of takes what stands behind 的, 上的, 里的: 三社的水渠, 大水沟上的便桥.
func (c *chain) of() bool {
	pos := c.end
	if pos < len(c.scan.text) && strings.ContainsRune("上里前后边旁下外", c.scan.text[pos]) {
		pos++
	}
	if pos >= len(c.scan.text) || c.scan.text[pos] != '的' {
		return false
	}
	fits := partSpot | partFacility | partStructure
	if c.last&partLead != 0 && !c.strong {
		fits = partFacility | partSpot // the road before one's door is anybody's
	}
	t, ok := c.pick(pos+1, fits)
	if !ok && strings.ContainsRune("老旧小新大", c.scan.at1(pos+1)) {
		t, ok = c.pick(pos+2, fits)
	}
	if !ok {
		return false
	}
	c.take(t)
	return true
}

// at1 is the character at a position, 0 beyond the ends.
func (p *placeScan) at1(pos int) rune {
	if pos < 0 || pos >= len(p.text) {
		return 0
	}
	return p.text[pos]
}

// pointed takes what is pointed at: 门口那截路, 后面那家汽修, 隔壁那家.
func (c *chain) pointed() bool {
	pos := c.end
	if strings.ContainsRune("上里", c.scan.at1(pos)) {
		pos++
	}
	j, ok := c.pick(pos, partJoint)
	if !ok {
		return false
	}
	t, ok := c.pick(j.end, partNamed|partFacility|partStructure|partGeneric)
	if !ok {
		t, ok = c.described(j.end)
	}
	switch {
	case ok:
		c.take(t)
	case c.isRoad(j.end), strings.ContainsRune("条道座口块片排栋段", c.scan.text[j.end-1]) && strings.ContainsRune("街巷河地林坟院墙山坝房坑", c.scan.at1(j.end)):
		c.take(token{j.start, j.end + 1, partStructure})
	case c.last&partTail != 0 && c.scan.text[j.end-1] == '家':
		c.take(j)
	default:
		return false
	}
	return true
}

// longestDescription is how many characters may tell which of several is pointed at.
const longestDescription = 5

// described is what stands behind a few words of description: 那家|卖手机的|店.
func (c *chain) described(pos int) (token, bool) {
	for i := pos; i < pos+longestDescription && isHan(c.scan.at1(i)); i++ {
		if c.scan.text[i] == '的' {
			return c.pick(i+1, partNamed|partFacility|partStructure|partGeneric)
		}
	}
	return token{}, false
}

// isRoad tells whether 路 stands at a position and isn't the first half of a lamp or a sign: 那段路面 is a road.
func (c *chain) isRoad(pos int) bool {
	return c.scan.at1(pos) == '路' && !strings.ContainsRune("灯牌过由", c.scan.at1(pos+1))
}

// longestJourney is how many characters may stand between 到 and the road that leads there.
const longestJourney = 7

// journey takes in the other end of a road: 马营到锦屏那条路, 榜罗到常家河的路, 三社到五社那段.
func (c *chain) journey() bool {
	if c.last&(partStrong|partTail|partGeneric|partOffice) == 0 || !strings.ContainsRune("到至通", c.scan.at1(c.end)) {
		return false
	}
	for pos := c.end + 2; pos <= c.end+1+longestJourney && pos < len(c.scan.text); pos++ {
		if !isHan(c.scan.text[pos-1]) && !isNumeral(c.scan.text[pos-1]) {
			return false
		}
		if end := c.road(pos); end > 0 {
			c.take(token{c.start, end, partNamed})
			return true
		}
	}
	return false
}

// road is where the road ends that stands at a position as 的路, 那条路, 公路 or 那段, 0 if there is none.
func (c *chain) road(pos int) int {
	at := pos
	if c.scan.text[at] == '的' {
		at++
	}
	j, pointed := c.pick(at, partJoint)
	if pointed {
		at = j.end
	}
	if t, ok := c.pick(at, partStructure|partGeneric|partShort); ok && (at > pos || t.end-t.start > 1) && strings.ContainsRune("路道渠沟河桥", c.scan.text[t.end-1]) {
		return t.end
	}
	switch {
	case c.isRoad(at) && (at > pos || !strings.ContainsRune("上边口", c.scan.at1(at+1))):
		return at + 1
	case pointed && strings.ContainsRune("截段", c.scan.text[at-1]):
		return at
	case c.scan.has(at, "之间"), c.scan.has(at, "中间"), c.scan.has(at, "路段"), c.scan.has(at, "沿线"):
		return at + 2
	}
	return 0
}

// longestOther is how many characters the other of two streets may have.
const longestOther = 6

// crossings are what two streets make; the last two only of what is surely a street.
var crossings = []string{"交叉口", "交汇处", "交界处", "交叉路口", "的交叉口", "十字路口", "丁字路口", "十字", "路口"}

// crossing takes in the other street of a crossing: 温泉路和人民路交叉口.
func (c *chain) crossing() bool {
	if c.last&partStrong == 0 || !strings.ContainsRune("和与跟", c.scan.at1(c.end)) {
		return false
	}
	words := crossings
	if !strings.ContainsRune("路街巷", c.scan.at1(c.end-1)) {
		words = words[:len(words)-2]
	}
	for pos := c.end + 2; pos <= c.end+1+longestOther && pos < len(c.scan.text) && isHan(c.scan.text[pos-1]); pos++ {
		for _, word := range words {
			if c.scan.has(pos, word) {
				c.take(token{c.start, pos + utf8.RuneCountInString(word), partNamed})
				return true
			}
		}
	}
	return false
}

// has tells whether a word stands at a position.
func (p *placeScan) has(pos int, word string) bool {
	for _, r := range word {
		if p.at1(pos) != r {
			return false
		}
		pos++
	}
	return true
}

// away takes in a direction with a distance: 粮站往东五十米.
func (c *chain) away() bool {
	if c.last&(partStrong|partTail|partGeneric) == 0 || !strings.ContainsRune("往向朝", c.scan.at1(c.end)) || !strings.ContainsRune("东西南北上下里前后", c.scan.at1(c.end+1)) {
		return false
	}
	pos := c.end + 2
	if c.scan.at1(pos) == '走' {
		pos++
	}
	from := pos
	for isNumeral(c.scan.at1(pos)) || strings.ContainsRune("百几多来两", c.scan.at1(pos)) && c.scan.at1(pos) != 0 {
		pos++
	}
	if pos == from || !strings.ContainsRune("米里步", c.scan.at1(pos)) {
		return false
	}
	c.take(token{c.start, pos + 1, partNamed})
	return true
}

// apart takes what follows a name after a blank: 平襄镇 李家村 三社.
func (c *chain) apart() bool {
	if c.last&(partKnown|partNamed) == 0 || c.scan.at1(c.end) != ' ' {
		return false
	}
	t, ok := c.pick(c.end+1, partKnown|partNamed|partNumbered)
	if !ok {
		return false
	}
	c.take(t)
	return true
}

// visited tells whether somebody goes to what stands there: 到镇政府, 去卫生院.
func (c *chain) visited() bool {
	return c.start > 0 && strings.ContainsRune("去到在往从来", c.scan.text[c.start-1])
}
