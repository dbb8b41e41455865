package store_test

import (
	"slices"
	"testing"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// TestBindAccount_MergesTheResident binds the account of a resident who has reported, endorsed, voted and rated to a member who
// had endorsed, voted and rated some of the same things under another account.
func TestBindAccount_MergesTheResident(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		first, other := p.issue(t, s, 1), p.issue(t, s, 2)
		closed, open := p.ballot(t, s, 1), p.ballot(t, s, 2)
		stranger := p.person(t, s, 2)
		mine := place{unit: p.unit, conversation: p.conversation, resident: stranger}.issue(t, s, 3)
		var member int64
		write(t, s, func(tx *store.Tx) error {
			var err error
			member, _, err = tx.SaveMember(store.Member{Person: bot.Person{Name: "李四", Roles: []bot.Role{{Name: bot.RoleMember}}}, Phone: "13800000001", Account: &store.AccountKey{Channel: "gz", ExtID: "oLi"}})
			if err != nil {
				return err
			}
			for _, person := range []int64{stranger, member} {
				if _, err := tx.Endorse(first.ID, person, 1); err != nil {
					return err
				}
				for _, b := range []*bot.Ballot{closed, open} {
					if err := tx.SaveVote(bot.Vote{BallotID: b.ID, PersonID: person, Option: 1, At: tx.Now()}, 1); err != nil {
						return err
					}
				}
			}
			if _, err := tx.Endorse(other.ID, stranger, 2); err != nil {
				return err
			}
			if err := tx.SaveRating(bot.Rating{IssueID: first.ID, Round: 1, PersonID: stranger, Solved: bot.SolvedYes, At: tx.Now()}); err != nil {
				return err
			}
			_, err = tx.CloseBallot(closed.ID, bot.BallotClosed, "2票同意", tx.Now())
			return err
		})
		bind := func() (changed bool) {
			write(t, s, func(tx *store.Tx) (err error) {
				changed, err = tx.BindAccount(account(2), member)
				return err
			})
			return changed
		}
		if !bind() || bind() {
			t.Error("binding must change something the first time and nothing the second")
		}
		read(t, s, func(tx *store.Tx) error {
			people, err := tx.People([]store.AccountKey{account(2)})
			if err != nil {
				return err
			}
			if got := people[account(2)]; got == nil || got.ID != member || !got.Is(bot.RoleMember, 0) {
				t.Errorf("the account speaks for %+v", got)
			}
			if got, err := tx.IssueByNumber(mine.Number); err != nil || got.ReporterID != member {
				t.Errorf("the resident's issue is reported by %d, %v", got.ReporterID, err)
			}
			if got, err := tx.Supporters(other.ID, 10); err != nil || !slices.Equal(got, []int64{member}) {
				t.Errorf("the resident's endorsement is %v's, %v", got, err)
			}
			if got, err := tx.Ratings(first.ID, 1, 10); err != nil || len(got) != 1 || got[0].PersonID != member {
				t.Errorf("the resident's rating is %+v, %v", got, err)
			}
			if counts, err := tx.CountVotes(open.ID); err != nil || counts[1] != 1 {
				t.Errorf("in the open ballot the person counts %v, %v, want once", counts, err)
			}
			if counts, err := tx.CountVotes(closed.ID); err != nil || counts[1] != 2 {
				t.Errorf("the closed ballot now counts %v, %v, want what was announced", counts, err)
			}
			return nil
		})
	})
}

func TestBindAccount_LeavesAPersonWithAnotherAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		issue := p.issue(t, s, 1)
		other := p.person(t, s, 2)
		write(t, s, func(tx *store.Tx) error {
			if _, err := tx.BindAccount(account(3), p.resident); err != nil { // a second account of the reporter
				return err
			}
			_, err := tx.BindAccount(account(3), other) // and now it is somebody else's
			return err
		})
		if got := one[int64](t, s, "SELECT reporter_id FROM issues WHERE id = ?", issue.ID); got != p.resident {
			t.Errorf("the issue went to %d although its reporter still has an account", got)
		}
	})
}

func TestSaveMember_AgainChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		m := store.Member{Person: bot.Person{Name: "李四", Sector: "农业界", Roles: []bot.Role{{Name: bot.RoleStaff, UnitID: p.unit}, {Name: bot.RoleHandler, Agency: "住建局"}}},
			Phone: "13800000001", Account: &store.AccountKey{Channel: "qun", ExtID: "wxid_li"}}
		save := func(m store.Member) (id int64, changed bool) {
			write(t, s, func(tx *store.Tx) (err error) {
				id, changed, err = tx.SaveMember(m)
				return err
			})
			return id, changed
		}
		id, changed := save(m)
		if again, twice := save(m); !changed || twice || again != id {
			t.Errorf("the first time changed %t, the second %t; ids %d and %d", changed, twice, id, again)
		}
		m.Person.Roles = m.Person.Roles[:1]
		if same, changed := save(m); !changed || same != id {
			t.Error("a role taken away is a change of the same person")
		}
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.Person(id)
			if err == nil && (len(got.Roles) != 1 || !got.Is(bot.RoleStaff, p.unit) || got.Handles("住建局")) {
				t.Errorf("roles = %+v", got.Roles)
			}
			phones, err2 := tx.Phones([]int64{id, p.resident})
			if err2 == nil && (len(phones) != 1 || phones[id] != "13800000001") {
				t.Errorf("phones = %v", phones)
			}
			if err == nil {
				err = err2
			}
			return err
		})
	})
}
