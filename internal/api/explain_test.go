package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// bigSales makes an active trigger that sends sales of 100 and more to a target
// at the URL, and returns the paths of both.
func bigSales(c *client, url string) (trigger, target string) {
	target = "/targets/" + c.post("/targets", object{"name": "CRM", "handle": "crm", "url": url, "template": `{"t": {{ total }}}`}).want(201).id()
	trigger = "/triggers/" + c.post("/triggers", object{"name": "Big", "trigger": "transaction.created", "is_active": true, "actions": []object{
		{"name": "filter", "sort_order": 1, "arguments": []object{{"name": "condition", "value": object{">=": []any{object{"var": "total"}, 100}}}}},
		{"name": "target.send", "sort_order": 2, "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(201).id()
	return trigger, target
}

func lastOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func TestAnEventSaysWhyATriggerDidNotFire(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	bigSales(c, "https://example.com")
	in := sale("r-1")
	in["total"] = 89.9
	id := c.post("/transactions", in, "X-Request-Id", "till-7").want(201).id()
	if _, err := h.reactions.Step(context.Background()); err != nil {
		t.Fatal(err)
	}
	event := fmt.Sprint(c.get("/events?filter[type]=transaction.created&filter[subject_id]=" + id).want(200).rows()[0].(map[string]any)["id"])
	trace := c.get("/events/" + event + "/trace").want(200).data()
	cause := trace["cause"].(map[string]any)
	if cause["request_id"] != "till-7" || cause["token_name"] == nil {
		t.Errorf("cause %v", cause)
	}
	reaction := trace["reactions"].([]any)[0].(map[string]any)
	if reaction["outcome"] != "filtered" || reaction["because"] != "total >= 100 is false: 89.9 >= 100" || fmt.Sprint(reaction["version"]) != "1" {
		t.Errorf("reaction %v", reaction)
	}
	c.get("/events/999/trace").want(404)
	history := c.get("/action-history/" + event).want(200).data()
	if item := history["items"].([]any)[0].(map[string]any); item["handler"] != "filter" || item["status"] != "stopped" {
		t.Errorf("history %v", history)
	}
	c.get("/action-history/999").want(404)
}

func TestATriggerIsTriedOverHTTP(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	trigger, target := bigSales(c, "https://example.com")
	out := c.post("/triggers/dry-run", object{"trigger_id": lastOf(trigger), "context": object{"total": 120}}).want(200).data()
	actions := out["reaction"].(map[string]any)["actions"].([]any)
	if got := actions[1].(map[string]any)["rendering"].(map[string]any); got["body"] != `{"t": 120}` || got["is_json"] != true {
		t.Errorf("rendering %v", got)
	}
	if rows := c.get("/deliveries").want(200).rows(); len(rows) != 0 {
		t.Errorf("deliveries %v", rows)
	}
	c.post("/triggers/dry-run", object{"trigger": object{"name": "n", "trigger": "nothing"}, "context": object{}}).want(422)
	c.post("/triggers/backtest", object{"trigger_id": lastOf(trigger), "last": 20000}).want(422)
	if got := c.post("/triggers/backtest", object{"trigger_id": lastOf(trigger)}).want(200).data(); fmt.Sprint(got["considered"]) != "0" || got["difference"] != nil {
		t.Errorf("backtest %v", got)
	}
	preview := c.post("/targets/preview", object{"target_id": lastOf(target), "template": "{\n{{ total +", "sample": "transaction.created"}).want(200).data()
	if e, ok := preview["error"].(map[string]any); !ok || fmt.Sprint(e["line"]) != "2" {
		t.Errorf("preview %v", preview)
	}
	c.post("/transactions/incentive-estimate", object{"trigger_id": lastOf(trigger), "total": 120, "transacted_at": "2026-05-01 10:00:00"}).want(200)
	h.as("shop", "read-*", "update-*", "create-*").post("/triggers/dry-run", object{}).want(403)
}

func TestATestReachesTheReceiverSigned(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	got := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("X-Omneo-Event") + " " + string(body) + fmt.Sprint(r.Header.Get("webhook-signature") != "")
	}))
	t.Cleanup(receiver.Close)
	_, target := bigSales(c, receiver.URL)
	h.deliveries.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.deliveries.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	sent := c.post(target+"/test", object{"context": object{"total": 1}}).want(200).data()
	if sent["is_test"] != true || sent["event_id"] != nil {
		t.Errorf("delivery %v", sent)
	}
	select {
	case text := <-got:
		if text != `transaction.created {"t": 1}true` {
			t.Errorf("the receiver got %s", text)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the receiver got nothing")
	}
	c.delivery("delivered")
	if rows := c.get("/deliveries?filter[is_test]=true").want(200).rows(); len(rows) != 1 {
		t.Errorf("tests %v", rows)
	}
	c.do("PUT", target, object{"is_active": false}).want(200)
	c.post(target+"/test", object{}).want(409)
}

func TestVersionsAreListedReadAndRestored(t *testing.T) {
	c := newHouse(t).as("shop")
	trigger, target := bigSales(c, "https://example.com")
	c.do("PUT", trigger, object{"name": "Bigger"}).want(200)
	c.do("PUT", target, object{"headers": object{"X-Key": "letmein"}}).want(200)
	rows := c.get(trigger + "/versions?sort=-number").want(200).rows()
	if len(rows) != 2 || rows[0].(map[string]any)["is_current"] != true || rows[0].(map[string]any)["token_id"] == nil {
		t.Errorf("versions %v", rows)
	}
	if state := c.get(trigger + "/versions/1").want(200).data()["state"].(map[string]any); state["name"] != "Big" {
		t.Errorf("version 1 is %v", state)
	}
	if got := c.post(trigger+"/versions/1/restore", nil).want(200).data(); got["name"] != "Big" || fmt.Sprint(got["version"]) != "3" {
		t.Errorf("restored %v", got)
	}
	if got := c.get(target + "/versions/2").want(200); strings.Contains(string(got.body), "letmein") || strings.Contains(string(got.body), "secret") {
		t.Errorf("version 2 tells %s", got.body)
	}
	c.get(trigger + "/versions/9").want(404)
	c.post(trigger+"/versions/9/restore", nil).want(404)
	c.get("/targets/" + lastOf(trigger) + "0/versions").want(404)
}
