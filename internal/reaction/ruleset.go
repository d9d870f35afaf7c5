package reaction

import (
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
	"github.com/belfryhq/belfry/twig"
)

// ruleset is a tenant's active triggers and webhooks and its targets at one
// version of its configuration, ready to run. It is never changed.
type ruleset struct {
	version int64
	// reactions are by event type: the triggers in the order of their ids, then
	// the webhooks in that of theirs.
	reactions map[string][]reaction
	// automations are by their ids, those that are switched off too: they can be
	// run by hand.
	automations map[int64]*trigger
	targets     map[int64]*target
	// sorted are the targets in the order of their ids.
	sorted []*target
}

// reaction is what answers events of a type: an active trigger or webhook. The
// error of run is one of the database; what else goes wrong is an outcome.
type reaction interface {
	run(x *execution) (Result, error)
}

// trigger is an active trigger, ready to run.
type trigger struct {
	id        int64
	version   int
	notice    bool // of a definition: it causes no events, and no guard holds it
	namespace string
	actions   []action
}

// action is one step of a trigger with what the run log says of it.
type action struct {
	id   int64
	typ  string
	step step
	goOn bool // the actions after it run though it failed
}

// target is a target, or what a webhook sends to, ready to render.
type target struct {
	id        int64
	version   int
	handle    string
	condition *jsonlogic.Rule // nil when there is none
	template  *twig.Template  // nil sends the context as it is
	extra     bool            // the template renders fields beside those of the context
	wait      time.Duration   // before the first attempt
	problem   error           // why it cannot be used
}

// named returns the targets by their names alone, enough to check an action.
func named(records []store.Target) []*target {
	targets := make([]*target, len(records))
	for i, r := range records {
		targets[i] = &target{id: r.ID, version: r.Version, handle: r.Handle}
	}
	return targets
}

// ruleset returns the tenant's rules as of the transaction, from the cache when
// nothing has changed since. On PostgreSQL each statement sees what was committed
// before it: rules that changed while they were read are read again, lest half of
// a change runs under the version before it.
func (r *Reactions) ruleset(t *store.Tenant) (*ruleset, error) {
	version, err := t.ConfigVersion()
	if err != nil {
		return nil, err
	}
	for {
		if set := r.known(t.ID); set != nil && set.version == version {
			return set, nil
		}
		set, err := r.load(t, version)
		if err != nil {
			return nil, err
		}
		if version, err = t.ConfigVersion(); err != nil {
			return nil, err
		}
		if version == set.version {
			r.keep(t.ID, set)
			return set, nil
		}
	}
}

// known returns the rules of a tenant that were read last; nil when none were.
func (r *Reactions) known(tenantID int64) *ruleset {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rules[tenantID]
}

func (r *Reactions) keep(tenantID int64, set *ruleset) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules[tenantID] = set
}

// forget empties the cache.
func (r *Reactions) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.rules)
}

func (r *Reactions) load(t *store.Tenant, version int64) (*ruleset, error) {
	records, err := t.AllTargets()
	if err != nil {
		return nil, err
	}
	triggers, err := t.AllTriggers()
	if err != nil {
		return nil, err
	}
	targets := named(records)
	set := &ruleset{
		version: version, reactions: map[string][]reaction{}, automations: map[int64]*trigger{},
		targets: map[int64]*target{}, sorted: targets,
	}
	for i, to := range targets {
		to.problem = r.compileEndpoint(to, records[i].Endpoint)
		set.targets[to.id] = to
	}
	for _, record := range triggers {
		switch {
		case record.IsAutomation:
			set.automations[record.ID] = set.compile(record)
		case record.IsActive:
			set.listen(record.Event, set.compile(record))
		}
	}
	hooks, err := t.ActiveWebhooks()
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	for _, record := range hooks {
		set.listen(record.Event, r.compileWebhook(record))
	}
	return set, nil
}

func (s *ruleset) listen(typ string, to reaction) {
	s.reactions[typ] = append(s.reactions[typ], to)
}

// compile prepares a trigger. An action that no longer compiles, because a target
// is gone, fails when it is its turn.
func (s *ruleset) compile(record store.Trigger) *trigger {
	tr := &trigger{id: record.ID, version: record.Version, namespace: record.Namespace, actions: make([]action, len(record.Actions))}
	for i, a := range record.Actions {
		work, fault := compileAction(a, s.sorted)
		if fault != nil {
			work = broken{fault}
		}
		tr.actions[i] = action{id: a.ID, typ: a.Type, step: work, goOn: a.OnError == onErrorContinue}
	}
	return tr
}

func (r *Reactions) compileEndpoint(to *target, record store.Endpoint) (err error) {
	if len(record.Schedule) > 0 {
		to.wait = record.Schedule[0]
	}
	if len(record.Condition) > 0 {
		if to.condition, err = jsonlogic.Compile(record.Condition, jsonlogic.Fallback(Fallback)); err != nil {
			return err
		}
	}
	if record.Template != "" {
		if to.template, err = r.twig.Compile(record.Name, record.Template); err != nil {
			return err
		}
	}
	return nil
}
