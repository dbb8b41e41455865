package report

import "context"

// ahead runs produce in a goroutine that makes the next page while yield has one, and ends with it: with the first error of
// either, and never before the goroutine has ended. What has been put is the callee's.
func ahead[T any](ctx context.Context, produce func(ctx context.Context, put func(T) error) error, yield func(T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages, ended := make(chan T, 1), make(chan error, 1)
	go func() {
		defer close(pages)
		ended <- produce(ctx, func(page T) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			select {
			case pages <- page:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	var failed error
	for page := range pages { // until the goroutine has ended
		if failed != nil {
			continue
		}
		if failed = yield(page); failed != nil {
			cancel()
		}
	}
	if err := <-ended; failed == nil {
		return err
	}
	return failed
}
