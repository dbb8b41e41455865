package ballot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Voter is an entry of the roll, the list of who may vote.
type Voter struct {
	PersonID  int64
	Household string // empty when unknown: such a person stands for no household
	Area      int64  // of what they own, in hundredths of a square metre; 0 where area isn't used
}

// largestArea is more than any county has; sums over a roll of a million stay far from overflowing.
const largestArea = 1_000_000_000_000

// RollHash is the hex SHA-256 of the roll, which is published when the ballot opens: whoever holds the frozen roll can show
// that nobody was added or taken out. The order of the entries doesn't matter.
func RollHash(roll []Voter) string {
	sorted := slices.SortedFunc(slices.Values(roll), func(a, b Voter) int { return cmp.Compare(a.PersonID, b.PersonID) })
	sum := sha256.New()
	for _, v := range sorted {
		// A household's name is quoted, so that no name can pass for the rest of a line.
		fmt.Fprintf(sum, "%d %q %d\n", v.PersonID, v.Household, v.Area)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Size is how much of something a set of people is.
type Size struct {
	People     int
	Households int   // distinct ones
	Area       int64 // hundredths of a square metre
}

// of is the size in the measure of a condition.
func (s Size) of(measure string) int64 {
	switch measure {
	case "households":
		return int64(s.Households)
	case "area":
		return s.Area
	}
	return int64(s.People)
}

// register looks voters up.
type register struct {
	voters map[int64]Voter
	open   bool // without a roll everybody may vote
}

func newRegister(roll []Voter) (register, error) {
	r := register{voters: make(map[int64]Voter, len(roll)), open: len(roll) == 0}
	for _, v := range roll {
		if _, twice := r.voters[v.PersonID]; twice {
			return r, fmt.Errorf("roll: person %d stands on it twice", v.PersonID)
		}
		if v.Area < 0 || v.Area > largestArea {
			return r, fmt.Errorf("roll: area %d of person %d is out of range", v.Area, v.PersonID)
		}
		r.voters[v.PersonID] = v
	}
	return r, nil
}

func (r register) has(person int64) bool {
	_, ok := r.voters[person]
	return ok || r.open
}

// size adds up people, each once however often they come.
func (r register) size(people []int64) Size {
	var s Size
	seen, households := map[int64]bool{}, map[string]bool{}
	for _, id := range people {
		if seen[id] || !r.has(id) {
			continue
		}
		seen[id] = true
		v := r.voters[id]
		s.People++
		s.Area += v.Area
		if v.Household != "" {
			households[v.Household] = true
		}
	}
	s.Households = len(households)
	return s
}
