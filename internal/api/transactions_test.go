package api_test

import (
	"fmt"
	"net/url"
	"testing"
)

func TestATransactionFromItsRecordingToItsEnd(t *testing.T) {
	c := newHouse(t).as("shop")
	profile := c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	location := c.post("/locations", object{"name": "City", "external_id": "M10", "timezone": "Australia/Melbourne"}).want(201).id()

	in := sale("order 1/7")
	in["profile_id"], in["profile_id_handle"], in["location_id"] = "ada@example.com", "email", "M10"
	in["payments"] = []object{{"type": "card", "amount": 149.95}}
	made := c.post("/transactions", in).want(201)
	id := "/transactions/" + made.id()
	got := made.data()
	if got["profile_id"] != profile || fmt.Sprint(got["location_id"]) != location || got["total"] != 149.95 || fmt.Sprint(got["payments"]) != "[map[amount:149.95 type:card]]" {
		t.Errorf("recorded %v", got)
	}
	for _, path := range []string{id, "/transactions/external/" + url.PathEscape("order 1/7"), "/profiles/" + profile + "/transactions/" + made.id()} {
		if c.get(path).want(200).id() != made.id() {
			t.Errorf("%s is another one", path)
		}
	}
	if spend := c.get("/profiles/" + profile + "/aggregations").want(200).data()["spend_all"]; spend != 149.95 {
		t.Errorf("spend_all %v", spend)
	}

	c.do("PUT", id, object{"is_void": true}).want(200)
	if spend := c.get("/profiles/" + profile + "/aggregations/calculate").want(200).data()["spend_all"]; spend != 0.0 {
		t.Errorf("spend_all of a voided sale %v", spend)
	}
	c.do("PATCH", id, object{"is_void": false, "receipt_ref": "659"}).want(200)
	if got := c.get("/transactions?filter[receipt_ref]=659&filter[total][gt]=100").want(200).rows(); len(got) != 1 {
		t.Errorf("list %v", got)
	}

	items := id + "/items"
	item := c.get(items).want(200).rows()[0].(map[string]any)
	if item["name"] != "Shirt" {
		t.Errorf("item %v", item)
	}
	another := c.post(items, object{"name": "Socks", "quantity": 2, "price_sell": "9.95", "product_variant": object{"sku": "S-2", "title": "Socks"}}).want(201).id()
	c.do("PUT", items+"/"+another, object{"quantity": 3}).want(200)
	if got := c.get(items + "/" + another).want(200).data(); got["quantity"] != 3.0 || got["price_sell"] != 9.95 {
		t.Errorf("item %v", got)
	}
	c.do("DELETE", items+"/"+another, nil).want(204)
	c.get(items + "/" + another).want(404)

	if rows := c.get("/profiles/" + profile + "/transactions").want(200).rows(); len(rows) != 1 {
		t.Errorf("of the profile: %v", rows)
	}
	if got := c.get("/profiles/" + profile + "/transactions/" + made.id() + "/unattach").want(200).data(); got["profile_id"] != nil {
		t.Errorf("unattached %v", got["profile_id"])
	}
	c.get("/profiles/" + profile + "/transactions/" + made.id()).want(404)
	c.do("DELETE", id, nil).want(204)
	c.get(id).want(404)
	c.get("/transactions/external/nothing").want(404)
	c.get(id + "/nothing").want(404)
}

func TestAnUpsertAnswers201WhenItCreatesAnd200WhenItUpdates(t *testing.T) {
	c := newHouse(t).as("shop")
	made := c.post("/transactions/update-create", sale("r-1")).want(201)
	again := c.post("/transactions/update-create", object{"external_id": "r-1", "total": 100}, "Idempotency-Key", "k").want(200)
	if again.id() != made.id() || again.data()["total"] != 100.0 {
		t.Errorf("updated %s", again.body)
	}
	c.post("/transactions/update-create", object{"external_id": "r-1", "total": 100}, "Idempotency-Key", "k").want(200)
	fresh := c.post("/transactions/update-create", sale("r-2"), "Idempotency-Key", "k2").want(201)
	replay := c.post("/transactions/update-create", sale("r-2"), "Idempotency-Key", "k2").want(201)
	if fresh.id() != replay.id() {
		t.Errorf("replayed %s", replay.body)
	}
	c.post("/transactions/update-create", object{"external_id": "r-3"}).want(422)
}

func TestLocationsAreKept(t *testing.T) {
	c := newHouse(t).as("shop")
	id := "/locations/" + c.post("/locations", object{
		"name": "City", "external_code": "CITY", "address": object{"address_line_1": "1 Test St", "city": "Melbourne", "country": "Australia"},
	}).want(201).id()
	c.post("/locations", object{"external_id": "M10"}).want(422)
	c.do("PUT", id, object{"is_permanently_closed": true}).want(200)
	if got := c.get(id).want(200).data(); got["is_permanently_closed"] != true || got["external_code"] != "CITY" {
		t.Errorf("location %v", got)
	}
	if rows := c.get("/locations?filter[external_code]=CITY").want(200).rows(); len(rows) != 1 {
		t.Errorf("list %v", rows)
	}
	c.do("DELETE", id, nil).want(204)
	c.get(id).want(404)
}
