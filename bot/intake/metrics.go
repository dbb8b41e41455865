package intake

import (
	"time"

	"tongshishang/store"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the intake's figures, by channel where that says something.
type Metrics struct {
	messages *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	batches  prometheus.Histogram
	outbox   *prometheus.CounterVec
	waiting  *prometheus.GaugeVec
	dead     *prometheus.GaugeVec
	age      *prometheus.GaugeVec

	registry prometheus.Registerer
}

// NewMetrics registers the figures.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tss_messages_total",
			Help: "Messages by channel and what came of them: received, handled, duplicate, failed, late."}, []string{"channel", "outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tss_message_seconds",
			Help:    "Time from hand-in to durable answer.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 4.5, 10}}, []string{"channel"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tss_batch_messages",
			Help: "Messages in one transaction.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256}}),
		outbox: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tss_outbox_total",
			Help: "Outgoing messages by channel and outcome: sent, retry, dead."}, []string{"channel", "outcome"}),
		waiting:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tss_outbox_messages", Help: "Outgoing messages waiting."}, []string{"channel"}),
		dead:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tss_outbox_dead", Help: "Outgoing messages that were given up."}, []string{"channel"}),
		age:      prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tss_outbox_age_seconds", Help: "Age of the oldest waiting outgoing message."}, []string{"channel"}),
		registry: reg,
	}
	reg.MustRegister(m.messages, m.latency, m.batches, m.outbox, m.waiting, m.dead, m.age)
	return m
}

// watch registers what is read from the intake when somebody asks for it.
func (m *Metrics) watch(in *Intake) {
	gauge := func(name, help string, read func(h Health) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return read(in.Health()) }))
	}
	gauge("tss_lane_messages", "Messages waiting in all lanes.", func(h Health) float64 { return float64(h.Waiting) })
	gauge("tss_lanes", "Conversations with messages waiting or in work.", func(h Health) float64 { return float64(h.Lanes) })
	gauge("tss_lane_oldest_seconds", "How long the oldest message that waits in a lane or is in work has been there; 0 without one.",
		func(h Health) float64 { return h.Oldest.Seconds() })
	gauge("tss_spool_messages", "Messages waiting on the local disk because the database was away.", func(h Health) float64 { return float64(h.Spooled) })
	gauge("tss_spool_dead", "Messages set aside in the spool because the database, though there, can't take them.", func(h Health) float64 { return float64(h.Dead) })
	gauge("tss_spool_bytes", "Bytes of messages in the spool, those set aside included.", func(h Health) float64 { return float64(h.SpoolBytes) })
}

func (m *Metrics) received(channel string)  { m.messages.WithLabelValues(channel, "received").Inc() }
func (m *Metrics) handled(channel string)   { m.messages.WithLabelValues(channel, "handled").Inc() }
func (m *Metrics) duplicate(channel string) { m.messages.WithLabelValues(channel, "duplicate").Inc() }
func (m *Metrics) failed(channel string)    { m.messages.WithLabelValues(channel, "failed").Inc() }
func (m *Metrics) late(channel string)      { m.messages.WithLabelValues(channel, "late").Inc() }
func (m *Metrics) batch(messages int)       { m.batches.Observe(float64(messages)) }

// outboxes shows the outbox as it is; a channel with nothing waiting shows nothing.
func (m *Metrics) outboxes(health map[string]store.OutboxHealth, now time.Time) {
	m.waiting.Reset()
	m.dead.Reset()
	m.age.Reset()
	for channel, h := range health {
		m.waiting.WithLabelValues(channel).Set(float64(h.Pending))
		m.dead.WithLabelValues(channel).Set(float64(h.Dead))
		if !h.Oldest.IsZero() {
			m.age.WithLabelValues(channel).Set(now.Sub(h.Oldest).Seconds())
		}
	}
}

func (m *Metrics) answered(channel string, begin time.Time) {
	m.latency.WithLabelValues(channel).Observe(time.Since(begin).Seconds()) //nolint:forbidigo // a latency is measured on the machine's clock
}
