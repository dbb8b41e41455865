package store_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

var errUndo = errors.New("undo")

// lamp is an issue of the place that isn't stored yet.
func (p place) lamp(seq int) *bot.Issue {
	return &bot.Issue{UnitID: p.unit, Number: fmt.Sprintf("TW-L-%d-%d", p.unit, seq), Seq: seq, Kind: bot.IssueAppeal, Category: "城乡建设",
		Status: bot.StatusReported, Title: "路灯不亮", Content: "学校门口路灯不亮", ReporterID: p.resident, ConversationID: p.conversation,
		ReportedAt: storetest.Monday(), UpdatedAt: storetest.Monday()}
}

// ways finds an issue in every way there is and returns how each sees its status; "" where it isn't found.
func ways(tx *store.Tx, p place, i *bot.Issue) (map[string]bot.Status, error) {
	since := storetest.Monday().Add(-time.Hour)
	seen := map[string]bot.Status{}
	one := func(way string, found *bot.Issue, err error) error {
		switch {
		case errors.Is(err, store.ErrNotFound):
			seen[way] = ""
		case err == nil:
			seen[way] = found.Status
		default:
			return err
		}
		return nil
	}
	among := func(way string, list []bot.Issue, err error) error {
		seen[way] = ""
		for _, found := range list {
			if found.ID == i.ID {
				seen[way] = found.Status
			}
		}
		return err
	}
	number, errNumber := tx.IssueByNumber(i.Number)
	seq, errSeq := tx.IssueBySeq(p.unit, i.Seq)
	said, errSaid := tx.IssueOfMessage(p.conversation, "m-"+i.Number)
	locked, errLocked := tx.LockIssue(i.ID)
	recent, errRecent := tx.RecentIssues(p.conversation, since, 20)
	alike, errAlike := tx.Alike([]store.AlikeList{{Unit: p.unit, Category: i.Category, Since: since}}, nil, 20, 10)
	mine, errMine := tx.PersonIssues(p.resident, 20)
	return seen, errors.Join(one("number", number, errNumber), one("seq", seq, errSeq), one("message", said, errSaid), one("lock", locked, errLocked),
		among("recent", recent, errRecent), among("alike", alike, errAlike), among("mine", mine, errMine))
}

func create(tx *store.Tx, p place, i *bot.Issue) error {
	if err := tx.CreateIssue(i, "13800000001"); err != nil {
		return err
	}
	tx.LinkMessage(i.ID, tx.NewID(), p.conversation, "m-"+i.Number, store.MessageOrigin)
	return nil
}

func expect(t *testing.T, when string, tx *store.Tx, p place, i *bot.Issue, want, alike bot.Status) error {
	t.Helper()
	seen, err := ways(tx, p, i)
	for way, got := range seen {
		wanted := want
		if way == "alike" {
			wanted = alike
		}
		if got != wanted {
			t.Errorf("%s: by %s it is %q, want %q", when, way, got, wanted)
		}
	}
	return err
}

// TestTx_SeesWhatItHasDone lets a transaction look for an issue that it has created and changed but not written yet.
func TestTx_SeesWhatItHasDone(t *testing.T) {
	for name, written := range map[string]bool{"waiting": false, "written in between": true} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
				p := newPlace(t, s, 1)
				i := p.lamp(1)
				between := func(tx *store.Tx) error {
					if !written {
						return nil
					}
					_, err := tx.Supporters(i.ID, 1) // reads the tables
					return err
				}
				write(t, s, func(tx *store.Tx) error {
					if err := tx.Guard(func() error { return create(tx, p, i) }); err != nil {
						return err
					}
					err := errors.Join(between(tx), expect(t, "created", tx, p, i, bot.StatusReported, bot.StatusReported))
					_ = tx.Guard(func() error {
						i.Status = bot.StatusRefused
						tx.SaveIssue(i)
						err = errors.Join(err, between(tx), expect(t, "refused", tx, p, i, bot.StatusRefused, ""))
						return errUndo
					})
					err = errors.Join(err, expect(t, "undone", tx, p, i, bot.StatusReported, bot.StatusReported))
					i.Status = bot.StatusAccepted
					tx.SaveIssue(i)
					return errors.Join(err, between(tx), expect(t, "accepted", tx, p, i, bot.StatusAccepted, bot.StatusAccepted))
				})
				read(t, s, func(tx *store.Tx) error {
					return expect(t, "committed", tx, p, i, bot.StatusAccepted, bot.StatusAccepted)
				})
				if n := one[int](t, s, "SELECT COUNT(*) FROM issues WHERE contact <> ''"); n != 1 {
					t.Errorf("%d issues keep the phone that came with them, want 1", n)
				}
			})
		})
	}
}

// TestTx_ForgetsWhatAGuardUndid creates an issue, an endorsement and a vote in Guards that fail, before and after something had to be
// written, and keeps what other messages did.
func TestTx_ForgetsWhatAGuardUndid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		issue, ballot := p.issue(t, s, 1), p.ballot(t, s, 1)
		write(t, s, func(tx *store.Tx) error {
			for n := 1; n <= 6; n++ {
				fails := n%2 == 0
				err := tx.Guard(func() error {
					person := tx.CreatePerson(account(100+n), fmt.Sprintf("居民%d", n))
					tx.Endorse(issue.ID, person.ID, tx.NewID())
					tx.SaveVote(bot.Vote{BallotID: ballot.ID, PersonID: person.ID, Option: 1, At: tx.Now()}, tx.NewID())
					if supports, err := tx.Supports(issue.ID, person.ID); err != nil || !supports {
						t.Errorf("message %d: endorsed %t; %v", n, supports, err)
					}
					if n > 2 { // has all that is waiting written
						if _, err := tx.CountVotes(ballot.ID); err != nil {
							return err
						}
					}
					if choice, err := tx.VoteOf(ballot.ID, person.ID); err != nil || choice != 1 {
						t.Errorf("message %d: voted %d; %v", n, choice, err)
					}
					if fails {
						return errUndo
					}
					return nil
				})
				if errors.Is(err, errUndo) != fails {
					return fmt.Errorf("message %d: %w", n, err)
				}
			}
			return nil
		})
		for _, table := range []string{"endorsements", "votes"} {
			if n := one[int](t, s, "SELECT COUNT(*) FROM "+table); n != 3 {
				t.Errorf("%d %s, want those of the three messages that went well", n, table)
			}
		}
	})
}

// TestGuard_IsNotBlamedForOthers has a message's Guard write what an earlier message left and the database refuses.
func TestGuard_IsNotBlamedForOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			bad := p.lamp(1)
			bad.ReporterID = 42 // nobody
			if err := tx.Guard(func() error { return tx.CreateIssue(bad, "") }); err != nil {
				return err
			}
			err := tx.Guard(func() error {
				_, err := tx.Supporters(1, 1)
				return err
			})
			if !errors.Is(err, store.ErrLost) {
				t.Errorf("the second message's error is %v, want the end of the transaction", err)
			}
			return err
		})
		if err == nil {
			t.Error("the issue of nobody was stored")
		}
	})
}

// TestNextNumber_NoGapsAfterAGuard takes numbers in Guards of which every other one fails.
func TestNextNumber_NoGapsAfterAGuard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var given []int64
		for range 2 {
			write(t, s, func(tx *store.Tx) error {
				for n := range 6 {
					fails := n%2 == 0 // the very first, too
					err := tx.Guard(func() error {
						number, err := tx.NextNumber("issue/1")
						if err != nil || fails {
							return errors.Join(err, errUndo)
						}
						given = append(given, number)
						return nil
					})
					if err != nil && !errors.Is(err, errUndo) {
						return err
					}
				}
				return nil
			})
		}
		if got := fmt.Sprint(given); got != "[1 2 3 4 5 6]" {
			t.Errorf("numbers %s", got)
		}
		if n := sequence(t, s, "issue/1"); n != 6 {
			t.Errorf("the sequence stands at %d, want 6", n)
		}
	})
}

// TestLockBallot_WaitsForVotesOnTheirWay closes a ballot while a batch that holds its conversation casts a vote.
func TestLockBallot_WaitsForVotesOnTheirWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		ballot := p.ballot(t, s, 1)
		var locked atomic.Bool
		counted := 0
		together(t, 2, func(n int) error {
			if n == 0 {
				return s.Write(t.Context(), func(tx *store.Tx) error {
					if _, err := tx.LockConversations([]bot.Conversation{group(1)}); err != nil {
						return err
					}
					open, err := tx.IsOpenLocked(ballot.ID)
					if err != nil || !open {
						return fmt.Errorf("open: %t; %w", open, err)
					}
					locked.Store(true)
					time.Sleep(50 * time.Millisecond) // for the other to come and wait
					tx.SaveVote(bot.Vote{BallotID: ballot.ID, PersonID: p.resident, Option: 1, At: tx.Now()}, 1)
					return nil
				})
			}
			for !locked.Load() {
				time.Sleep(time.Millisecond)
			}
			return s.Write(t.Context(), func(tx *store.Tx) error {
				b, err := tx.LockBallot(ballot.ID)
				if err != nil {
					return err
				}
				counts, err := tx.CountVotes(b.ID)
				if err != nil {
					return err
				}
				counted = counts[1]
				_, err = tx.CloseBallot(b.ID, bot.BallotClosed, "", tx.Now())
				return err
			})
		})
		if counted != 1 {
			t.Errorf("%d votes were counted, want the one cast before", counted)
		}
		write(t, s, func(tx *store.Tx) error {
			if _, err := tx.LockConversations([]bot.Conversation{group(1)}); err != nil {
				return err
			}
			if open, err := tx.IsOpenLocked(ballot.ID); err != nil || open {
				t.Errorf("open after it was closed: %t; %v", open, err)
			}
			ballots, err := tx.OpenBallots([]int64{p.conversation})
			if len(ballots) != 0 {
				t.Errorf("%d open ballots, want none", len(ballots))
			}
			return err
		})
	})
}

// TestGroupUnits_FollowTheBinding binds a group before and after it has spoken, and moves it.
func TestGroupUnits_FollowTheBinding(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		first, second := newPlace(t, s, 1), newPlace(t, s, 2)
		unitOf := func(c bot.Conversation) (id int64) {
			write(t, s, func(tx *store.Tx) error {
				if _, err := tx.LockConversations([]bot.Conversation{c}); err != nil {
					return err
				}
				units, err := tx.GroupUnits([]bot.Conversation{c})
				id = units[c].ID
				return err
			})
			return id
		}
		bind := func(c bot.Conversation, unit int64) {
			write(t, s, func(tx *store.Tx) error {
				_, err := tx.BindGroup(c.Channel, c.Group, unit)
				return err
			})
		}
		silent, talking := group(8), group(9)
		if got := unitOf(talking); got != 0 {
			t.Errorf("an unbound group is of unit %d", got)
		}
		bind(silent, first.unit)
		bind(talking, first.unit)
		for _, c := range []bot.Conversation{silent, talking} {
			if got := unitOf(c); got != first.unit {
				t.Errorf("%v is of unit %d, want %d", c, got, first.unit)
			}
		}
		bind(talking, second.unit)
		if got := unitOf(talking); got != second.unit {
			t.Errorf("a group that was moved is of unit %d, want %d", got, second.unit)
		}
	})
}
