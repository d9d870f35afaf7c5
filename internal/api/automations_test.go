package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/belfryhq/belfry/internal/automation"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// automate does all runs that are under way.
func (h *house) automate() {
	h.t.Helper()
	all := automation.Automations{DB: h.db, Reactions: h.reactions, Logger: slog.New(slog.DiscardHandler)}
	for some := true; some; {
		var err error
		if some, err = all.Step(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestAutomationsAreMadeRunAndExplained(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := houseOn(t, db)
		c := h.as("shop")
		profile := c.post("/profiles", object{"first_name": "Ada", "tags": []string{"vip"}}).want(201).id()
		made := c.post("/automations", object{
			"name": "Hello", "query": "tag", "arguments": []object{{"name": "handle", "value": "vip"}}, "schedule": "0 9 * * *", "is_active": true,
			"actions": []object{{"name": "tag.add", "arguments": []object{{"name": "tags", "value": "greeted"}}}},
		}).want(201)
		got, path := made.data(), "/automations/"+made.id()
		if got["type"] != "scheduled" || fmt.Sprint(got["schedule"]) != "map[cron:0 9 * * *]" || got["next_run_at"] == nil || got["last_run_at"] != nil {
			t.Errorf("automation %v", got)
		}
		for _, wrong := range []string{"/triggers/" + made.id(), "/triggers/" + made.id() + "/actions"} {
			c.get(wrong).want(404)
		}
		c.post("/triggers/"+made.id()+"/versions/1/restore", nil).want(404)
		if rows := c.get("/triggers").want(200).rows(); len(rows) != 0 {
			t.Errorf("triggers %v", rows)
		}
		if rows := c.get("/automations?filter[query]=tag&filter[is_active]=1").want(200).rows(); len(rows) != 1 {
			t.Errorf("automations %v", rows)
		}

		action := c.post(path+"/actions", object{"name": "tag.add", "sort_order": 2, "arguments": []object{{"name": "tags", "value": "again"}}}).want(201)
		c.do("PUT", path+"/actions/"+action.id(), object{"sort_order": 3}).want(200)
		if rows := c.get(path + "/actions").want(200).rows(); len(rows) != 2 {
			t.Errorf("actions %v", rows)
		}
		c.do("DELETE", path+"/actions/"+action.id(), nil).want(204)
		c.get(path + "/actions/" + action.id()).want(404)

		run := c.post(path+"/trigger", object{}).want(201)
		c.post(path+"/trigger", object{}).want(409)
		h.automate()
		if r := c.get(path + "/runs/" + run.id()).want(200).data(); r["state"] != "done" || fmt.Sprint(r["processed"], r["failed"]) != "1 0" {
			t.Errorf("run %v", r)
		}
		if tags := c.get("/profiles/" + profile).want(200).data()["tags"]; fmt.Sprint(tags) != "[vip greeted]" {
			t.Errorf("tags %v", tags)
		}
		e := c.get("/events?filter[type]=automation.fired").want(200).rows()[0].(map[string]any)
		if e["request_id"] == nil || e["subject_id"] != made.id() {
			t.Errorf("event %v", e)
		}
		trace := c.get(fmt.Sprintf("/events/%v/trace", e["id"])).want(200).data()
		told := trace["reactions"].([]any)[0].(map[string]any)
		if told["kind"] != "automation" || told["name"] != "Hello" || told["outcome"] != "matched" {
			t.Errorf("told %v", told)
		}

		c.do("PUT", path, object{"schedule": nil, "frequency": "daily", "slot": "AU-MEL-9"}).want(200)
		c.do("PATCH", path, object{"schedule": object{"every": "6h"}}).want(422)
		c.do("PATCH", path, object{"schedule": 6}).want(422)
		if got := c.do("PUT", path, object{"is_active": false}).want(200).data(); got["next_run_at"] != nil || got["slot"] != "AU-MEL-9" {
			t.Errorf("automation %v", got)
		}
		c.do("DELETE", path, nil).want(204)
		c.get(path).want(404)
		c.get(path + "/runs").want(404)
	})
}

func TestATargetThatAnAutomationSendsToIsKept(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	target := c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com"}).want(201).id()
	c.post("/automations", object{"name": "n", "query": "all", "schedule": "@daily", "actions": []object{
		{"name": "target.send", "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(201)
	c.do("DELETE", "/targets/"+target, nil).want(409)
}
