package delivery

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/webhook"
)

const (
	// leaseMargin is what must be left of a lease, beyond the endpoint's timeout, for an attempt to begin.
	leaseMargin = 30 * time.Second
	// mostHeld bounds the deliveries that are claimed and not finished, over all endpoints.
	mostHeld = 2048
)

// Options is what the dispatcher needs from the house.
type Options struct {
	DB    *store.DB
	Guard *Guard
	// Secrets opens the endpoints' signing secrets.
	Secrets Opener
	// Version is Belfry's, for User-Agent.
	Version string
	Logger  *slog.Logger
	// Sender is NewHTTP's unless set.
	Sender Sender
	// PollEvery is how often to look for what nobody told this process; a second unless set.
	PollEvery time.Duration
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Dispatcher delivers what Enqueue stored. The deliveries table is the queue; the dispatcher keeps in memory no more
// than what it has claimed, and when to look for what. Any number of them may share a PostgreSQL.
//
//	Enqueue ──► claim ──► attempt ──► record
//	   └──────────────────────▲ when the endpoint has room
type Dispatcher struct {
	db      *store.DB
	guard   *Guard
	secrets Opener
	sender  Sender
	logger  *slog.Logger
	now     func() time.Time
	every   time.Duration // between polls
	owner   string        // of leases
	own     *HTTP         // closed with the dispatcher
	metrics *metrics

	lanes    *lanes
	recorder *recorder

	sending    context.Context
	interrupt  context.CancelFunc
	stopClaims context.CancelFunc
	claims     sync.WaitGroup
}

// New returns a dispatcher that delivers once Start is called.
func New(o Options) *Dispatcher {
	d := &Dispatcher{
		db: o.DB, guard: o.Guard, secrets: o.Secrets, sender: o.Sender, logger: o.Logger, now: o.Now,
		every: cmp.Or(o.PollEvery, pollEvery),
		owner: rand.Text(),
		lanes: newLanes(mostHeld),
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.sender == nil {
		d.own = NewHTTP(HTTPOptions{Guard: o.Guard, Version: o.Version, Now: d.now})
		d.sender = d.own
	}
	d.metrics = newMetrics(d.lanes)
	d.recorder = newRecorder(d)
	d.sending, d.interrupt = context.WithCancel(context.Background())
	return d
}

// Collectors returns the dispatcher's metrics, to be registered.
func (d *Dispatcher) Collectors() []prometheus.Collector { return d.metrics.collectors() }

// Start begins to deliver. It returns at once.
func (d *Dispatcher) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	d.stopClaims = cancel
	d.recorder.start()
	d.claims.Go(func() { d.claim(ctx) })
}

// Stop ends the deliveries: nothing more is claimed, attempts under way may end until shortly before ctx does, and what
// has not ended by then is handed back without counting as an attempt. A dispatcher cannot be started again.
func (d *Dispatcher) Stop(ctx context.Context) error {
	if d.stopClaims == nil {
		return nil
	}
	d.dispatch(nil, d.lanes.close())
	d.stopClaims()
	d.claims.Wait()
	d.awaitAttempts(ctx)
	err := d.recorder.stop()
	if d.own != nil {
		d.own.Close()
	}
	if err != nil {
		return fmt.Errorf("record the last deliveries: %w", err)
	}
	return nil
}

// awaitAttempts returns when no attempt is under way, and interrupts those that take longer than ctx leaves.
func (d *Dispatcher) awaitAttempts(ctx context.Context) {
	defer d.interrupt()
	grace := ctx
	if deadline, ok := ctx.Deadline(); ok {
		// The last tenth, a second at most, is for handing back.
		left := time.Until(deadline)
		var cancel context.CancelFunc
		grace, cancel = context.WithDeadline(ctx, deadline.Add(-min(time.Second, left/10)))
		defer cancel()
	}
	select {
	case <-d.lanes.drained:
		return
	case <-grace.Done():
	}
	d.interrupt()
	<-d.lanes.drained
}

// lease lets this process make an attempt, and wait for its turn as long again. Whoever finds it expired may claim the
// delivery anew.
func (d *Dispatcher) lease(now time.Time, timeout time.Duration) store.Lease {
	return store.Lease{Owner: d.owner, Until: scalar.At(now.Add(2*timeout + 2*leaseMargin))}
}

// dispatch starts attempts and hands back what cannot be attempted.
func (d *Dispatcher) dispatch(start, back []job) {
	for _, j := range start {
		go d.attempt(j)
	}
	for _, j := range back {
		d.recorder.release(j)
	}
}

// attempt is one delivery's way from claimed to recorded.
func (d *Dispatcher) attempt(j job) {
	result := d.sender.Send(d.sending, Request{
		Endpoint: j.config.endpoint, MessageID: j.MessageID, Event: webhook.Event(j.EventType), Body: j.Body,
	})
	now := d.now()
	var next Transition
	if result.Kind == Interrupted {
		d.recorder.release(j)
	} else {
		next = Next(j.config.policy, j.Tries+1, result.Outcome, now, mathrand.Float64())
		d.recorder.record(j, result, next)
	}
	d.metrics.attempted(j, result, next, now)
	d.dispatch(d.lanes.finish(j.EndpointID, result.Outcome, next, result.StartedAt, now))
}
