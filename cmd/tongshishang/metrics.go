package main

import (
	"context"
	"math"
	"time"

	"tongshishang/store"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeWithin is how long the stores have to answer a scrape.
const scrapeWithin = 3 * time.Second

// gauges are the figures that the stores are asked for when somebody asks for the metrics; what they don't answer isn't a number.
func (a *app) gauges() []prometheus.Collector {
	gauge := func(name, help string, read func(ctx context.Context) (float64, error)) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
			defer cancel()
			value, err := read(ctx)
			if err != nil {
				return math.NaN()
			}
			return value
		})
	}
	return []prometheus.Collector{
		gauge("tss_ready", "1 when database, schema and Redis answer as /readyz wants it, else 0.", func(ctx context.Context) (float64, error) {
			ready := 0.0
			if a.ready(ctx) == nil {
				ready = 1
			}
			return ready, nil
		}),
		gauge("tss_messages_deferred", "Messages stored but not yet handled, of all instances.", func(ctx context.Context) (float64, error) {
			deferred, _, err := a.messageHealth(ctx)
			return float64(deferred), err
		}),
		gauge("tss_messages_dead", "Messages whose handling failed for good, of all instances.", func(ctx context.Context) (float64, error) {
			_, dead, err := a.messageHealth(ctx)
			return float64(dead), err
		}),
	}
}

func (a *app) messageHealth(ctx context.Context) (deferred, dead int64, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		deferred, dead, err = tx.MessageHealth()
		return err
	})
	return deferred, dead, err
}
