package store

import (
	"errors"
	"fmt"
	"slices"

	"tongshishang/bot"
)

// pending are the rows that a transaction writes at its end, one INSERT a table, so that a batch of messages costs few round
// trips. The lists only grow and what stands in them isn't changed: a copy of the struct marks a point to go back to.
type pending struct {
	people       []personRow
	accounts     []accountRow
	issues       []*issueVersion
	assignments  []assignmentVersion
	endorsements []endorsementRow
	ratings      []ratingRow
	votes        []voteRow
	links        []issueMessageRow
	events       []eventRow
	outbox       []outboxRow
	doubts       []doubtRow
	terms        []termRow
	reuses       []reuseRow
}

// issueVersion is an issue as it stands after one change; the last version is written.
type issueVersion struct {
	issue   bot.Issue
	contact string // sealed
	fresh   bool   // created by this transaction
}

// assignmentVersion is an assignment as it stands after one change.
type assignmentVersion struct {
	row      assignmentRow
	returned bool // what the agency said in returning it is written, too
}

func (p *pending) isEmpty() bool {
	return len(p.people)+len(p.accounts)+len(p.issues)+len(p.assignments)+len(p.endorsements)+len(p.ratings)+len(p.votes)+
		len(p.links)+len(p.events)+len(p.outbox)+len(p.doubts)+len(p.terms)+len(p.reuses) == 0
}

// since are the rows that came after the mark.
func (p *pending) since(mark pending) pending {
	return pending{
		people: p.people[len(mark.people):], accounts: p.accounts[len(mark.accounts):], issues: p.issues[len(mark.issues):],
		assignments: p.assignments[len(mark.assignments):], endorsements: p.endorsements[len(mark.endorsements):],
		ratings: p.ratings[len(mark.ratings):], votes: p.votes[len(mark.votes):], links: p.links[len(mark.links):],
		events: p.events[len(mark.events):], outbox: p.outbox[len(mark.outbox):], doubts: p.doubts[len(mark.doubts):],
		terms: p.terms[len(mark.terms):], reuses: p.reuses[len(mark.reuses):],
	}
}

// sync writes what is pending now, because a statement is about to look at the tables or to refer to the rows. Inside Guard,
// rows of earlier messages go first and stay when this message is undone; that they can't be written is no fault of this
// message's and ends the transaction.
func (t *Tx) sync() error {
	if t.guarded && !t.saved {
		own := t.pending.since(t.mark)
		earlier := t.mark
		t.pending, t.mark = own, pending{}
		if err := t.flush(earlier); err != nil {
			return fmt.Errorf("%w: %w", ErrLost, err)
		}
	}
	if t.pending.isEmpty() {
		return nil
	}
	if err := t.save(); err != nil {
		return err
	}
	rows := t.pending
	t.pending = pending{}
	return t.flush(rows)
}

// flush writes the rows, those that others refer to first.
func (t *Tx) flush(p pending) error {
	if p.isEmpty() {
		return nil
	}
	if t.readOnly {
		return errReadOnly
	}
	d := t.s.dialect
	return firstOf(
		func() error { return writeRows(t, "people", p.people, "") },
		func() error { return writeRows(t, "accounts", p.accounts, "") },
		func() error { return t.flushIssues(p.issues) },
		func() error { return t.flushAssignments(p.assignments) },
		func() error { return writeRows(t, "endorsements", p.endorsements, "") },
		func() error {
			return writeRows(t, "ratings", p.ratings, d.upsert("issue_id, round, person_id", "solved", "satisfaction", "note", "created_at"))
		},
		func() error {
			return writeRows(t, "votes", p.votes, d.upsert("ballot_id, person_id", "choice", "message_id", "updated_at"))
		},
		func() error { return writeRows(t, "links", p.links, d.upsert("issue_id, message_id", "issue_id")) },
		func() error { return writeRows(t, "issue events", p.events, "") },
		func() error { return writeRows(t, "issue terms", p.terms, d.upsert("term, issue_id", "issue_id")) },
		func() error { return writeRows(t, "answer reuses", p.reuses, "") },
		func() error { return t.flushOutbox(p.outbox) },
		func() error { return writeRows(t, "doubts", p.doubts, "") },
	)
}

// firstOf runs the steps until one fails.
func firstOf(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// flushIssues writes the last version of each issue: new ones in one statement, changed ones in another.
func (t *Tx) flushIssues(versions []*issueVersion) error {
	var fresh, changed []issueRow
	done := map[int64]bool{}
	created := map[int64]string{}
	for _, v := range versions {
		if v.fresh {
			created[v.issue.ID] = v.contact
		}
	}
	for _, v := range slices.Backward(versions) {
		if done[v.issue.ID] {
			continue
		}
		done[v.issue.ID] = true
		row := issueRowOf(&v.issue)
		if contact, ok := created[v.issue.ID]; ok {
			row.Contact = contact
			fresh = append(fresh, row)
			continue
		}
		changed = append(changed, row)
	}
	if err := writeRows(t, "issues", fresh, ""); err != nil {
		return err
	}
	// Every one of them is locked, so all exist and none of these is inserted.
	columns, err := t.changingIssueColumns()
	if err != nil {
		return err
	}
	return writeRows(t, "issues", changed, t.s.dialect.upsert("id", columns...))
}

// flushAssignments writes runs of like versions in one statement each; within it, a later version of a round wins.
func (t *Tx) flushAssignments(versions []assignmentVersion) error {
	for len(versions) > 0 {
		n := 1
		for n < len(versions) && versions[n].returned == versions[0].returned {
			n++
		}
		rows := make([]assignmentRow, n)
		for i := range rows {
			rows[i] = versions[i].row
		}
		keep := []string{"agency", "helpers", "handler_id", "handler_name", "due_at", "due_rule", "signed_at", "resolved_at"}
		if versions[0].returned {
			keep = append(keep, "returned_at", "return_reason")
		}
		if err := writeRows(t, "assignments", rows, t.s.dialect.upsert("issue_id, round", keep...)); err != nil {
			return err
		}
		versions = versions[n:]
	}
	return nil
}

// issueVersion is the issue as this transaction has made it, if it changed it and hasn't written it yet.
func (t *Tx) issueVersion(is func(*bot.Issue) bool) (*bot.Issue, bool) {
	for _, v := range slices.Backward(t.pending.issues) {
		if is(&v.issue) {
			i := v.issue
			return &i, true
		}
	}
	return nil, false
}

// overlay brings rows that were read up to what this transaction has made of them: changed ones as they are now, and those that
// only now fit, in the order given.
func (t *Tx) overlay(read []bot.Issue, fits func(*bot.Issue) bool, order func(a, b bot.Issue) int, limit int) []bot.Issue {
	if len(t.pending.issues) == 0 {
		return read
	}
	changed := make(map[int64]bool, len(t.pending.issues))
	for _, v := range t.pending.issues {
		changed[v.issue.ID] = true
	}
	out := slices.DeleteFunc(read, func(i bot.Issue) bool { return changed[i.ID] })
	for _, v := range slices.Backward(t.pending.issues) {
		if changed[v.issue.ID] && fits(&v.issue) {
			out = append(out, v.issue)
		}
		delete(changed, v.issue.ID) // of several versions the last counts
	}
	slices.SortStableFunc(out, order)
	return out[:min(len(out), limit)]
}

// ErrLost says that the whole transaction is gone, not only what a Guard held.
var ErrLost = errors.New("transaction lost")
