// Package workflow holds the five steps: the one table of moves an issue can make, who may make them and what they need; the
// replay of events; the working calendar and the time limits counted with it. How long a limit is and how a move is called
// come from the rule packs.
//
// It is pure: it stores nothing, sends nothing and asks no clock. Opening, merging and telling people are in bot/issue.
package workflow
