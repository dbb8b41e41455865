package member

import (
	"fmt"
	"slices"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/store"
)

// ImportMembers brings the people with roles up to those of the table and writes an audit entry for each that changed. The table
// has the columns name, phone, sector, studio, role, units, channel and user; channels are the names that the column channel may
// hold. Rows with one phone are one person, and so are rows with one name and no phone. It returns the people as they stand
// afterwards, with their ids, in the order of the table. People who aren't in it stay as they are; those who are in it have the
// roles it gives them and no others. When anything is wrong with it, the error is Faults with all that is wrong, and nothing was
// written.
func ImportMembers(tx *store.Tx, lines []report.Line, channels []string, by bot.Person) (Count, []bot.Person, error) {
	s, err := readSheet(lines, memberColumns())
	if err != nil {
		return Count{}, nil, err
	}
	units, err := tx.Units()
	if err != nil {
		return Count{}, nil, err
	}
	r := newRoster(s, units, channels)
	r.read()
	if err := r.checkOwners(tx); err != nil {
		return Count{}, nil, err
	}
	if err := r.err(); err != nil {
		return Count{}, nil, err
	}
	return savePeople(tx, r.people, by)
}

// chunk is how many accounts or people one query asks for.
const chunk = 500

// checkOwners refuses accounts that speak for somebody else with a role already. An account known only as a resident's may
// become a person's.
func (r *roster) checkOwners(tx *store.Tx) error {
	var keys []store.AccountKey
	for _, p := range r.people {
		keys = append(keys, p.accounts...)
	}
	for part := range slices.Chunk(keys, chunk) {
		known, err := tx.People(part)
		if err != nil {
			return fmt.Errorf("check accounts: %w", err)
		}
		phones, err := tx.Phones(personIDs(known))
		if err != nil {
			return fmt.Errorf("check accounts: %w", err)
		}
		for _, key := range part {
			owner, p := known[key], r.owners[key]
			if owner == nil || len(owner.Roles) == 0 || owner.Name == p.Name || p.phone != "" && phones[owner.ID] == p.phone {
				continue // nobody's yet, or the same person, perhaps with a new phone or a new name
			}
			r.fault(p.entry, "user", "账号已经绑定给另一个人", "检查账号和姓名")
		}
	}
	return nil
}

func personIDs(known map[store.AccountKey]*bot.Person) []int64 {
	ids := make([]int64, 0, len(known))
	for _, p := range known {
		ids = append(ids, p.ID)
	}
	return ids
}

func savePeople(tx *store.Tx, people []*person, by bot.Person) (Count, []bot.Person, error) {
	var count Count
	saved := make([]bot.Person, 0, len(people))
	for _, p := range people {
		old, err := tx.FindMember(p.member())
		if err != nil {
			return Count{}, nil, fmt.Errorf("line %d: %w", p.line, err)
		}
		changed, err := savePerson(tx, p)
		if err != nil {
			return Count{}, nil, err
		}
		count.add(old != nil, changed)
		saved = append(saved, p.Person)
		if !changed {
			continue
		}
		c := store.Change{ActorID: by.ID, Actor: by.Name, Action: "import", Subject: "person", SubjectID: p.ID, After: personState(&p.Person, p.accounts)}
		if old != nil {
			c.Before = personState(old, nil)
		}
		if err := tx.Audit(c); err != nil {
			return Count{}, nil, err
		}
	}
	return count, saved, nil
}

func savePerson(tx *store.Tx, p *person) (changed bool, err error) {
	if p.ID, changed, err = tx.SaveMember(p.member()); err != nil {
		return false, fmt.Errorf("line %d: %w", p.line, err)
	}
	for _, key := range p.accounts[min(1, len(p.accounts)):] {
		bound, err := tx.BindAccount(key, p.ID)
		if err != nil {
			return false, fmt.Errorf("line %d: %w", p.line, err)
		}
		changed = changed || bound
	}
	return changed, nil
}

// member is the person as the store takes them, with the first account; further ones are bound after.
func (p *person) member() store.Member {
	m := store.Member{Person: p.Person, Phone: p.phone}
	if len(p.accounts) > 0 {
		m.Account = &p.accounts[0]
	}
	return m
}

// personState is what the audit keeps of a person: no phone and no account, only the channels it speaks on.
func personState(p *bot.Person, accounts []store.AccountKey) map[string]any {
	roles := make([]map[string]any, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = map[string]any{"role": r.Name, "unit": r.UnitID, "agency": r.Agency}
	}
	var channels []string
	for _, key := range accounts {
		channels = appendNew(channels, key.Channel)
	}
	return map[string]any{"name": p.Name, "sector": p.Sector, "studio": p.Studio, "roles": roles, "channels": channels}
}

// Unbound returns those of the people whom no account speaks for yet, in their order.
func Unbound(tx *store.Tx, people []bot.Person) ([]bot.Person, error) {
	unbound := map[int64]bool{}
	for last := int64(0); ; {
		page, err := tx.UnboundMembers(last, chunk)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			unbound[p.ID], last = true, p.ID
		}
		if len(page) < chunk {
			break
		}
	}
	return slices.DeleteFunc(slices.Clone(people), func(p bot.Person) bool { return !unbound[p.ID] }), nil
}
