package reaction

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/worker"
)

// batch is the events that one transaction answers.
type batch struct {
	*Reactions
	ctx context.Context
	tx  *store.Tx
	// rules are read once for each tenant.
	rules map[int64]*ruleset
	// finished and logs are what is written of all events at once.
	finished []int64
	logs     []store.RunLog
}

// pending is an event with those that answer it.
type pending struct {
	*store.QueuedEvent
	rules     *ruleset
	reactions []reaction
	// failure is why nobody can say who answers it.
	failure error
}

// run answers events until the time is over and returns how many that were. Of
// an event that nothing answers not even the context is read.
func (b *batch) run(queued []store.QueuedEvent) (n int, err error) {
	events := make([]pending, len(queued))
	var read []*store.Event
	for i := range queued {
		p := &events[i]
		p.QueuedEvent = &queued[i]
		if p.rules, p.failure = b.rulesOf(p.TenantID); p.failure == nil {
			p.reactions = p.rules.of(&p.Event)
		}
		if len(p.reactions) > 0 {
			read = append(read, &p.Event)
		}
	}
	if err := b.tx.ReadContexts(read); err != nil {
		return 0, fmt.Errorf("read contexts: %w", err)
	}
	begun := time.Now()
	for n < len(events) && (n == 0 || time.Since(begun) < batchTime) {
		if err := b.settle(&events[n]); err != nil {
			return 0, err
		}
		n++
	}
	if err := b.tx.InsertRunLogs(b.logs); err != nil {
		return 0, fmt.Errorf("write the run log: %w", err)
	}
	if err := b.tx.FinishEvents(b.finished...); err != nil {
		return 0, fmt.Errorf("take events off the queue: %w", err)
	}
	return n, nil
}

// rulesOf returns the rules of a tenant.
func (b *batch) rulesOf(tenantID int64) (set *ruleset, err error) {
	if set := b.rules[tenantID]; set != nil {
		return set, nil
	}
	err = b.tx.Try(func() error {
		set, err = b.ruleset(b.tx.As(store.Actor{TenantID: tenantID}))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load reactions: %w", err)
	}
	if b.rules == nil {
		b.rules = map[int64]*ruleset{}
	}
	b.rules[tenantID] = set
	return set, nil
}

// fault is what the owner of an event is told when answering it failed; the log
// has the rest.
const fault = "a fault of the server, which its log describes"

// settle answers one event. When that fails, nothing of it remains but a note
// on the queue, where the event waits for another try, so that it neither gets
// lost nor holds the others up.
func (b *batch) settle(p *pending) error {
	failure := p.failure
	if len(p.reactions) > 0 {
		failure = b.tx.Try(func() error {
			return worker.Survive(func() error { return b.answer(p) })
		})
	}
	if failure == nil {
		b.finished = append(b.finished, p.ID)
		return nil
	}
	b.Logger.Error("answer event", "event", p.ID, "type", p.Type, "failures", p.Failures+1, "error", failure)
	due := b.tx.Now().Add(min(time.Second<<min(p.Failures, 30), retryMost))
	if err := b.tx.PostponeEvent(p.ID, scalar.At(due), fault); err != nil {
		return fmt.Errorf("postpone event %d: %w", p.ID, err)
	}
	return nil
}

// answer sends the event to its own target, runs every trigger that listens to
// it, and sends it to the webhooks.
func (b *batch) answer(p *pending) error {
	x := b.execution(b.ctx, b.tx.As(answerer(&p.Event)), &p.Event)
	x.version = p.rules.version
	results := make([]Result, len(p.reactions))
	for i, one := range p.reactions {
		var err error
		if results[i], err = one.run(x); err != nil {
			return err
		}
	}
	text, err := json.Marshal(results)
	if err != nil {
		return fmt.Errorf("encode the run log: %w", err)
	}
	b.logs = append(b.logs, store.RunLog{EventID: p.ID, TenantID: p.TenantID, Results: text})
	return nil
}
