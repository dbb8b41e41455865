package understand

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tongshishang/bot"
)

// Place is an entry of the gazetteer: a township, community, village, group of a village, estate or spot.
type Place struct {
	ID      string   // stable id, e.g. the unit's code
	Name    string   // 平襄镇; at least two characters
	Aliases []string // other names people use: 平襄; at least two characters each
	Unit    string   // the unit's name it belongs to; empty: the whole county's
	Kind    bot.PlaceKind
	Parent  string // id of the place it lies in; empty if none
}

// gazetteer finds places in folded text: known names, and by their form those nobody has listed.
type gazetteer struct {
	words  *placeWords
	sounds *sounds
	known  atomic.Pointer[knownNames]
	scans  sync.Pool // of *placeScan
}

func newGazetteer(places []Place, fold func(string) string) (*gazetteer, error) {
	g := &gazetteer{}
	var err error
	if g.words, err = newPlaceWords(); err != nil {
		return nil, err
	}
	if g.sounds, err = newSounds(); err != nil {
		return nil, err
	}
	return g, g.set(places, fold)
}

func (g *gazetteer) set(places []Place, fold func(string) string) error {
	known, err := newKnownNames(places, g.sounds, fold)
	if err == nil {
		g.known.Store(known)
	}
	return err
}

// find returns the places in a folded text in order; parts that belong together (平襄镇李家湾三社) are one place.
func (g *gazetteer) find(text []rune) []span {
	scan, ok := g.scans.Get().(*placeScan)
	if !ok {
		scan = &placeScan{}
	}
	defer g.scans.Put(scan)
	scan.read(text, g.words, g.known.Load())
	return slices.Clone(scan.find())
}

// SetPlaces gives the Reader another gazetteer; texts that are being read keep the one they began with. It fails on an entry whose
// name or alias is too short, and then nothing changes.
func (r *Reader) SetPlaces(places []Place) error {
	return r.gazetteer.set(slices.Clone(places), r.foldString)
}

// Locate returns the gazetteer's entry that a place, as found in a text, names, the closest one: of 李家湾三社 the 社. A name that
// several places have means the one in the unit that the place itself names, else in the unit given. Where that doesn't decide
// there is none, nor where the only one lies in another unit than the one given. An empty unit means that none is known.
func (r *Reader) Locate(place, unit string) (Place, bool) {
	k := r.gazetteer.known.Load()
	l := location{known: k, unit: unit, best: -1}
	for _, s := range k.outermost([]rune(r.foldString(place))) {
		l.take(s.name)
	}
	if l.best < 0 {
		return Place{}, false
	}
	return k.places[l.best], true
}

// outermost are the names in a text that don't lie inside a longer one, in order.
func (k *knownNames) outermost(text []rune) []knownSpan {
	var spans, kept []knownSpan
	k.find(text, func(s knownSpan) { spans = append(spans, s) })
	slices.SortStableFunc(spans, func(a, b knownSpan) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	reach := 0
	for _, s := range spans {
		if s.end > reach {
			kept = append(kept, s)
			reach = s.end
		}
	}
	return kept
}

// location is the closest place that the names read so far lead to.
type location struct {
	known *knownNames
	unit  string
	best  int // -1: none yet
}

// take narrows the location by one more name. A name that leads out of what was named before, or to several places, doesn't.
func (l *location) take(name int) {
	found := -1
	for _, i := range l.known.names[name].places {
		switch {
		case !l.fits(i):
		case found >= 0:
			return
		default:
			found = i
		}
	}
	if found < 0 {
		return
	}
	p := l.known.places[found]
	if l.best >= 0 && p.Kind == bot.PlaceUnit {
		return // 李家湾村归平襄镇: the village stays
	}
	l.best = found
	if p.Unit != "" {
		l.unit = p.Unit
	}
}

// fits tells whether a place can be meant after what was named before.
func (l *location) fits(i int) bool {
	p := l.known.places[i]
	if l.best >= 0 && l.known.places[l.best].Kind != bot.PlaceUnit {
		return l.lies(i, l.known.places[l.best].ID)
	}
	return p.Kind == bot.PlaceUnit || p.Unit == "" || l.unit == "" || p.Unit == l.unit
}

// deepest is how many places may lie in one another; a mistaken file may make a ring.
const deepest = 6

// lies tells whether a place lies in the one with the id.
func (l *location) lies(i int, id string) bool {
	for range deepest {
		parent := l.known.places[i].Parent
		if parent == id {
			return true
		}
		next, ok := l.known.byID[parent]
		if parent == "" || !ok {
			return false
		}
		i = next
	}
	return false
}

// Within is a place without the unit's own name before it, which goes without saying in the unit's group, so that one place is
// always written alike. It is empty if the place names nothing but the unit. 马营街 stays whole, as do 马营 and 街 apart mean
// something else.
func (r *Reader) Within(place, unit string) string {
	k := r.gazetteer.known.Load()
	text := []rune(place)
	cut := 0
	k.find(r.script.fold(text), func(s knownSpan) {
		if s.start != 0 || s.end <= cut || !k.isUnit(s.name) || k.places[k.names[s.name].places[0]].Unit != unit {
			return
		}
		rest := text[s.end:]
		if len(k.names[s.name].text) < len([]rune(unit)) && len(rest) > 0 && (len(rest) < 2 || r.gazetteer.isSuffix(rest)) {
			return
		}
		cut = s.end
	})
	return strings.TrimLeft(string(text[cut:]), " 的")
}

// isSuffix tells whether a text begins with a word of one character that makes a name of what stands before it.
func (g *gazetteer) isSuffix(text []rune) bool {
	node, ok := g.words.trie.step(0, text[0])
	if !ok {
		return false
	}
	n, ok := g.words.trie.word(node)
	return ok && g.words.parts[n]&(partShort|partLand) != 0
}

// UnitPlace is a unit as an entry of the gazetteer; people leave out 镇, 乡 and 社区.
func UnitPlace(u bot.Unit) Place {
	p := Place{ID: u.Code, Name: u.Name, Unit: u.Name, Kind: bot.PlaceUnit}
	short := strings.TrimSuffix(u.Name, "社区")
	if short == u.Name {
		short = strings.TrimRight(u.Name, "镇乡")
	}
	if short != u.Name && len([]rune(short)) >= 2 {
		p.Aliases = []string{short}
	}
	return p
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
		places = append(places, UnitPlace(bot.Unit{Code: code, Name: name}))
	}
	return places
}
