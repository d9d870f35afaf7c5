package reaction

import (
	"context"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// BacktestInput says which trigger is tried on how many events.
type BacktestInput struct {
	TriggerID scalar.Int    `json:"trigger_id,omitempty" doc:"A stored trigger, active or not."`
	Trigger   *TriggerInput `json:"trigger,omitempty" doc:"A trigger that need not be stored. With trigger_id, that one with another state, and the answer compares the two."`
	Last      scalar.Int    `json:"last,omitempty" doc:"How many events of the trigger's type, the last ones; 1 to 10,000." default:"1000"`
}

// Backtest is how a trigger's filters would have decided on events that were.
type Backtest struct {
	Type       string `json:"type"`
	Considered int    `json:"considered" doc:"How many events there were."`
	Matched    int    `json:"matched" doc:"On how many all filters hold."`
	Filtered   int    `json:"filtered" doc:"On how many a filter does not."`
	Failed     int    `json:"failed" doc:"On how many a filter cannot be evaluated."`
	Held       int    `json:"held" doc:"How many its namespace or their depth keep from it."`
	IsComplete bool   `json:"is_complete" doc:"False when the time was over before all events were read."`
	// Samples and Failures are the last of those that matched and that failed.
	Samples    []BacktestSample    `json:"samples" doc:"Of those that match, the last 20."`
	Failures   []BacktestSample    `json:"failures" doc:"Of those that fail, the last 20."`
	Difference *BacktestDifference `json:"difference" doc:"From the stored trigger, where another state of it was given."`
}

// BacktestDifference is how the state that was tried decides otherwise than the
// one that is stored.
type BacktestDifference struct {
	StoredMatched   int              `json:"stored_matched" doc:"On how many events the stored trigger matches."`
	Newly           int              `json:"newly" doc:"How many would newly match."`
	NoLonger        int              `json:"no_longer" doc:"How many would match no longer."`
	NewlySamples    []BacktestSample `json:"newly_samples" doc:"The last 20."`
	NoLongerSamples []BacktestSample `json:"no_longer_samples" doc:"The last 20."`
}

// BacktestSample is one of the events.
type BacktestSample struct {
	EventID    int64       `json:"event_id"`
	ProfileID  scalar.Text `json:"profile_id"`
	OccurredAt scalar.Time `json:"occurred_at"`
	Because    scalar.Text `json:"because" doc:"What failed."`
}

const (
	backtestEvents  = 1000
	backtestMost    = 10_000
	backtestPage    = 50 // events that are in memory at once
	backtestSamples = 20
	// backtestTime bounds a backtest.
	backtestTime = 20 * time.Second
)

// Backtest runs the filters of a trigger over the last events of its type. Other
// actions, and the conditions of targets, play no part. Errors are
// *problem.NotFound and *problem.Invalid.
func (r *Reactions) Backtest(ctx context.Context, actor store.Actor, in BacktestInput) (Backtest, error) {
	if in.Last == 0 {
		in.Last = backtestEvents
	}
	if in.Last < 1 || in.Last > backtestMost {
		return Backtest{}, problem.Field("last", "The last must be between 1 and %d.", backtestMost)
	}
	var run backtest
	err := r.DB.View(ctx, func(tx *store.Tx) (err error) {
		run, err = r.backtest(tx.As(actor), in)
		return err
	})
	if err != nil {
		return Backtest{}, err
	}
	until := time.Now().Add(backtestTime)
	before := int64(0)
	for left := int(in.Last); left > 0; {
		page, err := r.eventsBefore(ctx, actor, run.Type, before, min(left, backtestPage))
		if err != nil {
			return run.Backtest, err
		}
		for i := range page {
			if err := run.consider(r.execution(ctx, nil, &page[i])); err != nil {
				return run.Backtest, err
			}
		}
		left -= len(page)
		if len(page) < backtestPage {
			break
		}
		if time.Now().After(until) {
			run.IsComplete = left == 0
			break
		}
		before = page[len(page)-1].ID
	}
	return run.Backtest, nil
}

func (r *Reactions) eventsBefore(ctx context.Context, actor store.Actor, typ string, before int64, n int) (page []store.Event, err error) {
	err = r.DB.View(ctx, func(tx *store.Tx) (err error) {
		page, err = tx.As(actor).EventsBefore(typ, before, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return page, nil
}

// backtest is a backtest under way.
type backtest struct {
	Backtest
	// tried has the filters alone, as has stored, which is nil when there is
	// nothing to compare with.
	tried, stored *trigger
}

func (r *Reactions) backtest(t *store.Tenant, in BacktestInput) (run backtest, err error) {
	record, err := r.tried(t, in.TriggerID, in.Trigger)
	if err != nil {
		return run, err
	}
	rules, err := r.ruleset(t)
	if err != nil {
		return run, fmt.Errorf("load reactions: %w", err)
	}
	run.Backtest = Backtest{Type: record.Event, IsComplete: true, Samples: []BacktestSample{}, Failures: []BacktestSample{}}
	run.tried = rules.compile(record).filters()
	if in.TriggerID == 0 || in.Trigger == nil {
		return run, nil
	}
	stored, err := t.Trigger(int64(in.TriggerID))
	if err != nil {
		return run, triggerMissing(err, int64(in.TriggerID))
	}
	if stored.Event != record.Event {
		return run, problem.Field("trigger.trigger", "The stored trigger listens to %s: the two cannot be compared.", stored.Event)
	}
	run.stored = rules.compile(stored).filters()
	run.Difference = &BacktestDifference{NewlySamples: []BacktestSample{}, NoLongerSamples: []BacktestSample{}}
	return run, nil
}

// filters is the trigger without the actions that have an effect.
func (tr *trigger) filters() *trigger {
	only := *tr
	only.actions = nil
	for _, a := range tr.actions {
		if a.typ == filterKind.name {
			only.actions = append(only.actions, a)
		}
	}
	return &only
}

// consider counts how the filters decide on an event.
func (b *backtest) consider(x *execution) error {
	result, err := b.tried.run(x)
	if err != nil {
		return err
	}
	b.Considered++
	sample := BacktestSample{EventID: x.event.ID, ProfileID: scalar.Text(x.event.ProfileID), OccurredAt: x.event.OccurredAt}
	switch result.Outcome {
	case matched:
		b.Matched++
		b.Samples = sample.addTo(b.Samples)
	case filtered:
		b.Filtered++
	case failed:
		b.Failed++
		failure := sample
		failure.Because = scalar.Text(result.Actions[len(result.Actions)-1].Detail)
		b.Failures = failure.addTo(b.Failures)
	default:
		b.Held++
	}
	if b.stored == nil {
		return nil
	}
	before, err := b.stored.run(x)
	if err != nil {
		return err
	}
	b.Difference.add(sample, before.Outcome == matched, result.Outcome == matched)
	return nil
}

// add counts an event on which the two may differ.
func (d *BacktestDifference) add(sample BacktestSample, before, now bool) {
	if before {
		d.StoredMatched++
	}
	switch {
	case now && !before:
		d.Newly++
		d.NewlySamples = sample.addTo(d.NewlySamples)
	case before && !now:
		d.NoLonger++
		d.NoLongerSamples = sample.addTo(d.NoLongerSamples)
	}
}

func (s BacktestSample) addTo(samples []BacktestSample) []BacktestSample {
	if len(samples) == backtestSamples {
		return samples
	}
	return append(samples, s)
}
