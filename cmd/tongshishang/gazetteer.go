package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/understand"
	"tongshishang/config"
	"tongshishang/store"
)

// gazetteer keeps the reader's places as the database has them, so that an import is known to every instance without a restart.
type gazetteer struct {
	store  *store.Store
	reader *understand.Reader
	log    *slog.Logger

	mu      sync.Mutex
	version int64 // that the reader has
}

// refreshEvery is how soon an import is known; asking costs one look-up by key.
const refreshEvery = 3 * time.Second

// openGazetteer reads units and places and makes the reader that knows them; the model is a county's own, or nil.
func openGazetteer(ctx context.Context, s *store.Store, rules *config.Rules, model []byte, log *slog.Logger) (*gazetteer, error) {
	g := &gazetteer{store: s, log: log}
	known, err := g.read(ctx)
	if err != nil {
		return nil, err
	}
	g.version = known.Version
	g.reader, err = understand.New(understand.Options{Places: readerPlaces(known), CommandAliases: []string{"help"}, Danger: &rules.Danger, Divert: &rules.Divert,
		Model: model})
	return g, err
}

func (g *gazetteer) read(ctx context.Context) (known store.Gazetteer, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		known, err = tx.Gazetteer()
		return err
	})
	return known, err
}

// refresh gives the reader what an import has changed since the last time.
func (g *gazetteer) refresh(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var version int64
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		version, err = tx.GazetteerVersion()
		return err
	})
	if err != nil || version == g.version {
		return err
	}
	known, err := g.read(ctx)
	if err != nil {
		return err
	}
	if err := g.reader.SetPlaces(readerPlaces(known)); err != nil {
		return fmt.Errorf("gazetteer: %w", err)
	}
	g.version = known.Version
	g.log.Info("gazetteer read anew", "units", len(known.Units), "places", len(known.Places), "version", known.Version)
	return nil
}

// follow refreshes until the context ends. What can't be read now is read the next time; the reader keeps what it knows.
func (g *gazetteer) follow(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := g.refresh(ctx); err != nil && !errors.Is(err, context.Canceled) {
				g.log.Warn("gazetteer not read", "error", err)
			}
		}
	}
}

// readerPlaces are units and places as the reader takes them.
func readerPlaces(known store.Gazetteer) []understand.Place {
	places := make([]understand.Place, 0, len(known.Units)+len(known.Places))
	for _, u := range known.Units {
		places = append(places, understand.UnitPlace(u))
	}
	for _, p := range known.Places {
		if p.Kind != bot.PlaceRetired {
			places = append(places, understand.Place{ID: p.Code, Name: p.Name, Aliases: p.Aliases, Unit: p.Unit, Kind: p.Kind, Parent: p.Parent})
		}
	}
	return places
}
