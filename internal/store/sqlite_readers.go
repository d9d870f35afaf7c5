package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// readPool lends connections to read transactions. The one given back last is
// lent first, so that no more open than are needed at once.
type readPool struct {
	dsn string
	// lent holds a value for each connection that is lent.
	lent chan struct{}

	mu   sync.Mutex
	idle []*sqliteConn
}

func newReadPool(dsn string, size int) *readPool {
	return &readPool{dsn: dsn, lent: make(chan struct{}, size)}
}

// do runs fn in a read transaction. Its snapshot is taken by the first query.
func (p *readPool) do(ctx context.Context, fn func(querier) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.lent <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.lent }()
	conn := p.take()
	if err := conn.run("BEGIN"); err != nil {
		conn.drop()
		return fmt.Errorf("begin read: %w", err)
	}
	defer p.give(conn)
	return fn(conn)
}

func (p *readPool) take() *sqliteConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return &sqliteConn{dsn: p.dsn}
	}
	conn := p.idle[last]
	p.idle = p.idle[:last]
	return conn
}

// give ends the connection's transaction and keeps it for the next one.
func (p *readPool) give(conn *sqliteConn) {
	if err := conn.run("ROLLBACK"); err != nil {
		conn.drop()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, conn)
}

// close closes the idle connections. There must be no caller left.
func (p *readPool) close() (err error) {
	for _, conn := range p.idle {
		err = errors.Join(err, conn.drop())
	}
	return err
}
