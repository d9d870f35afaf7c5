package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date. Of several processes that start at once
// one does it, and the others wait.
func (db *DB) migrate(ctx context.Context) (err error) {
	unlock, err := db.engine.lockSchema(ctx)
	if err != nil {
		return fmt.Errorf("lock the schema: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := db.engine.pool().PingContext(ctx); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	dir, err := fs.Sub(migrations, "migrations/"+db.engine.dialect())
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	provider, err := db.migrations(dir)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (db *DB) migrations(dir fs.FS) (*goose.Provider, error) {
	if db.engine.dialect() == "sqlite" {
		return goose.NewProvider(goose.DialectSQLite3, db.engine.pool(), dir)
	}
	const period, attempts = 1, 300 // seconds between attempts to get the lock
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(period, attempts))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db.engine.pool(), dir, goose.WithSessionLocker(locker))
}
