package bot

import (
	"errors"
	"fmt"
)

// Code tells kinds of refusals apart, for tests, metrics and HTTP; people read the text.
type Code string

// The kinds of refusals.
const (
	CodeUsage     Code = "usage"       // the command's words are off; the text shows how it is written
	CodeUnknown   Code = "unknown"     // no such command; the text names the nearest
	CodeNotFound  Code = "not_found"   // the issue, ballot or person named doesn't exist
	CodeDenied    Code = "denied"      // the person may not do this
	CodeIllegal   Code = "illegal"     // the move isn't in the workflow's table from this status
	CodeClosed    Code = "closed"      // the ballot or the time for it is over
	CodeDuplicate Code = "duplicate"   // already done by this person
	CodeLimited   Code = "limited"     // too often
	CodeUnbound   Code = "unbound"     // the group has no unit
	CodeBadValue  Code = "bad_value"   // an argument is out of its range
	CodeUnready   Code = "not_offered" // the action exists but isn't offered here
)

// Error is a refusal in words a person may read. It is the only kind of error whose text reaches a chat; any other becomes
// the pack's "system busy" line with a log id.
type Error struct {
	Code Code
	Text string // one plain sentence: the reason and the next legal move
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Text }

// Refuse makes an Error with a formatted text.
func Refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Refusal returns the Error inside err, or nil when err isn't one that may be read out.
func Refusal(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}
