package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"tongshishang/bot"
)

type requestKey struct{}

// idForm is what a proxy's X-Request-Id may look like; anything else is replaced, so that nothing foreign gets into the logs.
var idForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID gives the request its id: the proxy's, or a fresh one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); idForm.MatchString(id) {
		return id
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return hex.EncodeToString(b[:])
}

// WithRequest is a log handler that adds the id of the request to every line logged on its behalf.
func WithRequest(h slog.Handler) slog.Handler { return requestHandler{h} }

type requestHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements http.ResponseWriter.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the real writer.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// logged gives every request an id, logs what came of it, and keeps a fault in one from ending the program: nothing was
// acknowledged then, so the channel delivers again. Paths are logged, queries and bodies never: they hold signatures and talk.
func logged(log *slog.Logger, now bot.Clock, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, begin := requestID(r), now()
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		w.Header().Set("X-Request-Id", id)
		s := &status{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			if fault := recover(); fault != nil && fault != any(http.ErrAbortHandler) {
				log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "fault", fmt.Sprint(fault))
				http.Error(s, "internal error", http.StatusInternalServerError)
			}
			level := slog.LevelDebug
			if s.code >= http.StatusInternalServerError {
				level = slog.LevelWarn
			}
			log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path, "status", s.code, "took", now().Sub(begin).Round(time.Microsecond))
		}()
		next.ServeHTTP(s, r)
	})
}
