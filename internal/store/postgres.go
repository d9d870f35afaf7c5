package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
)

// postgresEngine runs each transaction on a connection of its own; pgx keeps
// the statements prepared.
type postgresEngine struct {
	db    *sql.DB
	texts numberedTexts
}

func openPostgres(ctx context.Context, rawURL string, opts Options) (*postgresEngine, error) {
	db, err := sql.Open("pgx", rawURL)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	conns := 2 * opts.MaxReaders
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	return &postgresEngine{db: db}, nil
}

// lockSchema leaves the locking to goose, which holds a lock of its own session.
func (e *postgresEngine) lockSchema(context.Context) (func() error, error) {
	return func() error { return nil }, nil
}

func (e *postgresEngine) dialect() string   { return "postgres" }
func (e *postgresEngine) pool() *sql.DB     { return e.db }
func (e *postgresEngine) forUpdate() string { return " FOR UPDATE" }

func (e *postgresEngine) skipLocked(of ...string) string {
	if len(of) == 0 {
		return " FOR UPDATE SKIP LOCKED"
	}
	return " FOR UPDATE OF " + strings.Join(of, ", ") + " SKIP LOCKED"
}

func (e *postgresEngine) close() error { return e.db.Close() }

// maxAborts bounds how often a transaction is run again after PostgreSQL
// aborted it in favour of another.
const maxAborts = 10

func (e *postgresEngine) update(ctx context.Context, fn func(querier) error) error {
	for n := 1; ; n++ {
		err := e.once(ctx, nil, fn)
		if err == nil || n == maxAborts || !aborted(err) {
			return err
		}
	}
}

func (e *postgresEngine) view(ctx context.Context, fn func(querier) error) error {
	return e.once(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, fn)
}

func (e *postgresEngine) once(ctx context.Context, opts *sql.TxOptions, fn func(querier) error) error {
	tx, err := e.db.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	if err := fn(dollars{tx, &e.texts}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Aborted reports whether the database ended a transaction in favour of another.
// Who catches errors in a savepoint must return such a one, so that Update runs
// the whole transaction again.
func Aborted(err error) bool { return aborted(err) }

// aborted reports a serialization failure or a deadlock.
func aborted(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01")
}

func (e *postgresEngine) classify(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	switch pe.Code {
	case "23505":
		return &DuplicateError{Constraint: pe.ConstraintName}
	case "25006":
		return ErrReadOnly
	}
	return err
}

// dollars rewrites the shared SQL's ? placeholders to PostgreSQL's $1, $2, ….
type dollars struct {
	tx    *sql.Tx
	texts *numberedTexts
}

// ExecContext implements querier.
func (d dollars) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return d.tx.ExecContext(ctx, d.texts.get(query), args...)
}

// QueryContext implements querier.
func (d dollars) QueryContext(ctx context.Context, query string, args ...any) (rows, error) {
	return d.tx.QueryContext(ctx, d.texts.get(query), args...)
}

// InsertContext implements querier. RETURNING promises no order.
func (d dollars) InsertContext(ctx context.Context, query string, args ...any) ([]int64, error) {
	inserted, err := d.QueryContext(ctx, query+" RETURNING id", args...)
	if err != nil {
		return nil, err
	}
	defer inserted.Close()
	var ids []int64
	for inserted.Next() {
		var id int64
		if err := inserted.Scan(&id); err != nil {
			return nil, fmt.Errorf("scan id: %w", err)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, inserted.Err()
}

// numberedTexts keeps up to maxStatements rewritten statements.
type numberedTexts struct {
	mu    sync.RWMutex
	texts map[string]string
}

func (t *numberedTexts) get(query string) string {
	t.mu.RLock()
	text, ok := t.texts[query]
	t.mu.RUnlock()
	if ok {
		return text
	}
	text = numbered(query)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.texts == nil {
		t.texts = map[string]string{}
	}
	if len(t.texts) >= maxStatements {
		clear(t.texts)
	}
	t.texts[query] = text
	return text
}

// numbered replaces each ? outside string literals.
func numbered(query string) string {
	var b strings.Builder
	n, quoted := 0, false
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteString("$" + strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
