package understand

import (
	"fmt"
	"slices"
)

// role is what a word does in a message.
type role int

const (
	roleFault     role = iota // something is wrong
	rolePersist               // how long, how often
	rolePlea                  // somebody is called upon
	roleWish                  // a proposal
	roleOpener                // a petition's first words
	roleAsk                   // a question to an authority
	roleThank                 // thanks
	roleDeed                  // a thing done
	roleAuthority             // who is to act or has acted
	roleCommon                // it concerns the public
	rolePlace                 // a spot
	rolePrivate               // private talk
	roleNeighbour             // a request between neighbours
	roleAdvert
	roleNotice
	roleDone    // good news in passing
	roleNeutral // only shields shorter words
	roleHint    // perhaps something is amiss
	roleSolved
	roleUnsolved
	rolePartly
	roleGood
	roleFair
	roleBad
	roleCount
)

// roleNames are the sections of role.txt, in the order of the roles.
func roleNames() [roleCount]string {
	return [roleCount]string{"fault", "persist", "plea", "wish", "opener", "ask", "thank", "deed", "authority", "common", "place",
		"private", "neighbour", "advert", "notice", "done", "neutral", "hint", "solved", "unsolved", "partly", "good", "fair", "bad"}
}

// newRoles loads role.txt, what words do in talk, and outcome.txt, what they say of a handled matter. The two are
// found apart: 又坏了 is a fault in the one and an outcome in the other. Every role needs words and every section a role.
func newRoles() (talk, outcome *dict, err error) {
	seen := make(map[string]bool)
	if talk, err = loadRoles("role.txt", seen); err != nil {
		return nil, nil, err
	}
	if outcome, err = loadRoles("outcome.txt", seen); err != nil {
		return nil, nil, err
	}
	for _, n := range roleNames() {
		if !seen[n] {
			return nil, nil, fmt.Errorf("lexicon: role %q has no words", n)
		}
	}
	return talk, outcome, nil
}

func loadRoles(file string, seen map[string]bool) (*dict, error) {
	sections, err := readLexicon(file)
	if err != nil {
		return nil, err
	}
	names := roleNames()
	d := newDict()
	for _, s := range sections {
		slot := slices.Index(names[:], s.name)
		if slot < 0 {
			return nil, fmt.Errorf("lexicon %s: unknown role %q", file, s.name)
		}
		seen[s.name] = true
		if err := d.add(s, slot); err != nil {
			return nil, fmt.Errorf("lexicon %s: %w", file, err)
		}
	}
	return d, nil
}
