// Package topic tells which messages are about the same matter. Prepare makes a text comparable once, Score gives the
// probability that two of them tell of one matter, Group sorts a stream of messages into matters, and Heat says how hot one is.
//
// It is pure: no clock, no store, no network; the same input gives the same result. What follows from a probability (an
// endorsement, a question, nothing) is decided by the caller, who also knows what a text doesn't say: in which group it was
// written. The model is learnt by bot/understand/train and embedded; README.md says how it decides and how often it is wrong.
package topic
