package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Change is one entry of the audit: who changed what, when, why, from what to what.
type Change struct {
	Unit      int64 // whose it is; 0 is the county's
	ActorID   int64 // person; 0 is the system
	Actor     string
	Action    string // a verb: accept, vote, import …
	Subject   string // issue, ballot, person, group …
	SubjectID int64
	Reason    string
	Before    any // encoded as JSON; nil when there was nothing
	After     any
}

type auditEntry struct {
	ID          int64 `gorm:"primaryKey;autoIncrement:false"`
	Chain       int64
	Seq         int64
	UnitID      int64
	At          moment
	ActorID     int64
	Actor       string
	Action      string
	Subject     string
	SubjectID   int64
	Reason      string
	BeforeState string
	AfterState  string
	PrevHash    string
	Hash        string
}

func (auditEntry) TableName() string { return "audit_entries" }

type auditHead struct {
	Chain int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq   int64
	Hash  string
}

func (auditHead) TableName() string { return "audit_heads" }

// Audit notes a change; it is numbered, linked into a chain and written with the transaction.
func (t *Tx) Audit(c Change) error {
	before, err := auditJSON(c.Before)
	if err != nil {
		return err
	}
	after, err := auditJSON(c.After)
	if err != nil {
		return err
	}
	t.audits = append(t.audits, auditEntry{ID: t.NewID(), UnitID: c.Unit, At: at(t.Now()), ActorID: c.ActorID, Actor: fit(c.Actor, 64),
		Action: c.Action, Subject: c.Subject, SubjectID: c.SubjectID, Reason: c.Reason, BeforeState: before, AfterState: after})
	return nil
}

func auditJSON(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), wrap("audit", err)
}

// flushAudits links the entries behind the last of the transaction's chain and writes them with its new head.
func (t *Tx) flushAudits() error {
	entries := t.audits
	t.audits = nil
	if len(entries) == 0 {
		return nil
	}
	if t.chain == 0 {
		t.chain = t.s.chains.take(t.s.ids.node)
	}
	heads, err := selectRows[auditHead](t, "WHERE chain = ?"+t.s.dialect.forUpdate, t.chain)
	if err != nil {
		return fmt.Errorf("audit head: %w", err)
	}
	head := auditHead{Chain: t.chain, Hash: strings.Repeat("0", 64)}
	if len(heads) > 0 {
		head = heads[0]
	}
	for i := range entries {
		e := &entries[i]
		e.Chain, e.Seq, e.PrevHash = head.Chain, head.Seq+1, head.Hash
		e.Hash = e.digest()
		head.Seq, head.Hash = e.Seq, e.Hash
	}
	if err := writeRows(t, "audit entries", entries, ""); err != nil {
		return err
	}
	return writeRows(t, "audit head", []auditHead{head}, t.s.dialect.upsert("chain", "seq", "hash"))
}

// chains hands out the chains that transactions append to. Each transaction has one to itself, so that no two wait for each other;
// instances start at different numbers, and if two meet after all, one waits. There are few, so all can be verified.
type chains struct {
	mu    sync.Mutex
	taken [chainsEach]bool
}

const (
	chainsEach = 16 // for an instance
	chainSets  = 64 // instances with chains of their own
)

func (c *chains) take(node int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := max(0, slices.Index(c.taken[:], false)) // with all taken the first one's transaction is waited for
	c.taken[n] = true
	return 1 + node%chainSets*chainsEach + int64(n)
}

func (c *chains) give(chain int64) {
	if chain == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken[(chain-1)%chainsEach] = false
}

// digest covers every field and the hash of the entry before; fields are joined with their lengths so that nothing can be
// moved from one into the next.
func (e *auditEntry) digest() string {
	h := sha256.New()
	if e.UnitID != 0 { // entries before migration 0010 had none: their chains were the units
		fmt.Fprintf(h, "unit:%d,", e.UnitID)
	}
	for _, field := range []string{e.PrevHash, fmt.Sprint(e.ID, e.Chain, e.Seq), e.At.UTC().Format(time.RFC3339Nano),
		fmt.Sprint(e.ActorID), e.Actor, e.Action, e.Subject, fmt.Sprint(e.SubjectID), e.Reason, e.BeforeState, e.AfterState} {
		fmt.Fprintf(h, "%d:%s,", len(field), field)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AuditFault is a place where a chain doesn't hold.
type AuditFault struct {
	Chain  int64
	Seq    int64
	Reason string
}

// VerifyAudit walks every chain from its start, a page at a time, and returns how many entries it checked and the first fault
// of each chain that doesn't hold.
func (t *Tx) VerifyAudit() (checked int64, faults []AuditFault, err error) {
	var heads []auditHead
	if err := t.query().Order("chain").Limit(100000).Find(&heads).Error; err != nil {
		return 0, nil, fmt.Errorf("verify audit: %w", err)
	}
	for _, head := range heads {
		n, fault, err := t.verifyChain(head)
		if err != nil {
			return checked, faults, err
		}
		checked += n
		if fault != nil {
			faults = append(faults, *fault)
		}
	}
	beyond, err := t.auditBeyondHeads()
	return checked, append(faults, beyond...), err
}

// auditBeyondHeads finds chains with entries that their heads don't know of, or without a head. It is one statement, so that
// what is written while the audit is being verified isn't taken for a fault.
func (t *Tx) auditBeyondHeads() ([]AuditFault, error) {
	last := t.query().Model(&auditEntry{}).Select("chain, MAX(seq) AS seq").Group("chain")
	var rows []auditHead
	err := t.query().Table("(?) e", last).Select("e.chain, e.seq").Joins("LEFT JOIN audit_heads h ON h.chain = e.chain").
		Where("h.chain IS NULL OR h.seq < e.seq").Order("e.chain").Limit(1000).Find(&rows).Error
	faults := make([]AuditFault, len(rows))
	for i, r := range rows {
		faults[i] = AuditFault{Chain: r.Chain, Seq: r.Seq, Reason: "the chain's head doesn't know this entry"}
	}
	return faults, wrap("verify audit", err)
}

func (t *Tx) verifyChain(head auditHead) (int64, *AuditFault, error) {
	const page = 1000
	prev, seq := strings.Repeat("0", 64), int64(0)
	for {
		var rows []auditEntry
		if err := t.query().Where("chain = ? AND seq > ? AND seq <= ?", head.Chain, seq, head.Seq).Order("seq").Limit(page).Find(&rows).Error; err != nil {
			return seq, nil, fmt.Errorf("verify audit: %w", err)
		}
		for i := range rows {
			e := &rows[i]
			switch {
			case e.Seq != seq+1:
				return seq, &AuditFault{head.Chain, seq + 1, "an entry is missing"}, nil
			case e.PrevHash != prev:
				return seq, &AuditFault{head.Chain, e.Seq, "doesn't follow the entry before it"}, nil
			case e.Hash != e.digest():
				return seq, &AuditFault{head.Chain, e.Seq, "was changed after it was written"}, nil
			}
			prev, seq = e.Hash, e.Seq
		}
		if len(rows) < page {
			break
		}
	}
	if seq != head.Seq || prev != head.Hash {
		return seq, &AuditFault{head.Chain, seq + 1, "entries at the end are missing"}, nil
	}
	return seq, nil, nil
}
