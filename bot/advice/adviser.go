package advice

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/store"

	"github.com/prometheus/client_golang/prometheus"
)

// Options are what an adviser keeps to.
type Options struct {
	Requests   int // in a day
	Tokens     int // in a day; 0: no limit
	Below      float64
	Categories []string // first-level names
	Zone       *time.Location
}

// How a question that failed is asked again.
const (
	mostTries   = 5
	firstWait   = time.Minute // doubled with every failure
	leaseMargin = 10 * time.Second
)

// Adviser asks about the doubts on the clerk's lists, one after the other.
type Adviser struct {
	store  *store.Store
	client *Client // nil: off
	opt    Options
	now    bot.Clock
	log    *slog.Logger

	requests *prometheus.CounterVec
	tokens   prometheus.Counter
	over     prometheus.Gauge
}

// New makes an adviser and registers its figures; without a client it does nothing.
func New(s *store.Store, client *Client, opt Options, now bot.Clock, log *slog.Logger, reg prometheus.Registerer) *Adviser {
	a := &Adviser{store: s, client: client, opt: opt, now: now, log: log,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tss_llm_requests_total",
			Help: "Questions to the language model by what came of them: answered, nonsense, failed."}, []string{"outcome"}),
		tokens: prometheus.NewCounter(prometheus.CounterOpts{Name: "tss_llm_tokens_total", Help: "Tokens that the language model's answers took, by its own count."}),
		over:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "tss_llm_over_budget", Help: "1 while questions to the language model wait because the day's budget is used up, else 0."})}
	reg.MustRegister(a.requests, a.tokens, a.over)
	for _, outcome := range []string{"answered", "nonsense", "failed"} {
		a.requests.WithLabelValues(outcome)
	}
	return a
}

// Run asks until nothing is due, the budget is used up or the context ends. The error is the database's; that the language model
// doesn't answer is only logged.
func (a *Adviser) Run(ctx context.Context) error {
	for a.client != nil && ctx.Err() == nil {
		asked, err := a.Once(ctx)
		if err != nil || !asked {
			return err
		}
	}
	return nil
}

// Once asks about one doubt; false when none is due or may be asked.
func (a *Adviser) Once(ctx context.Context) (asked bool, err error) {
	day := a.now().In(a.opt.Zone).Format(time.DateOnly)
	d, unit, err := a.claim(ctx, day)
	if err != nil || d == nil {
		return false, err
	}
	if isSecret(d) {
		return true, a.store.Write(ctx, func(tx *store.Tx) error { return tx.PostponeAdvice(d.ID, time.Time{}, day, 0) })
	}
	advice, tokens, err := a.put(ctx, d, unit)
	a.tokens.Add(float64(tokens))
	if ctx.Err() != nil { // stopped in the middle: it is asked again when the lease is over
		return false, ctx.Err()
	}
	if err != nil {
		return true, a.postpone(ctx, d, day, tokens, err)
	}
	a.requests.WithLabelValues("answered").Inc()
	return true, a.store.Write(ctx, func(tx *store.Tx) error { return tx.SaveAdvice(d.ID, advice.Intent, advice.Category, day, tokens) })
}

func (a *Adviser) claim(ctx context.Context, day string) (d *store.AskedDoubt, unit string, err error) {
	over := false
	err = a.store.Write(ctx, func(tx *store.Tx) (err error) {
		d, over, err = tx.ClaimDoubt(store.AdviceClaim{Budget: store.AdviceBudget{Day: day, Requests: a.opt.Requests, Tokens: a.opt.Tokens},
			Below: a.opt.Below, Lease: a.client.Timeout + leaseMargin})
		if errors.Is(err, store.ErrNotFound) {
			d = nil
			return nil
		}
		if err != nil {
			return err
		}
		u, err := tx.Unit(d.UnitID)
		unit = u.Name
		return err
	})
	a.over.Set(map[bool]float64{true: 1}[over])
	return d, unit, err
}

// isSecret tells whether the words must not leave the house: a report against somebody names them. Words that are gone can't.
func isSecret(d *store.AskedDoubt) bool {
	return d.Text == "" || d.Issue.Kind == bot.IssueReport || strings.Contains(d.Text, "举报") || strings.Contains(d.Text, "检举")
}

// put asks the question and reads the answer.
func (a *Adviser) put(ctx context.Context, d *store.AskedDoubt, unit string) (Advice, int, error) {
	messages, err := ask(d, unit, a.opt.Categories)
	if err != nil {
		return Advice{}, 0, err
	}
	said, tokens, err := a.client.chat(ctx, messages)
	if err != nil {
		return Advice{}, tokens, err
	}
	advice, err := read(said, a.opt.Categories)
	return advice, tokens, err
}

// postpone has a question asked again later. One that was answered with nonsense or refused as such gets no better by asking again,
// nor one that has failed often.
func (a *Adviser) postpone(ctx context.Context, d *store.AskedDoubt, day string, tokens int, cause error) error {
	outcome, next := "failed", a.now().Add(firstWait<<(d.Tries-1))
	switch {
	case errors.Is(cause, errNonsense):
		outcome, next = "nonsense", time.Time{}
	case d.Tries >= mostTries:
		next = time.Time{}
	}
	a.requests.WithLabelValues(outcome).Inc()
	a.log.Warn("no advice", "doubt", d.ID, "tries", d.Tries, "error", cause)
	return a.store.Write(ctx, func(tx *store.Tx) error { return tx.PostponeAdvice(d.ID, next, day, tokens) })
}
