package delivery

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// progress is where a delivery stands, by the rules alone. The test takes one through random lives and compares what
// the database makes of it.
type progress struct {
	state           State
	attempts, tries int
	due             time.Time
	lease           store.Lease
}

func (p progress) claim(now time.Time, lease store.Lease) progress {
	if p.state == Pending && !p.due.After(now) {
		p.state, p.lease = Sending, lease
	}
	return p
}

func (p progress) record(lease store.Lease, next Transition) progress {
	if p.state != Sending || p.lease != lease {
		return p
	}
	p.state, p.lease = next.State, store.Lease{}
	p.attempts++
	p.tries++
	if next.State == Pending {
		p.due = scalar.At(next.DueAt).Time // rows keep microseconds
	}
	return p
}

func (p progress) release(lease store.Lease) progress {
	if p.state == Sending && p.lease == lease {
		p.state, p.lease = Pending, store.Lease{}
	}
	return p
}

func (p progress) expire(now time.Time) progress {
	if p.state == Sending && p.lease.Until.Before(now) {
		p.state, p.lease = Pending, store.Lease{}
	}
	return p
}

func (p progress) retry(now time.Time) progress {
	switch p.state {
	case Dead:
		p.tries = 0
		fallthrough
	case Pending:
		p.state, p.due = Pending, now
	}
	return p
}

func TestTheDatabaseKeepsToTheStateMachine(t *testing.T) {
	now := noon
	storetest.Each(t, store.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		endpoint := int64(1000)
		rapid.Check(t, func(t *rapid.T) {
			endpoint++
			liveOnce(t, h, endpoint, &now)
		})
	})
}

func liveOnce(t *rapid.T, h *house, endpoint int64, now *time.Time) {
	policy := Policy{Schedule: []time.Duration{0, time.Minute, time.Hour}}
	id := h.enqueue(endpoint, 1)[0]
	model := progress{state: Pending, due: *now}
	leases := []store.Lease{{Owner: "nobody", Until: scalar.At(*now)}}
	lease := func(t *rapid.T) store.Lease { return rapid.SampledFrom(leases).Draw(t, "lease") }
	t.Repeat(map[string]func(*rapid.T){
		"claim": func(t *rapid.T) {
			l := store.Lease{Owner: fmt.Sprint("owner ", len(leases)), Until: scalar.At(now.Add(time.Minute))}
			leases = append(leases, l)
			model = model.claim(*now, l)
			h.update(func(tx *store.Tx) error {
				_, err := tx.ClaimDeliveries(endpoint, l, 10)
				return err
			})
		},
		"record": func(t *rapid.T) {
			l := lease(t)
			next := Next(policy, model.tries+1, anyOutcome.Draw(t, "outcome"), *now, 0.5)
			model = model.record(l, next)
			h.update(func(tx *store.Tx) error {
				return tx.RecordAttempts([]store.AttemptedDelivery{{
					ID: id, Lease: l, State: string(next.State), DueAt: scalar.At(next.DueAt),
					Attempt: store.Attempt{StartedAt: scalar.At(*now), Outcome: "x"},
				}})
			})
		},
		"release": func(t *rapid.T) {
			l := lease(t)
			model = model.release(l)
			h.update(func(tx *store.Tx) error { return tx.ReleaseDelivery(id, l) })
		},
		"expire": func(t *rapid.T) {
			model = model.expire(*now)
			h.update(func(tx *store.Tx) error {
				_, err := tx.ReleaseExpired(scalar.At(*now))
				return err
			})
		},
		"retry": func(t *rapid.T) {
			model = model.retry(*now)
			h.update(func(tx *store.Tx) error {
				h.as(tx).RetryDelivery(id)
				return nil
			})
		},
		"time passes": func(t *rapid.T) {
			*now = now.Add(time.Duration(rapid.IntRange(1, 7200).Draw(t, "seconds")) * time.Second)
		},
		"": func(t *rapid.T) {
			row := h.get(id)
			if State(row.State) != model.state || row.Attempts != model.attempts || row.Tries != model.tries {
				t.Fatalf("the row is %s after %d attempts, %d tries; the rules say %+v", row.State, row.Attempts, row.Tries, model)
			}
			if model.state == Pending && !row.DueAt.Equal(model.due) {
				t.Fatalf("due at %v; the rules say %v", row.DueAt, model.due)
			}
			if made := len(h.attempts(id)); made != model.attempts {
				t.Fatalf("%d attempts kept of %d", made, model.attempts)
			}
		},
	})
}
