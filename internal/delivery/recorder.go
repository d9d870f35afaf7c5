package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const (
	// recordRows bounds the results that one transaction writes.
	recordRows = 256
	// recordLinger gathers results of attempts that end together. Nobody waits for it: receivers have their answer.
	recordLinger = 3 * time.Millisecond
	// recordAgain is the wait before results are written again that the database refused.
	recordAgain = 500 * time.Millisecond
)

// ending is how a claim ends: with the result of an attempt, or handed back.
type ending struct {
	job
	attempted *store.AttemptedDelivery // nil when it is handed back
	disable   string                   // the reason to disable the endpoint for
}

// recorder writes how claims end, many in one transaction, so that deliveries do not each pay for a commit. What waits
// here is bounded by what the lanes hold.
type recorder struct {
	d       *Dispatcher
	mu      sync.Mutex
	waiting []ending
	signal  chan struct{}
	quit    chan struct{}
	ended   sync.WaitGroup
}

func newRecorder(d *Dispatcher) *recorder {
	return &recorder{d: d, signal: make(chan struct{}, 1), quit: make(chan struct{})}
}

// record takes the result of an attempt.
func (r *recorder) record(j job, result Result, next Transition) {
	e := ending{job: j, attempted: &store.AttemptedDelivery{
		ID: j.ID, Lease: j.Lease, State: string(next.State), DueAt: scalar.At(next.DueAt),
		Attempt: store.Attempt{
			StartedAt: scalar.At(result.StartedAt), Duration: result.Duration, Outcome: string(result.Kind),
			Status: result.Status, Detail: printable(result.Detail), Answer: result.Answer,
		},
	}}
	if result.Remote.IsValid() {
		e.attempted.Attempt.Remote = result.Remote.String()
	}
	if next.Disable {
		e.disable = result.Detail
	}
	r.add(e)
}

// release takes a claim to be handed back.
func (r *recorder) release(j job) { r.add(ending{job: j}) }

func (r *recorder) add(e ending) {
	r.mu.Lock()
	r.waiting = append(r.waiting, e)
	r.mu.Unlock()
	select {
	case r.signal <- struct{}{}:
	default:
	}
}

func (r *recorder) take() []ending {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.waiting), recordRows)
	batch := r.waiting[:n:n]
	r.waiting = r.waiting[n:]
	if len(r.waiting) == 0 {
		r.waiting = nil
	}
	return batch
}

func (r *recorder) start() { r.ended.Go(r.run) }

func (r *recorder) run() {
	for {
		select {
		case <-r.quit:
			return
		case <-r.signal:
		}
		r.pause(recordLinger)
		for batch := r.take(); len(batch) > 0; batch = r.take() {
			if !r.writeUntilDone(batch) {
				return
			}
		}
	}
}

// pause waits, but not for longer than the recorder runs.
func (r *recorder) pause(wait time.Duration) (running bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-r.quit:
		return false
	case <-timer.C:
		return true
	}
}

// writeUntilDone writes a batch, again and again while the database refuses it. When the recorder stops meanwhile, the
// batch is put back for the last try.
func (r *recorder) writeUntilDone(batch []ending) bool {
	for {
		err := r.write(batch)
		if err == nil {
			return true
		}
		r.d.logger.Error("record deliveries", "count", len(batch), "error", err)
		if !r.pause(recordAgain) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.waiting = append(batch, r.waiting...)
			return false
		}
	}
}

// stop writes what is left and ends the recorder. What cannot be written is tried again when its lease has expired.
func (r *recorder) stop() error {
	close(r.quit)
	r.ended.Wait()
	for batch := r.take(); len(batch) > 0; batch = r.take() {
		if err := r.write(batch); err != nil {
			return err
		}
	}
	return nil
}

// write writes a batch in one transaction and then tells the lanes and the log.
func (r *recorder) write(batch []ending) error {
	attempted := make([]store.AttemptedDelivery, 0, len(batch))
	for _, e := range batch {
		if e.attempted != nil {
			attempted = append(attempted, *e.attempted)
		}
	}
	err := r.d.db.Update(context.Background(), func(tx *store.Tx) error {
		if err := tx.RecordAttempts(attempted); err != nil {
			return fmt.Errorf("write attempts: %w", err)
		}
		for _, e := range batch {
			if err := e.settle(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, e := range batch {
			r.tell(e)
		}
	}
	return err
}

// settle writes what is rare.
func (e ending) settle(tx *store.Tx) error {
	if e.attempted == nil {
		if err := tx.ReleaseDelivery(e.ID, e.Lease); err != nil {
			return fmt.Errorf("hand a delivery back: %w", err)
		}
	}
	if e.disable != "" {
		if err := tx.DisableEndpoint(e.EndpointID, e.disable); err != nil {
			return fmt.Errorf("disable an endpoint: %w", err)
		}
	}
	return nil
}

func (r *recorder) tell(e ending) {
	now := r.d.now()
	switch {
	case e.attempted == nil:
		r.d.lanes.wake(now, e.EndpointID)
	case e.attempted.State == string(Pending):
		r.d.lanes.expect(e.EndpointID, e.attempted.DueAt.Time, now)
	case e.attempted.State == string(Dead):
		r.d.logger.Warn("delivery given up", "delivery", e.ID, "message", e.MessageID, "tenant", e.TenantID,
			"endpoint", e.EndpointID, "attempts", e.Attempts+1, "outcome", e.attempted.Attempt.Outcome)
	}
	if e.disable != "" {
		r.d.logger.Warn("endpoint disabled", "endpoint", e.EndpointID, "tenant", e.TenantID, "reason", e.disable)
	}
}
