// Package issue opens issues and leads them through the five steps: it asks the workflow's table whether a person may make a
// move, changes the issue, writes its event and its audit entry, and puts what the reporter, the supporters and the handlers
// hear into the outbox, all in the transaction it is handed. Chat commands, pages, the command line and timers enter here, so
// rights are checked in one place.
//
// Which words lead to which move is decided by the callers.
package issue
