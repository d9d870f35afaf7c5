package api_test

import (
	"testing"
	"time"
)

func TestTheScheduleRunsByHandUntilAMoment(t *testing.T) {
	h := newHouse(t)
	c := h.as("a")
	profile := c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	points := c.post("/points/definitions", object{
		"name": "Bonus", "handle": "bonus", "kind": "action", "issue_period": 30, "issue_period_type": "days",
	}).want(201).id()
	c.post("/points", object{"profile_id": profile, "point_definition_id": points, "value_initial": 50}).want(201)

	got := c.post("/schedule/run", object{}).want(200).data()
	if got["settled"] != 0.0 || got["failed"] != 0.0 || got["is_complete"] != true {
		t.Errorf("at present: %v", got)
	}
	until := time.Now().UTC().AddDate(0, 0, 31).Format(time.DateTime)
	if got = c.post("/schedule/run", object{"now": until}).want(200).data(); got["settled"] != 1.0 || got["now"] != until {
		t.Errorf("until %s: %v", until, got)
	}
	if b := c.get("/profiles/" + profile + "/balances").want(200).data(); b["point_balance"] != 0.0 {
		t.Errorf("after 31 days: %v", b)
	}
	c.post("/schedule/run", object{"now": "2020-01-01 00:00:00"}).want(422)
	c.post("/schedule/run", object{"now": "tomorrow"}).want(422)
}
