package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxStatements bounds how many statements stay prepared: list filters make
// many texts.
const maxStatements = 512

// statements keeps the prepared statements of a pool by their text.
type statements struct {
	db    *sql.DB
	mu    sync.RWMutex
	texts map[string]*sql.Stmt
}

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, texts: map[string]*sql.Stmt{}}
}

// get returns the prepared statement, or nil when too many are kept already.
func (s *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt, full := s.texts[query], len(s.texts) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.texts[query]; other != nil {
		return other, stmt.Close()
	}
	s.texts[query] = stmt
	return stmt, nil
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.texts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(errs...)
}

// txStatements runs prepared statements inside a transaction of the pool.
type txStatements struct {
	tx    *sql.Tx
	stmts *statements
}

// ExecContext implements querier.
func (t txStatements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(ctx, query, args...)
}

// QueryContext implements querier.
func (t txStatements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.stmts.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return t.tx.QueryContext(ctx, query, args...)
	}
	return t.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
}
