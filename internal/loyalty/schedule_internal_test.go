package loyalty

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
	"github.com/belfryhq/belfry/internal/worker"
)

// diary is a schedule on a database whose clock the test turns.
type diary struct {
	*testing.T
	*Schedule
	now    time.Time
	tenant int64
	log    bytes.Buffer
}

var opened = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// eachDiary runs a test on every engine, at noon of 14 March 2026.
func eachDiary(t *testing.T, test func(d *diary)) {
	d := &diary{}
	clock := func() time.Time { return d.now }
	storetest.Each(t, store.Options{Now: clock}, func(t *testing.T, db *store.DB) {
		*d = diary{T: t, now: opened}
		d.Schedule = &Schedule{DB: db, Logger: slog.New(slog.NewTextHandler(&d.log, nil))}
		d.tenant = d.open("shop")
		test(d)
	})
}

func (d *diary) open(handle string) (id int64) {
	d.Helper()
	err := d.DB.Update(context.Background(), func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant(handle)
		id = rec.ID
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return id
}

func (d *diary) do(fn func(t *store.Tenant) error) {
	d.Helper()
	err := d.DB.Update(context.Background(), func(tx *store.Tx) error {
		return fn(tx.As(store.Actor{TenantID: d.tenant}))
	})
	if err != nil {
		d.Fatal(err)
	}
}

// give makes a profile that has what is given.
func (d *diary) give(given ...store.Instance) (profileID string) {
	d.Helper()
	d.do(func(t *store.Tenant) error {
		p, err := CreateProfile(t, ProfileInput{FirstName: "Ada"})
		if err != nil {
			return err
		}
		profileID = p.ID
		return changeAccount(t, p.ID, func(a *account) error {
			for at := range given {
				if err := a.issue(&given[at], cause{}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return profileID
}

// points are usable after a day and expire after ten.
func points(n scalar.Amount) store.Instance {
	return store.Instance{
		Kind: store.Point, ValueInitial: n * scalar.One, ValueRemaining: n * scalar.One, IssuedAt: scalar.At(opened),
		AccruedAt: scalar.At(opened.AddDate(0, 0, 1)), ExpiresAt: scalar.At(opened.AddDate(0, 0, 10)),
	}
}

// reward expires after thirty days, of which it reminds three days before.
func reward(n scalar.Amount) store.Instance {
	return store.Instance{
		Kind: store.Reward, ValueInitial: n * scalar.One, ValueRemaining: n * scalar.One,
		ExpiresAt: scalar.At(opened.AddDate(0, 0, 30)),
		Details:   store.InstanceDetails{NotifyExpiryAt: scalar.At(opened.AddDate(0, 0, 27))},
	}
}

// settleAll does what is due and returns how many accounts were taken up.
func (d *diary) settleAll() (total int) {
	d.Helper()
	for {
		n, err := d.Step(context.Background())
		if err != nil {
			d.Fatal(err)
		}
		if n == 0 {
			return total
		}
		total += n
	}
}

// happened lists the events apart from the profiles', oldest first.
func (d *diary) happened() (types []string) {
	d.Helper()
	d.do(func(t *store.Tenant) error {
		types = nil
		p, err := t.Events(store.List{Size: 1000})
		for _, e := range p.Items {
			if !strings.HasPrefix(e.Type, "profile.") {
				types = append(types, e.Type)
			}
		}
		return err
	})
	return types
}

func (d *diary) account(profileID string) (a store.Account) {
	d.Helper()
	d.do(func(t *store.Tenant) error {
		p, err := t.Profile(profileID)
		a = p.Account
		return err
	})
	return a
}

func TestPointsAccrueAndExpireByThemselves(t *testing.T) {
	eachDiary(t, func(d *diary) {
		ada := d.give(points(50))
		for _, at := range []struct {
			day, taken      int
			usable, pending scalar.Amount
			happened        string
		}{{0, 0, 0, 50, "[]"}, {1, 1, 50, 0, "[]"}, {9, 0, 50, 0, "[]"}, {10, 1, 0, 0, "[points.expired]"}, {99, 0, 0, 0, "[points.expired]"}} {
			d.now = opened.AddDate(0, 0, at.day)
			if n := d.settleAll(); n != at.taken {
				d.Errorf("day %d: %d accounts were taken up, want %d", at.day, n, at.taken)
			}
			a := d.account(ada)
			if a.PointBalance != at.usable*scalar.One || a.PointPending != at.pending*scalar.One {
				d.Errorf("day %d: %v points and %v pending", at.day, a.PointBalance, a.PointPending)
			}
			if got := fmt.Sprint(d.happened()); got != at.happened {
				d.Errorf("day %d: %v, want %v", at.day, got, at.happened)
			}
		}
	})
}

func TestAfterALongDowntimeAllIsDoneInTheOrderInWhichItFellDue(t *testing.T) {
	eachDiary(t, func(d *diary) {
		d.give(reward(10), points(50))
		d.now = opened.AddDate(1, 0, 0)
		if n := d.settleAll(); n != 1 {
			d.Errorf("%d accounts were taken up, want 1", n)
		}
		if got := fmt.Sprint(d.happened()); got != "[points.expired reward.expiring reward.expired]" {
			d.Errorf("there was %s", got)
		}
	})
}

func TestAPoisonAccountWaitsWithoutHoldingTheOthersUp(t *testing.T) {
	eachDiary(t, func(d *diary) {
		shop := d.tenant
		d.tenant = d.open("poison")
		d.give(points(1))
		d.do(func(t *store.Tenant) error {
			return t.InsertDefinition(&store.Definition{Kind: store.PointDefinition, Handle: "x", Data: []byte(`"no object"`)})
		})
		d.tenant = shop
		good := d.give(points(1))
		d.now = opened.AddDate(0, 0, 1)
		if n := d.settleAll(); n != 2 {
			d.Errorf("%d accounts were taken up, want 2", n)
		}
		if a := d.account(good); a.PointBalance != scalar.One {
			d.Errorf("the other account has %v points", a.PointBalance)
		}
		if !strings.Contains(d.log.String(), "no object") && !strings.Contains(d.log.String(), "decode point definition") {
			d.Errorf("the log does not say what happened: %s", d.log.String())
		}
		for failures, wait := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second} {
			d.now = d.now.Add(wait - time.Millisecond)
			if n := d.settleAll(); n != 0 {
				d.Errorf("it was tried again before %v", wait)
			}
			d.now = d.now.Add(time.Millisecond)
			if n := d.settleAll(); failures > 0 && n != 1 {
				d.Errorf("it was not tried again after %v", wait)
			}
		}
	})
}

func TestTwoSchedulesAtOnceDoEachThingOnce(t *testing.T) {
	eachDiary(t, func(d *diary) {
		const profiles = 150
		for range profiles {
			d.give(points(1))
		}
		d.now = opened.AddDate(0, 0, 20)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for {
					if n, err := d.Step(context.Background()); err != nil || n == 0 {
						if err != nil {
							d.Error(err)
						}
						return
					}
				}
			})
		}
		both.Wait()
		d.settleAll()
		if got := d.happened(); len(got) != profiles {
			d.Errorf("%d events, want %d", len(got), profiles)
		}
		if d.log.Len() > 0 {
			d.Errorf("log: %s", d.log.String())
		}
	})
}

func TestARunByHandTravelsInTime(t *testing.T) {
	eachDiary(t, func(d *diary) {
		ctx, me := context.Background(), store.Actor{TenantID: d.tenant, RequestID: "r-1"}
		for range batchSize + 3 {
			d.give(reward(10))
		}
		other := d.open("other")
		d.tenant, other = other, d.tenant
		d.give(reward(10))
		d.tenant = other
		until := scalar.At(opened.AddDate(0, 0, 28))
		run, err := d.RunUntil(ctx, me, until)
		if want := (ScheduleRun{batchSize + 3, 0, until, true}); err != nil || run != want {
			d.Fatalf("%+v (%v), want %+v", run, err, want)
		}
		if got := d.happened(); len(got) != batchSize+3 || got[0] != "reward.expiring" {
			d.Errorf("%d events: %v", len(got), got[:1])
		}
		d.do(func(t *store.Tenant) error {
			p, err := t.Events(store.List{Sort: []string{"-id"}, Size: 1})
			if e := p.Items[0]; e.CreatedAt != until || e.RequestID != "r-1" {
				d.Errorf("the event is of %v and the request %q", e.CreatedAt, e.RequestID)
			}
			return err
		})
		if run, err = d.RunUntil(ctx, me, scalar.Time{}); err != nil || run.Settled != 0 || run.Now != scalar.At(opened) {
			d.Errorf("at present: %+v (%v)", run, err)
		}
	})
}

func TestARunByHandPassesOverWhatFailsAndEnds(t *testing.T) {
	eachDiary(t, func(d *diary) {
		ada := d.give(points(1))
		due := d.account(ada).DueAt
		d.do(func(t *store.Tenant) error {
			return t.InsertDefinition(&store.Definition{Kind: store.PointDefinition, Handle: "x", Data: []byte(`"no object"`)})
		})
		run, err := d.RunUntil(context.Background(), store.Actor{TenantID: d.tenant}, scalar.At(opened.AddDate(1, 0, 0)))
		if err != nil || run.Settled != 0 || run.Failed != 1 || !run.IsComplete {
			d.Errorf("%+v (%v)", run, err)
		}
		if a := d.account(ada); a.DueAt != due || a.Failures != 0 {
			d.Errorf("it was put off to %v", a.DueAt)
		}
	})
}

func TestARunByHandCannotGoBackInTimeNorTooFar(t *testing.T) {
	eachDiary(t, func(d *diary) {
		for _, at := range []time.Time{opened.Add(-time.Second), opened.AddDate(11, 0, 0)} {
			_, err := d.RunUntil(context.Background(), store.Actor{TenantID: d.tenant}, scalar.At(at))
			if bad, ok := err.(*InvalidError); !ok || len(bad.Fields["now"]) != 1 {
				d.Errorf("until %v: %v", at, err)
			}
		}
	})
}

func TestTheScheduleWakesByItselfAndStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := storetest.SQLite(t, store.Options{})
		d := &diary{T: t, Schedule: &Schedule{DB: db, Logger: slog.New(slog.DiscardHandler)}}
		d.tenant = d.open("shop")
		soon := points(5)
		soon.IssuedAt = scalar.At(time.Now())
		soon.AccruedAt, soon.ExpiresAt = scalar.At(time.Now().Add(90*time.Minute)), scalar.Time{}
		ada := d.give(soon)
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { d.Schedule.Run(ctx) })
		time.Sleep(90*time.Minute + 2*worker.PollEvery)
		synctest.Wait()
		if a := d.account(ada); a.PointBalance != 5*scalar.One {
			t.Errorf("%v points are usable", a.PointBalance)
		}
		cancel()
		running.Wait()
	})
}
