package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// platform stands in for the chat platforms' APIs: it takes what the bot sends on its own, over OneBot and as customer messages
// of an official account, and keeps it in order.
type platform struct {
	server *httptest.Server
	mu     sync.Mutex
	sent   []delivery
}

// delivery is a message the bot sent: to a group, or to a person on a channel.
type delivery struct {
	group, user string
	text        string
}

func newPlatform() *platform {
	p := &platform{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /cgi-bin/stable_token", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, `{"access_token":"demo","expires_in":7200}`)
	})
	mux.HandleFunc("POST /cgi-bin/message/custom/send", p.customer)
	mux.HandleFunc("POST /send_group_msg", p.onebot)
	mux.HandleFunc("POST /send_private_msg", p.onebot)
	mux.HandleFunc("POST /{$}", p.onebot12)
	p.server = httptest.NewServer(mux)
	return p
}

func reply(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text)
}

func (p *platform) add(d delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, d)
}

// take returns what was sent since the last call.
func (p *platform) take() []delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent
	p.sent = nil
	return sent
}

func (p *platform) customer(w http.ResponseWriter, r *http.Request) {
	var m struct {
		ToUser string `json:"touser"`
		Text   struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	if !decode(w, r, &m) {
		return
	}
	p.add(delivery{user: m.ToUser, text: m.Text.Content})
	reply(w, `{"errcode":0,"errmsg":"ok"}`)
}

func (p *platform) onebot(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Group   json.RawMessage `json:"group_id"`
		User    json.RawMessage `json:"user_id"`
		Message string          `json:"message"`
	}
	if !decode(w, r, &m) {
		return
	}
	p.add(delivery{group: strings.Trim(string(m.Group), `"`), user: strings.Trim(string(m.User), `"`), text: m.Message})
	reply(w, `{"status":"ok","retcode":0,"data":{"message_id":"1"}}`)
}

func (p *platform) onebot12(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Params struct {
			Group   string `json:"group_id"`
			User    string `json:"user_id"`
			Message []struct {
				Data struct {
					Text string `json:"text"`
				} `json:"data"`
			} `json:"message"`
		} `json:"params"`
	}
	if !decode(w, r, &m) {
		return
	}
	var text strings.Builder
	for _, s := range m.Params.Message {
		text.WriteString(s.Data.Text)
	}
	p.add(delivery{group: m.Params.Group, user: m.Params.User, text: text.String()})
	reply(w, `{"status":"ok","retcode":0,"data":{"message_id":"1","time":1},"message":""}`)
}

func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(into); err != nil {
		http.Error(w, fmt.Sprint(err), http.StatusBadRequest)
		return false
	}
	return true
}
