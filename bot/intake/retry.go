package intake

import (
	"context"
	"errors"
	"fmt"

	"tongshishang/store"
)

const deferredPage = 100

// Retry hands messages in again that are stored but not handled: received in a hurry before a crash, or failed. Their answers
// go out by API. It returns how many it handed in; it is called periodically and by jobs.
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
		err := in.enqueue(p)
		if errors.Is(err, ErrBusy) { // stored as it is; its turn comes when its conversation is less busy
			continue
		}
		if err != nil {
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
