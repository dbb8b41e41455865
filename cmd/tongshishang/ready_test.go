package main

import (
	"testing"
	"time"

	"tongshishang/bot/intake"
	"tongshishang/config"
)

// TestFlowing holds how the intake stands against a limit of a minute.
func TestFlowing(t *testing.T) {
	cfg := config.Default()
	cfg.Intake.StuckAfter = time.Minute
	a := &app{cfg: cfg}
	for _, tt := range []struct {
		health intake.Health
		want   string
	}{
		{intake.Health{}, ""},
		{intake.Health{Waiting: 20000, Lanes: 300, Oldest: time.Minute}, ""},
		{intake.Health{Waiting: 1, Lanes: 1, Oldest: 90 * time.Second}, "intake: a message has waited for 1m30s"},
		{intake.Health{Spooled: 5, SpoolStill: time.Minute}, ""},
		{intake.Health{Spooled: 5, SpoolStill: 2 * time.Minute}, "spool: nothing has been moved to the database for 2m0s"},
		{intake.Health{Spooled: 5, SpoolFull: true}, "spool: full, messages are refused"},
		{intake.Health{Dead: 5, SpoolFull: true}, ""}, // full of what was set aside; messages go straight to the database
	} {
		got := ""
		if err := a.flowing(tt.health); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.health, got, tt.want)
		}
	}
}
