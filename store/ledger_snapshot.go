package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Snapshot is a signed-off week of the ledger.
type Snapshot struct {
	ID       int64
	Week     string // 2026-W47
	Unit     int64  // 0 is the whole county
	Scope    string // the unit's code, or *
	Digest   string // hex SHA-256 over the rows
	Rows     int    // of 台账明细; rows numbered higher are matters corrected in this week
	LockedBy string
	LockedAt time.Time
}

// SnapshotRow is one matter as it was locked.
type SnapshotRow struct {
	N     int // 1, 2, 3 …
	Issue int64
	Cells json.RawMessage // what the digest covers; the phone in it is masked
	Phone string          // the whole phone, sealed in the row; empty for none
}

type snapshotRow struct {
	ID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Week     string
	UnitID   ref
	Scope    string
	Digest   string
	RowCount int
	LockedBy string
	LockedAt moment
}

func (snapshotRow) TableName() string { return "ledger_snapshots" }

type snapshotCellsRow struct {
	SnapshotID int64 `gorm:"primaryKey;autoIncrement:false"`
	N          int   `gorm:"primaryKey;autoIncrement:false"`
	IssueID    int64
	Cells      string
}

func (snapshotCellsRow) TableName() string { return "ledger_snapshot_rows" }

// sealedCells is the JSON of a snapshot row.
type sealedCells struct {
	Phone string          `json:"phone,omitempty"`
	Row   json.RawMessage `json:"row"`
}

func (r *snapshotRow) snapshot() *Snapshot {
	return &Snapshot{ID: r.ID, Week: r.Week, Unit: int64(r.UnitID), Scope: r.Scope, Digest: r.Digest, Rows: r.RowCount,
		LockedBy: r.LockedBy, LockedAt: r.LockedAt.Time}
}

// Snapshot returns the locked ledger of the week and scope; ErrNotFound when it isn't locked.
func (t *Tx) Snapshot(week, scope string) (*Snapshot, error) {
	var row snapshotRow
	if err := t.query().Where("week = ? AND scope = ?", week, scope).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("snapshot of %s: %w", week, found(err))
	}
	return row.snapshot(), nil
}

// LastSnapshot returns the scope's latest locked week before the given one, or at all when week is empty; ErrNotFound when
// there is none.
func (t *Tx) LastSnapshot(week, scope string) (*Snapshot, error) {
	q := t.query().Where("scope = ?", scope)
	if week != "" {
		q = q.Where("week < ?", week)
	}
	var row snapshotRow
	if err := q.Order("week DESC").Take(&row).Error; err != nil {
		return nil, fmt.Errorf("last snapshot: %w", found(err))
	}
	return row.snapshot(), nil
}

// CreateSnapshot begins a snapshot, giving it an id; its rows follow, then SealSnapshot.
func (t *Tx) CreateSnapshot(s *Snapshot) error {
	s.ID = t.NewID()
	row := snapshotRow{ID: s.ID, Week: s.Week, UnitID: ref(s.Unit), Scope: s.Scope, LockedBy: fit(s.LockedBy, 64), LockedAt: at(s.LockedAt)}
	return wrap("create snapshot", t.write().Create(&row).Error)
}

// AddSnapshotRows writes a page of rows in one statement.
func (t *Tx) AddSnapshotRows(snapshot int64, rows []SnapshotRow) error {
	out := make([]snapshotCellsRow, len(rows))
	for i, r := range rows {
		phone, err := t.s.keys.Seal(fieldPhone, r.Phone)
		if err != nil {
			return err
		}
		cells, err := json.Marshal(sealedCells{Phone: phone, Row: r.Cells})
		if err != nil {
			return fmt.Errorf("snapshot row %d: %w", r.N, err)
		}
		out[i] = snapshotCellsRow{SnapshotID: snapshot, N: r.N, IssueID: r.Issue, Cells: string(cells)}
	}
	return insert(t, "snapshot rows", out)
}

// SealSnapshot ends a snapshot with the number of rows of 台账明细 and the digest.
func (t *Tx) SealSnapshot(snapshot int64, rows int, digest string) error {
	err := t.write().Model(&snapshotRow{}).Where("id = ?", snapshot).Updates(map[string]any{"row_count": rows, "digest": digest}).Error
	return wrap("seal snapshot", err)
}

// SnapshotRows returns rows of a snapshot numbered after the given one, at most limit. Phones are opened only when asked for.
func (t *Tx) SnapshotRows(snapshot int64, after, limit int, phones bool) ([]SnapshotRow, error) {
	var rows []snapshotCellsRow
	if err := t.query().Where("snapshot_id = ? AND n > ?", snapshot, after).Order("n").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("rows of snapshot: %w", err)
	}
	return t.openSnapshotRows(rows, phones)
}

func (t *Tx) openSnapshotRows(rows []snapshotCellsRow, phones bool) ([]SnapshotRow, error) {
	out := make([]SnapshotRow, len(rows))
	for i, r := range rows {
		var cells sealedCells
		if err := json.Unmarshal([]byte(r.Cells), &cells); err != nil {
			return nil, fmt.Errorf("row %d of snapshot: %w", r.N, err)
		}
		out[i] = SnapshotRow{N: r.N, Issue: r.IssueID, Cells: cells.Row}
		if phones {
			var err error
			if out[i].Phone, err = t.s.keys.Open(fieldPhone, cells.Phone); err != nil {
				return nil, fmt.Errorf("row %d of snapshot: %w", r.N, err)
			}
		}
	}
	return out, nil
}

// Locked is a matter as the latest locked week before some week has it.
type Locked struct {
	Week string
	Row  SnapshotRow
}

// LockedBefore returns, of the issues, those that stand in a locked week of the scope before the given one, each as the latest
// such week has it. Phones stay closed.
func (t *Tx) LockedBefore(week, scope string, issues []int64) (map[int64]Locked, error) {
	out := map[int64]Locked{}
	if len(issues) == 0 {
		return out, nil
	}
	var rows []struct {
		Row  snapshotCellsRow `gorm:"embedded"`
		Week string
	}
	err := t.query().Table("ledger_snapshot_rows r").Select("r.*, s.week").Joins("JOIN ledger_snapshots s ON s.id = r.snapshot_id").
		Where("r.issue_id IN ? AND s.scope = ? AND s.week < ?", issues, scope, week).
		Where("NOT EXISTS (SELECT 1 FROM ledger_snapshot_rows r2 JOIN ledger_snapshots s2 ON s2.id = r2.snapshot_id"+
			" WHERE r2.issue_id = r.issue_id AND s2.scope = s.scope AND s2.week < ? AND s2.week > s.week)", week).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("locked rows: %w", err)
	}
	for _, r := range rows {
		opened, err := t.openSnapshotRows([]snapshotCellsRow{r.Row}, false)
		if err != nil {
			return nil, err
		}
		out[r.Row.IssueID] = Locked{Week: r.Week, Row: opened[0]}
	}
	return out, nil
}

// ChangedSinceLock lists the matters in locked weeks of the scope before the given one that changed after the last of those
// weeks was locked, by id. What changed earlier stands in that week's own corrections.
func (t *Tx) ChangedSinceLock(week, scope string) ([]int64, error) {
	last, err := t.LastSnapshot(week, scope)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []int64
	err = t.query().Table("ledger_snapshot_rows r").Distinct("r.issue_id").Joins("JOIN ledger_snapshots s ON s.id = r.snapshot_id").
		Joins("JOIN issues i ON i.id = r.issue_id").Where("s.scope = ? AND s.week < ? AND i.updated_at >= ?", scope, week, at(last.LockedAt)).
		Order("r.issue_id").Pluck("r.issue_id", &ids).Error
	return ids, wrap("changed since lock", err)
}
