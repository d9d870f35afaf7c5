package delivery

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const (
	// claimRows bounds the deliveries that one transaction claims.
	claimRows = 512
	// pollEvery finds what other processes stored, what is due again, and leases of processes that are gone.
	pollEvery = time.Second
	// pollShare bounds the time that polls take: a poll waits this many times as long as the last one took.
	pollShare = 20
)

// claim claims until ctx ends.
func (d *Dispatcher) claim(ctx context.Context) {
	d.takeOver()
	poll := time.NewTimer(0)
	defer poll.Stop()
	alarm := time.NewTimer(math.MaxInt64)
	defer alarm.Stop()
	for ctx.Err() == nil {
		for ctx.Err() == nil && d.claimRound() {
		}
		if at := d.lanes.nextAlarm(); !at.IsZero() {
			alarm.Reset(at.Sub(d.now()))
		}
		select {
		case <-ctx.Done():
		case <-d.lanes.signal:
		case <-alarm.C:
		case <-poll.C:
			begun := time.Now()
			if err := d.poll(); err != nil {
				d.logger.Error("look for due deliveries", "error", err)
			}
			poll.Reset(max(d.every, pollShare*time.Since(begun)))
		}
	}
}

// takeOver ends the leases that an earlier process left: on SQLite there is no other one.
func (d *Dispatcher) takeOver() {
	if d.db.Dialect() != "sqlite" {
		return
	}
	err := d.db.Update(context.Background(), func(tx *store.Tx) error {
		_, err := tx.ReleaseLeases(d.owner)
		return err
	})
	if err != nil {
		d.logger.Error("take over the deliveries of an earlier process", "error", err)
	}
}

// claimRound claims for the lanes that are ready, in one transaction, and reports whether there were any.
func (d *Dispatcher) claimRound() bool {
	asks := d.lanes.asks(claimRows, d.now())
	if len(asks) == 0 {
		return false
	}
	answers := make([]answer, len(asks))
	err := d.db.Update(context.Background(), func(tx *store.Tx) error {
		for i, a := range asks {
			var err error
			if answers[i], err = d.claimFor(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.logger.Error("claim deliveries", "error", err)
	}
	for i, a := range answers {
		if err != nil {
			a = answer{ask: asks[i], failed: true}
		}
		d.dispatch(d.lanes.settle(a, d.now()))
	}
	return err == nil
}

// claimFor claims for one lane, of which it makes sure first that its endpoint is there, enabled and up to date.
func (d *Dispatcher) claimFor(tx *store.Tx, a ask) (answer, error) {
	got := answer{ask: a}
	current, err := d.refresh(tx, a.id, a.config)
	if errors.Is(err, errDeleted) {
		return got, tx.BuryDeliveries(a.id, string(Deleted), "the endpoint was deleted before this could be sent")
	}
	if err != nil {
		return got, err
	}
	got.config = current
	if current.disabled {
		return got, nil
	}
	got.claimed, err = tx.ClaimDeliveries(a.id, d.lease(tx.Now().Time, current.endpoint.timeout), a.limit)
	if err != nil {
		return got, fmt.Errorf("claim for endpoint %d: %w", a.id, err)
	}
	if len(got.claimed) < a.limit {
		next, err := tx.NextDue(a.id)
		if err != nil {
			return got, fmt.Errorf("find the next delivery of endpoint %d: %w", a.id, err)
		}
		got.next = next.Time
	}
	return got, nil
}

// poll looks into the table for what nobody told this process.
func (d *Dispatcher) poll() error {
	ctx, now := context.Background(), d.now()
	var expired bool
	var due []store.DueEndpoint
	err := d.db.View(ctx, func(tx *store.Tx) (err error) {
		if expired, err = tx.HasExpired(scalar.At(now)); err != nil || expired {
			return err
		}
		due, err = tx.DueEndpoints(scalar.At(now.Add(2 * d.every)))
		return err
	})
	if expired {
		err = d.db.Update(ctx, func(tx *store.Tx) error {
			if _, err := tx.ReleaseExpired(scalar.At(now)); err != nil {
				return err
			}
			due, err = tx.DueEndpoints(scalar.At(now.Add(2 * d.every)))
			return err
		})
	}
	for _, e := range due {
		d.lanes.expect(e.ID, e.DueAt.Time, now)
	}
	d.lanes.sweep(now)
	return err
}
