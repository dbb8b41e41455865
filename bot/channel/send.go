package channel

import "time"

// SendKind says what is to be done about a message that couldn't be sent.
type SendKind string

// The kinds of failure.
const (
	SendRetry     SendKind = "retry"     // passes by itself: try again, with growing pauses, a limited number of times
	SendWait      SendKind = "wait"      // a quota is used up: not before RetryAfter has passed
	SendUser      SendKind = "user"      // the channel allows it only after the person has written again
	SendPermanent SendKind = "permanent" // this message can never be sent
	SendAlarm     SendKind = "alarm"     // the channel's set-up is wrong (secret, address, rights): every message will fail until somebody mends it
)

// SendError is why a message wasn't sent. Its text holds no secret, token or address with one.
type SendError struct {
	Kind       SendKind
	RetryAfter time.Duration // for SendWait, and for SendRetry when the other side asked for it; otherwise 0
	Code       string        // the API's code in its own notation: "errcode 45015", "retcode 1404", "http 502"; empty if there was no answer
	Err        error
}

func (e *SendError) Error() string {
	text := "send (" + string(e.Kind) + ")"
	if e.Code != "" {
		text += ": " + e.Code
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause, which may be nil.
func (e *SendError) Unwrap() error { return e.Err }
