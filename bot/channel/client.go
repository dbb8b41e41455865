package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Limits of a call to a channel's API.
const (
	callTimeout = 10 * time.Second
	maxAnswer   = 1 << 20 // bytes
)

// Client calls a channel's API. It follows no redirects, because they would carry the token elsewhere, reads at most 1 MiB of
// an answer, and gives up after 10 seconds if neither the context nor the HTTP client does so before.
type Client struct {
	http http.Client
}

// NewClient makes a client that uses base's transport and time limit; base may be nil and isn't changed.
func NewClient(base *http.Client) *Client {
	c := &Client{}
	if base != nil {
		c.http = *base
	}
	if c.http.Timeout == 0 {
		c.http.Timeout = callTimeout
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// PostJSON posts body as JSON to address and decodes the JSON answer into answer. The bearer token may be empty. Non-ASCII
// text is sent as it is, because WeChat shows \u escapes to the reader. The error is a *SendError without the address.
func (c *Client) PostJSON(ctx context.Context, address, bearer string, body, answer any) error {
	request, err := newRequest(ctx, address, bearer, body)
	if err != nil {
		return &SendError{Kind: SendAlarm, Err: fmt.Errorf("make request: %w", withoutURL(err))}
	}
	response, err := c.http.Do(request)
	if err != nil {
		return &SendError{Kind: SendRetry, Err: fmt.Errorf("call: %w", withoutURL(err))}
	}
	defer func() { _ = response.Body.Close() }()
	if failure := statusError(response); failure != nil {
		return failure
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return &SendError{Kind: SendRetry, Err: fmt.Errorf("read answer: %w", err)}
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return &SendError{Kind: SendRetry, Err: fmt.Errorf("decode answer: %w", err)}
	}
	return nil
}

func newRequest(ctx context.Context, address, bearer string, body any) (*http.Request, error) {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &buf)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	return request, nil
}

// withoutURL drops the address from an error of net/http, because its query may hold a token.
func withoutURL(err error) error {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		return withURL.Err
	}
	return err
}

// statusError classifies the HTTP status; it returns nil for a success.
func statusError(response *http.Response) error {
	status := response.StatusCode
	failure := &SendError{Kind: SendAlarm, Code: fmt.Sprintf("http %d", status)}
	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		failure.Kind = SendRetry
		failure.RetryAfter = seconds(response.Header.Get("Retry-After"))
	case status == http.StatusBadRequest, status == http.StatusNotAcceptable, status == http.StatusRequestEntityTooLarge,
		status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		failure.Kind = SendPermanent
	}
	return failure
}

// seconds reads a Retry-After in its form of whole seconds; the form of a date, or nonsense, counts as not given.
func seconds(value string) time.Duration {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
