package store_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tongshishang/store"
	"tongshishang/store/storetest"
)

func eachEmpty(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	for name, u := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) { run(t, storetest.Open(t, u, storetest.NewClock(storetest.Monday()))) })
	}
}

// columns lists "table.column" with whether it may be NULL, of every table but the migrations' own.
func columns(t *testing.T, s *store.Store) []string {
	t.Helper()
	db, dialect := s.SQL()
	query := `SELECT CONCAT(table_name, '.', column_name), is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = DATABASE()`
	if dialect == "sqlite" {
		query = `SELECT m.name || '.' || c.name, c."notnull" = 0 AND c.pk = 0 FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var name string
		var nullable bool
		if err := rows.Scan(&name, &nullable); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "sqlite_") {
			out = append(out, fmt.Sprintf("%s null=%t", name, nullable))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func indexes(t *testing.T, s *store.Store) []string {
	t.Helper()
	db, dialect := s.SQL()
	query := `SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name LIKE 'ix\_%'`
	if dialect == "sqlite" {
		query = `SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix\_%' ESCAPE '\'`
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestMigrate_FromEmptyAndAgain(t *testing.T) {
	eachEmpty(t, func(t *testing.T, s *store.Store) {
		steps, err := s.SchemaSteps(t.Context())
		if err != nil || len(steps) == 0 || slices.ContainsFunc(steps, func(st store.Step) bool { return st.Applied }) {
			t.Fatalf("steps of an empty database = %+v, %v", steps, err)
		}
		if err := s.CheckSchema(t.Context()); !errors.Is(err, store.ErrSchemaOld) {
			t.Errorf("an empty database is %v, want it older", err)
		}
		applied, err := s.Migrate(t.Context())
		if err != nil || len(applied) != len(steps) {
			t.Fatalf("applied %d of %d steps, %v", len(applied), len(steps), err)
		}
		if again, err := s.Migrate(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("the second time applied %+v, %v", again, err)
		}
		if err := s.CheckSchema(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestMigrateTo_DownToNothingAndUpFromEveryVersion(t *testing.T) {
	eachEmpty(t, func(t *testing.T, s *store.Store) {
		if err := s.MigrateTo(t.Context(), 0); err != nil {
			t.Fatalf("nothing to take away: %v", err)
		}
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		whole := columns(t, s)
		steps, err := s.SchemaSteps(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for last := range slices.Backward(steps) {
			var from int64 // 0 is before the first
			if last > 0 {
				from = steps[last-1].Version
			}
			if err := s.MigrateTo(t.Context(), from); err != nil {
				t.Fatal(err)
			}
			if left := columns(t, s); from == 0 && len(left) != 0 {
				t.Errorf("after going down to nothing there is still %v", left)
			}
			applied, err := s.Migrate(t.Context())
			if err != nil || len(applied) != len(steps)-last {
				t.Fatalf("from version %d: applied %d steps, %v", from, len(applied), err)
			}
			if got := columns(t, s); !slices.Equal(got, whole) {
				t.Errorf("from version %d the columns are %v, want %v", from, got, whole)
			}
		}
	})
}

func TestCheckSchema_RefusesOlderAndNewer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		steps, err := s.SchemaSteps(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.MigrateTo(t.Context(), steps[len(steps)-1].Version-1); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckSchema(t.Context()); !errors.Is(err, store.ErrSchemaOld) {
			t.Errorf("one version behind is %v, want ErrSchemaOld", err)
		}
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		db, _ := s.SQL()
		if _, err := db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckSchema(t.Context()); !errors.Is(err, store.ErrSchemaNew) {
			t.Errorf("a newer schema is %v, want ErrSchemaNew", err)
		}
		if _, err := s.Migrate(t.Context()); !errors.Is(err, store.ErrSchemaNew) {
			t.Errorf("migrating a newer schema is %v, want ErrSchemaNew", err)
		}
	})
}

func TestMigrations_DialectsAgree(t *testing.T) {
	type schema struct {
		Columns, Indexes []string
		Versions         []int64
	}
	found := map[string]schema{}
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		_, dialect := s.SQL()
		got := schema{Columns: columns(t, s), Indexes: indexes(t, s)}
		steps, err := s.SchemaSteps(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range steps {
			got.Versions = append(got.Versions, st.Version)
		}
		if len(got.Columns) < 150 || len(got.Indexes) < 10 {
			t.Errorf("found only %d columns and %d indexes", len(got.Columns), len(got.Indexes))
		}
		found[dialect] = got
	})
	if len(found) < 2 {
		t.Skipf("only %v here", slices.Collect(maps.Keys(found)))
	}
	my, lite := found["mysql"], found["sqlite"]
	if !slices.Equal(my.Versions, lite.Versions) {
		t.Errorf("versions: %v on MySQL, %v on SQLite", my.Versions, lite.Versions)
	}
	for _, d := range []struct {
		what       string
		one, other []string
	}{{"only MySQL has", my.Columns, lite.Columns}, {"only SQLite has", lite.Columns, my.Columns},
		{"only MySQL has index", my.Indexes, lite.Indexes}, {"only SQLite has index", lite.Indexes, my.Indexes}} {
		for _, name := range d.one {
			if !slices.Contains(d.other, name) {
				t.Errorf("%s %s", d.what, name)
			}
		}
	}
}
