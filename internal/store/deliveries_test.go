package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

var queueNoon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

// queue is a database with one tenant, one event and a clock that stands still.
type queue struct {
	testing.TB
	db     *store.DB
	tenant int64
	event  int64
	made   int
}

const eventContext = `{"id":"0198c0de","name":"Zoë"}`

// eachQueue runs test on a fresh queue of each engine.
func eachQueue(t *testing.T, test func(t *testing.T, q *queue)) {
	storetest.Each(t, store.Options{Now: func() time.Time { return queueNoon }}, func(t *testing.T, db *store.DB) {
		test(t, newQueue(t, db))
	})
}

func newQueue(t testing.TB, db *store.DB) *queue {
	q := &queue{TB: t, db: db}
	q.update(func(tx *store.Tx) error {
		record, _, err := tx.EnsureTenant("shop")
		if err != nil {
			return err
		}
		q.tenant = record.ID
		event := store.Event{Type: "profile.created", Subject: "profile", SubjectID: "1", Context: []byte(eventContext)}
		err = q.as(tx).AppendEvents(&event)
		q.event = event.ID
		return err
	})
	return q
}

func (q *queue) as(tx *store.Tx) *store.Tenant { return tx.As(store.Actor{TenantID: q.tenant}) }

func (q *queue) update(fn func(tx *store.Tx) error) {
	q.Helper()
	if err := q.db.Update(context.Background(), fn); err != nil {
		q.Fatal(err)
	}
}

// insert makes a delivery that is due so long after noon.
func (q *queue) insert(endpoint int64, due time.Duration, change ...func(*store.Delivery)) int64 {
	q.Helper()
	q.made++
	d := store.Delivery{
		MessageID: fmt.Sprintf("msg_%d", q.made), EventID: q.event, EventType: "profile.created", EndpointID: endpoint,
		State: "pending", DueAt: scalar.At(queueNoon.Add(due)),
	}
	for _, c := range change {
		c(&d)
	}
	q.update(func(tx *store.Tx) error { return q.as(tx).InsertDelivery(&d) })
	return d.ID
}

func (q *queue) lease(owner string) store.Lease {
	return store.Lease{Owner: owner, Until: scalar.At(queueNoon.Add(time.Minute))}
}

func (q *queue) claim(endpoint int64, lease store.Lease, limit int) (claimed []store.ClaimedDelivery) {
	q.Helper()
	q.update(func(tx *store.Tx) (err error) {
		claimed, err = tx.ClaimDeliveries(endpoint, lease, limit)
		return err
	})
	return claimed
}

func (q *queue) get(id int64) (d store.Delivery) {
	q.Helper()
	q.update(func(tx *store.Tx) (err error) {
		d, err = q.as(tx).Delivery(id)
		return err
	})
	return d
}

func (q *queue) target(handle string) int64 {
	q.Helper()
	target := store.Target{Handle: handle, Endpoint: store.Endpoint{Name: handle, URL: "https://shop.example/", Secret: []byte("sealed")}}
	q.update(func(tx *store.Tx) error { return q.as(tx).InsertTarget(&target) })
	return target.ID
}

func ids(claimed []store.ClaimedDelivery) []int64 {
	var ids []int64
	for _, d := range claimed {
		ids = append(ids, d.ID)
	}
	return ids
}

func attempted(d store.ClaimedDelivery, state string, due time.Duration) store.AttemptedDelivery {
	return store.AttemptedDelivery{
		ID: d.ID, Lease: d.Lease, State: state, DueAt: scalar.At(queueNoon.Add(due)),
		Attempt: store.Attempt{StartedAt: scalar.At(queueNoon), Duration: 1500 * time.Microsecond, Outcome: "success", Status: 204},
	}
}

func TestClaimTakesWhatIsDueLongestOfOneEndpoint(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		second := q.insert(7, -time.Second)
		third := q.insert(7, 0)
		first := q.insert(7, -time.Minute)
		later := q.insert(7, time.Second)
		other := q.insert(8, 0)
		if diff := cmp.Diff([]int64{first, second}, ids(q.claim(7, q.lease("a"), 2))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int64{third}, ids(q.claim(7, q.lease("b"), 2))); diff != "" {
			t.Error(diff)
		}
		for id, want := range map[int64]string{first: "sending", third: "sending", later: "pending", other: "pending"} {
			if got := q.get(id).State; got != want {
				t.Errorf("delivery %d is %s, want %s", id, got, want)
			}
		}
	})
}

func TestClaimBringsTheBody(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		q.insert(7, 0)
		q.insert(7, 0, func(d *store.Delivery) { d.Rendered, d.Body = true, []byte(`{"hello":"Zoë"}`) })
		var bodies []string
		for _, d := range q.claim(7, q.lease("a"), 9) {
			bodies = append(bodies, string(d.Body))
		}
		if diff := cmp.Diff([]string{eventContext, `{"hello":"Zoë"}`}, bodies); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRecordWritesWhatTheAttemptsCameTo(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		for range 3 {
			q.insert(7, 0)
		}
		claimed := q.claim(7, q.lease("a"), 3)
		done := []store.AttemptedDelivery{
			attempted(claimed[0], "delivered", 0), attempted(claimed[1], "pending", time.Hour), attempted(claimed[2], "dead", 0),
		}
		done[1].Attempt.Outcome, done[1].Attempt.Status, done[1].Attempt.Detail = "server_error", 500, "the receiver answered 500"
		done[1].Attempt.Remote, done[1].Attempt.Answer = "127.0.0.1:443", "oops ☂"
		q.update(func(tx *store.Tx) error { return tx.RecordAttempts(done) })

		at := scalar.At(queueNoon)
		want := store.Delivery{
			ID: claimed[1].ID, TenantID: q.tenant, MessageID: "msg_2", EventID: q.event, EventType: "profile.created",
			EndpointID: 7, State: "pending", Attempts: 1, Tries: 1, DueAt: scalar.At(queueNoon.Add(time.Hour)),
			Outcome: "server_error", Status: 500, Detail: "the receiver answered 500", CreatedAt: at,
		}
		if diff := cmp.Diff(want, q.get(want.ID)); diff != "" {
			t.Error(diff)
		}
		for i, state := range []string{"delivered", "pending", "dead"} {
			d := q.get(claimed[i].ID)
			if d.State != state || d.EndedAt.IsZero() != (state == "pending") {
				t.Errorf("delivery %d is %s, ended %v", d.ID, d.State, d.EndedAt)
			}
		}
		wantAttempts := []store.Attempt{{
			Number: 1, StartedAt: at, Duration: 1500 * time.Microsecond, Outcome: "server_error", Status: 500,
			Detail: "the receiver answered 500", Remote: "127.0.0.1:443", Answer: "oops ☂",
		}}
		q.update(func(tx *store.Tx) error {
			got, err := q.as(tx).Attempts(want.ID)
			if diff := cmp.Diff(wantAttempts, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func TestRecordTakesAnyNumberAtOnce(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		const n = 64 + 32 + 3
		for range n {
			q.insert(7, 0)
		}
		var done []store.AttemptedDelivery
		for _, d := range q.claim(7, q.lease("a"), n) {
			done = append(done, attempted(d, "delivered", 0))
		}
		q.update(func(tx *store.Tx) error { return tx.RecordAttempts(done) })
		q.update(func(tx *store.Tx) error {
			page, err := q.as(tx).Deliveries(store.List{Filters: []store.Filter{{Field: "state", Value: "delivered"}}})
			if page.Total != n {
				t.Errorf("%d delivered", page.Total)
			}
			return err
		})
	})
}

func TestRecordLeavesWhatAnotherProcessHasByNow(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		id := q.insert(7, 0)
		late := q.claim(7, q.lease("a"), 1)[0]
		var n int64
		q.update(func(tx *store.Tx) (err error) {
			if found, err := tx.HasExpired(scalar.At(queueNoon.Add(time.Minute))); err != nil || found {
				t.Errorf("expired at its end: %v %v", found, err)
			}
			n, err = tx.ReleaseExpired(scalar.At(queueNoon.Add(2 * time.Minute)))
			return err
		})
		if n != 1 {
			t.Fatalf("%d leases expired", n)
		}
		taken := q.claim(7, q.lease("b"), 1)[0]
		if taken.ID != id || taken.Attempts != 0 || taken.MessageID != late.MessageID {
			t.Errorf("claimed anew: %+v", taken)
		}
		q.update(func(tx *store.Tx) error {
			if err := tx.ReleaseDelivery(late.ID, late.Lease); err != nil {
				return err
			}
			return tx.RecordAttempts([]store.AttemptedDelivery{attempted(late, "dead", 0)})
		})
		if d := q.get(id); d.State != "sending" || d.Attempts != 0 {
			t.Errorf("the late process made it %s with %d attempts", d.State, d.Attempts)
		}
	})
}

func TestReleaseHandsBackWithoutAnAttempt(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		q.insert(7, 0)
		d := q.claim(7, q.lease("a"), 1)[0]
		before := q.get(d.ID)
		q.update(func(tx *store.Tx) error { return tx.ReleaseDelivery(d.ID, d.Lease) })
		before.State = "pending"
		if diff := cmp.Diff(before, q.get(d.ID)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDueEndpointsFindsEachEnabledEndpointOnce(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		busy, off, later, idle := q.target("busy"), q.target("off"), q.target("later"), q.target("idle")
		const deleted = 99
		for range 3 {
			q.insert(busy, 0)
			q.insert(off, 0)
		}
		q.insert(busy, -time.Hour)
		q.insert(later, time.Minute)
		q.insert(deleted, 0)
		q.insert(idle, 0)
		q.claim(idle, q.lease("a"), 1)
		q.update(func(tx *store.Tx) error { return tx.DisableEndpoint(off, "gone") })
		q.update(func(tx *store.Tx) error {
			got, err := tx.DueEndpoints(scalar.At(queueNoon))
			want := []store.DueEndpoint{
				{ID: busy, DueAt: scalar.At(queueNoon.Add(-time.Hour))}, {ID: deleted, DueAt: scalar.At(queueNoon)},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			next, err2 := tx.NextDue(later)
			if none, err3 := tx.NextDue(idle); !next.Equal(queueNoon.Add(time.Minute)) || !none.IsZero() {
				t.Errorf("next due %v and %v", next, none)
				err = errors.Join(err, err3)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestDisableEndpointStalesCachesOnce(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		id := q.target("shop")
		q.update(func(tx *store.Tx) error {
			before, err := tx.Receiver(id)
			if err != nil {
				return err
			}
			err = errors.Join(tx.DisableEndpoint(id, "gone"), tx.DisableEndpoint(id, "gone again"))
			after, err2 := tx.Receiver(id)
			version, err3 := tx.EndpointVersion(id)
			if after.DisabledReason != "gone" || after.ConfigVersion != before.ConfigVersion+1 || version != after.ConfigVersion {
				t.Errorf("%q, version %d after %d", after.DisabledReason, after.ConfigVersion, before.ConfigVersion)
			}
			return errors.Join(err, err2, err3)
		})
	})
}

func TestRetryDelivery(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		waiting := q.insert(7, time.Hour)
		for range 3 {
			q.insert(7, 0)
		}
		claimed := q.claim(7, q.lease("a"), 3)
		q.update(func(tx *store.Tx) error {
			return tx.RecordAttempts([]store.AttemptedDelivery{attempted(claimed[0], "dead", 0), attempted(claimed[1], "delivered", 0)})
		})
		retry := func(tenant, id int64) (d store.Delivery, err error) {
			q.update(func(tx *store.Tx) error {
				d, err = tx.As(store.Actor{TenantID: tenant}).RetryDelivery(id)
				return nil
			})
			return d, err
		}
		if d, err := retry(q.tenant, claimed[0].ID); err != nil || d.State != "pending" || d.Tries != 0 || d.Attempts != 1 || !d.EndedAt.IsZero() {
			t.Errorf("a dead letter: %+v %v", d, err)
		}
		if d, err := retry(q.tenant, waiting); err != nil || !d.DueAt.Equal(queueNoon) {
			t.Errorf("a pending delivery: %+v %v", d, err)
		}
		if _, err := retry(q.tenant, claimed[1].ID); !errors.Is(err, store.ErrBusy) {
			t.Errorf("a delivered one: %v", err)
		}
		if _, err := retry(q.tenant, claimed[2].ID); !errors.Is(err, store.ErrBusy) {
			t.Errorf("one under way: %v", err)
		}
		if _, err := retry(q.tenant+1, waiting); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another tenant's: %v", err)
		}
	})
}

func TestBuryDeliveriesGivesUpThePendingOnes(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *queue) {
		q.insert(7, 0)
		q.claim(7, q.lease("a"), 1)
		pending, other := q.insert(7, time.Hour), q.insert(8, 0)
		q.update(func(tx *store.Tx) error { return tx.BuryDeliveries(7, "endpoint_deleted", "it is gone") })
		if d := q.get(pending); d.State != "dead" || d.Outcome != "endpoint_deleted" || d.EndedAt.IsZero() {
			t.Errorf("%+v", d)
		}
		if d := q.get(other); d.State != "pending" {
			t.Errorf("another endpoint's: %+v", d)
		}
	})
}

// BenchmarkDelivery takes a delivery through its life in batches of 32, as the
// dispatcher does.
func BenchmarkDelivery(b *testing.B) {
	q := newQueue(b, storetest.SQLite(b, store.Options{}))
	const batch = 32
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		q.update(func(tx *store.Tx) error {
			for i := range batch {
				d := store.Delivery{
					MessageID: fmt.Sprintf("msg_0198c0de-0000-7000-8000-%012d", n*batch+i), EventID: q.event,
					EventType: "profile.created", EndpointID: 7, State: "pending", DueAt: scalar.At(queueNoon),
				}
				if err := q.as(tx).InsertDelivery(&d); err != nil {
					return err
				}
			}
			return nil
		})
		claimed := q.claim(7, q.lease("a"), batch)
		if len(claimed) != batch {
			b.Fatalf("claimed %d", len(claimed))
		}
		done := make([]store.AttemptedDelivery, batch)
		for i, d := range claimed {
			done[i] = attempted(d, "delivered", 0)
		}
		q.update(func(tx *store.Tx) error { return tx.RecordAttempts(done) })
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*batch), "µs/delivery")
}
