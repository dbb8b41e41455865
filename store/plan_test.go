package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"

	"gorm.io/gorm"
)

// many is a statement that fills a table with 2025 rows, n running from 1000.
const many = "WITH RECURSIVE d (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM d WHERE x < 44) SELECT %s FROM (SELECT 1000 + a.x * 45 + b.x AS n FROM d a, d b) s"

// grow fills the tables that grow with use; how they are spread over their keys is what makes an index worth using.
func grow(t *testing.T, s *store.Store, p place) {
	t.Helper()
	_, dialect := s.SQL()
	const now = "'2026-11-16 01:00:00.000000'"
	fill := []struct{ table, columns, values string }{
		{"units", "id, code, name, created_at", "n, CONCAT('C', n), CONCAT('N', n), " + now},
		{"people", "id, name, created_at, updated_at", "n, 'x', " + now + ", " + now},
		{"accounts", "id, channel, ext_id, person_id, created_at", "n, 'qun', CONCAT('u', n), n, " + now},
		{"roles", "id, person_id, name, unit_id, agency, scope, created_at", fmt.Sprintf("n, n, 'staff', %d, CONCAT('局', n %% 100), CONCAT('s', n), %s", p.unit, now)},
		{"conversations", "id, channel, kind, ext_id, created_at", "n, 'qun', 'g', CONCAT('g', n), " + now},
		{"chat_groups", "id, channel, ext_id, unit_id, created_at", "n, 'qun', CONCAT('g', n), n, " + now},
		{"sequences", "name, value", "CONCAT('s', n), n"},
		{"messages", "id, dedup_key, conversation_id, body, sent_at, received_at, state", "n, CONCAT('k', n), n, 'x', " + now + ", " + now + ", 'handled'"},
		{"deferred_messages", "message_id, next_at, created_at", "n, CONCAT('2026-11-', 10 + n % 20, ' 01:00:00.000000'), " + now},
		{"issues", "id, unit_id, number, seq, status, content, reporter_id, conversation_id, result, reason, reported_at, next_at, updated_at",
			fmt.Sprintf("n, %d, CONCAT('N', n), n, CASE WHEN n %% 100 = 0 THEN 'awaiting_rating' ELSE 'closed' END, 'x', n, n, '', '', %s, CONCAT('2026-11-', 10 + n %% 20, ' 01:00:00.000000'), %s", p.unit, now, now)},
		{"issue_messages", "issue_id, message_id, conversation_id, ext_id, created_at", "n, n, n, CONCAT('m', n), " + now},
		{"issue_terms", "term, issue_id", "1000 + n % 50, n"},
		{"answer_reuses", "issue_id, source_id, given_at, rejected_at", "n, 1000 + n % 50, " + now + ", " + now},
		{"endorsements", "id, issue_id, person_id, message_id, created_at", "n, n, n, n, " + now},
		{"issue_events", "id, issue_id, seq, note, created_at", "n, n, 1, '', " + now},
		{"ratings", "id, issue_id, round, person_id, note, created_at", "n, n, 1, n, '', " + now},
		{"ballots", "id, unit_id, conversation_id, seq, state, opened_by, opened_at, closes_at",
			fmt.Sprintf("n, %d, n, n, CASE WHEN n %% 100 = 0 THEN 'open' ELSE 'closed' END, n, %s, %s", p.unit, now, now)},
		{"ballot_options", "ballot_id, n, label", "n, 1, '同意'"},
		{"ballot_rolls", "ballot_id, person_id", "n, n"},
		{"votes", "id, ballot_id, person_id, choice, message_id, created_at, updated_at", "n, n, n, 1, n, " + now + ", " + now},
		{"doubts", "id, unit_id, kind, n, issue_id, message_id, conversation_id, state, created_at, ask_at",
			fmt.Sprintf("n, CASE WHEN n %% 45 = 0 THEN %d ELSE n END, CASE WHEN n %% 2 = 0 THEN 'matter' ELSE 'category' END, n, n, n, n, CASE WHEN n %% 30 = 0 THEN 'open' ELSE 'settled' END, %s, %s", p.unit, now, now)},
		{"corrections", "id, unit_id, issue_id, conversation_id, field, body, other_body, by_id, created_at", fmt.Sprintf("n, %d, n, n, 'kind', 'x', '', n, %s", p.unit, now)},
		{"binding_codes", "hash, person_id, expires_at, created_at", "CONCAT('h', n), n, " + now + ", " + now},
		{"outbox", "id, dedup_key, lane, body, state, next_at, created_at",
			"n, CONCAT('o', n), CONCAT('l', n % 600), '', CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'sent' END, " + now + ", " + now},
		{"audit_heads", "chain, seq, hash", "n, 1, ''"},
		{"audit_entries", "id, chain, seq, at, actor_id, subject_id, reason, before_state, after_state, prev_hash, hash", "n, n, 1, " + now + ", n, n, '', '', '', '', ''"},
	}
	write(t, s, func(tx *store.Tx) error {
		for _, f := range fill {
			query := "INSERT INTO " + f.table + " (" + f.columns + ") " + fmt.Sprintf(many, f.values)
			if err := tx.Raw().Exec(query).Error; err != nil {
				return fmt.Errorf("%s: %w", f.table, err)
			}
		}
		return nil
	})
	for _, f := range fill {
		analyze := map[string]string{"mysql": "ANALYZE TABLE " + f.table, "sqlite": "ANALYZE " + f.table}[dialect]
		write(t, s, func(tx *store.Tx) error { return tx.Raw().Exec(analyze).Error })
	}
}

// tries collects the first error of many calls.
type tries struct{ err error }

func (c *tries) value(_ any, err error) { c.done(err) }

func (c *tries) done(err error) {
	if c.err == nil {
		c.err = err
	}
}

// lookUps runs every query that a message may cause.
func lookUps(tx *store.Tx, p place) error {
	now := storetest.Monday()
	convs := []bot.Conversation{group(1), {Channel: "qun", Group: "g1001"}, {Channel: "qun", Group: "g1002"}}
	var c tries
	c.value(tx.Seen([]string{"k1001", "k1002", "new"}))
	c.value(tx.People([]store.AccountKey{account(1), {Channel: "qun", ExtID: "u1001"}}))
	c.value(tx.GroupUnits(convs))
	c.value(tx.OpenBallots([]int64{1001, 1002, 1100}))
	c.value(tx.PrivateConversations([]int64{1001, 1002}))
	c.value(tx.Person(1001))
	c.value(tx.Handlers("局7"))
	c.value(tx.IssueByNumber("N1001"))
	c.value(tx.IssueBySeq(p.unit, 1001))
	c.value(tx.IssueOfMessage(1001, "m1001"))
	c.value(tx.RecentIssues(1001, now.Add(-time.Hour), 20))
	c.value(tx.Alike([]store.AlikeList{{Unit: p.unit, Category: "城乡建设", Since: now}}, []int64{1001, 1002}, 30, 10))
	c.value(tx.AnswerOf(1001))
	c.value(tx.Rejected(1001, 20))
	c.value(tx.LastJoined(1001, 1001, now, []string{""}))
	_, _, err := tx.TalkSince(1001, 1001, 1002, 9)
	c.done(err)
	c.value(tx.PersonIssues(1001, 20))
	c.value(tx.DueIssues(now, 20))
	c.value(tx.Events(1001, 20))
	c.value(tx.Ratings(1001, 1, 100))
	c.value(tx.Supporters(1001, 20))
	c.value(tx.Supports(1001, 1001))
	c.value(tx.LockConversations([]bot.Conversation{group(1)}))
	c.value(tx.GroupUnits(convs))
	c.value(tx.OpenBallot(1100))
	c.value(tx.LatestBallot(1001))
	c.value(tx.BallotBySeq(p.unit, 1001))
	c.value(tx.DueBallots(now, 20))
	c.value(tx.IsOpenLocked(1001))
	c.value(tx.VoteOf(1001, 1001))
	c.value(tx.CountVotes(1001))
	c.value(tx.CountDoubts(p.unit, bot.DoubtMatter, now.Add(-time.Hour), 20))
	c.value(tx.UnsortedIssues(p.unit, now.Add(-time.Hour), 11))
	c.value(tx.UncertainMessages(p.unit, now.Add(-time.Hour), 11))
	c.value(tx.LastCorrection(1001, now.Add(-time.Hour)))
	c.value(tx.Lessons(0, 20))
	c.value(tx.DeferredMessages(now.Add(-5*24*time.Hour), 20))
	return c.err
}

// changes runs every statement by which a message may change or lock something.
func changes(tx *store.Tx, p place) error {
	now := storetest.Monday()
	issue, err := tx.LockIssue(1001)
	if err != nil {
		return err
	}
	message := store.Record{ID: 1001, State: store.MessageHandled, HandledAt: now}
	var c tries
	c.value(tx.LockConversations([]bot.Conversation{group(1), {Channel: "qun", Group: "g1001"}, {Channel: "qun", Group: "g1002"}}))
	c.value(tx.NextNumber("s1001"))
	tx.Endorse(1001, 1002, 1)
	c.value(tx.Unendorse(1001, 1002))
	c.value(tx.LockBallot(1001))
	c.value(tx.CloseBallot(1100, bot.BallotClosed, "", now))
	_, _, err = tx.ClaimOutbox(store.Claim{Lease: time.Minute, Limit: 32, Without: []string{"gz"}, Held: []int64{1}}, []int64{1001})
	c.done(err)
	_, _, err = tx.ClaimDoubt(store.AdviceClaim{Budget: store.AdviceBudget{Day: "2026-11-16", Requests: 9}, Below: 0.7, Lease: time.Minute})
	c.done(err)
	c.done(tx.SaveAdvice(1090, "appeal", "民政", "2026-11-16", 100))
	c.done(tx.PostponeAdvice(1080, now, "2026-11-16", 0))
	c.value(tx.LockUncertain(p.unit, 1080))
	c.done(tx.SettleDoubt(1080))
	c.done(tx.SettleIssue(1001))
	c.done(tx.ReopenIssue(1001, "民政"))
	c.done(tx.UndoCorrection(1001))
	c.value(tx.LapseDoubts(bot.DoubtMatter, now.Add(-time.Hour), 20))
	c.value(tx.CancelOutbox("o1001"))
	c.value(tx.Hold("o1001", "x"))
	c.done(tx.OutboxSent(1001))
	c.done(tx.OutboxFailed(1002, "", now))
	c.done(tx.RejectReuse(1001))
	c.done(tx.FinishMessage(&message))
	tx.SaveIssue(issue)
	c.done(tx.SetSubscribed(store.AccountKey{Channel: "qun", ExtID: "u1001"}, true))
	tx.SaveRating(bot.Rating{IssueID: 1001, Round: 1, PersonID: 1001, At: now})
	tx.SaveVote(bot.Vote{BallotID: 1001, PersonID: 1001, Option: 1, At: now}, 1)
	c.done(tx.Audit(store.Change{Unit: 1001, Action: "note"}))
	return c.err
}

// TestMessageQueries_UseIndexes records what is sent to the database on the way of a message and asks for the plans.
func TestMessageQueries_UseIndexes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		grow(t, s, p)
		statements := map[string][]any{} // text → values
		write(t, s, func(tx *store.Tx) error {
			tx.Raw().Statement.ConnPool = &recorder{tx.Raw().Statement.ConnPool, statements}
			return errors.Join(lookUps(tx, p), changes(tx, p))
		})
		if len(statements) < 40 {
			t.Errorf("only %d statements were seen", len(statements))
		}
		_, dialect := s.SQL()
		for _, query := range slices.Sorted(maps.Keys(statements)) {
			var scans []string
			read(t, s, func(tx *store.Tx) error {
				var err error
				if dialect == "mysql" {
					scans, err = mysqlScans(tx.Raw(), query, statements[query])
				} else {
					scans, err = sqliteScans(tx.Raw(), query, statements[query])
				}
				return err
			})
			if len(scans) > 0 {
				t.Errorf("%s\n\treads whole tables: %s", query, strings.Join(scans, "; "))
			}
		}
	})
}

// recorder is a connection that remembers the statements that look for rows.
type recorder struct {
	gorm.ConnPool
	statements map[string][]any
}

func (r *recorder) note(query string, args []any) {
	if strings.Contains(query, "`units` ORDER BY code") {
		return // all of them, a few dozens, once in seconds
	}
	if verb, _, _ := strings.Cut(query, " "); verb == "SELECT" || verb == "UPDATE" || verb == "DELETE" {
		r.statements[query] = slices.Clone(args)
	}
}

func (r *recorder) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r.note(query, args)
	return r.ConnPool.ExecContext(ctx, query, args...)
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.note(query, args)
	return r.ConnPool.QueryContext(ctx, query, args...)
}

func (r *recorder) Commit() error { return r.ConnPool.(gorm.TxCommitter).Commit() }

func (r *recorder) Rollback() error { return r.ConnPool.(gorm.TxCommitter).Rollback() }

// mysqlScans lists the tables that the plan reads whole, or in the order of an index until enough rows are found. What the
// subqueries derive (<derived2>, <union2,3>) is small.
func mysqlScans(db *gorm.DB, sql string, vars []any) (scans []string, err error) {
	var plan []struct {
		Table, Type, Extra, Rows string
	}
	err = db.Raw("EXPLAIN "+sql, vars...).Scan(&plan).Error
	for _, step := range plan {
		if (step.Type == "ALL" || step.Type == "index") && !strings.HasPrefix(step.Table, "<") {
			scans = append(scans, fmt.Sprintf("%s (%s, %s rows, %s)", step.Table, step.Type, step.Rows, step.Extra))
		}
	}
	return scans, err
}

func sqliteScans(db *gorm.DB, sql string, vars []any) (scans []string, err error) {
	var plan []struct{ Detail string }
	err = db.Raw("EXPLAIN QUERY PLAN "+sql, vars...).Scan(&plan).Error
	for _, step := range plan {
		if strings.HasPrefix(step.Detail, "SCAN") && !strings.Contains(step.Detail, "CONSTANT ROW") && step.Detail != "SCAN mine" && step.Detail != "SCAN l" && step.Detail != "SCAN talk" && step.Detail != "SCAN lanes" {
			scans = append(scans, step.Detail)
		}
	}
	return scans, err
}
