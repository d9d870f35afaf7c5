package api_test

import "testing"

func TestProfilesAreMergedByEitherPath(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	person := func(name string) string {
		return c.post("/profiles", object{"first_name": name, "identities": []object{{"handle": "pos", "identifier": name}}}).want(201).id()
	}
	ada, bea, cid := person("ada"), person("bea"), person("cid")
	got := c.post("/profiles/merge", object{"source_profile_id": ada, "destination_profile_id": bea}, "Idempotency-Key", "k").want(200)
	if got.id() != bea || len(got.data()["identities"].([]any)) != 2 {
		t.Errorf("merged: %v", got.data())
	}
	c.post("/profiles/merge", object{"source_profile_id": ada, "destination_profile_id": bea}, "Idempotency-Key", "k").want(200)
	c.get("/profiles/" + ada).want(404)
	if got := c.post("/profiles/"+bea+"/merge", object{"loser_id": cid}).want(200); got.id() != bea {
		t.Errorf("merged: %v", got.data())
	}
	for _, identifier := range []string{"ada", "bea", "cid"} {
		if found := c.post("/profiles/search-id", object{"type": "pos", "id": identifier}).want(200).id(); found != bea {
			t.Errorf("%s is %s", identifier, found)
		}
	}
	rows := c.get("/events?filter[type]=profile.merged").want(200).rows()
	if len(rows) != 2 {
		t.Errorf("%d events", len(rows))
	}

	c.post("/profiles/merge", object{}).want(422)
	c.post("/profiles/merge", object{"source_profile_id": bea, "destination_profile_id": bea}).want(422)
	c.post("/profiles/merge", object{"source_profile_id": ada, "destination_profile_id": bea}).want(422)
	c.post("/profiles/"+bea+"/merge", object{}).want(422)
	c.post("/profiles/"+bea+"/merge", object{"loser_id": bea}).want(422)
	c.post("/profiles/"+ada+"/merge", object{"loser_id": bea}).want(404)
}

func TestNoMergeReachesAnotherTenantsProfile(t *testing.T) {
	h := newHouse(t)
	a, stranger := h.as("a"), h.as("b")
	theirs := a.post("/profiles", object{"first_name": "Ada"}).want(201).id()
	own := stranger.post("/profiles", object{"first_name": "Eve"}).want(201).id()
	stranger.post("/profiles/merge", object{"source_profile_id": theirs, "destination_profile_id": own}).want(422)
	stranger.post("/profiles/merge", object{"source_profile_id": own, "destination_profile_id": theirs}).want(422)
	stranger.post("/profiles/"+own+"/merge", object{"loser_id": theirs}).want(422)
	stranger.post("/profiles/"+theirs+"/merge", object{"loser_id": own}).want(404)
	a.get("/profiles/" + theirs).want(200)
	stranger.get("/profiles/" + own).want(200)
}
