package store_test

import (
	"slices"
	"testing"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// twoLives is a member and a resident who turns out to be the same person: both have endorsed the first issue and voted in two
// ballots, one of them closed since; the resident alone has reported an issue, endorsed another and rated.
type twoLives struct {
	member               int64
	first, other, mine   *bot.Issue
	openVote, closedVote *bot.Ballot
}

func newTwoLives(t *testing.T, s *store.Store) twoLives {
	t.Helper()
	p := newPlace(t, s, 1)
	resident := p.person(t, s, 2)
	l := twoLives{first: p.issue(t, s, 1), other: p.issue(t, s, 2), openVote: p.ballot(t, s, 1), closedVote: p.ballot(t, s, 2)}
	l.mine = place{unit: p.unit, conversation: p.conversation, resident: resident}.issue(t, s, 3)
	write(t, s, func(tx *store.Tx) error {
		var err error
		l.member, _, err = tx.SaveMember(store.Member{Person: bot.Person{Name: "李四", Roles: []bot.Role{{Name: bot.RoleMember}}}, Phone: "13800000001",
			Account: &store.AccountKey{Channel: "gz", ExtID: "oLi"}})
		c := tries{err: err}
		l.first.Supporters = 2
		tx.SaveIssue(l.first)
		for _, person := range []int64{resident, l.member} {
			tx.Endorse(l.first.ID, person, 1)
			tx.SaveVote(bot.Vote{BallotID: l.openVote.ID, PersonID: person, Option: 1, At: tx.Now()}, 1)
			tx.SaveVote(bot.Vote{BallotID: l.closedVote.ID, PersonID: person, Option: 1, At: tx.Now()}, 1)
		}
		tx.Endorse(l.other.ID, resident, 2)
		tx.SaveRating(bot.Rating{IssueID: l.first.ID, Round: 1, PersonID: resident, Solved: bot.SolvedYes, At: tx.Now()})
		c.value(tx.CloseBallot(l.closedVote.ID, bot.BallotClosed, "2票同意", tx.Now()))
		return c.err
	})
	return l
}

func TestBindAccount_MergesTheResident(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		l := newTwoLives(t, s)
		for _, want := range []bool{true, false} { // the second time there is nothing left to do
			write(t, s, func(tx *store.Tx) error {
				changed, err := tx.BindAccount(account(2), l.member)
				if changed != want {
					t.Errorf("binding changed %t, want %t", changed, want)
				}
				return err
			})
		}
		read(t, s, func(tx *store.Tx) error {
			people, err := tx.People([]store.AccountKey{account(2)})
			if got := people[account(2)]; err != nil || got == nil || got.ID != l.member || !got.Is(bot.RoleMember, 0) {
				t.Errorf("the account speaks for %+v, %v", got, err)
			}
			if got, err := tx.IssueByNumber(l.mine.Number); err != nil || got.ReporterID != l.member {
				t.Errorf("the resident's issue is %+v, %v", got, err)
			}
			if got, err := tx.Supporters(l.other.ID, 10); err != nil || !slices.Equal(got, []int64{l.member}) {
				t.Errorf("the resident's endorsement is %v's, %v", got, err)
			}
			if got, err := tx.IssueByNumber(l.first.Number); err != nil || got.Supporters != 1 {
				t.Errorf("the doubly endorsed issue is %+v, %v, want one supporter", got, err)
			}
			if got, err := tx.Supporters(l.first.ID, 10); err != nil || !slices.Equal(got, []int64{l.member}) {
				t.Errorf("the double endorsement is %v's, %v", got, err)
			}
			if got, err := tx.Ratings(l.first.ID, 1, 10); err != nil || len(got) != 1 || got[0].PersonID != l.member {
				t.Errorf("the resident's rating is %+v, %v", got, err)
			}
			if counts, err := tx.CountVotes(l.openVote.ID); err != nil || counts[1] != 1 {
				t.Errorf("in the open ballot the person counts %v, %v, want once", counts, err)
			}
			if counts, err := tx.CountVotes(l.closedVote.ID); err != nil || counts[1] != 2 {
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
