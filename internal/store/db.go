// Package store is the database: every statement of SQL, the migrations and the
// transactions of Belfry. SQLite and PostgreSQL stand behind one small seam
// (engine) and share one text of SQL. It knows no rule of the programme: a
// record goes in and comes out as it is.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// DB is an open database with its schema up to date. It is safe for concurrent
// use.
type DB struct {
	// Appended is given after each commit that queued events, Batched after each
	// that queued a batch, Fired after each that started a run of an automation.
	Appended, Batched, Fired Signal

	engine engine
	now    func() time.Time
	memos  memos

	// running is held by transactions, and by Close once it has waited for them.
	running sync.RWMutex
	closed  bool
}

// ErrClosed is returned to transactions that come after Close.
var ErrClosed = errors.New("database is closed")

// Options adjusts Open. The zero value is what `belfry serve` uses.
type Options struct {
	// Now is the clock of created_at and updated_at; time.Now when nil.
	Now func() time.Time
	// MaxReaders bounds concurrent read transactions; 8 when 0.
	MaxReaders int
}

// engine is what the two databases do differently.
type engine interface {
	// update runs fn in a read-write transaction and returns once it is durable.
	update(ctx context.Context, fn func(querier) error) error
	// view runs fn in a read-only transaction.
	view(ctx context.Context, fn func(querier) error) error
	// lockSchema keeps other processes from migrating until unlock is called.
	lockSchema(ctx context.Context) (unlock func() error, err error)
	// dialect names the folder of its migrations.
	dialect() string
	// pool is used for migrations only.
	pool() *sql.DB
	// skipLocked is the clause that lets concurrent workers claim rows apart, those
	// of the tables named or, when none is, of all.
	skipLocked(of ...string) string
	// forUpdate is the clause that locks the rows of a SELECT.
	forUpdate() string
	classify(error) error
	close() error
}

// querier runs statements inside one transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (rows, error)
	// InsertContext runs an INSERT into a table that numbers its rows, and returns
	// the ids of the new ones in ascending order.
	InsertContext(ctx context.Context, query string, args ...any) ([]int64, error)
}

// rows is the part of sql.Rows that is needed.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Open connects to the database that rawURL names and migrates it.
//
//	sqlite:///var/lib/belfry/belfry.db   a file (sqlite://relative.db works too)
//	postgres://user@host/name            PostgreSQL 14 or later
func Open(ctx context.Context, rawURL string, opts Options) (*DB, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.MaxReaders == 0 {
		opts.MaxReaders = 8
	}
	e, err := openEngine(ctx, rawURL, opts)
	if err != nil {
		return nil, err
	}
	db := &DB{engine: e, now: opts.Now, Appended: NewSignal(), Batched: NewSignal(), Fired: NewSignal()}
	if err := db.migrate(ctx); err != nil {
		e.close()
		return nil, err
	}
	return db, nil
}

func openEngine(ctx context.Context, rawURL string, opts Options) (engine, error) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	switch {
	case ok && scheme == "sqlite" && rest != "":
		return openSQLite(rest, opts)
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgres(ctx, rawURL, opts)
	}
	return nil, fmt.Errorf("database %q: want sqlite://FILE or postgres://…", redactURL(rawURL))
}

// redactURL keeps a mistyped URL's password out of the error.
func redactURL(rawURL string) string {
	if i := strings.LastIndex(rawURL, "@"); i >= 0 {
		return "…" + rawURL[i:]
	}
	return rawURL
}

// Update runs fn in a read-write transaction and returns once its effects are
// durable. When fn returns an error, or panics, nothing it did remains. fn may
// run more than once (PostgreSQL aborts one of two transactions that wait for
// each other), and must not touch the database but through tx.
func (db *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	var committed []func()
	err := db.whileOpen(func() error {
		return db.engine.update(ctx, func(q querier) error {
			tx := &Tx{db: db, q: q, ctx: ctx}
			err := tx.run(fn)
			committed = tx.onCommit
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, f := range committed {
		f()
	}
	return nil
}

// View runs fn in a read-only transaction that sees one state of the database.
func (db *DB) View(ctx context.Context, fn func(tx *Tx) error) error {
	var seen []func()
	err := db.whileOpen(func() error {
		return db.engine.view(ctx, func(q querier) error {
			tx := &Tx{db: db, q: q, ctx: ctx}
			err := tx.run(fn)
			seen = tx.onCommit
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, f := range seen {
		f()
	}
	return nil
}

func (db *DB) whileOpen(fn func() error) error {
	db.running.RLock()
	defer db.running.RUnlock()
	if db.closed {
		return ErrClosed
	}
	return fn()
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	err := db.View(ctx, func(tx *Tx) error { return tx.get([]any{&one}, "SELECT 1") })
	if err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Now returns the present by the database's clock.
func (db *DB) Now() scalar.Time { return scalar.At(db.now()) }

// Dialect names the engine: "sqlite" or "postgres".
func (db *DB) Dialect() string { return db.engine.dialect() }

// Close waits for running transactions and releases the database.
func (db *DB) Close() error {
	db.running.Lock()
	defer db.running.Unlock()
	if db.closed {
		return nil
	}
	db.closed = true
	return db.engine.close()
}
