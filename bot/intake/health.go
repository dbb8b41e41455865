package intake

import "time"

// Health is how the intake stands: what the metrics, readiness and the doctor go by.
type Health struct {
	Waiting int           // messages in the lanes
	Lanes   int           // conversations with messages that wait or are in work
	Oldest  time.Duration // how long the oldest of them has been there; 0: there is none

	Spooled    int           // messages on the local disk, to be handled when the database takes them
	Dead       int           // messages on the local disk that the database can't take
	SpoolBytes int64         // both
	SpoolFull  bool          // the last message was refused
	SpoolStill time.Duration // how long none has been moved from the disk to the database; 0: none waits
}

// Health measures waits on the clock that never jumps, so that a wrong clock that is set right makes no lane look stuck.
func (in *Intake) Health() Health {
	h := in.laneHealth()
	if in.spool != nil {
		in.spool.health(&h)
	}
	return h
}

func (in *Intake) laneHealth() Health {
	in.mu.Lock()
	defer in.mu.Unlock()
	h := Health{Waiting: in.queued, Lanes: len(in.lanes)}
	for _, l := range in.lanes {
		h.Oldest = max(h.Oldest, time.Since(l.first().since)) //nolint:forbidigo // a wait is measured on the machine's clock
	}
	return h
}

func (s *Spool) health(h *Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.Spooled, h.Dead, h.SpoolBytes, h.SpoolFull = s.count, s.dead, s.bytes, s.full
	if s.count > 0 {
		h.SpoolStill = time.Since(s.moved) //nolint:forbidigo // a wait is measured on the machine's clock
	}
}
