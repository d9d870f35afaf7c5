package reaction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// DryRunInput says what is tried on what.
type DryRunInput struct {
	TriggerID scalar.Int    `json:"trigger_id,omitempty" doc:"A stored trigger, active or not."`
	Trigger   *TriggerInput `json:"trigger,omitempty" doc:"A trigger that need not be stored. With trigger_id, that one with another state."`
	Occasion
}

// DryRun is what a trigger would do.
type DryRun struct {
	Reaction TracedReaction `json:"reaction" doc:"Ids of what would be made are empty."`
	Events   []DryEvent     `json:"events" doc:"The events that would be told of, which nothing answered."`
}

// DryEvent is an event that was never stored.
type DryEvent struct {
	Type      string          `json:"type"`
	ProfileID scalar.Text     `json:"profile_id"`
	Context   json.RawMessage `json:"context" doc:"Null when there is no room left for it."`
}

// dryRunTime bounds a dry run: on SQLite nobody else writes meanwhile.
const dryRunTime = 5 * time.Second

// errUndone ends a transaction that is to leave nothing.
var errUndone = errors.New("all of it is to be undone")

// undone runs fn in a transaction of which nothing remains.
func (r *Reactions) undone(ctx context.Context, actor store.Actor, fn func(t *store.Tenant) error) error {
	ctx, cancel := context.WithTimeout(ctx, dryRunTime)
	defer cancel()
	err := r.DB.Update(ctx, func(tx *store.Tx) error {
		if err := fn(tx.As(actor)); err != nil {
			return err
		}
		return errUndone
	})
	if errors.Is(err, errUndone) {
		return nil
	}
	return err
}

// DryRun runs a trigger as the answer to an event would, undoes it all, and says
// what it would have done. Bodies are rendered and not sent. Errors are
// *problem.NotFound and *problem.Invalid.
func (r *Reactions) DryRun(ctx context.Context, actor store.Actor, in DryRunInput) (out DryRun, err error) {
	err = r.undone(ctx, actor, func(t *store.Tenant) error {
		record, err := r.tried(t, in.TriggerID, in.Trigger)
		if err != nil {
			return err
		}
		e, err := in.event(t, record.Event)
		if err != nil {
			return err
		}
		out, err = r.dryRun(ctx, t, record, e)
		return err
	})
	return out, err
}

// tried returns the trigger that is tried: a stored one, one with another state
// than is stored, or one of which nothing is stored.
func (r *Reactions) tried(t *store.Tenant, id scalar.Int, in *TriggerInput) (record store.Trigger, err error) {
	if id == 0 && in == nil {
		return record, problem.Field("trigger_id", "Give trigger_id, trigger, or both.")
	}
	if id != 0 {
		if record, err = t.Trigger(int64(id)); err != nil {
			return record, triggerMissing(err, int64(id))
		}
	}
	if in == nil {
		return record, nil
	}
	err = r.applyTrigger(t, &record, *in)
	var invalid *problem.Invalid
	if errors.As(err, &invalid) {
		within := map[string][]string{}
		for field, sentences := range invalid.Fields {
			within["trigger."+field] = sentences
		}
		return record, &problem.Invalid{Fields: within}
	}
	record.Version = 0
	sortActions(record.Actions)
	return record, err
}

// trial is an outbox that keeps what would be sent.
type trial struct{ bodies [][]byte }

// Enqueue implements outbox.
func (o *trial) Enqueue(_ *store.Tenant, m delivery.Message) (int64, error) {
	o.bodies = append(o.bodies, m.Body)
	return 0, nil
}

// try runs a trigger with an outbox of its own.
func (r *Reactions) try(ctx context.Context, t *store.Tenant, record store.Trigger, e *store.Event, to outbox) (*execution, Result, error) {
	rules, err := r.ruleset(t)
	if err != nil {
		return nil, Result{}, fmt.Errorf("load reactions: %w", err)
	}
	actor := answerer(e)
	actor.TenantID = t.ID
	x := r.execution(ctx, t.As(actor), e)
	x.version, x.deliveries = rules.version, to
	result, err := rules.compile(record).run(x)
	return x, result, err
}

func (r *Reactions) dryRun(ctx context.Context, t *store.Tenant, record store.Trigger, e *store.Event) (out DryRun, err error) {
	var outbox trial
	x, result, err := r.try(ctx, t, record, e, &outbox)
	if err != nil {
		return out, err
	}
	explain := explainer{t: t, room: explainRoom}
	if out.Reaction, err = explain.trigger(x, record, result); err != nil {
		return out, err
	}
	out.Events = []DryEvent{}
	bodies := outbox.bodies
	for i := range out.Reaction.Actions {
		a := &out.Reaction.Actions[i]
		if a.Outcome == sent {
			a.Rendering, bodies = rendering(bodies[0], a.unrendered), bodies[1:]
		}
		if out.Events, err = explain.told(out.Events, a.EventIDs); err != nil {
			return out, err
		}
		a.EventIDs = nil
		if a.Effect != nil && a.makes() {
			a.Effect.ID = ""
		}
	}
	return out, nil
}

// makes reports whether the action's effect is a row that it made, whose id
// means nothing once that is undone.
func (a *ActionResult) makes() bool {
	switch a.Effect.Resource {
	case "point", "tier_point", "reward", "event":
		return true
	}
	return a.Type == benefitKind.name
}

// dryEvents bounds the events of a dry run.
const dryEvents = 100

// told adds the events that would be told of.
func (e *explainer) told(events []DryEvent, ids []int64) ([]DryEvent, error) {
	for _, id := range ids {
		if len(events) == dryEvents {
			break
		}
		row, err := e.t.Event(id)
		if err != nil {
			return events, fmt.Errorf("read event %d: %w", id, err)
		}
		one := DryEvent{Type: row.Type, ProfileID: scalar.Text(row.ProfileID)}
		if e.fits(row.Context) {
			one.Context = row.Context
		}
		events = append(events, one)
	}
	return events, nil
}
