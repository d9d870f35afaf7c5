package api

import (
	"github.com/belfryhq/belfry/internal/automation"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) automations() {
	r := s.resource("Automations", "Actions for selected profiles, when their time comes.")
	all := &automation.Automations{DB: s.db, Reactions: s.opts.Reactions, Logger: s.log}
	list(r, on("GET /automations", "read-automations", "List automations"), listAutomations)
	create(r, on("POST /automations", "create-automations", "Create an automation",
		"It runs by its schedule, or by its date, frequency and slot."), nil,
		func(t *store.Tenant, _ *call, in AutomationInput) (Automation, error) {
			row, err := all.Create(t, in.Input)
			return viewAutomation(row), err
		})
	queries := automation.Queries()
	read(r, on("GET /automations/queries", "read-automations", "List the queries", "Every selection of profiles with what it takes."),
		func(*store.Tenant, *call) ([]automation.Query, error) { return queries, nil })
	ask(r, on("POST /automations/queries/samples", "read-automations", "Try a query", "The first profiles that it selects, and how many."),
		func(t *store.Tenant, _ *call, in automation.QuerySampleInput) (automation.QuerySample, error) {
			return automation.Try(t, in)
		})
	read(r, on("GET /automations/{id}", "read-automations", "Read an automation"), func(t *store.Tenant, c *call) (Automation, error) {
		row, err := automationOf(t, c)
		return viewAutomation(row), err
	})
	change(r, on("PUT /automations/{id}", "update-automations", "Update an automation",
		"Actions and arguments, when given, replace all that it has. Switching it off ends the runs under way."),
		func(t *store.Tenant, c *call, patch func(*AutomationInput) error) (Automation, error) {
			id, err := c.number("id", "automation")
			if err != nil {
				return Automation{}, err
			}
			row, err := all.Update(t, id, func(in *automation.Input) error {
				whole := AutomationInput{*in}
				err := patch(&whole)
				*in = whole.Input
				return err
			})
			return viewAutomation(row), err
		})
	remove(r, on("DELETE /automations/{id}", "delete-automations", "Delete an automation", "With its runs; the events that it led to stay."),
		func(t *store.Tenant, c *call) error {
			id, err := c.number("id", "automation")
			if err != nil {
				return err
			}
			return all.Delete(t, id)
		})
	s.actions(r, "automation", func(t *store.Tenant, c *call) (store.Trigger, error) {
		row, err := automationOf(t, c)
		return row.Trigger, err
	})
	s.automationRuns(r)
}

func (s *Server) automationRuns(r resource) {
	create(r, on("POST /automations/{id}/trigger", "run-automations", "Run an automation",
		"Starts a run, of an automation that is switched off too; 409 when one is under way, unless force."), nil,
		func(t *store.Tenant, c *call, in automation.RunInput) (automation.Run, error) {
			id, err := c.number("id", "automation")
			if err != nil {
				return automation.Run{}, err
			}
			return automation.Start(t, id, in)
		})
	list(r, on("GET /automations/{id}/runs", "read-automations", "List the runs of an automation", "sort=-id shows the last first."),
		func(t *store.Tenant, c *call, l store.List) (store.Page[automation.Run], error) {
			id, err := c.number("id", "automation")
			if err != nil {
				return store.Page[automation.Run]{}, err
			}
			return automation.ListRuns(t, id, l)
		})
	read(r, on("GET /automations/{id}/runs/{run}", "read-automations", "Read a run", "How far it is, and what failed."),
		func(t *store.Tenant, c *call) (automation.RunDetail, error) {
			id, err := c.number("id", "automation")
			if err != nil {
				return automation.RunDetail{}, err
			}
			run, err := c.number("run", "run")
			if err != nil {
				return automation.RunDetail{}, err
			}
			return automation.ReadRun(t, id, run)
		})
}

// AutomationInput is what a caller can set of an automation.
type AutomationInput struct{ automation.Input }

// Automation is an automation as the API shows it.
type Automation struct {
	ID        int64                      `json:"id"`
	Name      string                     `json:"name"`
	Type      string                     `json:"type" enum:"date,scheduled"`
	Query     string                     `json:"query"`
	Arguments []automation.QueryArgument `json:"arguments"`
	automation.Timing
	Actions     []Action    `json:"actions"`
	IsActive    bool        `json:"is_active"`
	LastRunAt   scalar.Time `json:"last_run_at"`
	NextRunAt   scalar.Time `json:"next_run_at" doc:"Null while it is switched off, and once it will not run again."`
	Description scalar.Text `json:"description"`
	Notes       scalar.Text `json:"notes"`
	CreatedAt   scalar.Time `json:"created_at"`
	UpdatedAt   scalar.Time `json:"updated_at"`
}

func viewAutomation(a store.Automation) Automation {
	v := Automation{
		ID: a.ID, Name: a.Name, Type: a.Type, Query: a.Query, Arguments: append([]automation.QueryArgument{}, automation.ArgumentsOf(a)...),
		Timing: automation.TimingOf(a), IsActive: a.IsActive, LastRunAt: a.LastRunAt, NextRunAt: a.NextRunAt,
		Description: scalar.Text(a.Description), Notes: scalar.Text(a.Notes), Actions: make([]Action, len(a.Actions)),
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	for i, action := range a.Actions {
		v.Actions[i] = viewAction(action)
	}
	return v
}

func automationOf(t *store.Tenant, c *call) (store.Automation, error) {
	id, err := c.number("id", "automation")
	if err != nil {
		return store.Automation{}, err
	}
	return automation.Read(t, id)
}

func listAutomations(t *store.Tenant, _ *call, l store.List) (store.Page[Automation], error) {
	p, err := t.Automations(l)
	return mapPage(p, err, viewAutomation)
}
