package store_test

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// recounted is why a matter with these moves, in the order of their times, belongs into the ledger of the span.
func recounted(moves []moved, span store.Span) (why store.Inclusion) {
	if reported := moves[0].at; !reported.Before(span.From) && reported.Before(span.To) {
		why |= store.InReported
	}
	status := bot.Status("")
	for _, m := range moves {
		if !m.at.Before(span.To) {
			break
		}
		if !m.at.Before(span.From) && status != "" && status != m.to {
			why |= store.InChanged
		}
		status = m.to
	}
	if status != "" && status.IsOpen() {
		why |= store.InOpen
	}
	return why
}

// randomMoves are up to six moves from two weeks before a Monday to two weeks after it, often at the edge of a week.
func randomMoves(random *rand.Rand, monday time.Time) []moved {
	at := monday.AddDate(0, 0, -14)
	var moves []moved
	for range 1 + random.IntN(6) {
		at = at.Add(time.Duration(random.IntN(10*24)) * time.Hour)
		if random.IntN(3) == 0 {
			week := int(at.Sub(monday.AddDate(0, 0, -14)) / (7 * 24 * time.Hour))
			at = monday.AddDate(0, 0, 7*(week-1)).Add(time.Duration(random.IntN(2)-1) * time.Microsecond)
		}
		moves = append(moves, moved{at, bot.Statuses()[random.IntN(len(bot.Statuses()))]})
	}
	return moves
}

// TestLedgerRefs_EqualARecount holds the ledgers of past and present weeks against looking at every matter's history.
func TestLedgerRefs_EqualARecount(t *testing.T) {
	monday := storetest.Monday()
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		random := rand.New(rand.NewPCG(47, 2026))
		var sites [2]site
		all := [2]map[int64][]moved{{}, {}}
		write(t, s, func(tx *store.Tx) error {
			for n, code := range []string{"PX", "MY"} {
				var err error
				if sites[n], err = newSite(tx, code); err != nil {
					return err
				}
				for seq := range 150 {
					moves := randomMoves(random, monday)
					i, err := sites[n].issue(tx, seq+1, "", moves...)
					if err != nil {
						return err
					}
					all[n][i.ID] = moves
				}
			}
			return nil
		})
		for week := -2; week <= 2; week++ {
			for n, p := range append(sites[:], site{}) { // the last is the whole county
				span := store.Span{From: monday.AddDate(0, 0, 7*week), To: monday.AddDate(0, 0, 7*(week+1)), Unit: p.unit}
				want, got := map[int64]store.Inclusion{}, map[int64]store.Inclusion{}
				for k := range all {
					if p.unit != 0 && k != n {
						continue
					}
					for id, moves := range all[k] {
						if why := recounted(moves, span); why != 0 {
							want[id] = why
						}
					}
				}
				read(t, s, func(tx *store.Tx) error {
					refs, err := tx.LedgerRefs(span)
					for _, r := range refs {
						got[r.ID] = r.Why
					}
					return err
				})
				if !maps.Equal(got, want) {
					t.Errorf("week %d, unit %d: %v, want %v", week, p.unit, got, want)
				}
			}
		}
	})
}
