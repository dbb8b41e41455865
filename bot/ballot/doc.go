// Package ballot holds what a vote means: which rules there are, how a ballot is written, what a choice and a deadline in
// plain words say, and how votes are counted into a verdict. All counting is exact: integers and rationals, no floats.
//
// It is pure where it counts: rules, rolls and votes are handed in, and so is the time. It doesn't read chats, open or
// close ballots, or know about issues.
package ballot
