package state

import (
	"maps"
	"slices"
	"time"
)

// Session is what is remembered of one sender in one conversation.
type Session struct {
	// Dialogue is the question the bot waits for an answer to; nil when there is none.
	Dialogue *Dialogue `json:"dialogue,omitempty"`
	// Matter is the sender's last registered issue, for photos and places that follow; nil when there is none.
	Matter *Recent `json:"matter,omitempty"`
	// Muted holds commands, by verb, whose refusals stay silent until the time given.
	Muted map[string]time.Time `json:"muted,omitempty"`
	// HintedAt is when the sender was last told what the bot is for.
	HintedAt time.Time `json:"hinted,omitzero"`
	// Done is the sender's last command that changed something.
	Done Done `json:"done,omitzero"`
	// Messages and Commands count the sender's current minute.
	Messages Rate `json:"messages,omitzero"`
	Commands Rate `json:"commands,omitzero"`
}

// Dialogue is a question that was asked and what is needed to go on when it is answered.
type Dialogue struct {
	Kind    string            `json:"kind"` // what was asked: place, register, same, rating, confirm …
	IssueID int64             `json:"issue,omitzero,string"`
	At      time.Time         `json:"at"`             // when it was asked
	Text    string            `json:"text,omitempty"` // what was said so far; the caller has masked what is private
	Data    map[string]string `json:"data,omitempty"`
}

// Recent is an issue the sender registered a moment ago.
type Recent struct {
	IssueID int64     `json:"issue,string"`
	At      time.Time `json:"at"`
}

// Done is a command that was carried out.
type Done struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// Rate counts within the clock's current minute. Two bursts on either side of a full minute are counted apart, which a limit
// against floods can bear and which keeps it at two numbers.
type Rate struct {
	Minute int64 `json:"minute"` // Unix time / 60
	N      int   `json:"n"`
}

// Hit counts one more and returns how many there were in the minute of now, this one included.
func (r *Rate) Hit(now time.Time) int {
	if minute := now.Unix() / 60; r.Minute != minute {
		*r = Rate{Minute: minute}
	}
	r.N++
	return r.N
}

// Mute keeps refusals of the verb silent until the time given.
func (s *Session) Mute(verb string, until time.Time) {
	if s.Muted == nil {
		s.Muted = make(map[string]time.Time)
	}
	s.Muted[verb] = until
}

// IsMuted tells whether a refusal of the verb is to stay silent.
func (s *Session) IsMuted(verb string, now time.Time) bool { return now.Before(s.Muted[verb]) }

// tidy drops what is over and returns how long the rest is worth keeping; 0 when nothing is left.
func (s *Session) tidy(now time.Time) time.Duration {
	maps.DeleteFunc(s.Muted, func(_ string, until time.Time) bool { return !now.Before(until) })
	if s.Matter != nil && now.Sub(s.Matter.At) >= lifeSession {
		s.Matter = nil
	}
	if now.Sub(s.HintedAt) >= lifeSession {
		s.HintedAt = time.Time{}
	}
	if now.Sub(s.Done.At) >= lifeSession {
		s.Done = Done{}
	}
	for _, r := range []*Rate{&s.Messages, &s.Commands} {
		if r.Minute < now.Unix()/60 {
			*r = Rate{}
		}
	}
	return s.life()
}

func (s *Session) life() time.Duration {
	switch {
	case s.Dialogue != nil:
		return lifeDialogue
	case s.Matter != nil, len(s.Muted) > 0, !s.HintedAt.IsZero(), s.Done.Name != "":
		return lifeSession
	case s.Messages.N > 0, s.Commands.N > 0:
		return lifeRate
	}
	return 0
}

// clone copies the session so that changes of either don't show in the other.
func (s *Session) clone() *Session {
	c := *s
	c.Muted = maps.Clone(s.Muted)
	if s.Dialogue != nil {
		d := *s.Dialogue
		d.Data = maps.Clone(d.Data)
		c.Dialogue = &d
	}
	if s.Matter != nil {
		m := *s.Matter
		c.Matter = &m
	}
	return &c
}

// Noise is when the bot spoke in a conversation within the last hour. Answers to commands and danger aren't counted; the
// caller knows which they are.
type Noise struct {
	Lines []time.Time `json:"lines,omitempty"`
}

// Allow tells whether one more line keeps within perHour lines in the hour before now.
func (n *Noise) Allow(now time.Time, perHour int) bool {
	n.tidy(now)
	return len(n.Lines) < perHour
}

// Spoke counts a line said at now.
func (n *Noise) Spoke(now time.Time) { n.Lines = append(n.Lines, now) }

// tidy drops the lines of more than an hour ago, and those of more than an hour ahead, said by a clock that was wrong; it returns how
// long the rest is worth keeping.
func (n *Noise) tidy(now time.Time) time.Duration {
	kept := n.Lines[:0:0]
	for _, at := range n.Lines {
		if now.Sub(at).Abs() < lifeNoise {
			kept = append(kept, at)
		}
	}
	n.Lines = kept
	if len(kept) == 0 {
		return 0
	}
	return lifeNoise
}

// clone copies the noise so that changes of either don't show in the other.
func (n *Noise) clone() *Noise { return &Noise{Lines: slices.Clone(n.Lines)} }
