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

// repeat does the work while this instance leads in it, until the context ends. An instance that stops answering loses the
// lead after three intervals. While Redis doesn't answer every instance does the work: it goes by SQL, which keeps it from
// being done twice, and deadlines must not wait for Redis.
func (s *State) repeat(ctx context.Context, name, token string, work Periodic) {
	defer s.release(ctx, s.keys.keyWork(name), token)
	ticker := time.NewTicker(work.Interval)
	defer ticker.Stop()
	for {
		s.turn(ctx, name, token, work)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *State) turn(ctx context.Context, name, token string, work Periodic) {
	leads, err := s.lead(ctx, name, token, 3*work.Interval)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.log.WarnContext(ctx, "periodic work without lead", "work", name, "error", err)
	}
	if err == nil && !leads {
		return
	}
	if err := work.Run(ctx); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "periodic work failed", "work", name, "error", err)
	}
}
