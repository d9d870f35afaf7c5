package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestAWebhookOfThreeFieldsIsActiveAndRetries(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		c := houseOn(t, db).as("shop")
		body := object{"trigger": "profiles.create", "url": "https://example.com/in", "namespace": "crm"}
		made := c.post("/webhooks", body, "Idempotency-Key", "k").want(201)
		got := made.data()
		secret, _ := got["secret"].(string)
		if !strings.HasPrefix(secret, "whsec_") {
			t.Fatalf("secret %q", secret)
		}
		if replay := c.post("/webhooks", body, "Idempotency-Key", "k").want(201); replay.data()["secret"] != nil {
			t.Error("the replay shows the secret")
		}
		defaults := object{
			"trigger": "profile.created", "namespace": "crm", "user_id": nil, "is_active": true, "queue": "default", "condition": nil,
			"extra_data_template": nil, "name": nil, "retry_hourly": true, "retry_daily": true,
		}
		for field, want := range defaults {
			if fmt.Sprint(got[field]) != fmt.Sprint(want) {
				t.Errorf("%s is %v, want %v", field, got[field], want)
			}
		}
		c.post("/webhooks", object{"trigger": "profile.created", "url": "https://example.com/in", "namespace": "erp"}).want(422)
		id := "/webhooks/" + made.id()
		if read := c.get(id).want(200); strings.Contains(string(read.body), secret) {
			t.Errorf("read %s", read.body)
		}
		if got := c.get(id + "/secret").want(200).data()["secret"]; got != secret {
			t.Errorf("secret %v", got)
		}
		changed := c.do("PATCH", id, object{"queue": "urgent", "is_active": false, "headers": object{"X-Shop": "1"}}).want(200).data()
		if changed["queue"] != "low" || changed["is_active"] != false || changed["disabled_at"] == nil || fmt.Sprint(changed["headers"]) != "map[X-Shop:********]" {
			t.Errorf("changed %v", changed)
		}
		c.do("PUT", id, object{"namespace": "erp"}).want(422)
		c.do("PUT", id, object{"extra_data_template": "{}", "condition": true}).want(200)
		cleared := c.do("PUT", id, object{"extra_data_template": nil, "condition": nil, "queue": nil}).want(200).data()
		if cleared["extra_data_template"] != nil || cleared["condition"] != nil || cleared["queue"] != "default" {
			t.Errorf("cleared %v", cleared)
		}
		c.do("DELETE", id, nil).want(204)
		c.get(id).want(404)
		c.get(id + "/secret").want(404)
	})
}

func TestWebhooksAreListedByWhatTheyAre(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		c := houseOn(t, db).as("shop")
		c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com"}).want(201)
		c.post("/webhooks", object{"trigger": "order.shipped", "url": "https://example.com", "namespace": "crm", "queue": "high"}).want(201)
		c.post("/webhooks", object{"trigger": "order.returned", "url": "https://example.com", "namespace": "erp", "is_active": false}).want(201)
		for filter, want := range map[string]int{
			"":                                    2,
			"?filter[namespace]=crm":              1,
			"?filter[trigger]=order.shipped":      1,
			"?filter[queue]=low":                  0,
			"?filter[is_active]=true":             1,
			"?filter[is_active]=false":            1,
			"?filter[url]=https://example.com":    2,
			"?filter[retry_hourly]=true&sort=-id": 2,
		} {
			if rows := c.get("/webhooks" + filter).want(200).rows(); len(rows) != want {
				t.Errorf("%s: %d webhooks, want %d", filter, len(rows), want)
			}
		}
		if rows := c.get("/targets").want(200).rows(); len(rows) != 1 {
			t.Errorf("targets %v", rows)
		}
		c.get("/targets/2").want(404)
		c.get("/webhooks/1").want(404)
	})
}

func TestWhatATokenCausesIsNotSentToItsOwnNamespace(t *testing.T) {
	h := newHouse(t)
	c := h.with("shop", api.TokenInput{Name: "crm", Scopes: []string{"*"}, Namespace: "crm"})
	for _, namespace := range []string{"crm", "erp"} {
		c.post("/webhooks", object{"trigger": "profile.created", "url": "https://example.com/" + namespace, "namespace": namespace}).want(201)
	}
	c.post("/profiles", object{"email": "a@b.co"}).want(201)
	if _, err := h.reactions.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	runs := c.get("/events/1").want(200).data()["runs"].([]any)
	var got []string
	for _, r := range runs {
		r := r.(map[string]any)
		got = append(got, fmt.Sprint(r["webhook_id"], " ", r["outcome"]))
	}
	if fmt.Sprint(got) != "[1 own_namespace 2 sent]" {
		t.Errorf("runs %v", got)
	}
	if rows := c.get("/deliveries").want(200).rows(); len(rows) != 1 {
		t.Errorf("deliveries %v", rows)
	}
}
