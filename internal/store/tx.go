package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Tx is one transaction. It must not be used after the function it was given
// to returns, nor by two goroutines at once.
type Tx struct {
	db       *DB
	q        querier
	ctx      context.Context
	onCommit []func()
	// made is what Memo made of a configuration that is not durable yet.
	made map[memoKey]memo
	// now takes the place of the database's clock when it is set.
	now scalar.Time
	// failed is the error of a statement. PostgreSQL then refuses all that
	// follows, so that both engines do.
	failed error
}

// Actor is on whose behalf a transaction acts. Events keep it.
type Actor struct {
	TenantID int64
	// TokenID is the API token of the request, 0 when there was none.
	TokenID int64
	// Namespace names the integration that the token belongs to.
	Namespace string
	// RequestID is the id of the request, as logs and answers carry it.
	RequestID string
	// CauseID and Depth say which event caused what happens here, and how many
	// events lie between it and the request: 0 and 0 when none does.
	CauseID int64
	Depth   int
}

// Tenant is a transaction bound to one tenant: every statement of its methods
// carries the tenant's id, so that no query can reach another tenant's row.
type Tenant struct {
	*Tx
	ID    int64
	Actor Actor
	// Told are the ids of the events appended through it, in their order, those of
	// what was undone too.
	Told []int64
	// record is kept once read: several rules of one transaction need it.
	record *TenantRecord
}

// As binds the transaction to the actor's tenant.
func (tx *Tx) As(actor Actor) *Tenant {
	return &Tenant{Tx: tx, ID: actor.TenantID, Actor: actor}
}

// Try runs fn in a savepoint: when it returns an error, or panics, what it did
// is undone and the transaction goes on. It is the only way to go on after a
// statement has failed.
func (tx *Tx) Try(fn func() error) (err error) {
	if _, err := tx.exec("SAVEPOINT try"); err != nil {
		return err
	}
	hooks, kept := len(tx.onCommit), false
	defer func() {
		if !kept {
			tx.onCommit, tx.failed, tx.made = tx.onCommit[:hooks], nil, nil
			if _, undo := tx.exec("ROLLBACK TO SAVEPOINT try"); undo != nil {
				err = errors.Join(err, undo)
			}
		}
		if _, end := tx.exec("RELEASE SAVEPOINT try"); end != nil {
			err = errors.Join(err, end)
		}
	}()
	err = tx.run(func(*Tx) error { return fn() })
	kept = err == nil
	return err
}

// run calls fn; a failed statement whose error fn passed over fails it too.
func (tx *Tx) run(fn func(*Tx) error) error {
	if err := fn(tx); err != nil {
		return err
	}
	if tx.failed != nil {
		return fmt.Errorf("an error was passed over: %w", tx.failed)
	}
	return nil
}

// query runs a statement unless an earlier one has failed.
func (tx *Tx) query(query string, args []any) (rows, error) {
	if tx.failed != nil {
		return nil, fmt.Errorf("the transaction has failed: %w", tx.failed)
	}
	rows, err := tx.q.QueryContext(tx.ctx, query, args...)
	return rows, tx.check(err)
}

// check classifies a statement's error and remembers it.
func (tx *Tx) check(err error) error {
	if err != nil {
		err = tx.db.engine.classify(err)
		tx.failed = err
	}
	return err
}

// Now returns the moment at which the transaction takes place: that of the
// database's clock, unless SetNow gave another.
func (tx *Tx) Now() scalar.Time {
	if !tx.now.IsZero() {
		return tx.now
	}
	return scalar.At(tx.db.now())
}

// SetNow has the transaction take place at another moment, as far as what it
// stores is concerned.
func (tx *Tx) SetNow(now scalar.Time) { tx.now = now }

// OnCommit has f run once the transaction is durable, or a read-only one has
// ended. f must not block.
func (tx *Tx) OnCommit(f func()) { tx.onCommit = append(tx.onCommit, f) }

// exec runs a statement and returns the number of rows it changed.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	if tx.failed != nil {
		return 0, fmt.Errorf("the transaction has failed: %w", tx.failed)
	}
	res, err := tx.q.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, tx.check(err)
	}
	return res.RowsAffected()
}

// execOne runs a statement that must change one row; ErrNotFound otherwise.
func (tx *Tx) execOne(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// get reads one row into dest; ErrNotFound when there is none.
func (tx *Tx) get(dest []any, query string, args ...any) error {
	rows, err := tx.query(query, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return tx.check(err)
		}
		return ErrNotFound
	}
	if err := rows.Scan(dest...); err != nil {
		return fmt.Errorf("scan row: %w", err)
	}
	return tx.check(rows.Close())
}

// insert runs an INSERT of one row and returns its id.
func (tx *Tx) insert(query string, args ...any) (int64, error) {
	ids, err := tx.insertAll(query, args...)
	if err == nil && len(ids) != 1 {
		err = fmt.Errorf("%d rows were inserted, want one", len(ids))
	}
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// insertAll runs an INSERT and returns the new rows' ids in ascending order.
func (tx *Tx) insertAll(query string, args ...any) ([]int64, error) {
	if tx.failed != nil {
		return nil, fmt.Errorf("the transaction has failed: %w", tx.failed)
	}
	ids, err := tx.q.InsertContext(tx.ctx, query, args...)
	return ids, tx.check(err)
}

// batchOf returns how many of n rows the next INSERT takes. Few sizes keep the
// number of texts of SQL small. Where there are many rows they go in bulk: SQLite
// spends time on each statement in proportion to what the transaction changed
// before it, so that many small ones take the square of their number.
func batchOf(n, batch, bulk int) int {
	if n >= bulk {
		return bulk
	}
	return min(n, batch)
}

// collect reads every row of a query; scan names where a row's columns go.
func collect[T any](tx *Tx, scan func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := tx.query(query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	var row, zero T
	dest := scan(&row)
	for rows.Next() {
		row = zero
		if err := rows.Scan(dest...); err != nil {
			return nil, fmt.Errorf("scan row: %w", err)
		}
		out = append(out, row)
	}
	return out, tx.check(rows.Err())
}

// single reads the first row of a query; ErrNotFound when there is none.
func single[T any](tx *Tx, scan func(*T) []any, query string, args ...any) (T, error) {
	var row T
	err := tx.get(scan(&row), query, args...)
	return row, err
}

// Errors that callers decide on. A unique violation is a *DuplicateError.
var (
	ErrNotFound = errors.New("not found")
	ErrReadOnly = errors.New("read-only transaction")
)

// DuplicateError says that a row with the same unique key exists.
type DuplicateError struct {
	// Constraint is the unique index (PostgreSQL) or its columns (SQLite).
	Constraint string
}

func (e *DuplicateError) Error() string { return "duplicate row: " + e.Constraint }
