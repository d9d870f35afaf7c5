package reaction

import (
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
	"github.com/belfryhq/belfry/twig"
)

// ruleset is a tenant's active triggers and its targets at one version of its
// configuration, ready to run. It is never changed.
type ruleset struct {
	version  int64
	triggers map[string][]*trigger // by event type, in the order of their ids
	targets  map[int64]*target
	// sorted are the targets in the order of their ids.
	sorted []*target
}

// trigger is an active trigger, ready to run.
type trigger struct {
	id        int64
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

// target is a target, ready to render.
type target struct {
	id        int64
	handle    string
	condition *jsonlogic.Rule // nil when there is none
	template  *twig.Template  // nil sends the context as it is
	wait      time.Duration   // before the first attempt
	problem   error           // why it cannot be used
}

// named returns the targets by their names alone, enough to check an action.
func named(records []store.Target) []*target {
	targets := make([]*target, len(records))
	for i, r := range records {
		targets[i] = &target{id: r.ID, handle: r.Handle}
	}
	return targets
}

// ruleset returns the tenant's rules as of the transaction, from the cache when
// nothing has changed since.
func (r *Reactions) ruleset(t *store.Tenant) (*ruleset, error) {
	version, err := t.ConfigVersion()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	set := r.rules[t.ID]
	r.mu.Unlock()
	if set != nil && set.version == version {
		return set, nil
	}
	if set, err = r.load(t, version); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.rules[t.ID] = set
	r.mu.Unlock()
	return set, nil
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
	set := &ruleset{version: version, triggers: map[string][]*trigger{}, targets: map[int64]*target{}, sorted: targets}
	for i, to := range targets {
		to.problem = r.compileTarget(to, records[i])
		set.targets[to.id] = to
	}
	for _, record := range triggers {
		if record.IsActive {
			set.triggers[record.Event] = append(set.triggers[record.Event], set.compile(record))
		}
	}
	return set, nil
}

// compile prepares a trigger. An action that no longer compiles, because a target
// is gone, fails when it is its turn.
func (s *ruleset) compile(record store.Trigger) *trigger {
	tr := &trigger{id: record.ID, namespace: record.Namespace, actions: make([]action, len(record.Actions))}
	for i, a := range record.Actions {
		work, fault := compileAction(a, s.sorted)
		if fault != nil {
			work = broken{fault}
		}
		tr.actions[i] = action{id: a.ID, typ: a.Type, step: work, goOn: a.OnError == onErrorContinue}
	}
	return tr
}

func (r *Reactions) compileTarget(to *target, record store.Target) (err error) {
	if len(record.Schedule) > 0 {
		to.wait = record.Schedule[0]
	}
	if len(record.Condition) > 0 {
		if to.condition, err = jsonlogic.Compile(record.Condition, jsonlogic.Fallback(Fallback)); err != nil {
			return err
		}
	}
	if record.Template != "" {
		if to.template, err = r.twig.Compile(record.Handle, record.Template); err != nil {
			return err
		}
	}
	return nil
}
