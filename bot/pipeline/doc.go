// Package pipeline handles one message inside one transaction. Its stages stand in one visible list (stages.go); each either
// settles the message or passes it on. What a text says comes from understand, what is done about it from command, issue and
// ballot; the pipeline decides which of them a message is for, and whether the bot says anything.
package pipeline
