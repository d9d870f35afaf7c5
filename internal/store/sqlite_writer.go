package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// errClosed is returned to transactions that come after Close.
var errClosed = errors.New("database is closed")

// groupWriter puts concurrent transactions, each in its own savepoint, into one
// commit: SQLite has one writer at a time, and the fsync of a commit costs more
// than the statements in it.
type groupWriter struct {
	db    *sql.DB
	jobs  chan *writeJob
	quit  chan struct{}
	ended chan struct{}
	once  sync.Once
}

type writeJob struct {
	fn    func(querier) error
	taken atomic.Bool // by the writer, or by a caller who gave up
	err   error
	panic any
	done  chan struct{}
}

func newGroupWriter(db *sql.DB) *groupWriter {
	w := &groupWriter{
		db:    db,
		jobs:  make(chan *writeJob, groupSize),
		quit:  make(chan struct{}),
		ended: make(chan struct{}),
	}
	go w.run()
	return w
}

// do runs fn and returns when its group is durable. A caller whose context ends
// before fn has started gets the context's error and fn does not run.
func (w *groupWriter) do(ctx context.Context, fn func(querier) error) error {
	job := &writeJob{fn: fn, done: make(chan struct{})}
	select {
	case w.jobs <- job:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-job.done
	case <-w.ended:
		if job.taken.CompareAndSwap(false, true) {
			return errClosed
		}
		<-job.done
	}
	if job.panic != nil {
		panic(job.panic)
	}
	return job.err
}

func (w *groupWriter) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *groupWriter) run() {
	defer close(w.ended)
	conn := &writeConn{db: w.db}
	defer conn.close()
	for {
		select {
		case job := <-w.jobs:
			w.group(conn, job)
		case <-w.quit:
			return
		}
	}
}

// group commits job together with those that are waiting behind it.
func (w *groupWriter) group(conn *writeConn, job *writeJob) {
	var done []*writeJob
	err := conn.run("BEGIN IMMEDIATE")
	for start := time.Now(); job != nil; job = w.next(len(done), start) {
		if job.taken.CompareAndSwap(false, true) {
			done = append(done, job)
			if err == nil {
				err = conn.savepoint(job)
			}
		}
	}
	if err == nil {
		err = conn.run("COMMIT")
	}
	if err != nil {
		err = fmt.Errorf("commit: %w", err)
		conn.discard()
	}
	for _, job := range done {
		if err != nil && job.err == nil {
			job.err = err
		}
		close(job.done)
	}
}

func (w *groupWriter) next(n int, start time.Time) *writeJob {
	if n >= groupSize || time.Since(start) > groupWindow {
		return nil
	}
	select {
	case job := <-w.jobs:
		return job
	default:
		return nil
	}
}

// writeConn is the one writing connection with its prepared statements. After a
// failure it is dropped, and the next use opens it anew.
type writeConn struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (c *writeConn) open() error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.db.Conn(context.Background())
	if err != nil {
		return fmt.Errorf("open writer: %w", err)
	}
	c.conn, c.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

func (c *writeConn) close() {
	if c.conn == nil {
		return
	}
	for _, s := range c.stmts {
		s.Close()
	}
	c.conn.Close()
	c.conn, c.stmts = nil, nil
}

// discard rolls back what is open and gives the connection up.
func (c *writeConn) discard() {
	if c.conn != nil {
		c.conn.ExecContext(context.Background(), "ROLLBACK")
	}
	c.close()
}

func (c *writeConn) run(query string) error {
	if err := c.open(); err != nil {
		return err
	}
	stmt, err := c.prepare(query)
	if err == nil {
		_, err = stmt.ExecContext(context.Background())
	}
	return err
}

// savepoint runs the job so that its failure undoes its own statements alone.
// The error returned is one that spoils the whole group.
func (c *writeConn) savepoint(job *writeJob) error {
	if err := c.run("SAVEPOINT job"); err != nil {
		return err
	}
	func() {
		defer func() { job.panic = recover() }()
		job.err = job.fn(c)
	}()
	if job.err != nil || job.panic != nil {
		if err := c.run("ROLLBACK TO job"); err != nil {
			return err
		}
	}
	return c.run("RELEASE job")
}

func (c *writeConn) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if len(c.stmts) < maxStatements {
		c.stmts[query] = stmt
	}
	return stmt, nil
}

// ExecContext implements querier. Once a transaction has begun it is carried to
// its end, so the caller's context is not passed on; that also spares a watching
// goroutine for each statement.
func (c *writeConn) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), args...)
}

// QueryContext implements querier.
func (c *writeConn) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...)
}
