package bot

import "time"

// Clock tells the time. Everything that needs the time is handed one, so that tests and the demo can set it.
type Clock func() time.Time

// SystemClock is the machine's clock, in UTC with microseconds, which is what the store keeps.
func SystemClock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
