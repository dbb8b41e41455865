package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"tongshishang/bot"
)

// Route is a pattern of net/http's ServeMux and what answers it.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Site is what the server offers.
type Site struct {
	Channels []Route                         // the webhooks
	Ready    func(ctx context.Context) error // nil when the program can take messages
	Remark   func() string                   // what else /readyz says in its line; may be empty
	Metrics  http.Handler
	Ledger   http.Handler // downloads by signed link
	Logger   *slog.Logger
	Clock    bot.Clock
	// Leaving is closed when the program has been told to stop; from then on /readyz refuses and connections aren't kept. nil: never.
	Leaving <-chan struct{}
}

// Handler is the whole route table.
func (s Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	return logged(s.Logger, s.Clock, s.goodbye(mux))
}

func (s Site) routes() []Route {
	return append([]Route{
		{"GET /healthz", http.HandlerFunc(handleHealth)},
		{"GET /readyz", http.HandlerFunc(s.handleReady)},
		{"GET /metrics", s.Metrics},
		{"GET " + ledgerPath, s.Ledger},
		{"/", http.NotFoundHandler()},
	}, s.Channels...)
}

func handleHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprintln(w, "ok")
}

// goodbye ends each connection with its next answer once the program is leaving: what is behind a kept connection wouldn't notice
// otherwise, and would be cut off in the middle of a request when the listener closes.
func (s Site) goodbye(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.leaving() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

func (s Site) leaving() bool {
	select {
	case <-s.Leaving:
		return true
	default:
		return false
	}
}

func (s Site) handleReady(w http.ResponseWriter, r *http.Request) {
	if s.leaving() {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	status, said := http.StatusOK, []string{"ok"}
	if err := s.Ready(ctx); err != nil {
		s.Logger.Warn("not ready", "error", err)
		status, said = http.StatusServiceUnavailable, strings.Split(err.Error(), "\n")
	}
	if remark := s.Remark(); remark != "" {
		said = append(said, remark)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, strings.Join(said, "; ")) // one line, for alerts and for people
}

// Serve answers on the listener until the context ends, then lets requests on their way finish until ending ends.
func Serve(ctx context.Context, l net.Listener, h http.Handler, ending func() context.Context) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	err := server.Shutdown(ending())
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Profiles is the handler of pprof, for a separate address of the machine itself.
func Profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
