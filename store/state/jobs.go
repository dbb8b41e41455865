package state

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/hibiken/asynq"
)

const (
	jobWorkers  = 4                // handlers at once
	jobTime     = time.Minute      // a handler may take this long
	jobRetries  = 20               // with the delays below more than two hours
	jobPoll     = time.Second      // how late a job may be, on average
	jobStopTime = 5 * time.Second  // what running handlers get to finish when the service stops
	firstDelay  = 5 * time.Second  // before the first retry; doubled every time
	lastDelay   = 10 * time.Minute // no retry waits longer
)

// Handler does what is due for the row with the id. It looks into SQL whether anything is due at all: a job may come late,
// twice or not at all, and what it was for may have changed. An error has it called again later.
type Handler func(ctx context.Context, id int64) error

// Jobs wakes handlers at a time, on one of the instances. It is a wake-up and no more: Redis may be flushed, so a sweep over
// SQL has to find what no job came for.
//
// The time of a job is by the clock handed to Open, but the wait for it passes in real time, asynq's own; under a simulated
// clock that runs faster jobs come late and the sweep does the work.
type Jobs struct {
	state  *State
	client *asynq.Client
}

// NewJobs returns the jobs on the state's connection.
func NewJobs(s *State) *Jobs {
	return &Jobs{state: s, client: asynq.NewClientFromRedisClient(s.client)}
}

// Schedule has the handler of the kind called with the id soon after at, or at once if that has passed. Scheduling the same
// kind, id and time again changes nothing while the job waits.
func (j *Jobs) Schedule(ctx context.Context, kind string, id int64, at time.Time) error {
	task := asynq.NewTask(kind, []byte(strconv.FormatInt(id, 10)),
		asynq.Queue(j.state.keys.queue()),
		asynq.TaskID(fmt.Sprintf("%s:%d:%d", kind, id, at.UnixMilli())),
		asynq.ProcessAt(wakeAt(time.Now(), at.Sub(j.state.clock()))), //nolint:forbidigo // asynq keeps the machine's time
		asynq.MaxRetry(jobRetries),
		asynq.Timeout(jobTime))
	_, err := j.client.EnqueueContext(ctx, task)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("schedule %s %d: %w", kind, id, err)
	}
	return nil
}

// wakeAt rounds up to a full second, because asynq rounds down and a handler called too early finds nothing due.
func wakeAt(now time.Time, wait time.Duration) time.Time {
	if wait <= 0 {
		return now
	}
	return now.Add(wait + time.Second - time.Nanosecond).Truncate(time.Second)
}

// Run calls handlers, by kind, and does the periodic works, by name, until the context ends. Then it takes no more jobs and
// gives running handlers 5 s; what isn't done by then is aborted and comes again. All it started has ended when it returns.
func (j *Jobs) Run(ctx context.Context, handlers map[string]Handler, works map[string]Periodic) error {
	token, err := j.state.token()
	if err != nil {
		return err
	}
	client := j.state.patientClient()
	defer func() { _ = client.Close() }() // nothing is in flight any more
	running, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()

	var owned sync.WaitGroup
	server := asynq.NewServerFromRedisClient(client, j.config(running))
	if err := server.Start(j.dispatch(handlers, &owned)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	for name, work := range works {
		owned.Go(func() { j.state.repeat(ctx, name, token, work) })
	}
	<-ctx.Done()
	server.Shutdown()
	abort()
	owned.Wait()
	return nil
}

func (j *Jobs) config(base context.Context) asynq.Config {
	return asynq.Config{
		Concurrency:              jobWorkers,
		BaseContext:              func() context.Context { return base },
		TaskCheckInterval:        jobPoll,
		DelayedTaskCheckInterval: jobPoll,
		RetryDelayFunc:           retryDelay,
		Queues:                   map[string]int{j.state.keys.queue(): 1},
		Logger:                   libraryLog{j.state.log},
		LogLevel:                 asynq.WarnLevel,
		ShutdownTimeout:          jobStopTime,
	}
}

// retryDelay is how long to wait before retry n (0 is the first).
func retryDelay(n int, _ error, _ *asynq.Task) time.Duration {
	delay := firstDelay
	for ; n > 0 && delay < lastDelay; n-- {
		delay *= 2
	}
	return min(delay, lastDelay)
}

// dispatch calls the handler of a job's kind. A job that has failed too often is dropped, not archived: an archived one would
// keep its name taken for months.
func (j *Jobs) dispatch(handlers map[string]Handler, owned *sync.WaitGroup) asynq.HandlerFunc {
	return func(ctx context.Context, task *asynq.Task) error {
		owned.Add(1)
		defer owned.Done()
		err := call(ctx, handlers, task)
		if err == nil {
			return nil
		}
		retried, _ := asynq.GetRetryCount(ctx)
		j.state.log.WarnContext(ctx, "job failed", "kind", task.Type(), "id", string(task.Payload()), "retried", retried, "error", err)
		if retried >= jobRetries {
			return fmt.Errorf("%w: %w", err, asynq.RevokeTask)
		}
		return err
	}
}

// call returns an error for a kind nobody handles, because another instance may be newer and know it.
func call(ctx context.Context, handlers map[string]Handler, task *asynq.Task) error {
	handler, ok := handlers[task.Type()]
	if !ok {
		return errors.New("no handler for this kind")
	}
	id, err := strconv.ParseInt(string(task.Payload()), 10, 64)
	if err != nil {
		return fmt.Errorf("job's id: %w", err)
	}
	return handler(ctx, id)
}
