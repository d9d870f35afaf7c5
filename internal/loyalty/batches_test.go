package loyalty_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// queue stores a batch and returns its id.
func (s *shop) queue(resource string, bodies ...string) int64 {
	s.t.Helper()
	items := make([]json.RawMessage, len(bodies))
	for i, b := range bodies {
		items[i] = json.RawMessage(b)
	}
	var made loyalty.Batch
	s.do(func(t *store.Tenant) (err error) {
		made, err = loyalty.QueueBatch(t, resource, items)
		return err
	})
	return made.ID
}

// workOff does everything that is queued.
func (s *shop) workOff() {
	s.t.Helper()
	w := loyalty.Batches{DB: s.db, Logger: slog.New(slog.DiscardHandler)}
	for {
		some, err := w.Step(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if !some {
			return
		}
	}
}

func (s *shop) readBatch(id int64) (b loyalty.BatchDetail) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		b, err = loyalty.ReadBatch(t, id, store.List{Size: 1000})
		return err
	})
	return b
}

// sales are the bodies of n transactions with external ids of their own.
func sales(prefix string, n int) []string {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = fmt.Sprintf(`{"external_id": "%s-%d", "total": 10, "transacted_at": "2026-03-01 10:00:00",
			"timezone": "UTC", "items": []}`, prefix, i)
	}
	return bodies
}

func TestEachItemOfABatchSucceedsOrFailsByItself(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.queue("locations", `{"name": "City", "external_id": "M10"}`, `{"external_id": "M11"}`, `7`,
			`{"name": {}}`, `{"name": "Again", "external_id": "M10"}`, `{"name": "Online", "external_id": "WEB"}`)
		checkFields(t, s.readBatch(id), `{"status": "pending", "resource": "locations", "total_count": 6,
			"processed_count": 0, "finished_at": null}`)
		s.workOff()
		b := s.readBatch(id)
		checkFields(t, b, `{"status": "failed", "processed_count": 6, "success_count": 2, "failed_count": 4,
			"finished_at": "2026-03-14 12:00:00"}`)
		for i, want := range []struct{ external, status, entity, reason string }{
			{"M10", "success", "1", ""},
			{"M11", "failed", "", "name: The name field is required."},
			{"", "failed", "", "item: The item must be a JSON object."},
			{"", "failed", "", "name: The name is of a wrong type"},
			{"M10", "failed", "", "external_id: The external id has already been taken."},
			{"WEB", "success", "", ""},
		} {
			got := b.Items[i]
			if string(got.ExternalID) != want.external || got.Status != want.status ||
				want.entity != "" && string(got.EntityID) != want.entity || (got.EntityID == "") != (want.status == "failed") ||
				!strings.Contains(string(got.Error), want.reason) || (got.Error == "") != (want.status == "success") {
				t.Errorf("item %d: %+v, want %+v", i, got, want)
			}
		}
	})
}

func TestEveryKindOfBatchIsDone(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.create(`{"email": "ada@example.com"}`)
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.CreateStatus(t, loyalty.StatusInput{Name: "VIP", Handle: "vip"})
			return err
		})
		const ada = `"profile_id": "ada@example.com", "profile_id_handle": "email"`
		for resource, body := range map[string]string{
			"transactions": sales("s", 1)[0], "locations": `{"name": "City"}`,
			"profile/tags": `{` + ada + `, "tags": ["a"]}`, "profile/status": `{` + ada + `, "statuses": ["vip"]}`,
			"profile/aggregations": `{` + ada + `}`,
		} {
			id := s.queue(resource, body)
			s.workOff()
			if b := s.readBatch(id); b.Status != "success" || b.Items[0].EntityID == "" {
				t.Errorf("%s: %+v", resource, b)
			}
		}
		for _, resource := range loyalty.Batchables() {
			id := s.queue(resource, `{}`)
			s.workOff()
			if b := s.readBatch(id); b.Status != "failed" || b.Items[0].Error == "" {
				t.Errorf("%s without a field: %+v", resource, b)
			}
		}
	})
}

func TestTheItemsOfABatchAreOnBehalfOfWhoSentIt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.actor.Namespace, s.actor.RequestID = "pos", "r-7"
		s.queue("transactions", sales("s", 1)...)
		s.workOff()
		s.do(func(t *store.Tenant) error {
			p, err := t.Events(store.List{})
			if len(p.Items) != 1 || p.Items[0].Namespace != "pos" || p.Items[0].RequestID != "r-7" {
				s.t.Errorf("events %+v", p.Items)
			}
			return err
		})
	})
}

func TestBatchesTakeTurns(t *testing.T) {
	s := newShop(t, storetest.SQLite(t, store.Options{}), "shop")
	long := s.queue("transactions", sales("long", 300)...)
	short := s.queue("transactions", sales("short", 1)...)
	w := loyalty.Batches{DB: s.db, Logger: slog.New(slog.DiscardHandler)}
	for range 2 {
		if _, err := w.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if b := s.readBatch(short); b.Status != "success" {
		t.Errorf("the short one waits for the long one: %+v", b.Batch)
	}
	if b := s.readBatch(long); b.Status != "processing" || b.ProcessedCount == 0 || b.ProcessedCount == 300 {
		t.Errorf("the long one: %+v", b.Batch)
	}
	s.workOff()
	if b := s.readBatch(long); b.Status != "success" || b.SuccessCount != 300 {
		t.Errorf("the long one in the end: %+v", b.Batch)
	}
}

func TestTwoWorkersAtOnceDoEachItemOnce(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, "shop")
		var ids []int64
		for b := range 4 {
			ids = append(ids, s.queue("transactions", sales(fmt.Sprint(b), 100)...))
		}
		var both sync.WaitGroup
		for range 2 {
			both.Go(s.workOff)
		}
		both.Wait()
		s.workOff()
		for _, id := range ids {
			if b := s.readBatch(id); b.SuccessCount != 100 || b.Status != "success" {
				t.Errorf("%+v", b.Batch)
			}
		}
		s.do(func(t *store.Tenant) error {
			p, err := t.Events(store.List{})
			if p.Total != 400 {
				s.t.Errorf("%d events, want 400", p.Total)
			}
			return err
		})
	})
}

// TestAFaultOfTheServerFailsAnItemInTheEnd has a definition in the database
// that no rule could have put there.
func TestAFaultOfTheServerFailsAnItemInTheEnd(t *testing.T) {
	now := noon
	storetest.Each(t, store.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, "shop")
		s.do(func(t *store.Tenant) error {
			return t.InsertDefinition(&store.Definition{Kind: store.PointDefinition, Handle: "x", Data: []byte(`"no object"`)})
		})
		id := s.queue("points", `{"profile_id": "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c20", "point_definition_id": 1, "value_initial": 5}`)
		var log bytes.Buffer
		w := loyalty.Batches{DB: db, Logger: slog.New(slog.NewTextHandler(&log, nil))}
		for try := 1; try <= 3; try++ {
			if b := s.readBatch(id); b.Status == "failed" {
				t.Fatalf("given up after %d tries", try-1)
			}
			for {
				some, err := w.Step(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				if !some {
					break
				}
			}
			now = now.Add(10 * time.Second)
		}
		b := s.readBatch(id)
		if b.Status != "failed" || !strings.Contains(string(b.Items[0].Error), "fault of the server") {
			t.Errorf("%+v", b)
		}
		if got := strings.Count(log.String(), "do an item"); got != 3 {
			t.Errorf("%d lines in the log: %s", got, &log)
		}
	})
}

// TestAnItemAndWhatBecameOfItAreOneTransaction has the commit of a step fail, as
// when the process dies.
func TestAnItemAndWhatBecameOfItAreOneTransaction(t *testing.T) {
	url := storetest.SQLiteURL(t)
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := newShop(t, db, "shop")
	id := s.queue("transactions", sales("s", 3)...)
	raw, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec("CREATE TRIGGER no BEFORE UPDATE ON batches BEGIN SELECT RAISE(ABORT, 'full'); END"); err != nil {
		t.Fatal(err)
	}
	w := loyalty.Batches{DB: db, Logger: slog.New(slog.DiscardHandler)}
	if _, err := w.Step(context.Background()); err == nil {
		t.Fatal("the step succeeded")
	}
	if b := s.readBatch(id); b.ProcessedCount != 0 || b.Items[0].Status != "pending" {
		t.Errorf("after the step that failed: %+v", b)
	}
	if _, err := raw.Exec("DROP TRIGGER no"); err != nil {
		t.Fatal(err)
	}
	s.workOff()
	if b := s.readBatch(id); b.Status != "success" || b.SuccessCount != 3 {
		t.Errorf("in the end: %+v", b)
	}
}

func TestABatchIsRefusedWholeWhenItIsEmptyOrTooLarge(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		for _, n := range []int{0, loyalty.MaxQueued + 1} {
			err := s.try(func(t *store.Tenant) error {
				_, err := loyalty.QueueBatch(t, "transactions", make([]json.RawMessage, n))
				return err
			})
			if bad, ok := err.(*loyalty.InvalidError); !ok || len(bad.Fields["transactions"]) != 1 {
				t.Errorf("%d items: %v", n, err)
			}
		}
	})
}
