package api_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func sale(externalID string) object {
	return object{
		"external_id": externalID, "total": 149.95, "transacted_at": "2026-01-31 09:30:00", "timezone": "Australia/Melbourne",
		"items": []object{{"name": "Shirt", "sku": "S-1", "quantity": 1, "price_sell": 149.95}},
	}
}

func TestARepeatedRequestGetsTheFirstAnswerAndHasNoSecondEffect(t *testing.T) {
	c := newHouse(t).as("shop")
	first := c.post("/transactions", sale("r-1"), "Idempotency-Key", "k1").want(201)
	again := c.post("/transactions", sale("r-1"), "Idempotency-Key", "k1").want(201)
	if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("replayed: %q, %q", first.header, again.header)
	}
	if string(first.body) != string(again.body) {
		t.Errorf("answers differ:\n%s\n%s", first.body, again.body)
	}
	if n := len(c.get("/events").rows()); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	c.post("/transactions", sale("r-2"), "Idempotency-Key", "k1").want(422)
	c.post("/profiles", sale("r-1"), "Idempotency-Key", "k1").want(422)
	if n := len(c.get("/transactions").rows()); n != 1 {
		t.Errorf("%d transactions, want 1", n)
	}
}

func TestARefusedRequestLeavesItsKeyFree(t *testing.T) {
	c := newHouse(t).as("shop")
	c.post("/profiles", object{"email": "nobody"}, "Idempotency-Key", "k").want(422)
	c.post("/profiles", object{"email": "a@b.co"}, "Idempotency-Key", "k").want(201)
}

func TestKeysOfTenantsAreTheirOwn(t *testing.T) {
	h := newHouse(t)
	a := h.as("a").post("/profiles", object{"email": "a@b.co"}, "Idempotency-Key", "k").want(201)
	b := h.as("b").post("/profiles", object{"email": "a@b.co"}, "Idempotency-Key", "k").want(201)
	if a.id() == b.id() {
		t.Error("b got the answer of a")
	}
}

func TestThePatchAndPutOfAResourceNeedNoKey(t *testing.T) {
	c := newHouse(t).as("shop")
	id := c.post("/profiles", object{"email": "a@b.co"}).want(201).id()
	for _, method := range []string{"PUT", "PATCH"} {
		for range 2 {
			a := c.do(method, "/profiles/"+id, object{"first_name": method}, "Idempotency-Key", "k").want(200)
			if a.header.Get("Idempotency-Replayed") != "" || a.data()["first_name"] != method {
				t.Errorf("%s: %s", method, a.body)
			}
		}
	}
}

// However many come at once, one has the effect and all have its answer, on
// PostgreSQL too, where their transactions overlap.
func TestConcurrentRequestsUnderOneKeyAreOne(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		c := houseOn(t, db).as("shop")
		const rounds, each = 5, 8
		for round := range rounds {
			key, externalID := fmt.Sprintf("k%d", round), fmt.Sprintf("r-%d", round)
			answers := make([]answer, each)
			var group sync.WaitGroup
			for i := range answers {
				group.Go(func() { answers[i] = c.post("/transactions", sale(externalID), "Idempotency-Key", key) })
			}
			group.Wait()
			fresh := 0
			for _, a := range answers {
				a.want(201)
				if a.header.Get("Idempotency-Replayed") == "" {
					fresh++
				}
				if string(a.body) != string(answers[0].body) {
					t.Errorf("answers differ:\n%s\n%s", a.body, answers[0].body)
				}
			}
			if fresh != 1 {
				t.Errorf("%d of %d had an effect", fresh, each)
			}
		}
		err := db.View(context.Background(), func(tx *store.Tx) error {
			n, err := tx.QueueLength()
			if n != rounds {
				t.Errorf("%d events, want %d", n, rounds)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
