package understand

import (
	"math"
	"slices"
	"strings"
)

// verdict is what classify says of a text.
type verdict struct {
	Intent             Intent
	Confidence         float64
	Matter             float64
	Category           string
	CategoryConfidence float64
	Subcategory        string
	Why                []string
}

// sheet is what the lexicons found in a text.
type sheet struct {
	text    []rune // folded
	roles   []mark
	topics  []mark
	places  []span
	score   [roleCount]float64
	subject subject
}

func (r *Reader) examine(text []rune) *sheet {
	s := &sheet{text: text, roles: append(r.roles.scan(text), r.outcomes.scan(text)...), topics: r.categories.scan(text), places: r.gazetteer.find(text)}
	for _, m := range s.roles {
		s.score[m.slot] += m.weight
	}
	s.subject = r.about(s.topics, s.places)
	return s
}

// threshold is the sum from which an intent is believed.
const threshold = 4.0

// sums are what speaks for each kind of matter; 0 where its own words are missing.
type sums struct{ praise, appeal, suggestion, question, wrong float64 }

// judge compares the four kinds of matters with small talk and returns the winner with its sum, or chat with the best sum.
func (s *sheet) judge() (Intent, float64) {
	m, wish, ask := s.weigh(), s.score[roleWish], s.score[roleAsk]
	// A clear proposal or question wins over the fault it names; a doubtful one only where no fault is.
	proposes := ask < 3 && (wish >= 3 || m.suggestion > m.appeal || m.wrong < 2)
	asks := m.wrong < 2 || ask >= 3 && m.wrong < 4
	for _, c := range []struct {
		intent Intent
		sum    float64
		may    bool
	}{
		{IntentPraise, m.praise, m.wrong < 4},
		{IntentSuggestion, m.suggestion, proposes},
		{IntentQuestion, m.question, asks},
		{IntentAppeal, m.appeal, true},
		{IntentSuggestion, m.suggestion, true},
		{IntentQuestion, m.question, true},
	} {
		if c.may && c.sum >= threshold {
			return c.intent, c.sum
		}
	}
	return IntentChat, max(m.praise, m.appeal, m.suggestion, m.question)
}

// weigh adds up what speaks for each kind of matter.
func (s *sheet) weigh() sums {
	topic := s.subject.weight
	if s.opens() {
		topic = max(topic, 2)
	}
	m := sums{wrong: min(4, s.score[roleFault])}
	if m.wrong > 0 {
		m.wrong += min(0.5, s.score[roleHint])
	}
	public := s.public()
	if s.score[roleThank] > 0 && s.score[roleDeed] > 0 && (s.score[roleAuthority] > 0 || topic >= 3) {
		m.praise = min(3, s.score[roleThank]) + min(2, s.score[roleDeed]) + min(2, s.score[roleAuthority]) + topic/3 - s.quiet() - m.wrong/2
	}
	m.appeal = s.complaint(topic, m.wrong, public)
	if topic >= 1.5 && s.score[roleWish] > 0 {
		m.suggestion = topic + min(4, s.score[roleWish]) + public
	}
	if topic >= 1.5 && s.score[roleAsk] > 0 {
		m.question = topic + min(4, s.score[roleAsk]) + public
	}
	return m
}

// complaint is what speaks for an appeal: a fault or a plea about some thing, or hints about a thing that is surely public.
func (s *sheet) complaint(topic, wrong, public float64) float64 {
	if topic > 0 && wrong+s.score[rolePlea] > 0 {
		return topic + wrong + min(1.5, s.score[rolePersist]/2) + min(3, s.score[rolePlea]) + public
	}
	if hints := min(1, s.score[roleHint]) + min(1, s.score[rolePersist]); topic >= 3 && hints > 0 {
		return topic + hints + public
	}
	return 0
}

// public is how much a text is about what concerns everybody rather than the talk of neighbours.
func (s *sheet) public() float64 {
	sum := min(1.5, s.score[roleCommon]) + min(1, s.score[rolePlace]+float64(len(s.places))) + min(1, s.score[roleAuthority]/2) - s.quiet()
	if s.opens() {
		sum += 1.5
	}
	if s.words() < 2 { // one word, such as 过期, says neither what is wrong nor with what
		sum -= 1.5
	}
	return sum
}

// openerReach is within how many runes a petition's first word ends.
const openerReach = 6

// opens tells whether the text begins like a petition: 反映…, 关于…, 投诉….
func (s *sheet) opens() bool {
	for _, m := range s.roles {
		if role(m.slot) == roleOpener && m.end <= openerReach && m.end < len(s.text) {
			return true
		}
	}
	return len(s.text) >= 8 && endsLikePetition(string(s.text))
}

// endsLikePetition recognises titles such as 关于…的建议 and 对…的质疑 by their last word.
func endsLikePetition(text string) bool {
	text = strings.TrimRight(text, " .。!?")
	for _, w := range []string{"建议", "咨询", "投诉", "举报", "质疑", "的反映", "的问题", "的请求", "的诉求", "事宜"} {
		if strings.HasSuffix(text, w) {
			return true
		}
	}
	return false
}

// words counts the distinct places in the text where a word tells the thing or what is said of it.
func (s *sheet) words() int {
	starts := make([]int, 0, len(s.topics))
	note := func(start int) {
		if !slices.Contains(starts, start) {
			starts = append(starts, start)
		}
	}
	for _, m := range s.topics {
		note(m.start)
	}
	for _, m := range s.roles {
		switch role(m.slot) {
		case roleFault, rolePlea, roleWish, roleAsk, rolePersist, roleThank, roleHint:
			note(m.start)
		}
	}
	return len(starts)
}

// quiet is the evidence that people merely talk among themselves.
func (s *sheet) quiet() float64 {
	return s.score[rolePrivate]*0.75 + s.score[roleNeighbour] + s.score[roleAdvert] + s.score[roleNotice] + s.score[roleDone]
}

func round(v float64) float64 { return math.Round(v*100) / 100 }

// reasons lists the words that counted, as "role word".
func (s *sheet) reasons(r *Reader) []string {
	why := make([]string, 0, len(s.roles)+len(s.topics))
	names := roleNames()
	for _, m := range s.topics {
		why = append(why, r.topics[m.slot].first+" "+m.text)
	}
	for _, m := range s.roles {
		why = append(why, names[m.slot]+" "+strings.TrimSpace(m.text))
	}
	return why
}
