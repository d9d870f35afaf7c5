package reaction

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const (
	// batchSize and batchTime bound what one transaction answers: on SQLite nobody
	// else writes meanwhile, and a template may take its time. The event under way
	// when the time is over is the last.
	batchSize = 64
	batchTime = 50 * time.Millisecond
	// pollEvery finds events that another process queued, or that are due again.
	pollEvery = time.Second
	// retryMost bounds the wait before a failed event is tried again.
	retryMost = 5 * time.Minute
)

// Result is what one trigger did about an event. That of the target that the
// definition of the event's subject names has the trigger 0, and one action of
// the type definition.
type Result struct {
	TriggerID int64          `json:"trigger_id" doc:"0 for the target that a definition names."`
	Outcome   string         `json:"outcome" enum:"matched,filtered,failed"`
	Actions   []ActionResult `json:"actions"`
}

// The outcomes of a trigger. One that failed has done what stands before the
// action that failed.
const (
	matched  = "matched"
	filtered = "filtered"
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
	var events []store.QueuedEvent
	err = r.DB.Update(ctx, func(tx *store.Tx) (err error) {
		if events, err = tx.ClaimEvents(batchSize); err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		begun := time.Now()
		for n = 0; n < len(events) && (n == 0 || time.Since(begun) < batchTime); n++ {
			if err := r.settle(ctx, tx, &events[n]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.forget() // the rules it read may never have been committed
		return 0, err
	}
	if n < len(events) {
		r.DB.Appended.Notify()
	}
	return n, nil
}

// fault is what the owner of an event is told when answering it failed; the log
// has the rest.
const fault = "a fault of the server, which its log describes"

// settle answers one event. When that fails, nothing of it remains but a note
// on the queue, where the event waits for another try, so that it neither gets
// lost nor holds the others up.
func (r *Reactions) settle(ctx context.Context, tx *store.Tx, e *store.QueuedEvent) error {
	failure := tx.Try(func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return r.answer(ctx, tx, &e.Event)
	})
	if failure == nil {
		return nil
	}
	r.Logger.Error("answer event", "event", e.ID, "type", e.Type, "failures", e.Failures+1, "error", failure)
	due := tx.Now().Add(min(time.Second<<min(e.Failures, 30), retryMost))
	if err := tx.PostponeEvent(e.ID, scalar.At(due), fault); err != nil {
		return fmt.Errorf("postpone event %d: %w", e.ID, err)
	}
	return nil
}

// answer sends the event to its own target, runs every trigger that listens to
// it, and takes it off the queue.
func (r *Reactions) answer(ctx context.Context, tx *store.Tx, e *store.Event) error {
	t := tx.As(store.Actor{TenantID: e.TenantID, CauseID: e.ID, Depth: e.Depth + 1})
	rules, err := r.ruleset(t)
	if err != nil {
		return fmt.Errorf("load reactions: %w", err)
	}
	x := &execution{ctx: ctx, tenant: t, event: e, deliveries: r.Deliveries, version: rules.version}
	triggers := rules.of(e)
	results := make([]Result, len(triggers))
	for i, tr := range triggers {
		if results[i], err = tr.run(x); err != nil {
			return fmt.Errorf("trigger %d: %w", tr.id, err)
		}
	}
	if len(results) > 0 {
		text, err := json.Marshal(results)
		if err != nil {
			return fmt.Errorf("encode the run log: %w", err)
		}
		if err := t.InsertRunLog(&store.RunLog{EventID: e.ID, Results: text}); err != nil {
			return fmt.Errorf("write the run log: %w", err)
		}
	}
	return tx.FinishEvent(e.ID)
}

// run does the trigger's actions in order, up to one that stops it or fails.
func (tr *trigger) run(x *execution) (Result, error) {
	x.triggerID = tr.id
	result := Result{TriggerID: tr.id, Outcome: matched, Actions: make([]ActionResult, 0, len(tr.actions))}
	for _, a := range tr.actions {
		done := ActionResult{ActionID: a.id, Type: a.typ}
		if err := a.step.run(x, &done); err != nil {
			return result, fmt.Errorf("action %d: %w", a.id, err)
		}
		result.Actions = append(result.Actions, done)
		switch done.Outcome {
		case stopped:
			result.Outcome = filtered
			return result, nil
		case failed:
			result.Outcome = failed
			return result, nil
		}
	}
	return result, nil
}
