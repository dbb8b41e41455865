package state

import (
	"context"
	"time"
)

// Periodic is work done at once and then every Interval, on one instance at a time.
type Periodic struct {
	Interval time.Duration
	Run      func(ctx context.Context) error
}

const (
	// longestBeat bounds how often the lead is taken or kept: a dead instance's work is taken over within leadBeats+1 of them, 20 s.
	longestBeat = 5 * time.Second
	// leadBeats is how many beats an instance may miss before it loses the lead.
	leadBeats = 3
)

// beat is how often the lead is looked at, and how many beats make an interval.
func (p Periodic) beat() (every time.Duration, beats int) {
	beats = int((p.Interval + longestBeat - 1) / longestBeat)
	return p.Interval / time.Duration(beats), beats
}

// repeat does the work while this instance leads in it, until the context ends; it keeps the lead while the work is being done,
// however long that takes. Who takes the lead over does the work at once, for it may be overdue. While Redis doesn't answer
// every instance does the work: it goes by SQL, which keeps it from being done twice, and deadlines must not wait for Redis.
func (s *State) repeat(ctx context.Context, name, token string, work Periodic) {
	defer s.release(ctx, s.keys.keyWork(name), token)
	every, beats := work.beat()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	done := make(chan struct{})
	running, wait := false, 0 // beats until the next turn
	for {
		switch {
		case !s.leads(ctx, name, token, leadBeats*every):
			wait = 0
		case wait > 0:
			wait--
		case !running:
			running, wait = true, beats-1
			go func() { s.turn(ctx, name, work); done <- struct{}{} }()
		}
		for ticked := false; !ticked; {
			select {
			case <-ctx.Done():
				if running {
					<-done
				}
				return
			case <-done:
				running = false
			case <-ticker.C:
				ticked = true
			}
		}
	}
}

// leads tells whether this instance does the work until the next beat.
func (s *State) leads(ctx context.Context, name, token string, life time.Duration) bool {
	leads, err := s.lead(ctx, name, token, life)
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "periodic work without lead", "work", name, "error", err)
	}
	return leads || err != nil
}

func (s *State) turn(ctx context.Context, name string, work Periodic) {
	if err := work.Run(ctx); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "periodic work failed", "work", name, "error", err)
	}
}
