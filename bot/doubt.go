package bot

import "time"

// DoubtKind is what a clerk is to look at.
type DoubtKind string

// The kinds: the category of an issue (待分类), and whether something said in a group is a matter at all (待确认).
const (
	DoubtCategory DoubtKind = "category"
	DoubtMatter   DoubtKind = "matter"
)

// Doubt is something the reading wasn't sure of.
type Doubt struct {
	ID             int64
	UnitID         int64
	Kind           DoubtKind
	N              int   // its number in the unit's list of 待确认; 0 until it was listed
	IssueID        int64 // of 待分类
	MessageID      int64 // of 待确认
	ConversationID int64
	Intent         string  // as it was read
	Category       string  // as it was read, first level
	Chance         float64 // how sure that was, 0 to 1: the category, or that it is a matter
	At             time.Time

	HintIntent   string // what a language model outside suggests, if one was asked: an intent …
	HintCategory string // … and the first level of a category, empty for none

	Issue Issue  // in brief, when it is listed
	Text  string // masked, when it is listed
}

// CorrectionField is what a clerk knew better.
type CorrectionField string

// The fields.
const (
	CorrectCategory CorrectionField = "category"
	CorrectKind     CorrectionField = "kind"
	CorrectPlace    CorrectionField = "place"
	CorrectMatter   CorrectionField = "matter" // whether it is a matter; before and after are kinds, empty for none
	CorrectSame     CorrectionField = "same"   // two issues are one matter
)

// Correction is what a clerk knew better than the reading. The text is masked and doesn't name who reported.
type Correction struct {
	ID             int64
	UnitID         int64
	IssueID        int64
	OtherID        int64 // CorrectSame: the issue that stays
	MessageID      int64
	DoubtID        int64 // of 待确认, that it settled
	ConversationID int64 // where it was said, so that it is taken back there
	Field          CorrectionField
	Before, After  string // category and second level as 民政/社会救助
	Text           string
	OtherText      string // CorrectSame: the words of the issue that stays, treated alike
	ByID           int64
	At             time.Time
}
