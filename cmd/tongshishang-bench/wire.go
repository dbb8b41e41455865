package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// wire is one kept connection that speaks just enough HTTP/1.1 for the answers of the service. net/http's client would cost as
// much as the receiver that is measured beside it on the same cores.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

const (
	requestTimeout = 30 * time.Second
	longestAnswer  = 1 << 20
)

func dial(ctx context.Context, address string) (*wire, error) {
	conn, err := (&net.Dialer{Timeout: requestTimeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, in: bufio.NewReaderSize(conn, 8<<10)}, nil
}

// do sends a whole request and reads its answer; the body is good until the next call.
func (w *wire) do(request []byte) (status int, body []byte, err error) {
	if err := w.conn.SetDeadline(now().Add(requestTimeout)); err != nil {
		return 0, nil, err
	}
	if _, err := w.conn.Write(request); err != nil {
		return 0, nil, err
	}
	status, length, err := w.head()
	if err != nil {
		return 0, nil, err
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.in, w.body)
	return status, w.body, err
}

var errHead = errors.New("answer that this client doesn't read")

// head reads status line and headers. The service's answers are short, so they always carry their length.
func (w *wire) head() (status, length int, err error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 {
		return 0, 0, errHead
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", errHead, err)
	}
	for {
		if line, err = w.in.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			return status, length, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil || length < 0 || length > longestAnswer {
				return 0, 0, errHead
			}
		}
		if bytes.EqualFold(name, []byte("Transfer-Encoding")) {
			return 0, 0, errHead
		}
	}
}

func (w *wire) close() error { return w.conn.Close() }
