package api_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestAnEventOfAnotherSystemIsStoredAsItIsGivenAndOnce(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := houseOn(t, db)
		c := h.as("shop")
		const context = `{ "no": 1.50,  "Ä": "<\u00e9>", "no": 2 }`
		body := `{"type":"order.shipped","external_id":"o-1","occurred_at":"2026-01-31 09:30:00","context":` + context + `}`
		made := c.post("/events", body).want(201)
		got := made.data()
		if got["type"] != "order.shipped" || got["external_id"] != "o-1" || got["occurred_at"] != "2026-01-31 09:30:00" ||
			got["occurred_at"] == got["created_at"] || got["subject"] != "tenant" || got["profile_id"] != nil {
			t.Errorf("event %v", got)
		}
		again := c.post("/events", `{"type":"order.returned","external_id":"o-1"}`).want(200)
		if again.id() != made.id() || again.data()["type"] != "order.shipped" {
			t.Errorf("again: %s", again.body)
		}
		if n := len(c.get("/events").want(200).rows()); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
		if other := h.as("other").post("/events", body).want(201); other.id() == made.id() {
			t.Error("another tenant got this one's event")
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			e, err := tx.As(store.Actor{TenantID: 1}).Event(1)
			if string(e.Context) != context {
				t.Errorf("context %s", e.Context)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, filter := range []string{"external_id", "occurred_at"} {
			if rows := c.get("/events?filter[" + filter + "]=" + strings.ReplaceAll(fmt.Sprint(got[filter]), " ", "%20")).want(200).rows(); len(rows) != 1 {
				t.Errorf("filtered by %s: %v", filter, rows)
			}
		}
	})
}

func TestOfAListOfEventsEachHasItsResult(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		c := houseOn(t, db).as("shop")
		profile := c.post("/profiles", object{"email": "a@b.co"}).want(201).id()
		for _, form := range []string{`[%s]`, `{"events": [%s]}`} {
			items := []string{
				`{"type":"order.shipped","external_id":"o-%[1]d","profile_id":"` + strings.ToUpper(profile) + `"}`,
				`{"type":"order.returned","external_id":"o-%[1]d"}`,
				`{"type":"order.shipped","context":[1]}`,
				`{"type":"profile.created"}`,
				`{"type":"profile.update"}`,
				`{"type":"aggregation.updated"}`,
				`{"type":"Shipped"}`,
				`{"type":7}`,
				`{"occurred_at":"yesterday"}`,
				`{}`,
				`"order.shipped"`,
				`null`,
				`{"type":"order.shipped","profile_id":"0197-none"}`,
				`{"type":"order.shipped","external_id":"` + strings.Repeat("x", 256) + `"}`,
				`{"type":"order.shipped"}`,
			}
			body := fmt.Sprintf(strings.ReplaceAll(form, "%s", strings.Join(items, ",")), len(form))
			rows := c.post("/events", body).want(200).rows()
			var got []string
			for i, row := range rows {
				row := row.(map[string]any)
				if int(row["index"].(float64)) != i || (row["status"] == "failed") != (row["id"] == nil) {
					t.Errorf("row %v", row)
				}
				text := fmt.Sprint(row["status"])
				for field := range object(orEmpty(row["errors"])) {
					text += " " + field
				}
				got = append(got, text)
			}
			want := []string{
				"created", "duplicate", "failed context", "failed type", "failed type", "failed type", "failed type", "failed type",
				"failed occurred_at", "failed type", "failed event", "failed event", "failed profile_id", "failed external_id", "created",
			}
			if strings.Join(got, ", ") != strings.Join(want, ", ") {
				t.Errorf("%s: results %q, want %q", form, got, want)
			}
		}
		if rows := c.get("/events?filter[type]=order.shipped&filter[profile_id]=" + profile).want(200).rows(); len(rows) != 2 {
			t.Errorf("events of the profile: %v", rows)
		}
	})
}

func orEmpty(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func TestBodiesThatAreNoEventsAreRefused(t *testing.T) {
	c := newHouse(t).as("shop")
	for body, status := range map[string]int{
		``: 422, `7`: 400, `{`: 400, `[{]`: 400, `[]`: 422, `{"events":[]}`: 422, `{"events":7}`: 422, `{"events":null}`: 422,
		`{"type":"profile.created"}`: 422, `{"type":"order.shipped","context":"\u0000"}`: 422,
		`[` + strings.Repeat("{},", 1000) + `{}]`: 422,
	} {
		if got := c.post("/events", body); got.status != status {
			t.Errorf("%.40s: status %d, want %d: %.200s", body, got.status, status, got.body)
		}
	}
	refused := c.post("/events", object{"type": "profile.created"}).want(422)
	if !strings.Contains(string(refused.body), "comes from what happens in it") {
		t.Errorf("refused with %s", refused.body)
	}
	if rows := c.get("/events").want(200).rows(); len(rows) != 0 {
		t.Errorf("events %v", rows)
	}
}

func TestOneExternalIDIsBroughtOnceByRequestsAtTheSameTime(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		c := houseOn(t, db).as("shop")
		var list []object
		for i := range 50 {
			list = append(list, object{"type": "order.shipped", "external_id": fmt.Sprint(i)})
		}
		var wait sync.WaitGroup
		var mu sync.Mutex
		ids := map[any]bool{}
		created := 0
		reversed := slices.Clone(list) // what locks the ids the other way round
		slices.Reverse(reversed)
		for i := range 6 {
			wait.Go(func() {
				rows := c.post("/events", [][]object{list, reversed}[i%2]).rows()
				mu.Lock()
				defer mu.Unlock()
				for _, row := range rows {
					row := row.(map[string]any)
					ids[row["id"]] = true
					if row["status"] == "created" {
						created++
					}
				}
			})
		}
		wait.Wait()
		if created != len(list) || len(ids) != len(list) {
			t.Errorf("%d created under %d ids, want %d", created, len(ids), len(list))
		}
	})
}

func TestCustomEvents(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := houseOn(t, db)
		c := h.as("shop")
		id := c.post("/profiles", object{"email": "a@b.co", "first_name": "Ada"}).want(201).id()
		context := func(event string) map[string]any {
			return c.get("/events/" + event).want(200).data()["context"].(map[string]any)
		}
		made := c.post("/profiles/"+id+"/custom-event", object{"event": "gift.lost", "context": object{
			"gift": 7, "first_name": "Given", "profile": "mine", "profile_id": 1,
		}}).want(201)
		if got := made.data(); got["type"] != "gift.lost" || got["profile_id"] != id || got["subject"] != "profile" || got["subject_id"] != id {
			t.Errorf("event %v", got)
		}
		got := context(made.id())
		profile, _ := got["profile"].(map[string]any)
		if got["gift"] != 7.0 || got["first_name"] != "Given" || got["profile_id"] != id || profile["first_name"] != "Ada" || profile["aggregations"] == nil {
			t.Errorf("context of the profile's %v", got)
		}
		if got := context(c.post("/profiles/"+id+"/custom-event", object{"event": "gift-found"}).want(201).id()); len(got) != 2 {
			t.Errorf("context without a given one %v", got)
		}
		of := c.post("/tenants/custom-event", object{"event": "shop.opened", "context": object{"at": "City"}}).want(201)
		if got := context(of.id()); of.data()["subject"] != "tenant" || of.data()["subject_id"] != "shop" || fmt.Sprint(got) != "map[at:City]" {
			t.Errorf("%s with %v", of.body, got)
		}
		for _, name := range []string{
			"profile.updated", "profile.created", "profile.deleted", "profile.merged", "aggregation.updated", "transaction.created",
			"profile.update", "profile.creatd", "Gift", "", "gift",
		} {
			c.post("/tenants/custom-event", object{"event": name}).want(422)
			c.post("/profiles/"+id+"/custom-event", object{"event": name}).want(422)
		}
		c.post("/tenants/custom-event", object{"event": "shop.opened", "context": []int{1}}).want(422)
		c.post("/profiles/none/custom-event", object{"event": "gift.lost"}).want(404)
	})
}
