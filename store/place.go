package store

import (
	"fmt"
	"slices"
	"strings"

	"tongshishang/bot"
)

// placeRow is an entry of the gazetteer.
type placeRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Code      string
	Name      string
	Kind      string
	UnitID    ref
	Parent    string
	Aliases   string // separated by ;
	CreatedAt moment
	UpdatedAt moment
}

func (placeRow) TableName() string { return "places" }

// Gazetteer is all that places are known by, as it was at one moment.
type Gazetteer struct {
	Version int64 // grows with every import that changes something
	Units   []bot.Unit
	Places  []bot.Place // retired ones among them, by code
}

// MostPlaces is how many places a gazetteer may have: every 社, estate and building of a large county, several times over.
const MostPlaces = 50_000

// gazetteerSequence counts the imports that changed units or places.
const gazetteerSequence = "gazetteer"

// GazetteerVersion is the version of the gazetteer, 0 before the first import. It is one look-up by key.
func (t *Tx) GazetteerVersion() (int64, error) {
	if err := t.query().Error; err != nil {
		return 0, err
	}
	rows, err := selectRows[sequenceRow](t, "WHERE name = ?", gazetteerSequence)
	if err != nil || len(rows) == 0 {
		return 0, wrap("gazetteer's version", err)
	}
	return rows[0].Value, nil
}

// TouchGazetteer notes that units or places have changed, so that running services read them anew.
func (t *Tx) TouchGazetteer() error {
	_, err := t.NextNumber(gazetteerSequence)
	return err
}

// Gazetteer reads units and places, past every cache.
func (t *Tx) Gazetteer() (g Gazetteer, err error) {
	if g.Version, err = t.GazetteerVersion(); err != nil {
		return Gazetteer{}, err
	}
	units, err := selectRows[unitRow](t, "ORDER BY code LIMIT 10000")
	if err != nil {
		return Gazetteer{}, fmt.Errorf("gazetteer's units: %w", err)
	}
	names := make(map[ref]string, len(units))
	for i := range units {
		g.Units = append(g.Units, units[i].unit())
		names[ref(units[i].ID)] = units[i].Name
	}
	rows, err := selectRows[placeRow](t, "ORDER BY code LIMIT ?", MostPlaces)
	if err != nil {
		return Gazetteer{}, fmt.Errorf("gazetteer's places: %w", err)
	}
	for i := range rows {
		g.Places = append(g.Places, rows[i].place(names))
	}
	return g, nil
}

func (r *placeRow) place(units map[ref]string) bot.Place {
	p := bot.Place{Code: r.Code, Name: r.Name, Kind: bot.PlaceKind(r.Kind), Unit: units[r.UnitID], Parent: r.Parent}
	if r.Aliases != "" {
		p.Aliases = strings.Split(r.Aliases, ";")
	}
	return p
}

// SavePlaces inserts the places or, where one with the code exists, brings it up to date, a few hundred in a statement. Units are
// named; an unknown name is an error. The caller has compared them with what there is.
func (t *Tx) SavePlaces(places []bot.Place) error {
	units, err := t.Units()
	if err != nil {
		return err
	}
	ids := make(map[string]int64, len(units))
	for _, u := range units {
		ids[u.Name] = u.ID
	}
	rows := make([]placeRow, 0, len(places))
	for _, p := range places {
		id, ok := ids[p.Unit]
		if p.Unit != "" && !ok {
			return fmt.Errorf("save place %s: unit %q: %w", p.Code, p.Unit, ErrNotFound)
		}
		rows = append(rows, placeRow{ID: t.NewID(), Code: p.Code, Name: p.Name, Kind: string(p.Kind), UnitID: ref(id), Parent: p.Parent,
			Aliases: strings.Join(slices.Compact(slices.Clone(p.Aliases)), ";"), CreatedAt: at(t.Now()), UpdatedAt: at(t.Now())})
	}
	if err := t.write().Error; err != nil {
		return fmt.Errorf("save places: %w", err)
	}
	return writeRows(t, "places", rows, t.s.dialect.upsert("code", "name", "kind", "unit_id", "parent", "aliases", "updated_at"))
}
