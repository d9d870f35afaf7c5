package automation

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Automations keeps a tenant's automations and runs them. It is safe for
// concurrent use.
type Automations struct {
	DB        *store.DB
	Reactions *reaction.Reactions
	Logger    *slog.Logger
}

// Input is what a caller can set of an automation, as Omneo's API v3 names it;
// schedule and timezone are Belfry's own.
type Input struct {
	Name  string      `json:"name" required:"true" doc:"What people call it." maxLength:"255"`
	Type  scalar.Text `json:"type,omitempty" enum:"date,scheduled" doc:"date runs once, scheduled again and again: what the schedule says when not given."`
	Query string      `json:"query" required:"true" doc:"The selection of profiles: one of those at /automations/queries."`
	// Arguments, when given to an update, replace all that there are.
	Arguments []QueryArgument `json:"arguments,omitempty" doc:"What the query takes."`
	Timing
	Description scalar.Text `json:"description,omitempty"`
	Notes       scalar.Text `json:"notes,omitempty"`
	IsActive    bool        `json:"is_active,omitempty" doc:"Only an active automation runs by itself." default:"false"`
	// Actions, when given to an update, replace all that the automation has. One
	// with the id of a present action is that action, changed.
	Actions *[]reaction.ActionInput `json:"actions,omitempty"`
}

// Create stores an automation with its actions.
func (a *Automations) Create(t *store.Tenant, in Input) (store.Automation, error) {
	var row store.Automation
	if err := a.apply(t, &row, in); err != nil {
		return row, err
	}
	trigger, err := a.Reactions.CreateTrigger(t, triggerInput(in))
	if err != nil {
		return row, err
	}
	row.Trigger = trigger
	if err := t.InsertAutomation(&row); err != nil {
		return row, fmt.Errorf("store automation %d: %w", row.ID, err)
	}
	return row, nil
}

// Update changes what patch changes of the automation's input. Switching it off
// ends the runs under way.
func (a *Automations) Update(t *store.Tenant, id int64, patch func(*Input) error) (store.Automation, error) {
	if err := lock(t, id); err != nil {
		return store.Automation{}, err
	}
	row, err := Read(t, id)
	if err != nil {
		return row, err
	}
	in := Input{
		Name: row.Name, Query: row.Query, Timing: TimingOf(row), Description: scalar.Text(row.Description),
		Notes: scalar.Text(row.Notes), IsActive: row.IsActive,
	}
	if err := patch(&in); err != nil {
		return row, err
	}
	if in.Arguments == nil && in.Query == row.Query {
		in.Arguments = ArgumentsOf(row)
	}
	if err := a.apply(t, &row, in); err != nil {
		return row, err
	}
	_, err = a.Reactions.UpdateTrigger(t, id, func(trigger *reaction.TriggerInput) error {
		*trigger = triggerInput(in)
		return nil
	})
	if err != nil {
		return row, err
	}
	if row.IsActive && !in.IsActive {
		if err := t.EndAutomationRuns(id, "The automation was switched off."); err != nil {
			return row, fmt.Errorf("end the runs of automation %d: %w", id, err)
		}
	}
	if err := t.UpdateAutomation(&row); err != nil {
		return row, fmt.Errorf("store automation %d: %w", id, err)
	}
	return Read(t, id)
}

// triggerInput is what the automation has in common with triggers.
func triggerInput(in Input) reaction.TriggerInput {
	return reaction.TriggerInput{
		Name: in.Name, Trigger: string(event.AutomationFired), Description: in.Description, Notes: in.Notes,
		IsActive: in.IsActive, Actions: in.Actions,
	}
}

// apply checks the input and writes it onto the automation, but for what the
// trigger holds. It runs next as the timing says from now on, when that changed or
// it was switched on.
func (a *Automations) apply(t *store.Tenant, row *store.Automation, in Input) error {
	var bad problem.Invalid
	if _, _, err := check(t, &bad, in.Query, in.Arguments); err != nil {
		return err
	}
	c, err := in.clock(t, &bad)
	if err != nil {
		return err
	}
	if in.Type != "" && c.typ != "" && string(in.Type) != c.typ {
		bad.Add("type", "The type must be %s: that is what the schedule, date and frequency say.", c.typ)
	}
	arguments, err := json.Marshal(append([]QueryArgument{}, in.Arguments...))
	if err != nil {
		return fmt.Errorf("encode the arguments: %w", err)
	}
	when, err := json.Marshal(in.Timing)
	if err != nil {
		return fmt.Errorf("encode the timing: %w", err)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	switch changed := string(when) != string(row.Timing); {
	case !in.IsActive:
		row.NextRunAt = scalar.Time{}
	case changed || !row.IsActive:
		next := c.plan.Next(t.Now().Time)
		if next.IsZero() {
			return problem.Field("schedule", "The automation would never run: its time is in the past.")
		}
		row.NextRunAt = scalar.At(next)
	}
	row.Type, row.Query, row.Arguments, row.Timing = c.typ, in.Query, arguments, when
	return nil
}

// Read reads an automation with its actions.
func Read(t *store.Tenant, id int64) (store.Automation, error) {
	row, err := t.Automation(id)
	return row, missing(err, "automation", id)
}

// Delete removes an automation with its runs; the events that it led to stay.
func (a *Automations) Delete(t *store.Tenant, id int64) error {
	if err := lock(t, id); err != nil {
		return err
	}
	return a.Reactions.DeleteTrigger(t, id)
}

func lock(t *store.Tenant, id int64) error { return missing(t.LockAutomation(id), "automation", id) }

// TimingOf returns when an automation runs, as it was given.
func TimingOf(row store.Automation) (in Timing) {
	_ = json.Unmarshal(row.Timing, &in) // as apply wrote it
	return in
}

// ArgumentsOf returns the arguments of an automation's query.
func ArgumentsOf(row store.Automation) (args []QueryArgument) {
	_ = json.Unmarshal(row.Arguments, &args) // as apply wrote it
	return args
}

func missing(err error, resource string, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return &problem.NotFound{Resource: resource, ID: strconv.FormatInt(id, 10)}
	}
	return err
}
