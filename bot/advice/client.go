package advice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client speaks to an OpenAI-compatible API.
type Client struct {
	URL     string // https://host/v1
	Key     string // bearer token; empty: none is sent
	Model   string
	Timeout time.Duration // of one request
}

// mostAnswered is how much of an answer is read.
const mostAnswered = 64 << 10

// statusError is an answer with another status than 200. What else it said isn't kept: it may repeat the question.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("the API answered %d", int(e)) }

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chatRequest struct {
	Model       string        `json:"model"`
	Messages    []chatMessage `json:"messages"`
	Temperature float64       `json:"temperature"`
	Stream      bool          `json:"stream"`
}

type chatResponse struct {
	Choices []struct {
		Message chatMessage `json:"message"`
	} `json:"choices"`
	Usage struct {
		Total int `json:"total_tokens"`
	} `json:"usage"`
}

// chat sends one exchange and returns what the model said and how many tokens it took. Errors name neither question nor answer.
func (c *Client) chat(ctx context.Context, messages []chatMessage) (said string, tokens int, err error) {
	body, err := json.Marshal(chatRequest{Model: c.Model, Messages: messages})
	if err != nil {
		return "", 0, fmt.Errorf("llm: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address(), bytes.NewReader(body))
	if err != nil {
		return "", 0, fmt.Errorf("llm: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.Key)
	}
	resp, err := (&http.Client{CheckRedirect: stay}).Do(r)
	if err != nil {
		return "", 0, fmt.Errorf("llm: %w", bare(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("llm: %w", statusError(resp.StatusCode))
	}
	return decode(io.LimitReader(resp.Body, mostAnswered))
}

// stay keeps question and key from being sent anywhere else.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// bare is the error without the address, whose parameters may hold a key.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func (c *Client) address() string {
	const path = "/chat/completions"
	base := strings.TrimRight(c.URL, "/")
	if strings.HasSuffix(base, path) {
		return base
	}
	return base + path
}

func decode(body io.Reader) (said string, tokens int, err error) {
	var answer chatResponse
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		if isTime(err) {
			return "", 0, fmt.Errorf("llm: %w", bare(err))
		}
		return "", 0, errNonsense
	}
	if len(answer.Choices) == 0 {
		return "", answer.Usage.Total, errNonsense
	}
	return answer.Choices[0].Message.Content, max(0, answer.Usage.Total), nil
}

// isTime tells whether reading was cut off, rather than what was read being wrong.
func isTime(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, io.ErrUnexpectedEOF)
}
