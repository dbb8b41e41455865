// Package intake takes messages in: it keeps them in lanes by conversation, so that a group's messages are handled in order,
// and commits in groups: whatever waits while the last commit is on its way goes into the next transaction. In it each message
// is stored, handled by the pipeline (a function to this package) and given its answer; only then is it acknowledged. The same
// message again gets the stored answer and changes nothing. It also holds the sender that carries the outbox to the channels.
//
// What a message means is not decided here.
package intake
