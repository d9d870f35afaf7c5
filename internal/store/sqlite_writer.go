package store

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// groupWindow and groupSize bound how much is gathered into one commit, so that
// the first of a group never waits long for the last.
const (
	groupWindow = 10 * time.Millisecond
	groupSize   = 256
)

// groupWriter puts concurrent transactions, each in its own savepoint, into one
// commit: SQLite has one writer at a time, and the fsync of a commit costs more
// than the statements in it. One goroutine runs them all: handing the connection
// from caller to caller was measured to cost 15 µs a transaction more.
type groupWriter struct {
	jobs chan *writeJob
	// ended gives the error of closing the connection.
	ended chan error
}

// writeJob is the transaction of one caller.
type writeJob struct {
	fn func(querier) error
	// taken is set by the writer, or by a caller whose context has ended.
	taken atomic.Bool
	// done is closed when the fields below and the group's fate are settled.
	done     chan struct{}
	err      error
	panicked *writePanic
	// exited says that fn ended its goroutine, as testing.T.Fatal does.
	exited bool
}

// writePanic is a panic of a transaction's function on its way from the writer's
// goroutine to the caller's.
type writePanic struct {
	value any
	stack []byte
}

// Error holds the stack: the one of the caller does not show where it happened.
func (p *writePanic) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

// Unwrap returns the value that the function panicked with, if it is an error.
func (p *writePanic) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

func newGroupWriter(dsn string) *groupWriter {
	w := &groupWriter{jobs: make(chan *writeJob, groupSize), ended: make(chan error, 1)}
	go w.run(&sqliteConn{dsn: dsn})
	return w
}

// do runs fn and returns when its group is durable. A caller whose context ends
// before fn has started gets the context's error and fn does not run.
func (w *groupWriter) do(ctx context.Context, fn func(querier) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	job := &writeJob{fn: fn, done: make(chan struct{})}
	select {
	case w.jobs <- job:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-job.done
	}
	switch {
	case job.panicked != nil:
		panic(job.panicked)
	case job.exited:
		runtime.Goexit()
	}
	return job.err
}

// stop waits for the goroutine to end. There must be no caller left.
func (w *groupWriter) stop() error {
	close(w.jobs)
	return <-w.ended
}

func (w *groupWriter) run(conn *sqliteConn) {
	stopped := false
	defer func() {
		if !stopped { // a transaction's function ended the goroutine
			go w.run(conn)
			return
		}
		w.ended <- conn.drop()
	}()
	for job := range w.jobs {
		w.commit(conn, job)
	}
	stopped = true
}

// commit runs job and those that wait behind it in one transaction.
func (w *groupWriter) commit(conn *sqliteConn, job *writeJob) {
	var group []*writeJob
	err := conn.run("BEGIN IMMEDIATE")
	defer func() { settle(conn, group, err) }()
	for start := time.Now(); job != nil; job = w.next(len(group), start) {
		if !job.taken.CompareAndSwap(false, true) {
			continue
		}
		group = append(group, job)
		if err == nil {
			job.run(conn, &err)
		}
	}
}

// next returns the next job of a group of n, nil when the group is complete.
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

// run calls the job's function so that its failure undoes its own statements
// alone. An error that spoils the whole group goes to spoilt.
func (job *writeJob) run(conn *sqliteConn, spoilt *error) {
	if *spoilt = conn.run("SAVEPOINT job"); *spoilt != nil {
		return
	}
	returned := false
	defer func() {
		if !returned {
			job.caught(recover())
		}
		if job.err != nil || !returned {
			*spoilt = conn.run("ROLLBACK TO job")
		}
		if *spoilt == nil {
			*spoilt = conn.run("RELEASE job")
		}
	}()
	job.err = job.fn(uncancelled{conn})
	returned = true
}

func (job *writeJob) caught(value any) {
	if value == nil {
		job.exited = true
		return
	}
	job.panicked = &writePanic{value: value, stack: debug.Stack()}
}

// settle commits the group, unless it is spoilt, and tells its callers.
func settle(conn *sqliteConn, group []*writeJob, err error) {
	if err == nil {
		err = conn.run("COMMIT")
	}
	if err != nil {
		conn.drop()
		err = fmt.Errorf("commit: %w", err)
	}
	for _, job := range group {
		// What a failed function saw may have been of the group, so that its own
		// error counts only when the group is durable.
		if err != nil {
			job.err = err
		}
		close(job.done)
	}
}
