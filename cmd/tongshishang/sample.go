package main

import (
	"bytes"
	"context"
	_ "embed"

	"tongshishang/bot"
	"tongshishang/bot/member"
	"tongshishang/bot/report"
	"tongshishang/store"
)

// sampleUnits is the sample county: the 18 townships of 通渭县 (public administrative division) and five communities whose names
// are made up.
//
//go:embed sample/units.csv
var sampleUnits []byte

// importSample fills an empty database with the sample county's units.
func importSample(ctx context.Context, s *store.Store) error {
	lines, err := report.ReadTable(bytes.NewReader(sampleUnits), "units.csv")
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *store.Tx) error {
		_, err := member.ImportUnits(tx, lines, bot.Person{Name: "示例"})
		return err
	})
}
