package understand

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/config"
)

// Options are what a county adds. The zero Options give a Reader of the sample county.
type Options struct {
	// Places is the gazetteer; empty means the sample county's units.
	Places []Place
	// CommandAliases are the command names in Latin letters, such as "help"; Chinese ones need no list.
	CommandAliases []string
	// Model is a model's file to use instead of the embedded one.
	Model []byte
	// Untrained leaves the model out: such a Reader only makes examples to train one by.
	Untrained bool
	// Danger and Divert are the packs of dangers and of procedures outside; nil is what ships.
	Danger *config.Danger
	Divert *config.Divert
}

// Reader reads texts. It never changes after New and is safe for concurrent use.
type Reader struct {
	script     *script
	roles      *dict
	outcomes   *dict
	categories *dict
	topics     []topic
	firsts     []int // by topic: the index of its first-level category
	gazetteer  *gazetteer
	model      *trained
	cuts       *cutModel // where a message is divided
	votes      *voteWords
	aliases    []string
	alarms     *alarms
}

// New makes a Reader. It fails on a fault in the embedded lexicons or in the gazetteer given, and names it.
func New(opt Options) (*Reader, error) {
	r := &Reader{votes: newVoteWords()}
	var err error
	if r.script, err = newScript(); err != nil {
		return nil, fmt.Errorf("understand: %w", err)
	}
	if r.roles, r.outcomes, err = newRoles(); err != nil {
		return nil, fmt.Errorf("understand: %w", err)
	}
	if !opt.Untrained {
		if r.model, err = newTrained(opt.Model); err != nil {
			return nil, fmt.Errorf("understand: %w", err)
		}
		if r.cuts, err = newCuts(cutsFile); err != nil {
			return nil, fmt.Errorf("understand: %w", err)
		}
	}
	if r.categories, r.topics, err = newTopics(); err != nil {
		return nil, fmt.Errorf("understand: %w", err)
	}
	for _, t := range r.topics {
		r.firsts = append(r.firsts, slices.Index(Categories(), t.first))
	}
	if r.alarms, err = newAlarms(opt.Danger, opt.Divert, r.foldString); err != nil {
		return nil, fmt.Errorf("understand: %w", err)
	}
	places := opt.Places
	if len(places) == 0 {
		places = sampleCounty()
	}
	if r.gazetteer, err = newGazetteer(slices.Clone(places), r.foldString); err != nil {
		return nil, fmt.Errorf("understand: %w", err)
	}
	for _, a := range opt.CommandAliases {
		r.aliases = append(r.aliases, r.foldString(a))
	}
	return r, nil
}

func (r *Reader) foldString(text string) string { return string(r.script.fold([]rune(text))) }

// maxRead is how many runes of a text are read; WeChat sends at most 2,048 bytes, a pasted page must not hold a lane up.
const maxRead = 4000

// Read says what a text means. Any bytes will do.
func (r *Reader) Read(text string) Reading {
	out := Reading{Text: text, Intent: IntentChat, Confidence: 0.9}
	if title, entries, ok := r.ParseChain(text); ok {
		out.Intent, out.Confidence, out.Title, out.Chain = IntentChain, 0.99, title, entries
		return out
	}
	clean := []rune(r.script.clean(firstRunes(text, maxRead)))
	if len(clean) == 0 {
		return out
	}
	_, found := Mask(string(clean))
	out.Phones, out.IDs = countPII(found)
	folded := r.script.fold(clean)
	if r.isCommand(string(folded)) {
		out.Intent, out.Confidence = IntentCommand, 0.99
		return out
	}
	r.readTalk(&out, clean, folded)
	return out
}

// readTalk reads what is neither a 接龙 nor a command.
func (r *Reader) readTalk(out *Reading, clean, folded []rune) {
	refs, skip := readRefs(string(folded))
	out.Refs = refs
	clean, folded = clean[skip:], folded[skip:]
	s := r.examine(folded)
	out.Places = placeNames(clean, s.places)
	out.Danger, out.Divert = r.alarms.danger(folded), r.alarms.divert(folded)
	out.Solved, out.Satisfaction = s.outcome()
	if r.readForm(out, s) && (len(out.Danger) == 0 || out.Intent == IntentVote) {
		return
	}
	v := r.classify(s)
	if len(out.Danger) > 0 {
		v = r.alarms.alarmed(v, out.Danger[0])
	}
	out.Intent, out.Confidence, out.Matter, out.Why = v.Intent, v.Confidence, v.Matter, v.Why
	out.Category, out.CategoryConfidence = v.Category, v.CategoryConfidence
	whole := part{piece: piece{end: len(clean)}, sheet: s, verdict: v}
	switch {
	case len(out.Danger) > 0:
		out.Matters = r.alarms.matter(r, clean, whole)
	case v.Intent.IsMatter():
		out.Matters = r.joinTails(r.matters(clean, whole))
	}
}

// readForm recognises what is told by its form: vote, endorsement, rating.
func (r *Reader) readForm(out *Reading, s *sheet) bool {
	if vote, ok := r.votes.read(string(s.text)); ok {
		out.Intent, out.Confidence, out.Stance, out.Choice = IntentVote, 0.95, vote.stance, vote.choice
		if vote.bare {
			out.Confidence = 0.6
		}
		out.Why = []string{"vote form"}
		return true
	}
	if s.namesOnlyPlaces() {
		out.Why = []string{"place form"} // small talk, as read so far
		return true
	}
	if confidence, ok := s.endorses(); ok {
		out.Intent, out.Confidence, out.Why = IntentEndorse, confidence, []string{"endorsement form"}
		return true
	}
	if confidence, ok := s.rates(out.Solved, out.Satisfaction); ok {
		out.Intent, out.Confidence, out.Why = IntentRating, confidence, []string{"rating form"}
		return true
	}
	return false
}

// namesOnlyPlaces tells whether a text is places and nothing else: 就在阳光小区3号楼 answers a question and tells no matter.
func (s *sheet) namesOnlyPlaces() bool {
	from := 0
	for _, p := range s.places {
		if p.start > from && !saysNothing(s.text[from:p.start]) {
			return false
		}
		from = max(from, p.end)
	}
	return from > 0 && saysNothing(s.text[from:])
}

// saysNothing tells whether text around a place adds nothing to it.
func saysNothing(text []rune) bool {
	return !slices.ContainsFunc(text, func(c rune) bool {
		return unicode.IsDigit(c) || unicode.IsLetter(c) && !strings.ContainsRune("就在是我们咱的这那儿里上边啊呀呢", c)
	})
}

// isCommand tells "#受理 3" and "/帮助" from emoji codes, hashtags (#话题#) and numbers (#12).
func (r *Reader) isCommand(text string) bool {
	name, found := strings.CutPrefix(text, "#")
	slash := false
	if !found {
		name, slash = strings.CutPrefix(text, "/")
	}
	if !found && !slash {
		return false
	}
	name = strings.TrimLeft(name, " ")
	word, _, _ := strings.Cut(name, " ")
	if found && strings.Contains(word, "#") || slash && r.script.faces[word] {
		return false
	}
	c, _ := utf8.DecodeRuneInString(name)
	return isHan(c) || slices.Contains(r.aliases, word)
}

// readRefs reads issue numbers at the beginning (#12, #012, tw-px-2611-012) and how many runes they take.
func readRefs(text string) (refs []string, skip int) {
	rest := text
	for {
		ref, after := readRef(rest)
		if ref == "" {
			return refs, utf8.RuneCountInString(text) - utf8.RuneCountInString(rest)
		}
		refs = append(refs, ref)
		rest = strings.TrimLeft(after, " ,、:")
	}
}

func readRef(text string) (ref, rest string) {
	digits, found := strings.CutPrefix(text, "#")
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	if found && end > 0 && end <= 6 {
		return strings.TrimLeft(digits[:end], "0"), digits[end:]
	}
	if !strings.HasPrefix(text, "tw-") {
		return "", text
	}
	end = strings.IndexFunc(text, func(c rune) bool { return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') })
	if end < 0 {
		end = len(text)
	}
	if strings.Count(text[:end], "-") != 3 {
		return "", text
	}
	return strings.ToUpper(text[:end]), text[end:]
}

func placeNames(clean []rune, spans []span) []string {
	var names []string
	for _, s := range spans {
		if name := string(clean[s.start:s.end]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func countPII(found []PII) (phones, ids int) {
	for _, p := range found {
		switch p.Kind {
		case PIIMobile, PIILandline:
			phones++
		case PIIID:
			ids++
		}
	}
	return phones, ids
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// kindOf is the type of matter for the ledger: complaints and reports call themselves so.
func kindOf(intent Intent, text string) bot.IssueKind {
	switch {
	case intent == IntentSuggestion:
		return bot.IssueSuggestion
	case intent == IntentQuestion:
		return bot.IssueQuestion
	case intent == IntentPraise:
		return bot.IssuePraise
	case containsAny(text, "举报", "检举"):
		return bot.IssueReport
	case strings.Contains(text, "投诉"):
		return bot.IssueComplaint
	}
	return bot.IssueAppeal
}
