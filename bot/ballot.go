package bot

import "time"

// BallotState is where a ballot stands.
type BallotState string

// The states of a ballot.
const (
	BallotOpen   BallotState = "open"
	BallotClosed BallotState = "closed"
	BallotVoid   BallotState = "void" // withdrawn by who opened it before anybody voted
)

// Option is one choice of a ballot.
type Option struct {
	N    int // 1, 2, 3 …
	Text string
	// Stance is what plain words (同意, 反对, 弃权) count as; empty when the option isn't one of the three.
	Stance Stance
}

// Stance is a bare position.
type Stance string

// The stances.
const (
	StanceAgree   Stance = "agree"
	StanceOppose  Stance = "oppose"
	StanceAbstain Stance = "abstain"
)

// Ballot is a question put to a group (表决).
type Ballot struct {
	ID             int64
	UnitID         int64
	ConversationID int64
	Seq            int // short number inside the unit
	Title          string
	Rule           string // the pack's rule name, e.g. 征求意见
	RuleVersion    string // the pack's version at opening
	State          BallotState
	Options        []Option
	OpenedBy       int64
	OpenedAt       time.Time
	ClosesAt       time.Time
	ClosedAt       time.Time
	RollSize       int    // people who may vote; 0 when the rule has no roll
	RollHash       string // hex SHA-256 of the frozen roll
	Verdict        string // the verdict paragraph, once closed
}

// Vote is a person's choice; a later one replaces it until the end.
type Vote struct {
	BallotID int64
	PersonID int64
	Option   int
	At       time.Time
}

// Count is how many chose an option.
type Count struct {
	Option Option
	Votes  int
}
