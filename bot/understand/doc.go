// Package understand reads what residents write: text in, a Reading out. It normalises the text, recognises commands, votes,
// chain sign-ups, ratings and endorsements by their form, weighs complaint, wish, question and praise by lexicons, finds places
// and splits a message into its matters. It also masks phones, ID numbers, bank cards and plates (Mask) and makes short titles (Title).
//
// It is pure: no clock, no store, no network, and the same text always gives the same reading. What a reading leads to (an
// issue, a vote, silence) is decided elsewhere, and the grammar of commands is the command package's. The words it knows are
// data: lexicon/*.txt, embedded and checked by New. README.md says how it decides and how often it is wrong.
package understand
