package intake

import (
	"context"
	"fmt"

	"tongshishang/store"
)

const deferredPage = 100

// Retry hands messages in again that are stored but not handled: received in a hurry before a crash, or failed. Their answers
// go out by API. It returns how many were due; it is called periodically and by jobs.
func (in *Intake) Retry(ctx context.Context) (int, error) {
	var records []store.Record
	err := in.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		records, err = tx.DeferredMessages(in.now(), deferredPage)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("retry messages: %w", err)
	}
	waiting := make([]*pending, 0, len(records))
	for _, r := range records {
		p := newPending(r.Message)
		p.key, p.attempts, p.again = r.Key, r.Attempts, true
		p.giveUp()
		if err := in.enqueue(p); err != nil {
			return len(waiting), fmt.Errorf("retry messages: %w", err)
		}
		waiting = append(waiting, p)
	}
	for _, p := range waiting {
		select {
		case <-p.done:
		case <-ctx.Done():
			return len(waiting), ctx.Err()
		}
	}
	return len(waiting), nil
}
