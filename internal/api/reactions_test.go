package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestATargetShowsItsSecretAtItsCreationAndOnDemand(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	body := object{
		"name": "CRM", "handle": "crm", "url": "https://example.com/in", "template": `{"id":"{{ id }}"}`,
		"condition": `{"==":[1,1]}`, "headers": object{"X-Shop": "1"}, "timeout": 2.5, "retry_schedule": []int{0, 60},
	}
	made := c.post("/targets", body, "Idempotency-Key", "k").want(201)
	secret, _ := made.data()["secret"].(string)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("secret %q", secret)
	}
	if replay := c.post("/targets", body, "Idempotency-Key", "k").want(201); replay.data()["secret"] != nil {
		t.Errorf("the replay shows the secret")
	}
	id := "/targets/" + made.id()
	if got := c.get(id).want(200); strings.Contains(string(got.body), secret) || got.data()["timeout"] != 2.5 || fmt.Sprint(got.data()["retry_schedule"]) != "[0 60]" {
		t.Errorf("read %s", got.body)
	}
	if got := c.get(id + "/secret").want(200).data()["secret"]; got != secret {
		t.Errorf("secret %v", got)
	}
	h.as("shop", "read-*").get(id + "/secret").want(403)
	got := c.do("PUT", id, object{"is_active": false, "template": ""}).want(200).data()
	if got["is_active"] != false || got["disabled_at"] == nil || got["template"] != "" || got["name"] != "CRM" {
		t.Errorf("updated %v", got)
	}
	c.do("PUT", id, object{"handle": "other"}).want(422)
	body["handle"], body["is_active"] = "later", false
	if off := c.post("/targets", body).want(201).data(); off["is_active"] != false {
		t.Errorf("created as %v", off)
	}
	c.do("PUT", id, object{"template": "{{ "}).want(422)
	c.do("DELETE", id, nil).want(204)
	c.get(id).want(404)
}

func TestTriggersAndTheirActions(t *testing.T) {
	c := newHouse(t).as("shop")
	c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com"}).want(201)
	send := object{"name": "target.send", "sort_order": 2, "arguments": []object{{"name": "target", "value": "crm"}}}
	filter := object{"uuid": "filter", "sort_order": 1, "arguments": []object{
		{"name": "condition", "value": object{">": []any{object{"var": "total"}, 100}}, "is_dynamic": nil},
	}}
	made := c.post("/triggers", object{"name": "Big sale", "trigger": "transaction.create", "is_active": true, "actions": []object{send, filter}}).want(201)
	id := "/triggers/" + made.id()
	got := c.get(id).want(200).data()
	actions := got["actions"].([]any)
	if got["trigger"] != "transaction.created" || len(actions) != 2 || actions[0].(map[string]any)["uuid"] != "filter" {
		t.Errorf("trigger %v", got)
	}
	c.do("PUT", id, object{"is_active": false}).want(200)
	c.do("PUT", id, object{"trigger": "transaction.creatd"}).want(422)

	dynamic := object{"name": "target.send", "arguments": []object{{"name": "target", "value": object{"var": "location.name"}, "is_dynamic": true}}}
	action := id + "/actions/" + c.post(id+"/actions", dynamic).want(201).id()
	changed := c.do("PUT", action, object{"arguments": []object{{"name": "target", "value": "crm"}}}).want(200).data()
	argument := changed["arguments"].([]any)[0].(map[string]any)
	if argument["is_dynamic"] != nil || argument["value"] != "crm" {
		t.Errorf("the new argument keeps parts of the old one: %v", argument)
	}
	c.get(action).want(200)
	if rows := c.get(id + "/actions?page[size]=2").want(200).rows(); len(rows) != 2 {
		t.Errorf("actions %v", rows)
	}
	c.do("DELETE", action, nil).want(204)
	c.get(action).want(404)
	c.do("DELETE", id, nil).want(204)
	c.get(id).want(404)
}

func TestAnEventShowsItsContextTheRunsAndTheDeliveries(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com", "template": `{"who":"{{ first_name }}"}`}).want(201)
	c.post("/triggers", object{"name": "Welcome", "trigger": "profile.created", "is_active": true, "actions": []object{
		{"name": "target.send", "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(201)
	profile := c.post("/profiles", object{"first_name": "Ada", "email": "a@b.co"}).want(201).id()

	event := "/events/" + fmt.Sprint(c.get("/events?filter[profile_id]=" + profile).want(200).rows()[0].(map[string]any)["id"])
	if got := c.get(event).want(200).data(); got["is_waiting"] != true || len(got["runs"].([]any)) != 0 {
		t.Errorf("before the reactions: %v", got)
	}
	if n, err := h.reactions.Step(context.Background()); err != nil || n != 1 {
		t.Fatalf("step: %d, %v", n, err)
	}
	got := c.get(event).want(200).data()
	runs, deliveries := got["runs"].([]any), got["deliveries"].([]any)
	if got["is_waiting"] != false || len(runs) != 1 || len(deliveries) != 1 || got["context"].(map[string]any)["id"] != profile {
		t.Fatalf("after the reactions: %v", got)
	}
	if run := runs[0].(map[string]any); run["outcome"] != "matched" {
		t.Errorf("run %v", run)
	}

	delivery := "/deliveries/" + fmt.Sprint(deliveries[0].(map[string]any)["id"])
	detail := c.get(delivery).want(200).data()
	if detail["body"] != `{"who":"Ada"}` || len(detail["attempts"].([]any)) != 0 || detail["event_type"] != "profile.created" {
		t.Errorf("delivery %v", detail)
	}
	if rows := c.get("/deliveries?filter[state][in]=pending,sending&sort=-created_at").want(200).rows(); len(rows) != 1 {
		t.Errorf("deliveries %v", rows)
	}
	c.post("/deliveries/99/retry", nil).want(404)
}

func TestADeadLetterIsSentAgainOnRequest(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	var healthy atomic.Bool
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !healthy.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprint(w, "thanks")
	}))
	t.Cleanup(receiver.Close)
	c.post("/targets", object{"name": "CRM", "handle": "crm", "url": receiver.URL, "retry_schedule": []int{0}}).want(201)
	c.post("/triggers", object{"name": "Welcome", "trigger": "profile.created", "is_active": true, "actions": []object{
		{"name": "target.send", "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(201)
	h.deliveries.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.deliveries.Stop(ctx); err != nil {
			t.Error(err)
		}
	})

	c.post("/profiles", object{"email": "a@b.co"}).want(201)
	if _, err := h.reactions.Step(context.Background()); err != nil {
		t.Fatal(err)
	}
	id := "/deliveries/" + c.delivery("dead")
	if got := c.get(id).want(200).data(); got["status"] != 500.0 || got["ended_at"] == nil || len(got["attempts"].([]any)) != 1 {
		t.Errorf("dead letter %v", got)
	}
	healthy.Store(true)
	c.post(id+"/retry", nil).want(200)
	c.delivery("delivered")
	attempts := c.get(id).want(200).data()["attempts"].([]any)
	if len(attempts) != 2 || attempts[1].(map[string]any)["answer"] != "thanks" {
		t.Errorf("attempts %v", attempts)
	}
	c.post(id+"/retry", nil).want(409)
}

// delivery waits for a delivery in the state and returns its id.
func (c *client) delivery(state string) string {
	c.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if rows := c.get("/deliveries?filter[state]=" + state).want(200).rows(); len(rows) > 0 {
			return fmt.Sprint(rows[0].(map[string]any)["id"])
		}
	}
	c.t.Fatalf("no delivery became %s: %s", state, c.get("/deliveries").body)
	return ""
}

func TestTheCatalogueHasSchemasThatItsSamplesFit(t *testing.T) {
	c := newHouse(t).as("shop", "read-events")
	entries := c.get("/events/catalogue").want(200).rows()
	if len(entries) == 0 {
		t.Fatal("the catalogue is empty")
	}
	for _, e := range entries {
		entry := e.(map[string]any)
		schema := entry["schema"].(map[string]any)
		d := &document{}
		d.Components.Schemas = schema["$defs"].(map[string]any)
		if err := d.conforms(schema, entry["sample"], "$"); err != nil {
			t.Errorf("%s: %v", entry["type"], err)
		}
	}
}

func TestTypesOfActionsAreListed(t *testing.T) {
	c := newHouse(t).as("shop")
	names := map[string]bool{}
	for _, row := range c.get("/triggers/actions").want(200).rows() {
		typ := row.(map[string]any)
		names[typ["type"].(string)] = len(typ["parameters"].([]any)) > 0
	}
	for _, name := range []string{"filter", "target.send", "points.award", "event.create"} {
		if !names[name] {
			t.Errorf("no %s with parameters in %v", name, names)
		}
	}
}

func TestATriggersNamespaceAndWhatFollowsAFailureAreShown(t *testing.T) {
	c := newHouse(t).as("shop")
	made := c.post("/triggers", object{"name": "Tag", "trigger": "order.shipped", "namespace": "pos", "actions": []object{
		{"name": "tag.add", "sort_order": 1, "on_error": "continue", "arguments": []object{{"name": "tags", "value": "a"}}},
		{"name": "tag.add", "sort_order": 2, "arguments": []object{{"name": "tags", "value": "b"}}},
	}}).want(201)
	id := "/triggers/" + made.id()
	check := func(namespace any, want ...string) {
		t.Helper()
		got := c.get(id).want(200).data()
		var onError []string
		for _, a := range got["actions"].([]any) {
			onError = append(onError, a.(map[string]any)["on_error"].(string))
		}
		if got["namespace"] != namespace || !slices.Equal(onError, want) {
			t.Errorf("namespace %v and on_error %v, want %v and %v", got["namespace"], onError, namespace, want)
		}
	}
	check("pos", "continue", "stop")
	action := fmt.Sprint(id, "/actions/", c.get(id + "/actions").want(200).rows()[0].(map[string]any)["id"])
	c.do("PUT", action, object{"notes": "n"}).want(200)
	check("pos", "continue", "stop")
	c.do("PUT", action, object{"on_error": "stop"}).want(200)
	c.do("PUT", id, object{"namespace": nil}).want(200)
	check(nil, "stop", "stop")
	c.do("PUT", action, object{"on_error": "retry"}).want(422)
}
