// Package worker is what long-running parts share: a loop that ends in good
// order, and how they outlive work that fails. It knows nothing of the work.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

const (
	// PollEvery finds what fell due, and what another process left.
	PollEvery = time.Second
	// retryMost bounds the wait before what failed is tried again.
	retryMost = 15 * time.Minute
)

// Loop calls step until the context ends: at once while there is more, and
// otherwise when woken or after a second. It returns once the step under way has
// ended. name is what the log says when a step fails.
func Loop(ctx context.Context, logger *slog.Logger, name string, woken <-chan struct{}, step func(context.Context) (more bool, err error)) {
	poll := time.NewTicker(PollEvery)
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

// Survive runs fn and turns its panic into an error, so that one piece of work
// cannot end the process.
func Survive(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// RetryAfter is the wait before what failed so often is tried again.
func RetryAfter(failures int) time.Duration {
	return min(time.Second<<min(failures, 30), retryMost)
}
