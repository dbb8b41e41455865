package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/store"
	"tongshishang/store/storetest"

	"pgregory.net/rapid"
)

// faults returns how many entries the audit has and the faults found, as "chain:seq".
func faults(t *testing.T, s *store.Store) (checked int64, where []string) {
	t.Helper()
	read(t, s, func(tx *store.Tx) error {
		n, found, err := tx.VerifyAudit()
		checked = n
		for _, f := range found {
			where = append(where, fmt.Sprintf("%d:%d", f.Chain, f.Seq))
		}
		return err
	})
	return checked, where
}

// chain appends n changes to a chain, one transaction each.
func chain(t *testing.T, s *store.Store, chain int64, n int) {
	t.Helper()
	for i := range n {
		write(t, s, func(tx *store.Tx) error {
			tx.AppendTo(chain)
			return tx.Audit(store.Change{Unit: 12, ActorID: 7, Actor: "王五", Action: "accept", Subject: "issue", SubjectID: int64(i + 1),
				Reason: "属实", Before: map[string]string{"status": "reported"}, After: map[string]string{"status": "accepted"}})
		})
	}
}

func TestAudit_AnyChangesVerify(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		total := int64(0)
		rapid.Check(t, func(r *rapid.T) {
			changes := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) store.Change {
				return store.Change{Unit: rapid.Int64Range(0, 4).Draw(r, "unit"), ActorID: rapid.Int64Range(0, 9).Draw(r, "actor"),
					Actor: rapid.String().Draw(r, "name"), Action: rapid.SampledFrom([]string{"accept", "vote", "import"}).Draw(r, "action"),
					Subject: "issue", SubjectID: rapid.Int64().Draw(r, "subject"), Reason: rapid.String().Draw(r, "reason"),
					Before: rapid.SampledFrom([]any{nil, "旧", 1}).Draw(r, "before"), After: rapid.StringMatching(`[一-龥 😀"\\]{0,8}`).Draw(r, "after")}
			}), 0, 12).Draw(r, "changes")
			undone := rapid.IntRange(0, len(changes)).Draw(r, "undone from")
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				for _, c := range changes[:undone] {
					if err := tx.Audit(c); err != nil {
						return err
					}
				}
				_ = tx.Guard(func() error { // what a Guard takes back leaves no hole in a chain
					for _, c := range changes[undone:] {
						if err := tx.Audit(c); err != nil {
							return err
						}
					}
					return fmt.Errorf("undo")
				})
				return nil
			})
			if err != nil {
				r.Fatal(err)
			}
			total += int64(undone)
			clock.Add(time.Duration(rapid.IntRange(0, 1e9).Draw(r, "pause")))
		})
		if n, where := faults(t, s); n != total || len(where) != 0 {
			t.Errorf("checked %d of %d entries, faults at %v", n, total, where)
		}
	})
}

// damage lists what somebody with the database might do to chain 1 of five entries, beside a sound chain 2.
func damage() map[string]struct{ sql, where string } {
	cases := map[string]struct{ sql, where string }{
		"first entry removed":     {"DELETE FROM audit_entries WHERE chain = 1 AND seq = 1", "1:1"},
		"entry removed":           {"DELETE FROM audit_entries WHERE chain = 1 AND seq = 3", "1:3"},
		"last entry removed":      {"DELETE FROM audit_entries WHERE chain = 1 AND seq = 5", "1:5"},
		"all entries removed":     {"DELETE FROM audit_entries WHERE chain = 1", "1:1"},
		"head removed":            {"DELETE FROM audit_heads WHERE chain = 1", "1:5"},
		"head set back":           {"UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_entries WHERE chain = 1 AND seq = 4) WHERE chain = 1", "1:5"},
		"head's hash changed":     {"UPDATE audit_heads SET hash = REPEAT_A WHERE chain = 1", "1:6"},
		"two entries swapped":     {"UPDATE audit_entries SET seq = 9 WHERE chain = 1 AND seq = 2; UPDATE audit_entries SET seq = 2 WHERE chain = 1 AND seq = 3; UPDATE audit_entries SET seq = 3 WHERE chain = 1 AND seq = 9", "1:2"},
		"moved into other chain":  {"UPDATE audit_entries SET chain = 2, seq = 6 WHERE chain = 1 AND seq = 5", "1:5 2:6"},
		"moved into its own":      {"UPDATE audit_entries SET chain = 3 WHERE chain = 1 AND seq = 5", "1:5 3:5"},
		"unit changed":            {"UPDATE audit_entries SET unit_id = 13 WHERE chain = 1 AND seq = 2", "1:2"},
		"unit removed":            {"UPDATE audit_entries SET unit_id = 0 WHERE chain = 1 AND seq = 2", "1:2"},
		"who changed":             {"UPDATE audit_entries SET actor_id = 8 WHERE chain = 1 AND seq = 2", "1:2"},
		"name changed":            {"UPDATE audit_entries SET actor = '赵六' WHERE chain = 1 AND seq = 2", "1:2"},
		"time changed":            {"UPDATE audit_entries SET at = '2026-11-16 01:00:00.000001' WHERE chain = 1 AND seq = 2", "1:2"},
		"action changed":          {"UPDATE audit_entries SET action = 'refuse' WHERE chain = 1 AND seq = 2", "1:2"},
		"subject changed":         {"UPDATE audit_entries SET subject = 'ballot' WHERE chain = 1 AND seq = 2", "1:2"},
		"subject's id changed":    {"UPDATE audit_entries SET subject_id = 99 WHERE chain = 1 AND seq = 2", "1:2"},
		"reason changed":          {"UPDATE audit_entries SET reason = '不属实' WHERE chain = 1 AND seq = 2", "1:2"},
		"before changed":          {"UPDATE audit_entries SET before_state = '' WHERE chain = 1 AND seq = 2", "1:2"},
		"after changed":           {"UPDATE audit_entries SET after_state = '{\"status\":\"refused\"}' WHERE chain = 1 AND seq = 2", "1:2"},
		"row id changed":          {"UPDATE audit_entries SET id = 1 WHERE chain = 1 AND seq = 2", "1:2"},
		"link changed":            {"UPDATE audit_entries SET prev_hash = REPEAT_A WHERE chain = 1 AND seq = 2", "1:2"},
		"hash changed":            {"UPDATE audit_entries SET hash = REPEAT_A WHERE chain = 1 AND seq = 2", "1:2"},
		"text moved to its field": {"UPDATE audit_entries SET reason = '', before_state = reason WHERE chain = 1 AND seq = 2", "1:2"},
	}
	for name, c := range cases {
		c.sql = strings.ReplaceAll(c.sql, "REPEAT_A", "'"+strings.Repeat("a", 64)+"'")
		cases[name] = c
	}
	return cases
}

func TestVerifyAudit_FindsEveryDamage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		chain(t, s, 1, 5)
		chain(t, s, 2, 5)
		if n, where := faults(t, s); n != 10 || len(where) != 0 {
			t.Fatalf("before any damage: %d entries, faults at %v", n, where)
		}
		for name, c := range damage() {
			undo := fmt.Errorf("undo")
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				for sql := range strings.SplitSeq(c.sql, ";") {
					if res := tx.Raw().Exec(sql); res.Error != nil || res.RowsAffected == 0 {
						t.Errorf("%s: nothing was damaged: %v", name, res.Error)
					}
				}
				_, found, err := tx.VerifyAudit()
				if err != nil {
					return err
				}
				var where []string
				for _, f := range found {
					where = append(where, fmt.Sprintf("%d:%d", f.Chain, f.Seq))
				}
				slices.Sort(where)
				if got := strings.Join(slices.Compact(where), " "); got != c.where {
					t.Errorf("%s: faults at %q, want %q", name, got, c.where)
				}
				return undo
			})
			if err == nil || !strings.Contains(err.Error(), "undo") {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func TestAudit_WritersAtOnceNeverForkAChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var writing atomic.Bool
		writing.Store(true)
		looked := make(chan error, 1)
		go func() { // an audit verified while it grows has no faults
			for writing.Load() {
				err := s.Read(t.Context(), func(tx *store.Tx) error {
					_, found, err := tx.VerifyAudit()
					if err == nil && len(found) > 0 {
						err = fmt.Errorf("faults while writing: %+v", found)
					}
					return err
				})
				if err != nil {
					looked <- err
					return
				}
			}
			looked <- nil
		}()
		together(t, 8, func(w int) error {
			for i := range 6 {
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					if w%2 == 0 {
						tx.AppendTo(7) // as another instance does that drew the same chains
					}
					for range 3 {
						if err := tx.Audit(store.Change{Unit: int64(w), Action: "note", SubjectID: int64(w*100 + i)}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		writing.Store(false)
		if err := <-looked; err != nil {
			t.Error(err)
		}
		if n, where := faults(t, s); n != 8*6*3 || len(where) != 0 {
			t.Errorf("%d entries, want 144; faults at %v", n, where)
		}
	})
}
