package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// fillChunk is how many rows go into the tables with one statement.
const fillChunk = 50_000

// fill puts messages and issues into an otherwise fresh MariaDB database with its units, as if they had been there for long; their
// ids lie below all that the service gives. It uses MariaDB's sequence tables, so that no row passes the network. Issues are
// reported in the days up to now; each has its register and two more events, a reporter with a sealed phone, a copy of somebody's
// who was imported, and if it is closed a rating.
func fill(ctx context.Context, db *sql.DB, messages, issues int, days float64, at time.Time) error {
	if _, err := db.ExecContext(ctx, "INSERT IGNORE INTO conversations (id, channel, kind, ext_id, created_at) "+
		"SELECT seq, 'old', 'g', CONCAT(seq, '@chatroom'), ? FROM seq_1_to_300", at.UTC()); err != nil {
		return fmt.Errorf("fill conversations: %w", err)
	}
	steps := []struct {
		table, query string
		rows         int
		args         []any
	}{
		{"people", fillPeople, max(messages/100, issues, 1000), []any{at.UTC(), at.UTC()}},
		{"messages", fillMessages, messages, []any{at.UTC(), at.UTC(), at.UTC()}},
		{"issues", fillIssues, issues, []any{days * 86400 / float64(max(issues, 1)), at.UTC()}},
		{"events", fillEvents, 3 * issues, nil},
		{"ratings", fillRatings, issues, nil},
	}
	for _, s := range steps {
		for first := 1; first <= s.rows; first += fillChunk {
			last := min(first+fillChunk-1, s.rows)
			query := strings.ReplaceAll(s.query, "{range}", fmt.Sprintf("seq_%d_to_%d", first, last))
			if _, err := db.ExecContext(ctx, query, s.args...); err != nil {
				return fmt.Errorf("fill %s: %w", s.table, err)
			}
		}
	}
	// The numbers go on where the filled ones end.
	for _, query := range []string{
		"REPLACE INTO sequences (name, value) SELECT CONCAT('issue/', unit_id), MAX(seq) FROM issues GROUP BY unit_id",
		"ANALYZE TABLE people, messages, issues, issue_events, ratings", // as a database that has been in use for long knows its tables
	} {
		if _, err := db.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}

const fillPeople = "INSERT INTO people (id, name, phone, created_at, updated_at) " +
	"SELECT seq, CONCAT('居民', seq), COALESCE((SELECT phone FROM people WHERE phone <> '' LIMIT 1), ''), ?, ? FROM {range}"

const fillMessages = "INSERT INTO messages (id, dedup_key, conversation_id, channel, ext_id, sender, sender_name, kind, body, payload, sent_at, received_at, " +
	"handled_at, state, intent) SELECT seq, SHA2(seq, 256), 1 + seq % 300, 'old', seq, CONCAT('wxid_', seq % 100000), CONCAT('居民', seq % 100000), 'text', " +
	"'今年洋芋长得不错,今天集上人真多', '{\"group\":\"10001@chatroom\"}', ?, ?, ?, 'handled', 'chat' FROM {range}"

// One in three is still open, one in three waits for a rating, one in three is closed.
const fillIssues = "INSERT INTO issues (id, unit_id, number, seq, kind, category, difficulty, status, title, content, place, source, reporter_id, reporter_name, " +
	"conversation_id, agency, handler_name, result, solved, satisfaction, round, reason, reported_at, accepted_at, assigned_at, signed_at, resolved_at, closed_at, " +
	"due_at, due_rule, events, updated_at) SELECT n.seq, u.id, CONCAT('OLD-', u.code, '-', n.seq), n.seq DIV 23 + 1, 'appeal', ELT(1 + n.seq % 3, '城乡建设', '交通运输', '民政'), " +
	"ELT(1 + n.seq % 3, 'A', 'B', 'C'), ELT(1 + n.seq % 3, 'handling', 'awaiting_rating', 'closed'), '路灯坏了', " +
	"CONCAT('第', n.seq, '社的路灯坏了半个月,黑得很,娃娃们晚上放学害怕,请派人来看看'), CONCAT('第', n.seq, '社'), 'group', n.seq, CONCAT('居民', n.seq), 1 + n.seq % 300, '住建局', '张处长', " +
	"IF(n.seq % 3 = 0, '', '灯泡换好了,线路也检修过'), IF(n.seq % 3 = 2, 'solved', ''), IF(n.seq % 3 = 2, 'satisfied', ''), 1, '', r.at, r.at, r.at, r.at, " +
	"IF(n.seq % 3 = 0, NULL, r.at), IF(n.seq % 3 = 2, r.at, NULL), DATE_ADD(r.at, INTERVAL 7 DAY), '通用', 3, r.at " +
	"FROM (SELECT seq, DATE_SUB(@at, INTERVAL ROUND(1e6 * ? * seq) MICROSECOND) AS at FROM (SELECT @at := ?) c, {range}) r JOIN {range} n ON n.seq = r.seq JOIN (SELECT id, code, ROW_NUMBER() OVER (ORDER BY id) - 1 AS k FROM units) u ON u.k = n.seq % 23"

const fillEvents = "INSERT INTO issue_events (id, issue_id, seq, verb, from_status, to_status, actor, note, created_at) " +
	"SELECT n.seq, 1 + (n.seq - 1) DIV 3, 1 + (n.seq - 1) % 3, ELT(1 + (n.seq - 1) % 3, 'register', 'accept', 'note'), " +
	"ELT(1 + (n.seq - 1) % 3, '', 'reported', 'accepted'), ELT(1 + (n.seq - 1) % 3, 'reported', 'accepted', 'accepted'), '居民', " +
	"ELT(1 + (n.seq - 1) % 3, '', '', '已联系供电所,明天到现场'), i.reported_at FROM {range} n JOIN issues i ON i.id = 1 + (n.seq - 1) DIV 3"

const fillRatings = "INSERT INTO ratings (id, issue_id, round, person_id, solved, satisfaction, note, created_at) " +
	"SELECT i.id, i.id, 1, i.reporter_id, i.solved, i.satisfaction, '', i.closed_at FROM {range} n JOIN issues i ON i.id = n.seq WHERE i.status = 'closed'"
