package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// faults compares what the clients were told with what stands in the tables, beyond the message with the id fence, and lists
// what doesn't agree; nothing is good.
func (t *tally) faults(ctx context.Context, db *sql.DB, fence int64) ([]string, error) {
	var list []string
	expect := func(what string, got, want int64) {
		if got != want {
			list = append(list, fmt.Sprintf("%s: %d, expected %d", what, got, want))
		}
	}
	stored, keys, err := storedKeys(ctx, db, fence)
	if err != nil {
		return nil, err
	}
	expect("stored messages", stored, int64(t.accepted))
	if keys != t.keys {
		list = append(list, "the stored messages aren't those that were acknowledged")
	}
	expect("retries with another answer", int64(t.unequal), 0)
	for _, q := range []struct {
		what, query string
		want        int64
	}{
		{"messages not handled", "SELECT COUNT(*) FROM messages WHERE state <> 'handled'", 0},
		{"messages deferred", "SELECT COUNT(*) FROM deferred_messages", 0},
		{"people who voted", "SELECT COUNT(*) FROM votes", int64(len(t.voters))},
		{"acceptances", "SELECT COUNT(*) FROM issue_events WHERE verb = 'accept'", int64(t.acceptance)},
		{"issues whose supporters aren't their endorsements", "SELECT COUNT(*) FROM issues i WHERE i.supporters <> (SELECT COUNT(*) FROM endorsements e WHERE e.issue_id = i.id)", 0},
		{"issues whose events aren't all there", "SELECT COUNT(*) FROM issues i WHERE i.events <> (SELECT COUNT(*) FROM issue_events e WHERE e.issue_id = i.id)", 0},
		{"issues without the message they come from", "SELECT COUNT(*) FROM issue_messages l LEFT JOIN messages m ON m.id = l.message_id WHERE m.id IS NULL", 0},
	} {
		var n int64
		if err := db.QueryRowContext(ctx, q.query).Scan(&n); err != nil {
			return nil, fmt.Errorf("count %s: %w", q.what, err)
		}
		expect(q.what, n, q.want)
	}
	return list, nil
}

// storedKeys counts the messages beyond the fence and joins the first eight bytes of their keys by exclusive or, so that two
// sets of keys with the same result are, but for a chance in 2⁶⁴, the same.
func storedKeys(ctx context.Context, db *sql.DB, fence int64) (n int64, keys uint64, err error) {
	rows, err := db.QueryContext(ctx, "SELECT dedup_key FROM messages WHERE id > ?", fence)
	if err != nil {
		return 0, 0, fmt.Errorf("stored keys: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return 0, 0, fmt.Errorf("stored keys: %w", err)
		}
		head, err := hex.DecodeString(key[:16])
		if err != nil {
			return 0, 0, fmt.Errorf("stored key %s: %w", key, err)
		}
		keys ^= binary.BigEndian.Uint64(head)
		n++
	}
	return n, keys, rows.Err()
}

// openIssues fills in the numbers of each unit's issues that wait to be accepted.
func (c *county) openIssues(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT u.code, i.seq FROM issues i JOIN units u ON u.id = i.unit_id WHERE i.status = 'reported' ORDER BY i.id DESC LIMIT 100000")
	if err != nil {
		return fmt.Errorf("open issues: %w", err)
	}
	defer func() { _ = rows.Close() }()
	byCode := map[string]*unit{}
	for i := range c.units {
		c.units[i] = newUnit(c.units[i].code, c.units[i].name)
		byCode[c.units[i].code] = &c.units[i]
	}
	for rows.Next() {
		var code string
		var seq int
		if err := rows.Scan(&code, &seq); err != nil {
			return fmt.Errorf("open issues: %w", err)
		}
		byCode[code].open = append(byCode[code].open, seq)
	}
	return rows.Err()
}
