package state

import (
	"encoding/json"
	"testing"
	"time"
)

func TestRate_CountsWithinTheMinute(t *testing.T) {
	var r Rate
	steps := []struct {
		at   time.Duration // after 09:30:00
		want int
	}{{0, 1}, {10 * time.Second, 2}, {59 * time.Second, 3}, {60 * time.Second, 1}, {61 * time.Second, 2}, {5 * time.Minute, 1}}
	for _, s := range steps {
		if got := r.Hit(monday.Add(s.at)); got != s.want {
			t.Errorf("after %v: %d, want %d", s.at, got, s.want)
		}
	}
}

func TestSession_Mute(t *testing.T) {
	var s Session
	if s.IsMuted("交办", monday) {
		t.Error("muted before it was")
	}
	s.Mute("交办", monday.Add(10*time.Minute))
	for _, tt := range []struct {
		verb string
		at   time.Duration
		want bool
	}{{"交办", 0, true}, {"交办", 10*time.Minute - 1, true}, {"交办", 10 * time.Minute, false}, {"受理", 0, false}} {
		if got := s.IsMuted(tt.verb, monday.Add(tt.at)); got != tt.want {
			t.Errorf("%s after %v: %v, want %v", tt.verb, tt.at, got, tt.want)
		}
	}
}

func TestSession_Life(t *testing.T) {
	minute := monday.Unix() / 60
	tests := []struct {
		name string
		s    Session
		want time.Duration
	}{
		{"nothing", Session{}, 0},
		{"a message this minute", Session{Messages: Rate{minute, 3}}, time.Minute},
		{"a message a minute ago", Session{Messages: Rate{minute - 1, 3}}, 0},
		{"hinted an hour ago", Session{HintedAt: monday.Add(-time.Hour)}, 24 * time.Hour},
		{"hinted a day ago", Session{HintedAt: monday.Add(-24 * time.Hour)}, 0},
		{"a matter", Session{Matter: &Recent{IssueID: 1, At: monday}}, 24 * time.Hour},
		{"a matter of yesterday", Session{Matter: &Recent{IssueID: 1, At: monday.Add(-24 * time.Hour)}}, 0},
		{"muted", Session{Muted: map[string]time.Time{"交办": monday.Add(1)}}, 24 * time.Hour},
		{"no longer muted", Session{Muted: map[string]time.Time{"交办": monday}}, 0},
		{"a dialogue", Session{Dialogue: &Dialogue{Kind: "place"}, HintedAt: monday}, 7 * 24 * time.Hour},
	}
	for _, tt := range tests {
		if got := tt.s.tidy(monday); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSession_JSON(t *testing.T) {
	s := Session{
		Dialogue: &Dialogue{Kind: "same", IssueID: 1 << 62, At: monday, Data: map[string]string{"other": "13"}},
		Messages: Rate{Minute: 29_000_000, N: 2},
	}
	b, err := json.Marshal(&s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"dialogue":{"kind":"same","issue":"4611686018427387904","at":"2026-11-16T09:30:00Z","data":{"other":"13"}},` +
		`"messages":{"minute":29000000,"n":2}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

func TestNoise_Budget(t *testing.T) {
	var n Noise
	for i := range 6 {
		at := monday.Add(time.Duration(i) * time.Minute) // 09:30 … 09:35
		if !n.Allow(at, 6) {
			t.Fatalf("line %d of 6 was refused", i+1)
		}
		n.Spoke(at)
	}
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{6 * time.Minute, false}, {time.Hour - 1, false}, {time.Hour, true}} {
		if got := n.Allow(monday.Add(tt.after), 6); got != tt.want {
			t.Errorf("after %v: %v, want %v", tt.after, got, tt.want)
		}
	}
	if len(n.Lines) != 5 {
		t.Errorf("%d lines are kept an hour after the first of 6, want 5", len(n.Lines))
	}
	if !n.Allow(monday.Add(-5*time.Hour), 1) || len(n.Lines) != 0 {
		t.Errorf("%d lines are kept of a clock that was five hours ahead", len(n.Lines))
	}
}
