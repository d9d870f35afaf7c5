package reaction

import (
	"context"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/store"
)

const (
	// batchSize and batchTime bound what one transaction answers: on SQLite nobody
	// else writes meanwhile, and a template may take its time. The event under way
	// when the time is over is the last.
	batchSize = 128
	batchTime = 50 * time.Millisecond
	// pollEvery finds events that another process queued, or that are due again.
	pollEvery = time.Second
	// retryMost bounds the wait before a failed event is tried again.
	retryMost = 5 * time.Minute
)

// Run answers events until the context ends. It returns after the batch under
// way has committed.
func (r *Reactions) Run(ctx context.Context) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for ctx.Err() == nil {
		appended := r.DB.Appended.C()
		n, err := r.Step(context.WithoutCancel(ctx))
		if err != nil {
			r.Logger.Error("answer events", "error", err)
			appended = nil // the database is unwell: wait for the poll
		} else if n == batchSize {
			continue
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-appended:
		}
	}
}

// Step answers up to batchSize due events in one transaction and returns how
// many it took up. When it left some for want of time, it signals that they wait.
func (r *Reactions) Step(ctx context.Context) (n int, err error) {
	var queued []store.QueuedEvent
	err = r.DB.Update(ctx, func(tx *store.Tx) (err error) {
		if queued, err = tx.ClaimEvents(batchSize); err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		b := batch{Reactions: r, ctx: ctx, tx: tx}
		n, err = b.run(queued)
		return err
	})
	if err != nil {
		r.forget() // the rules it read may never have been committed
		return 0, err
	}
	if n < len(queued) {
		r.DB.Appended.Notify()
	}
	return n, nil
}
