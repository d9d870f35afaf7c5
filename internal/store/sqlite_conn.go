package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// maxStatements bounds how many statements a connection keeps prepared: list
// filters make many texts.
const maxStatements = 512

// sqliteConn is one connection with its prepared statements. It opens when it is
// first used and, once dropped, opens anew. It serves one goroutine at a time. It
// talks to the driver itself: the pool and the locks of database/sql take as long
// as the shorter statements do.
type sqliteConn struct {
	dsn   string
	conn  driver.Conn
	stmts map[string]sqliteStmt
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func (c *sqliteConn) open() error {
	if c.conn != nil {
		return nil
	}
	conn, err := new(sqlite.Driver).Open(c.dsn)
	if err != nil {
		return fmt.Errorf("open connection: %w", err)
	}
	c.conn, c.stmts = conn, map[string]sqliteStmt{}
	return nil
}

// drop closes the connection for good, and with it what it has not committed.
func (c *sqliteConn) drop() error {
	if c.conn == nil {
		return nil
	}
	for _, s := range c.stmts {
		s.Close()
	}
	err := c.conn.Close()
	c.conn, c.stmts = nil, nil
	return err
}

// run executes a statement that begins or ends a transaction.
func (c *sqliteConn) run(query string) error {
	if err := c.open(); err != nil {
		return err
	}
	_, err := c.ExecContext(context.Background(), query)
	return err
}

func (c *sqliteConn) prepare(query string) (sqliteStmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	prepared, err := c.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's %T takes no context", prepared), prepared.Close())
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
	values, err := driverValues(args)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, values)
}

// QueryContext implements querier. The rows must be closed before the next
// statement.
func (c *sqliteConn) QueryContext(ctx context.Context, query string, args ...any) (rows, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	values, err := driverValues(args)
	if err != nil {
		return nil, err
	}
	got, err := stmt.QueryContext(ctx, values)
	if err != nil {
		return nil, err
	}
	return &sqliteRows{ctx: ctx, rows: got, row: make([]driver.Value, len(got.Columns()))}, nil
}

// InsertContext implements querier. The table numbers its rows one after another,
// so that the last id tells the others; RETURNING would collect them in a table
// of its own.
func (c *sqliteConn) InsertContext(ctx context.Context, query string, args ...any) ([]int64, error) {
	res, err := c.ExecContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return nil, err
	}
	last, err := res.LastInsertId()
	if err != nil {
		return nil, err
	}
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = last - n + 1 + int64(i)
	}
	return ids, nil
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
func (u uncancelled) QueryContext(_ context.Context, query string, args ...any) (rows, error) {
	return u.conn.QueryContext(context.Background(), query, args...)
}

// InsertContext implements querier.
func (u uncancelled) InsertContext(_ context.Context, query string, args ...any) ([]int64, error) {
	return u.conn.InsertContext(context.Background(), query, args...)
}
