package member

import (
	"fmt"

	"tongshishang/bot/understand"
)

// merge adds a row's person, or joins it to the same person's earlier row: same phone, or same name where neither has a phone.
func (r *roster) merge(p *person) {
	if owner := r.accountOwner(p); owner != nil && (owner.phone != p.phone || owner.Name != p.Name) {
		r.fault(p.entry, "user", fmt.Sprintf("账号在第 %d 行已经是另一个人的", owner.line), "一个账号只属于一个人,检查是哪一行写错了")
		return
	}
	first := r.byName[p.Name]
	if p.phone != "" {
		first = r.byPhone[p.phone]
	}
	switch {
	case first == nil:
		r.people = append(r.people, p)
		if p.phone != "" {
			r.byPhone[p.phone] = p
		} else {
			r.byName[p.Name] = p
		}
		first = p
	case first.Name != p.Name:
		masked, _ := understand.Mask(p.phone)
		r.fault(p.entry, "phone", fmt.Sprintf("电话 %s 在第 %d 行是另一个人的", masked, first.line), "几个人共用的座机只留在一人名下;是同一人的,姓名写成一样")
		return
	default:
		r.join(first, p)
	}
	for _, key := range p.accounts {
		r.owners[key] = first
	}
}

// join unites the rows of one person: roles and accounts add up, the rest must agree or stand on one row only.
func (r *roster) join(first, p *person) {
	r.agree(p, "sector", &first.Sector, p.Sector, first.line)
	r.agree(p, "studio", &first.Studio, p.Studio, first.line)
	first.Roles = appendNew(first.Roles, p.Roles...)
	first.accounts = appendNew(first.accounts, p.accounts...)
}

func (r *roster) agree(p *person, column string, have *string, got string, line int) {
	switch {
	case *have == "":
		*have = got
	case got != "" && got != *have:
		r.fault(p.entry, column, fmt.Sprintf("和第 %d 行同一个人的写得不一样", line), "写成一样;是同名的两个人,给每人写上电话")
	}
}

// accountOwner is who has the row's account by an earlier row.
func (r *roster) accountOwner(p *person) *person {
	for _, key := range p.accounts {
		if owner := r.owners[key]; owner != nil {
			return owner
		}
	}
	return nil
}

// checkNamesakes refuses a person without a phone whose name somebody with a phone has too: whether they are one can't be told.
func (r *roster) checkNamesakes() {
	withPhone := map[string]int{}
	for _, p := range r.people {
		if p.phone != "" {
			withPhone[p.Name] = p.line
		}
	}
	for _, p := range r.people {
		if line, ok := withPhone[p.Name]; ok && p.phone == "" {
			r.fault(p.entry, "phone", fmt.Sprintf("第 %d 行有同名的人写了电话,分不清是不是同一人", line), "补上电话")
		}
	}
}
