package main

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// receive is the raw receiver: it verifies a request as the service does, hands its bytes to the sink, and answers. It runs as
// a process of its own, like the service, until the context ends.
func receive(ctx context.Context, address, kind, target string) (err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	s, err := openSink(ctx, kind, target)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, s.close()) }()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /onebot/{channel}", s.handle(verifyOneBot))
	mux.HandleFunc("POST /wechat/{channel}", s.handle(verifyAccount))
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = web.Close() })
	defer stop()
	if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// entry is a verified request on its way into a sink.
type entry struct {
	body []byte
	done chan error
}

func (s *sink) handle(verify func(*http.Request, []byte) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !verify(r, body) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if s.write != nil {
			e := entry{body: body, done: make(chan error, 1)}
			s.queue <- e
			if err := <-e.done; err != nil {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func verifyOneBot(r *http.Request, body []byte) bool {
	sent, err := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Signature"), "sha1="))
	want, _ := hex.DecodeString(bodySignature(body))
	return err == nil && hmac.Equal(sent, want)
}

func verifyAccount(r *http.Request, body []byte) bool {
	q := r.URL.Query()
	stamp, nonce := q.Get("timestamp"), q.Get("nonce")
	if q.Get("encrypt_type") == "" {
		return q.Get("signature") == util.Signature(token, stamp, nonce)
	}
	var outer struct{ Encrypt string }
	if xml.Unmarshal(body, &outer) != nil || q.Get("msg_signature") != util.Signature(token, stamp, nonce, outer.Encrypt) {
		return false
	}
	_, _, err := util.DecryptMsg(appID, outer.Encrypt, aesKey)
	return err == nil
}

// sinkGroup is the most that goes into one group.
const sinkGroup = 128

// sink stores requests in groups: whatever waits while the last group is written goes into the next, as in the service.
type sink struct {
	queue chan entry
	write func(ctx context.Context, group []entry) error // nil: nothing is stored
	ended []chan struct{}
	free  func() error
}

// work runs one writer.
func (s *sink) work(ctx context.Context, ended chan struct{}) {
	defer close(ended)
	for first := range s.queue {
		group := []entry{first}
	fill:
		for len(group) < sinkGroup {
			select {
			case e, ok := <-s.queue:
				if !ok {
					break fill
				}
				group = append(group, e)
			default:
				break fill
			}
		}
		err := s.write(ctx, group)
		for _, e := range group {
			e.done <- err
		}
	}
}

func (s *sink) close() error {
	close(s.queue)
	for _, ended := range s.ended {
		<-ended
	}
	if s.free == nil {
		return nil
	}
	return s.free()
}

// writersOf is how many groups are written at a time: into MariaDB as many as the service writes by default.
func writersOf(kind string) int {
	if kind == "sql" || kind == "gorm" {
		return 2
	}
	return 1
}

// openSink makes the sink of the kind: verify, journal, sql, gorm or sqlite. The target is a file or a database's URL.
func openSink(ctx context.Context, kind, target string) (*sink, error) {
	s := &sink{queue: make(chan entry, 1024)}
	var err error
	switch kind {
	case "verify":
		return s, nil
	case "journal":
		s.write, s.free, err = journal(target)
	case "sql", "sqlite":
		s.write, s.free, err = inserts(ctx, target)
	case "gorm":
		s.write, s.free, err = creates(ctx, target)
	default:
		return nil, fmt.Errorf("no sink is called %q", kind)
	}
	if err != nil {
		return nil, err
	}
	for range writersOf(kind) {
		ended := make(chan struct{})
		s.ended = append(s.ended, ended)
		go s.work(context.WithoutCancel(ctx), ended) // close waits for it
	}
	return s, nil
}
