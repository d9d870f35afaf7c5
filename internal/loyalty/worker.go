package loyalty

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

const (
	// batchSize and batchTime bound what one transaction of a worker does: on
	// SQLite nobody else writes meanwhile. The piece of work under way when the
	// time is over is the last.
	batchSize = 64
	batchTime = 50 * time.Millisecond
	// pollEvery finds what fell due, and what another process left.
	pollEvery = time.Second
	// retryMost bounds the wait before what failed is tried again.
	retryMost = 15 * time.Minute
)

// work calls step until the context ends: at once while there is more, and
// otherwise when woken or after pollEvery. It returns once the step under way
// has ended.
func work(ctx context.Context, logger *slog.Logger, name string, woken <-chan struct{}, step func(context.Context) (more bool, err error)) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for ctx.Err() == nil {
		wake := woken
		more, err := step(context.WithoutCancel(ctx))
		if err != nil {
			logger.Error(name, "error", err)
			wake = nil // the database is unwell: wait for the poll
		} else if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-wake:
		}
	}
}

// survive runs fn and turns its panic into an error, so that one piece of work
// cannot end the process.
func survive(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// retryAfter is the wait before what failed so often is tried again.
func retryAfter(failures int) time.Duration {
	return min(time.Second<<min(failures, 30), retryMost)
}
