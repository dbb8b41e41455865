package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/mysql/*.sql migrations/sqlite/*.sql
var migrationFiles embed.FS

// ErrSchemaOld and ErrSchemaNew are what CheckSchema finds wrong.
var (
	ErrSchemaOld = errors.New("the database's schema is older than this program: run “tongshishang migrate” first")
	ErrSchemaNew = errors.New("the database's schema is newer than this program: install the newer program, or restore a backup")
)

// Step is one schema version and whether the database has it.
type Step struct {
	Version int64
	File    string
	Applied bool
}

func (s *Store) migrations() (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations/"+s.dialect.name)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(s.dialect.goose, s.dialect.write, files)
}

// Migrate brings the schema up to date and returns the versions it applied. It refuses a newer schema.
func (s *Store) Migrate(ctx context.Context) ([]Step, error) {
	p, err := s.migrations()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := checkVersion(ctx, p); errors.Is(err, ErrSchemaNew) {
		return nil, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	steps := make([]Step, 0, len(results))
	for _, r := range results {
		steps = append(steps, Step{Version: r.Source.Version, File: r.Source.Path, Applied: true})
	}
	return steps, nil
}

// MigrateTo moves the schema up or down to a version; 0 removes everything. It is for tests and for going back by hand.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	p, err := s.migrations()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	current, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	switch {
	case version > current:
		_, err = p.UpTo(ctx, version)
	case version < current:
		_, err = p.DownTo(ctx, version)
	}
	if err != nil {
		return fmt.Errorf("migrate to %d: %w", version, err)
	}
	return nil
}

// SchemaSteps lists the versions the program knows and whether the database has them.
func (s *Store) SchemaSteps(ctx context.Context) ([]Step, error) {
	p, err := s.migrations()
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	states, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	steps := make([]Step, 0, len(states))
	for _, st := range states {
		steps = append(steps, Step{Version: st.Source.Version, File: st.Source.Path, Applied: st.State == goose.StateApplied})
	}
	return steps, nil
}

// CheckSchema returns nil when the schema is exactly the program's and whole, or an error wrapping ErrSchemaOld, ErrSchemaNew or
// ErrHalfRestored.
func (s *Store) CheckSchema(ctx context.Context) error {
	if err := s.checkVersion(ctx); err != nil {
		return err
	}
	return s.checkRestored(ctx)
}

func (s *Store) checkVersion(ctx context.Context) error {
	p, err := s.migrations()
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return checkVersion(ctx, p)
}

func checkVersion(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	switch {
	case current < target:
		return fmt.Errorf("%w (version %d, needed %d)", ErrSchemaOld, current, target)
	case current > target:
		return fmt.Errorf("%w (version %d, known %d)", ErrSchemaNew, current, target)
	}
	return nil
}
