package main

import (
	"database/sql"
	"fmt"
	"strings"

	"tongshishang/config"
)

// verify holds what is stored and what was sent against what the members said and were told. Kills is how often an instance was killed.
func (a *assembly) verify(kills int) {
	a.t.Helper()
	a.settle()
	a.verifyMessages()
	a.verifyCounts()
	a.verifyVotes()
	a.verifyDue()
	a.verifySent(kills)
	for i, s := range a.instances {
		if out := s.run("doctor", "--config", s.config, "--skip-channels"); !strings.Contains(out, "✓ 审计链") || i == 0 && strings.Contains(out, "✗") {
			a.t.Error(out)
		}
	}
}

// storedThere is the row of a message.
type storedThere struct {
	id      int64
	state   string
	handled sql.NullTime
}

// waited tells whether a message was acknowledged before it was handled.
func (r storedThere) waited(said saidThere) bool { return r.handled.Time.After(said.at) }

// verifyMessages checks that what was acknowledged is there and handled, once, and that a member's messages in a conversation stand in
// the order of their acknowledgement. Those handled only after that are not compared: they waited in an instance's spool or lane,
// while another that still reached the database may have stored a later one.
func (a *assembly) verifyMessages() {
	a.t.Helper()
	stored := a.storedMessages()
	count, late := 0, 0
	for place, all := range a.said {
		last := int64(0)
		for _, s := range all {
			count++
			r, ok := stored[s.id]
			switch {
			case !ok:
				a.t.Errorf("%s: lost %s %s", place, s.id, s.text)
			case r.state != "handled":
				a.t.Errorf("%s: %s is %s", place, s.id, r.state)
			case r.waited(s):
				late++
			case r.id < last:
				a.t.Errorf("%s: %s stands before what was acknowledged before it", place, s.id)
			default:
				last = r.id
			}
		}
	}
	if len(stored) != count {
		a.t.Errorf("%d messages are stored, %d were said", len(stored), count)
	}
	a.t.Logf("%d members, %d messages acknowledged, %d of them before they were handled, %d requests refused", a.members.Load(), count, late, a.refused.Load())
}

// storedMessages returns the rows by the messages' ids on their channels.
func (a *assembly) storedMessages() map[string]storedThere {
	a.t.Helper()
	stored := map[string]storedThere{}
	a.each("SELECT ext_id, id, state, handled_at FROM messages", func(scan func(...any) error) error {
		var ext string
		var r storedThere
		err := scan(&ext, &r.id, &r.state, &r.handled)
		if _, twice := stored[ext]; twice {
			a.t.Errorf("%s is stored twice", ext)
		}
		stored[ext] = r
		return err
	})
	return stored
}

// verifyDue checks that every deadline that passed was seen to once, whichever instances saw it.
func (a *assembly) verifyDue() {
	a.t.Helper()
	for _, q := range []struct{ what, query string }{
		{"issues that weren't reminded of once", "SELECT COUNT(*) FROM issues i WHERE i.seq <= 20 AND i.next_at IS NULL AND 1 <> " +
			"(SELECT COUNT(*) FROM outbox o WHERE o.dedup_key LIKE CONCAT('issue:', i.id, ':overdue:%') AND o.state = 'sent')"},
		{"issues that were noted as overdue twice", "SELECT COUNT(*) FROM (SELECT subject_id FROM audit_entries WHERE action = 'overdue' GROUP BY subject_id HAVING COUNT(*) > 1) twice"},
		{"ballots that weren't closed once", "SELECT COUNT(*) FROM ballots b WHERE (b.seq <= " + fmt.Sprint(early) + ") <> " +
			"(SELECT COUNT(*) FROM audit_entries e WHERE e.subject = 'ballot' AND e.subject_id = b.id AND e.action = 'close')"},
		{"ballots whose end wasn't posted once", "SELECT COUNT(*) FROM ballots b WHERE (b.seq <= " + fmt.Sprint(early) + ") <> " +
			"(SELECT COUNT(*) FROM outbox o WHERE o.dedup_key = CONCAT('ballot:', b.id, ':closed'))"},
	} {
		if n := a.count(q.query); n != 0 {
			a.t.Errorf("%s: %d", q.what, n)
		}
	}
}

// verifyCounts checks issues, endorsements and votes against what the members were told.
func (a *assembly) verifyCounts() {
	a.t.Helper()
	for _, api := range a.apis {
		api.mu.Lock()
		for _, d := range api.sent {
			if a.told[d.user] == "" && (strings.Contains(d.text, "已登记") || strings.Contains(d.text, "同一件事")) {
				a.told[d.user] = d.text
			}
		}
		api.mu.Unlock()
	}
	members, registered, joined := int(a.members.Load()), 0, 0
	for account, text := range a.told {
		switch {
		case strings.Contains(text, "同一件事"):
			joined++
		case strings.Contains(text, "已登记"):
			registered++
		default:
			a.t.Errorf("%s was told %q", account, text)
		}
	}
	if registered+joined != 2*members {
		a.t.Errorf("%d members with two matters each were told of %d new ones and %d known ones", members, registered, joined)
	}
	got := a.instances[0].stats()
	got.Messages = 0 // compared one by one
	if want := (statCounts{Issues: 1 + registered, Endorsements: members + joined, Votes: members}); got != want {
		a.t.Errorf("%+v, want %+v", got, want)
	}
	if n := a.count("SELECT COUNT(*) - MAX(seq) FROM issues"); n != 0 {
		a.t.Errorf("the numbers of the issues have gaps or doubles: %d", n)
	}
}

// verifyVotes checks that everybody's last vote counts. Where one of the two waited in a spool or lane either may have been the last.
func (a *assembly) verifyVotes() {
	a.t.Helper()
	choices, stored := map[string]int{}, a.storedMessages()
	a.each("SELECT c.ext_id, v.choice FROM votes v JOIN accounts c ON c.person_id = v.person_id AND c.channel = 'qun'", func(scan func(...any) error) error {
		var user string
		var choice int
		err := scan(&user, &choice)
		choices[user] = choice
		return err
	})
	for n := range int(a.members.Load()) {
		user := fmt.Sprintf("wxid_m%d", n)
		votes := a.said[user+" group"][1:]
		waited := stored[votes[0].id].waited(votes[0]) || stored[votes[1].id].waited(votes[1])
		if got := choices[user]; got == 0 || !waited && got != lastChoice(n) {
			a.t.Errorf("%s voted 1 and then %d, what counts is %d", user, lastChoice(n), got)
		}
	}
}

// verifySent checks that what is in the outbox as sent went out, once. An instance that is killed between a call's answer and the commit
// that notes it leaves its leases, and what they hold is sent again: at most one message a worker and kill.
func (a *assembly) verifySent(kills int) {
	a.t.Helper()
	workers := config.Default().Outbox.Workers
	missing := map[delivery]int{}
	a.each("SELECT kind, ext_id, body FROM outbox WHERE state = 'sent'", func(scan func(...any) error) error {
		var kind, to, body string
		err := scan(&kind, &to, &body)
		d := delivery{user: to, text: body}
		if kind == "g" {
			d = delivery{group: to, text: body}
		}
		missing[d]++
		return err
	})
	sent, again := 0, 0
	for _, api := range a.apis {
		for _, d := range api.take() {
			sent++
			missing[d]--
		}
	}
	for d, n := range missing {
		if n > 0 {
			a.t.Errorf("never sent: %+v", d)
		}
		again -= min(n, 0)
	}
	if again > workers*kills {
		a.t.Errorf("%d messages were sent again, after %d kills at most %d may be", again, kills, workers*kills)
	}
	a.t.Logf("%d messages sent, %d of them a second time", sent, again)
	if n := a.count("SELECT COUNT(*) FROM outbox WHERE state = 'dead'"); n != 0 {
		a.t.Errorf("%d messages given up", n)
	}
}

// each reads the rows of a query.
func (c *cluster) each(query string, take func(scan func(...any) error) error) {
	c.t.Helper()
	rows, err := c.db.QueryContext(c.t.Context(), query)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
}
