package api_test

import (
	"fmt"
	"testing"
)

func TestAProfileClimbsAndIsToldOfIt(t *testing.T) {
	c := newHouse(t).as("shop")
	for handle, more := range map[string]object{
		"member": {"value_min": 0, "is_floor": true}, "gold": {"value_min": 300, "value_maintain": 200},
		"staff": {"value_min": 900, "is_assignable": true},
	} {
		more["name"], more["handle"] = handle, handle
		c.post("/tiers/definitions", more).want(201)
	}
	profile := c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	of := "/profiles/" + profile + "/tiers"
	holds := func(want string) object {
		t.Helper()
		record := c.get(of).want(200).data()
		if got := record["current_tier"].(map[string]any)["handle"]; got != want {
			t.Errorf("holds %v, want %s", got, want)
		}
		return record
	}
	holds("member")

	in := object{"profile_id": profile, "value": 320.5, "source_type": "survey", "source_id": "7", "meta": object{"a": 1}}
	made := c.post("/tiers/points", in, "Idempotency-Key", "k").want(201)
	if again := c.post("/tiers/points", in, "Idempotency-Key", "k").want(201); again.id() != made.id() {
		t.Errorf("replayed as %s", again.body)
	}
	if got := made.data(); got["status"] != "active" || got["value"] != 320.5 || fmt.Sprint(got["source"]) != "map[external_id:<nil> id:7]" {
		t.Errorf("made %s", made.body)
	}
	record := holds("gold")
	if record["current_credit"] != 20.5 || record["current_remain"] != 179.5 || record["next_remain"] != 579.5 {
		t.Errorf("record %v", record)
	}
	if got := c.get("/profiles/" + profile).want(200).data()["tier_handle"]; got != "gold" {
		t.Errorf("tier_handle %v", got)
	}
	if rows := c.get("/profiles?filter[tier_handle]=gold").want(200).rows(); len(rows) != 1 {
		t.Errorf("listed %v", rows)
	}

	one := "/tiers/points/" + made.id()
	corrected := c.do("PUT", one, object{"value": 300}).want(200)
	if got := c.get(one).want(200).data()["status"]; got != "reversed" {
		t.Errorf("the former is %v", got)
	}
	c.do("PATCH", one, object{"value": 1}).want(409)
	c.do("DELETE", "/tiers/points/"+corrected.id(), nil).want(204)
	c.do("DELETE", "/tiers/points/"+corrected.id(), nil).want(409)
	for _, path := range []string{of + "/points", "/tiers/points?filter[value][gte]=300&sort=-id"} {
		if rows := c.get(path).want(200).rows(); len(rows) != 2 {
			t.Errorf("%s: %v", path, rows)
		}
	}
	holds("gold")

	c.post(of+"/assign", object{"tier": "gold"}).want(422)
	if got := c.post(of+"/assign", object{"tier": "staff"}).want(200).data(); got["assigned_at"] == nil {
		t.Errorf("assigned %v", got)
	}
	c.post(of+"/calculate", nil).want(200)
	if got := c.get(of + "/calculate").want(200).data()["prev_tier"].(map[string]any)["handle"]; got != "gold" {
		t.Errorf("previous %v", got)
	}
	if rows := c.get("/events?filter[type]=tier.achieved").want(200).rows(); len(rows) != 2 {
		t.Errorf("events %v", rows)
	}
	c.post(of+"/assign", object{}).want(422)
	c.post("/tiers/points", object{"profile_id": profile}).want(422)
	c.get("/tiers/points/999").want(404)
}

func TestADefinitionWithoutItsNumberIsRefusedAndNotTakenForZero(t *testing.T) {
	c := newHouse(t).as("shop")
	for path, field := range map[string]string{
		"/rates": "rate", "/tiers/definitions": "value_min", "/tier-definitions": "value_min",
	} {
		for _, body := range []object{{"name": "Double", "handle": "double"}, {"name": "Double", "handle": "double", field: nil}} {
			got := c.post(path, body).want(422)
			if errors, _ := got.object()["errors"].(map[string]any); errors[field] == nil || len(errors) != 1 {
				t.Errorf("%s: %s, want a fault of %s", path, got.body, field)
			}
		}
	}
	c.post("/tiers/definitions", object{"name": "Member", "handle": "member", "is_floor": true, "value_min": 0}).want(201)
	c.post("/rates", object{"name": "None", "handle": "none", "rate": 0}).want(201)
}
