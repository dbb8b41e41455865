package understand

import (
	"encoding/json"

	"tongshishang/bot"
)

// Intent is what a message wants.
type Intent string

// The intents, as `parse` prints them.
const (
	IntentAppeal     Intent = "appeal"     // something is wrong and someone should act
	IntentSuggestion Intent = "suggestion" // a proposal for the public good
	IntentQuestion   Intent = "question"   // asks an authority how, when, whether
	IntentPraise     Intent = "praise"     // thanks for a thing done by a unit
	IntentVote       Intent = "vote"       // a bare stance or choice
	IntentChain      Intent = "chain"      // 接龙
	IntentEndorse    Intent = "endorse"    // we too
	IntentRating     Intent = "rating"     // how a handled matter turned out
	IntentCommand    Intent = "command"    // # and a Chinese word
	IntentChat       Intent = "chat"       // all else
)

// IsMatter tells whether a message of this intent is registered.
func (i Intent) IsMatter() bool {
	switch i {
	case IntentAppeal, IntentSuggestion, IntentQuestion, IntentPraise:
		return true
	}
	return false
}

// Danger is the code of a kind of danger to life in the pack danger.yaml; such messages get the emergency numbers at once.
type Danger string

// Some of the kinds that ship.
const (
	DangerFire    Danger = "fire"
	DangerInjury  Danger = "injury"
	DangerSuicide Danger = "suicide"
)

// Reading is what a text says. Optional parts are empty when the text has none.
type Reading struct {
	Text               string  // as given
	Intent             Intent  // never empty
	Confidence         float64 // 0 to 1, of the intent
	Matter             float64 // 0 to 1: how likely the text is a matter at all; 0 where its form tells what it is
	Category           string  // first-level name; empty unless an appeal, suggestion or question
	CategoryConfidence float64 // 0 to 1; 0 without a category
	Matters            []Matter
	Places             []string // in order, each once, as written
	Phones             int      // phone numbers, mobile and landline
	IDs                int      // ID card numbers
	Stance             bot.Stance
	Choice             []string     // options voted for: digits or upper-case letters
	Chain              []ChainEntry // of a 接龙
	Title              string       // of a 接龙: its first words
	Solved             bot.Solved   // what a rating says of the outcome; also set for a bare 修好了
	Satisfaction       bot.Satisfaction
	Refs               []string // issue numbers named: "12" for #012, or the full number
	Danger             []Danger // in the pack's order; a text that tells danger is an appeal
	Divert             string   // code of the procedure outside that the matter is in (pack divert.yaml); empty if none
	Why                []string // what decided, for people: "fault 不亮", "topic 路灯"
}

// Matter is one thing a message wants registered.
type Matter struct {
	Text        string        // the resident's own words, cleaned of emoji codes and mentions; not masked
	Title       string        // a few words for answers, see Title
	Kind        bot.IssueKind // appeal, complaint, report, suggestion, question or praise
	Category    string        // first-level name; empty for praise
	Subcategory string        // second-level name, if a word of one was found
	Place       string        // as written, empty if none
}

// ChainEntry is one joiner of a 接龙.
type ChainEntry struct {
	N    int    `json:"n"`
	Name string `json:"name"`
	Text string `json:"text"`
}

type matterJSON struct {
	Text     string `json:"text"`
	Category string `json:"category"`
	Place    string `json:"place"`
}

type readingJSON struct {
	Text               string       `json:"text"`
	Intent             Intent       `json:"intent"`
	Confidence         float64      `json:"confidence"`
	Category           string       `json:"category"`
	CategoryConfidence float64      `json:"category_confidence"`
	Issues             []matterJSON `json:"issues"`
	Places             []string     `json:"places"`
	Phones             int          `json:"phones"`
	Stance             bot.Stance   `json:"stance,omitempty"`
	Choice             []string     `json:"choice,omitempty"`
	Chain              []ChainEntry `json:"chain,omitempty"`
}

// MarshalJSON writes the object that `parse` prints; what isn't part of that contract is left out.
func (r Reading) MarshalJSON() ([]byte, error) {
	out := readingJSON{Text: r.Text, Intent: r.Intent, Confidence: r.Confidence, Category: r.Category,
		CategoryConfidence: r.CategoryConfidence, Issues: []matterJSON{}, Places: r.Places, Phones: r.Phones,
		Stance: r.Stance, Choice: r.Choice, Chain: r.Chain}
	if out.Places == nil {
		out.Places = []string{}
	}
	for _, m := range r.Matters {
		out.Issues = append(out.Issues, matterJSON{m.Text, m.Category, m.Place})
	}
	return json.Marshal(out)
}
