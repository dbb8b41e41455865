package store_test

import (
	"errors"
	"reflect"
	"testing"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestGazetteer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		village := bot.Place{Code: "PX-01", Name: "李家湾村", Kind: bot.PlaceVillage, Unit: "平襄镇", Aliases: []string{"李家湾", "李家弯"}}
		road := bot.Place{Code: "R-1", Name: "滨河北路", Kind: bot.PlaceRoad, Parent: "PX-01"}
		write(t, s, func(tx *store.Tx) error {
			if _, _, err := tx.SaveUnit(bot.Unit{Code: "PX", Name: "平襄镇", Kind: bot.UnitTownship}); err != nil {
				return err
			}
			if err := tx.SavePlaces([]bot.Place{road, village}); err != nil {
				return err
			}
			return tx.TouchGazetteer()
		})
		known := readGazetteer(t, s)
		if known.Version != 1 || !reflect.DeepEqual(known.Places, []bot.Place{village, road}) || len(known.Units) == 0 {
			t.Errorf("first: %+v", known)
		}
		village.Name, village.Aliases, village.Unit = "李家湾社区", nil, ""
		write(t, s, func(tx *store.Tx) error {
			if err := tx.SavePlaces([]bot.Place{village}); err != nil {
				return err
			}
			return tx.TouchGazetteer()
		})
		if known = readGazetteer(t, s); known.Version != 2 || !reflect.DeepEqual(known.Places, []bot.Place{village, road}) {
			t.Errorf("brought up to date: %+v", known)
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.SavePlaces([]bot.Place{{Code: "X", Name: "某村", Kind: bot.PlaceVillage, Unit: "不存在镇"}})
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a place of an unknown unit: %v", err)
		}
	})
}

func readGazetteer(t *testing.T, s *store.Store) (known store.Gazetteer) {
	t.Helper()
	read(t, s, func(tx *store.Tx) (err error) {
		known, err = tx.Gazetteer()
		return err
	})
	return known
}
