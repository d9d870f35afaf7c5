package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// maxStatements bounds how many statements a connection keeps prepared: list
// filters make many texts.
const maxStatements = 512

// sqliteConn is one connection with its prepared statements. It opens when it is
// first used and, once dropped, opens anew. It serves one goroutine at a time.
type sqliteConn struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (c *sqliteConn) open() error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.db.Conn(context.Background())
	if err != nil {
		return fmt.Errorf("open connection: %w", err)
	}
	c.conn, c.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// drop closes the connection for good, and with it what it has not committed.
func (c *sqliteConn) drop() {
	if c.conn == nil {
		return
	}
	for _, s := range c.stmts {
		s.Close()
	}
	c.conn.Raw(func(any) error { return driver.ErrBadConn }) // keeps it out of the pool
	c.conn.Close()
	c.conn, c.stmts = nil, nil
}

// run executes a statement that begins or ends a transaction.
func (c *sqliteConn) run(query string) error {
	if err := c.open(); err != nil {
		return err
	}
	_, err := c.ExecContext(context.Background(), query)
	return err
}

func (c *sqliteConn) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if len(c.stmts) >= maxStatements {
		c.forgetOne()
	}
	c.stmts[query] = stmt
	return stmt, nil
}

// forgetOne closes whichever statement the map names first: what is in use often
// is soon prepared again.
func (c *sqliteConn) forgetOne() {
	for query, stmt := range c.stmts {
		stmt.Close()
		delete(c.stmts, query)
		return
	}
}

// ExecContext implements querier.
func (c *sqliteConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext implements querier. The rows must be closed before the next
// statement.
func (c *sqliteConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// uncancelled carries a transaction that has begun to its end: the caller's
// context is not passed on, which also spares a watching goroutine for each
// statement.
type uncancelled struct{ conn *sqliteConn }

// ExecContext implements querier.
func (u uncancelled) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	return u.conn.ExecContext(context.Background(), query, args...)
}

// QueryContext implements querier.
func (u uncancelled) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return u.conn.QueryContext(context.Background(), query, args...)
}
