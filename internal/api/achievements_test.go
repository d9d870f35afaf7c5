package api_test

import (
	"fmt"
	"testing"
)

func TestAchievementsAreCountedAndShown(t *testing.T) {
	c := newHouse(t).as("shop")
	reward := c.post("/rewards/definitions", object{"name": "Thanks", "handle": "thanks", "value": 10}).want(201).id()
	definition := c.post("/achievements/definitions", object{"name": "Visits", "handle": "visits", "levels": []object{
		{"trigger": 2, "meta": object{"unlocks": []object{{"type": "reward_definition", "id": number(t, reward)}}}}, {"trigger": 5},
	}}).want(201).id()
	c.post("/achievements/definitions", object{"name": "Bad", "handle": "bad", "levels": []object{
		{"trigger": 2, "meta": object{"unlocks": []object{{"type": "reward_definition", "id": 99}}}},
	}}).want(422)
	profile := "/profiles/" + c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	all := profile + "/achievements"

	if rows := c.get(all).want(200).rows(); len(rows) != 1 || progress(rows[0])["current_score"] != 0.0 || progress(rows[0])["next_level_id"] != 1.0 {
		t.Errorf("before any count: %v", rows)
	}
	c.post(all, object{"definition": "visits"}).want(201)
	c.post(all, object{"definition_id": number(t, definition), "count": 2, "external_id": "v-1"}, "Idempotency-Key", "k").want(201)
	again := c.post(all, object{"definition_id": number(t, definition), "count": 2, "external_id": "v-1"}, "Idempotency-Key", "k").want(201)
	if p := progress(again.data()); p["current_score"] != 3.0 || p["current_level_id"] != 1.0 || p["next_level_remain"] != 2.0 {
		t.Errorf("answered again: %v", p)
	}
	c.post(all, object{"definition_id": number(t, definition), "external_id": "v-1"}).want(422)
	c.post(all, object{"definition": "visits", "count": "x"}).want(422)
	for _, key := range []string{definition, "visits"} {
		got := c.get(all + "/" + key).want(200).data()
		if got["handle"] != "visits" || progress(got)["current_score"] != 3.0 {
			t.Errorf("read by %s: %v", key, got)
		}
	}
	c.get(all + "/99").want(404)
	if balance := c.get(profile).want(200).data()["reward_balance"]; balance != 10.0 {
		t.Errorf("reward balance %v", balance)
	}
	c.do("DELETE", "/achievements/definitions/"+definition, nil).want(409)
}

func progress(achievement any) map[string]any {
	return achievement.(map[string]any)["progress"].(map[string]any)
}

func number(t *testing.T, id string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(id, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
