package api_test

import (
	"fmt"
	"testing"
)

func TestPointsFromASaleToTheirReversal(t *testing.T) {
	c := newHouse(t).as("shop")
	profile := c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	c.post("/points/definitions", object{"name": "Points", "handle": "base", "earn_rate": 1}).want(201)
	c.post("/rates", object{"name": "Double", "handle": "double", "rate": 2}).want(201)
	if got := c.post("/rates/calculate", object{"price": 10}).want(200).data()["total"]; got != 20.0 {
		t.Errorf("calculated %v", got)
	}
	in := sale("r-1")
	in["profile_id"] = profile
	c.post("/transactions", in).want(201)
	rows := c.get("/profiles/" + profile + "/points?filter[status]=active").want(200).rows()
	if len(rows) != 1 || rows[0].(map[string]any)["value_remaining"] != 2*in["total"].(float64) {
		t.Fatalf("points %v", rows)
	}
	given := c.post("/points", object{"profile_id": profile, "point_definition_handle": "base", "value_initial": 5, "external_id": "P"}).want(201)
	c.post("/points", object{"profile_id": profile, "point_definition_handle": "base", "value_initial": 5, "external_id": "P"}).want(422)
	if got := c.post("/points/"+given.id()+"/reverse", object{"value": 2}).want(200).data(); got["value_remaining"] != 3.0 {
		t.Errorf("reversed %v", got)
	}
	c.post("/points/"+given.id()+"/reverse", object{}).want(200)
	c.post("/points/"+given.id()+"/reverse", object{}).want(409)
	if got := c.get("/points/" + given.id()).want(200).data(); got["status"] != "reversed" {
		t.Errorf("read %v", got)
	}
}

func TestAClaimFromTheReceiptToTheSale(t *testing.T) {
	c := newHouse(t).as("shop")
	profile := c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	in := sale("r-1")
	in["receipt_ref"] = "659"
	of := "/profiles/" + profile + "/transactions"
	claim := c.post(of+"/claims", object{
		"transaction_receipt_ref": "659", "transaction_total": in["total"], "transaction_timezone": in["timezone"],
		"transaction_transacted_at": in["transacted_at"],
	}).want(201)
	if claim.data()["status"] != "pending" {
		t.Errorf("claim %v", claim.data())
	}
	made := c.post("/transactions", in).want(201)
	got := c.get(of + "/claims/" + claim.id()).want(200).data()
	if got["status"] != "claimed" || fmt.Sprint(got["claimed_transaction_id"]) != made.id() || made.data()["profile_id"] != profile {
		t.Errorf("claim %v of %v", got, made.data())
	}
	if rows := c.get(of + "/claims").want(200).rows(); len(rows) != 1 {
		t.Errorf("claims %v", rows)
	}
	c.post(of+"/claims", object{}).want(422)
	path := "/transactions/" + made.id()
	c.post(path+"/event-trigger", object{"event": "transaction.sync"}).want(200)
	c.post(path+"/event-trigger", object{"event": "transaction.recalculate"}).want(200)
	c.post(path+"/event-trigger", object{"event": "transaction.other"}).want(422)
	c.post(path+"/resend", nil).want(200)
	if rows := c.get("/events?filter[type]=transaction.updated").want(200).rows(); len(rows) != 3 {
		t.Errorf("%d events", len(rows))
	}
}
