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
	queued   prometheus.Gauge
	lanes    prometheus.Gauge
	spooled  prometheus.Gauge
	outbox   *prometheus.CounterVec
	waiting  *prometheus.GaugeVec
	dead     *prometheus.GaugeVec
	age      *prometheus.GaugeVec
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
		queued:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "tss_lane_messages", Help: "Messages waiting in all lanes."}),
		lanes:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "tss_lanes", Help: "Conversations with messages waiting or in work."}),
		spooled: prometheus.NewGauge(prometheus.GaugeOpts{Name: "tss_spool_messages", Help: "Messages waiting on the local disk because the database was away."}),
		outbox: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tss_outbox_total",
			Help: "Outgoing messages by channel and outcome: sent, retry, dead."}, []string{"channel", "outcome"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tss_outbox_messages", Help: "Outgoing messages waiting."}, []string{"channel"}),
		dead:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tss_outbox_dead", Help: "Outgoing messages that were given up."}, []string{"channel"}),
		age:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tss_outbox_age_seconds", Help: "Age of the oldest waiting outgoing message."}, []string{"channel"}),
	}
	reg.MustRegister(m.messages, m.latency, m.batches, m.queued, m.lanes, m.spooled, m.outbox, m.waiting, m.dead, m.age)
	return m
}

func (m *Metrics) received(channel string)  { m.messages.WithLabelValues(channel, "received").Inc() }
func (m *Metrics) handled(channel string)   { m.messages.WithLabelValues(channel, "handled").Inc() }
func (m *Metrics) duplicate(channel string) { m.messages.WithLabelValues(channel, "duplicate").Inc() }
func (m *Metrics) failed(channel string)    { m.messages.WithLabelValues(channel, "failed").Inc() }
func (m *Metrics) late(channel string)      { m.messages.WithLabelValues(channel, "late").Inc() }
func (m *Metrics) batch(messages int)       { m.batches.Observe(float64(messages)) }

func (m *Metrics) depth(queued, lanes int) {
	m.queued.Set(float64(queued))
	m.lanes.Set(float64(lanes))
}

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
