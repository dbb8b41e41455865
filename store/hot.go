package store

import (
	"fmt"
	"time"

	"tongshishang/bot"
)

// HotAsk is which matters and voices are wanted: those of the span.
type HotAsk struct {
	Span
	Endorse string // verb of the events by which a matter of an earlier time belongs to the span
	Limit   int    // matters, the newest; voices are limited to voicesPerMatter times as many
}

// voicesPerMatter is how many endorsements are read for each matter, on the average.
const voicesPerMatter = 50

// HotVoice is one person's word for a matter: the report or an endorsement.
type HotVoice struct {
	Issue  int64
	Person int64
	At     time.Time
}

// Hot is what hot topics are found in.
type Hot struct {
	Matters []bot.Issue // newest first, in brief
	Voices  []HotVoice
	Cut     bool // there are more than the limits allow
}

// hotText is how many characters of a matter's content are read: what it is about stands at its beginning.
const hotText = 400

// HotMatters reads the matters reported or endorsed in the span, but for 举报, which nobody else is to hear of, and those withdrawn;
// and who spoke for them in the span. One query for the matters and one for the endorsements, whatever their number.
func (t *Tx) HotMatters(ask HotAsk) (*Hot, error) {
	hot := &Hot{}
	if err := t.hotIssues(ask, hot); err != nil {
		return nil, fmt.Errorf("hot matters: %w", err)
	}
	read := make(map[int64]bool, len(hot.Matters))
	for i := range hot.Matters {
		m := &hot.Matters[i]
		read[m.ID] = true
		if !m.ReportedAt.Before(ask.From) {
			hot.Voices = append(hot.Voices, HotVoice{Issue: m.ID, Person: m.ReporterID, At: m.ReportedAt})
		}
	}
	if err := t.hotEndorsements(ask, read, hot); err != nil {
		return nil, fmt.Errorf("endorsements of hot matters: %w", err)
	}
	return hot, nil
}

// hotIDs are the matters of the span, as m; both parts are found by an index on time.
const hotIDs = " FROM (SELECT id FROM issues WHERE reported_at >= ? AND reported_at < ?" +
	" UNION SELECT issue_id FROM issue_events WHERE created_at >= ? AND created_at < ? AND verb = ?) m "

func (ask HotAsk) args(more ...any) []any {
	from, to := at(ask.From), at(ask.To)
	return append([]any{from, to, from, to, ask.Endorse}, more...)
}

func (t *Tx) hotIssues(ask HotAsk, hot *Hot) error {
	where, args := ask.ofUnit("i.kind <> ? AND i.status <> ?", string(bot.IssueReport), string(bot.StatusWithdrawn))
	query := t.query().Raw("SELECT i.id, i.unit_id, i.number, i.seq, i.title, SUBSTR(i.content, 1, ?), i.place, i.place_id, i.reporter_id, i.reporter_name,"+
		" i.merged_into, i.reported_at"+hotIDs+"JOIN issues i ON i.id = m.id WHERE "+where+" ORDER BY i.reported_at DESC, i.id DESC LIMIT ?",
		append(append([]any{hotText}, ask.args(args...)...), ask.Limit+1)...)
	var r issueRow
	targets := []any{&r.ID, &r.UnitID, &r.Number, &r.Seq, &r.Title, &r.Content, &r.Place, &r.PlaceID, &r.ReporterID, &r.ReporterName, &r.MergedInto, &r.ReportedAt}
	return eachRow(query, targets, func() error {
		if hot.Cut = len(hot.Matters) == ask.Limit; !hot.Cut {
			hot.Matters = append(hot.Matters, r.issue())
		}
		return nil
	})
}

func (t *Tx) hotEndorsements(ask HotAsk, read map[int64]bool, hot *Hot) error {
	limit, n := ask.Limit*voicesPerMatter, 0
	query := t.query().Raw("SELECT e.issue_id, e.person_id, e.created_at"+hotIDs+"JOIN endorsements e ON e.issue_id = m.id"+
		" WHERE e.created_at >= ? AND e.created_at < ? ORDER BY e.issue_id DESC, e.person_id LIMIT ?",
		ask.args(at(ask.From), at(ask.To), limit+1)...)
	var v HotVoice
	var when moment
	return eachRow(query, []any{&v.Issue, &v.Person, &when}, func() error {
		if n++; n > limit {
			hot.Cut = true
			return nil
		}
		if read[v.Issue] {
			v.At = when.Time
			hot.Voices = append(hot.Voices, v)
		}
		return nil
	})
}
