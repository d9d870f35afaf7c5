package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAProfileFromItsCreationToItsEnd(t *testing.T) {
	c := newHouse(t).as("shop")
	made := c.post("/profiles", object{
		"first_name": "Ada", "last_name": "Ng", "email": "ada@example.com", "mobile_phone": "0412345678", "mobile_phone_country": "AU",
		"identities": []object{{"handle": "shopify", "identifier": "1234"}}, "tags": []string{"big spender"},
		"unknown_field": 1,
	}).want(201)
	id := "/profiles/" + made.id()

	if got := c.get(id).want(200).data(); got["full_name"] != "Ada Ng" || got["mobile_phone_e164"] != "+61412345678" {
		t.Errorf("read: %v", got)
	}
	c.do("PUT", id, object{"first_name": "Adele"}).want(200)
	got := c.do("PATCH", id, `{"last_name":null}`).want(200).data()
	if got["first_name"] != "Adele" || got["last_name"] != nil || got["email"] != "ada@example.com" {
		t.Errorf("overlaid: %v", got)
	}
	if got := c.do("PUT", id+"/update-type", object{"profile_type": "dependant"}).want(200).data(); got["profile_type"] != "dependant" {
		t.Errorf("type: %v", got["profile_type"])
	}
	c.do("PUT", id+"/update-type", object{}).want(422)

	for _, search := range []object{{"type": "shopify", "id": "1234"}, {"type": "shopify", "id": 1234}, {"type": "profile_id", "id": made.id()}} {
		if found := c.post("/profiles/search-id", search).want(200).id(); found != made.id() {
			t.Errorf("%v finds %s", search, found)
		}
	}
	c.post("/profiles/search-id", object{"type": "shopify", "id": "5"}).want(404)
	c.post("/profiles/search-id", object{}).want(422)

	available := c.post("/profiles/availability", object{"email": "ADA@example.com", "mobile_phone": "+61499999999"}).want(200).data()
	email, mobile := available["email"].(map[string]any), available["mobile_phone"].(map[string]any)
	if email["available"] != false || email["profile"].(map[string]any)["id"] != made.id() || mobile["available"] != true {
		t.Errorf("available: %v", available)
	}
	c.get(id + "/balances").want(200)
	c.post("/profiles", object{"email": "ada@example.com"}).want(422)

	c.do("DELETE", id, nil).want(204)
	c.get(id).want(404)
	c.do("DELETE", id, nil).want(404)
}

func TestBatchesOfProfilesTellWhatBecameOfEachItem(t *testing.T) {
	c := newHouse(t).as("shop")
	c.post("/profiles", object{"email": "a@b.co"}).want(201)
	got := c.post("/profiles/batch", object{"match_criteria": "email", "profiles": []any{
		object{"email": "a@b.co", "first_name": "Ada"}, object{"email": "b@b.co"}, object{"email": "bad"}, 5, object{"email": "c@b.co", "tags": 1},
	}}).want(200).data()
	if got["message"] != "1 created, 1 updated, 0 unchanged, 3 failed." {
		t.Errorf("message %v", got["message"])
	}
	var states []string
	for _, item := range got["items"].([]any) {
		states = append(states, fmt.Sprint(item.(map[string]any)["status"]))
	}
	if strings.Join(states, " ") != "updated created failed failed failed" {
		t.Errorf("items %v", got["items"])
	}
	c.post("/profiles/batch", object{}).want(422)
}

func TestIdentitiesAreReachedByIDAndByHandle(t *testing.T) {
	c := newHouse(t).as("shop")
	of := "/profiles/" + c.post("/profiles", object{"email": "a@b.co"}).want(201).id() + "/identities"
	id := c.post(of, object{"handle": "pos", "identifier": "77"}).want(201).id()
	c.post(of, object{"handle": "pos", "identifier": "77"}).want(422)
	for _, path := range []string{of + "/id/" + id, of + "/pos"} {
		if got := c.get(path).want(200).data(); got["identifier"] != "77" {
			t.Errorf("%s: %v", path, got)
		}
		c.do("PUT", path, object{"identifier": "78"}).want(200)
		c.do("PUT", path, object{"identifier": "77"}).want(200)
	}
	if rows := c.get(of).want(200).rows(); len(rows) != 1 {
		t.Errorf("identities %v", rows)
	}
	c.do("DELETE", of+"/pos", nil).want(204)
	c.get(of + "/id/" + id).want(404)
	c.get(of + "/pos").want(404)
}

func TestTagsAndStatusesOfAProfile(t *testing.T) {
	c := newHouse(t).as("shop")
	id := "/profiles/" + c.post("/profiles", object{"email": "a@b.co"}).want(201).id()
	c.do("PUT", id+"/tags", object{"tags": []string{"a b", "c"}}).want(200)
	c.post(id+"/tags", object{"tags": []string{"d"}}).want(200)
	c.do("DELETE", id+"/tags/c", nil).want(204)
	c.do("DELETE", id+"/tags/c", nil).want(404)
	if got := fmt.Sprint(c.get(id + "/tags").want(200).rows()); got != "[a-b d]" {
		t.Errorf("tags %s", got)
	}

	for _, method := range []string{"PUT", "POST"} {
		c.do(method, id+"/tags", object{"tag": "e"}).want(422)
		c.do(method, id+"/statuses", object{"status": "staff"}).want(422)
	}
	if got := fmt.Sprint(c.get(id + "/tags").want(200).rows()); got != "[a-b d]" {
		t.Errorf("tags after a request that names none: %s", got)
	}

	status := c.post("/statuses", object{"name": "Staff", "handle": "staff"}).want(201)
	c.post("/statuses", object{"name": "VIP", "handle": "vip"}).want(201)
	c.do("PUT", "/statuses/"+status.id(), object{"colour": "red"}).want(200)
	c.do("PUT", "/statuses/"+status.id(), object{"handle": "other"}).want(422)
	c.do("PUT", id+"/statuses", object{"statuses": []string{"staff"}}).want(200)
	c.post(id+"/statuses", object{"statuses": []string{"vip"}}).want(200)
	c.post(id+"/statuses", object{"statuses": []string{"unknown"}}).want(422)
	if got := c.get(id).want(200).data()["statuses"]; fmt.Sprint(got) != "[staff vip]" {
		t.Errorf("statuses %v", got)
	}
	c.do("DELETE", id+"/statuses/staff", nil).want(204)
	c.do("DELETE", id+"/statuses/staff", nil).want(404)
	if rows := c.get(id + "/statuses").want(200).rows(); len(rows) != 1 {
		t.Errorf("statuses %v", rows)
	}
	c.do("DELETE", "/statuses/"+status.id(), nil).want(204)
	c.get("/statuses/" + status.id()).want(404)
	if rows := c.get("/statuses?sort=name").want(200).rows(); len(rows) != 1 {
		t.Errorf("definitions %v", rows)
	}
}

func TestAttributesOfAProfile(t *testing.T) {
	c := newHouse(t).as("shop")
	profile := "/profiles/" + c.post("/profiles", object{"email": "a@b.co"}).want(201).id()
	id := profile + "/attributes"
	c.do("PUT", id+"/comms", object{"email_promo": true}).want(200)
	c.do("PUT", profile+"/comms", object{"sms_optout": true}).want(200)
	if got := c.get(id + "/comms").want(200).data(); got["email_promo"] != true || got["sms_optout"] != true {
		t.Errorf("comms %v", got)
	}
	c.do("PUT", id+"/comms", object{"email_verification": "perhaps"}).want(422)
	c.do("PUT", id+"/comms", object{"email_promo": "yes"}).want(422)
	c.do("PUT", id+"/appearance", object{"size_top": "12", "eye_colour": "green"}).want(200)
	c.do("PUT", id+"/appearance", object{"size_top": nil}).want(200)
	if got := c.get(id + "/appearance").want(200).data(); fmt.Sprint(got) != "map[eye_colour:green]" {
		t.Errorf("appearance %v", got)
	}

	date := c.do("PUT", id+"/dates", object{"handle": "wedding", "name": "Wedding", "date": "2020-02-29", "is_recurring": true}).want(200)
	c.do("PUT", id+"/dates", object{"handle": "wedding", "date": "2020-03-01", "note": "moved"}).want(200)
	if rows := c.get(id + "/dates").want(200).rows(); len(rows) != 1 || rows[0].(map[string]any)["note"] != "moved" {
		t.Errorf("dates %v", rows)
	}
	c.do("DELETE", id+"/dates/"+date.id(), nil).want(204)
	c.do("DELETE", id+"/dates/"+date.id(), nil).want(404)

	for _, custom := range []string{id + "/custom", profile + "/custom-fields"} {
		c.do("PUT", custom+"/crm:score", object{"type": "integer", "value": 7}).want(200)
		c.do("PUT", custom+"/crm:score", object{"type": "integer", "value": "seven"}).want(422)
		c.post(custom, object{"namespace": "crm", "handle": "note", "type": "string", "value": "hi"}).want(201)
		if got := c.get(custom + "/crm:score").want(200).data(); got["value"] != 7.0 || got["namespace"] != "crm" {
			t.Errorf("custom %v", got)
		}
		if rows := c.get(custom).want(200).rows(); len(rows) != 2 {
			t.Errorf("custom %v", rows)
		}
		c.do("DELETE", custom+"/crm:note", nil).want(204)
		c.get(custom + "/crm:note").want(404)
		c.get(custom + "/crm").want(404)
	}
	all := c.do("PUT", id, object{"appearance": object{"hair_colour": "black"}}).want(200).data()
	if got := c.get(id).want(200).data(); fmt.Sprint(got) != fmt.Sprint(all) || fmt.Sprint(got["appearance"]) != "map[eye_colour:green hair_colour:black]" {
		t.Errorf("attributes %v", got["appearance"])
	}
}

func TestAddressesOfAProfile(t *testing.T) {
	c := newHouse(t).as("shop")
	of := "/profiles/" + c.post("/profiles", object{"email": "a@b.co"}).want(201).id() + "/addresses"
	c.post(of, object{"city": "Melbourne"}).want(422)
	id := c.post(of, object{"address_line_1": "1 Test St", "city": "Melbourne", "postcode": 3000, "country": "Australia", "iso": "AU"}).want(201).id()
	c.do("PUT", of+"/"+id, object{"address_line_1": "2 Test St"}).want(200)
	if got := c.get(of + "/" + id).want(200).data(); got["address_line_1"] != "2 Test St" || got["postcode"] != "3000" || got["is_default"] != true {
		t.Errorf("address %v", got)
	}
	if rows := c.get(of).want(200).rows(); len(rows) != 1 {
		t.Errorf("addresses %v", rows)
	}
	c.do("DELETE", of+"/"+id, nil).want(204)
	c.get(of + "/" + id).want(404)
}

func TestBalancesInAnotherCurrencyAreRefused(t *testing.T) {
	c := newHouse(t).as("shop")
	balances := "/profiles/" + c.post("/profiles", object{"email": "a@b.co"}).want(201).id() + "/balances"
	held, _ := c.get(balances).want(200).data()["currency"].(string)
	c.get(balances + "?currency=" + strings.ToLower(held)).want(200)
	refused := c.get(balances + "?currency=XTS").want(422).object()
	if got := fmt.Sprint(refused["errors"]); got != "map[currency:[The balances of this profile are in "+held+" alone.]]" {
		t.Errorf("errors %s", got)
	}
}
