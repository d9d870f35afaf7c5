package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// clients record at once, so that they share commits as requests do.
const clients = 16

// shop is one database with its measurements.
type shop struct {
	name           string
	profiles, each int

	path  string
	db    *store.DB
	actor store.Actor
	// cpu and wall are what a sale cost, one of each round.
	cpu, wall []time.Duration
}

// open opens the shop's database, and fills it when it is new.
func (s *shop) open(ctx context.Context, path string) (err error) {
	s.path = path
	_, missing := os.Stat(path)
	if s.db, err = store.Open(ctx, "sqlite://"+path, store.Options{}); err != nil {
		return err
	}
	var programme filling
	err = s.db.Update(ctx, func(tx *store.Tx) (err error) {
		rec, created, err := tx.EnsureTenant("bench")
		if err != nil || !created {
			s.actor.TenantID = rec.ID
			return err
		}
		s.actor.TenantID = rec.ID
		programme, err = define(tx.As(s.actor))
		return err
	})
	if err != nil || missing == nil {
		return err
	}
	if err := s.db.Close(); err != nil {
		return err
	}
	programme.tenant, programme.profiles, programme.each = s.actor.TenantID, s.profiles, s.each
	if err := programme.fill(ctx, path); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	s.db, err = store.Open(ctx, "sqlite://"+path, store.Options{})
	return err
}

// define makes a location, points that each sale earns, and three tiers.
func define(t *store.Tenant) (f filling, err error) {
	location, err := loyalty.CreateLocation(t, loyalty.LocationInput{Name: "City", ExternalID: "M10"})
	if err != nil {
		return f, err
	}
	rate := scalar.One
	points, err := loyalty.PointDefinitions.Create(t, event.PointDefinition{
		Definition: event.Definition{Name: "Purchase points", Handle: "purchase", IsPublished: true}, EarnRate: &rate,
	})
	if err != nil {
		return f, err
	}
	for i, name := range []string{"bronze", "silver", "gold"} {
		_, err := loyalty.TierDefinitions.Create(t, event.TierDefinition{
			Definition: event.Definition{Name: scalar.Text(name), Handle: scalar.Text(name), IsPublished: true},
			IsFloor:    i == 0, ValueMin: scalar.Amount(i) * 1000 * scalar.One,
		})
		if err != nil {
			return f, err
		}
	}
	return filling{location: location.ID, points: points.ID}, nil
}

// record records n sales of profiles drawn at random.
func (s *shop) record(ctx context.Context, n int) error {
	errs := make(chan error, clients)
	cpu, begun := cpuTime(), time.Now()
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for range n / clients {
				if err := s.sell(ctx); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return err
	}
	sold := time.Duration(n / clients * clients)
	s.cpu = append(s.cpu, (cpuTime()-cpu)/sold)
	s.wall = append(s.wall, time.Since(begun)/sold)
	return nil
}

func (s *shop) sell(ctx context.Context) error {
	body := fmt.Sprintf(`{"profile_id": %q, "location_id": "M10", "total": 89.90, "timezone": "Australia/Melbourne",
		"transacted_at": %q, "external_id": "POS-%d", "receipt_ref": "R-1", "systems": ["pos"], "items": [
		{"name": "Shirt", "sku": "A-1", "quantity": 1, "price_sell": 59.90},
		{"name": "Socks", "sku": "B-2", "quantity": 2, "price_sell": 15}]}`,
		profileID(rand.IntN(s.profiles)), time.Now().UTC().Format(time.DateTime), rand.Int64())
	var in loyalty.TransactionInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		_, err := loyalty.CreateTransaction(tx.As(s.actor), in)
		return err
	})
}

func profileID(n int) string { return fmt.Sprintf("01900000-0000-7000-8000-%012x", n) }

// cpuTime is what this process has used of all cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (s *shop) size() (int64, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
