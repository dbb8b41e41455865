package channel

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// MaxBody is the most bytes of a request's body, 1 MiB.
const MaxBody = 1 << 20

// retryAfter is the Retry-After of a 503, in seconds: soon, because what was busy is a lane or the database for a moment.
const retryAfter = "2"

// The reasons why a request isn't taken. An adapter's handler wraps one of them; anything else it returns means that nothing
// could be stored.
var (
	// ErrSignature is a missing or wrong signature or token, or a body that isn't encrypted although the channel requires it.
	ErrSignature = errors.New("signature does not match")
	// ErrStale is a signed timestamp too far from now.
	ErrStale = errors.New("timestamp is too old or too new")
	// ErrMalformed is a request that can't be decoded.
	ErrMalformed = errors.New("malformed request")
	// ErrTooLarge is a body of more than MaxBody bytes.
	ErrTooLarge = errors.New("body too large")
	// ErrMethod is a method that the route doesn't take.
	ErrMethod = errors.New("method not allowed")
	// ErrBusy is what a Receiver returns when it can't take the message now; nothing was stored.
	ErrBusy = errors.New("busy, deliver again later")
)

// Webhook makes a handler of f. When f returns an error, f must not have written anything: Webhook answers with the error's
// status and one general line, and logs the reason without anything of the request.
func Webhook(name string, logger *slog.Logger, f func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := f(w, r)
		if err == nil {
			return
		}
		status := Status(err)
		level := slog.LevelInfo
		if status == http.StatusServiceUnavailable {
			level = slog.LevelError
			w.Header().Set("Retry-After", retryAfter)
		}
		logger.Log(r.Context(), level, "webhook refused", "channel", name, "status", status, "error", err.Error())
		http.Error(w, http.StatusText(status), status)
	})
}

// Status is the HTTP status that tells err to the channel's platform.
func Status(err error) int {
	switch {
	case errors.Is(err, ErrSignature), errors.Is(err, ErrStale):
		return http.StatusForbidden
	case errors.Is(err, ErrMalformed):
		return http.StatusBadRequest
	case errors.Is(err, ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrMethod):
		return http.StatusMethodNotAllowed
	}
	return http.StatusServiceUnavailable
}

// CheckMethod returns ErrMethod, and names the allowed methods in the response's head, unless the request has one of them.
func CheckMethod(w http.ResponseWriter, r *http.Request, allowed ...string) error {
	if slices.Contains(allowed, r.Method) {
		return nil
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return ErrMethod
}

// ReadBody reads the request's body. The error is ErrTooLarge above MaxBody bytes, and ErrMalformed when it breaks off.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("read body: %w", ErrMalformed)
	}
	return body, nil
}
