package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// benefitShop is a shop with one customer and a claimable benefit.
func benefitShop(t *testing.T) (c *client, profile, definition string) {
	c = newHouse(t).as("shop")
	profile = c.post("/profiles", object{"email": "ada@example.com", "tags": []string{"vip"}}).want(201).id()
	definition = c.post("/benefits/definitions", object{
		"name": "Coffee", "handle": "coffee", "is_claimable": true, "is_extendable": true, "max_redemptions": 2,
		"period": 10, "period_type": "days", "claim_condition": object{"in": []any{"vip", object{"var": "flattened_tags"}}},
	}).want(201).id()
	return c, profile, definition
}

func TestABenefitIsIssuedRedeemedAndGivenBack(t *testing.T) {
	c, profile, definition := benefitShop(t)
	in := object{"benefit_definition_id": definition, "profile_id": "ada@example.com", "profile_id_handle": "email",
		"timezone": "Australia/Melbourne", "external_id": "X1"}
	made := c.post("/benefits", in, "Idempotency-Key", "k").want(201)
	if again := c.post("/benefits", in, "Idempotency-Key", "k").want(201); again.id() != made.id() {
		t.Errorf("replayed as %s", again.body)
	}
	if again := c.post("/benefits", in).want(422); !strings.Contains(string(again.body), "external id has already been taken") {
		t.Errorf("issued twice: %s", again.body)
	}
	of := "/profiles/" + profile + "/benefits"
	use := of + "/" + made.id()
	if got := c.post(use+"/redeem", object{}).want(200).data(); got["redemptions_remaining"] != 1.0 {
		t.Errorf("redeemed %v", got)
	}
	c.post(use+"/redeem", object{"count": 2}).want(409)
	c.post(use+"/redeem", object{"count": 0}).want(422)
	if got := c.post(use+"/redeem", object{"count": 1}).want(200).data(); got["is_redeemable"] != false {
		t.Errorf("redeemed %v", got)
	}
	if rows := c.get("/profiles/" + profile + "/redeemable_benefits").want(200).rows(); len(rows) != 0 {
		t.Errorf("redeemable %v", rows)
	}
	c.post(use+"/return", object{"count": 3}).want(422)
	if got := c.post(use+"/return", object{"count": 2}).want(200).data(); got["redemptions_remaining"] != 2.0 {
		t.Errorf("given back %v", got)
	}
	for _, path := range []string{of, "/benefits?filter[profile_id]=" + strings.ToUpper(profile) + "&filter[definition.handle]=coffee",
		"/profiles/" + profile + "/redeemable_benefits?sort=-expires_at"} {
		if rows := c.get(path).want(200).rows(); len(rows) != 1 {
			t.Errorf("%s: %v", path, rows)
		}
	}
	if got := c.get("/profiles/" + profile).want(200).data()["benefit_balance"]; got != 1.0 {
		t.Errorf("balance %v", got)
	}
	c.do("DELETE", "/benefits/"+made.id(), nil).want(204)
	c.post(use+"/redeem", object{}).want(409)
	c.get("/benefits/" + made.id()).want(200)
}

func TestABenefitIsClaimedAsFarAsItsConditionHolds(t *testing.T) {
	c, profile, definition := benefitShop(t)
	of := "/profiles/" + profile + "/benefits"
	for _, path := range []string{of + "/claimable", of + "/viewable"} {
		if rows := c.get(path).want(200).rows(); len(rows) != 1 {
			t.Errorf("%s: %v", path, rows)
		}
	}
	claimed := c.post(of+"/claim", object{"definition": definition, "timezone": "UTC"}).want(201)
	if at := claimed.data()["claimed_at"]; at == nil {
		t.Errorf("claimed %s", claimed.body)
	}
	if got := c.post(of+"/claim-redeem", object{"definition": "coffee", "timezone": "UTC"}).want(422); !strings.Contains(string(got.body), "claimed already") {
		t.Errorf("claimed again: %s", got.body)
	}
	other := c.post("/profiles", object{"email": "bob@example.com"}).want(201).id()
	refused := c.post("/profiles/"+other+"/benefits/claim", object{"definition": "coffee", "timezone": "UTC"}).want(422).object()
	if errs := refused["errors"].(map[string]any); errs["claim_condition"] == nil {
		t.Errorf("refused %v", refused)
	}
	if rows := c.get("/profiles/" + other + "/benefits/claimable").want(200).rows(); len(rows) != 0 {
		t.Errorf("claimable %v", rows)
	}
	c.do("PUT", "/profiles/"+other+"/tags", object{"tags": []string{"vip"}}).want(200)
	if got := c.post("/profiles/"+other+"/benefits/claim-redeem", object{"definition": "coffee", "timezone": "UTC"}).want(201).data(); got["redemptions_remaining"] != 1.0 {
		t.Errorf("claimed %v", got)
	}
}

func TestBenefitsAreExtendedAndChanged(t *testing.T) {
	c, profile, _ := benefitShop(t)
	made := c.post("/benefits", object{"definition": "coffee", "profile_id": profile}).want(201)
	in := object{"ids": []string{}, "profile_id": profile, "extend_days": 5}
	c.post("/benefits/extend", in).want(422)
	in["ids"] = []any{made.data()["id"], 999}
	c.post("/benefits/extend", in).want(422)
	in["ids"] = []any{made.data()["id"]}
	extended := c.post("/benefits/extend", in).want(200).rows()[0].(map[string]any)
	if extended["expires_at"] == made.data()["expires_at"] || extended["extended_at"] == nil {
		t.Errorf("extended %v", extended)
	}
	one := "/benefits/" + made.id()
	changed := c.do("PUT", one, object{"max_redemptions": 7, "expires_at": nil, "meta": object{"a": 1}}).want(200).data()
	if changed["redemptions_remaining"] != 7.0 || changed["expires_at"] != nil || fmt.Sprint(changed["meta"]) != "map[a:1]" {
		t.Errorf("changed %v", changed)
	}
	c.do("PATCH", one, object{"expires_at": "2020-01-01 00:00:00"}).want(422)
}

func TestATargetIsToldOfABenefit(t *testing.T) {
	c, profile, _ := benefitShop(t)
	made := c.post("/benefits", object{"definition": "coffee", "profile_id": profile}).want(201)
	target := c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com"}).want(201).id()
	path := "/benefits/" + made.id() + "/trigger-target/"
	c.post(path+target, object{}).want(200)
	c.get(path + target).want(200)
	c.post(path+"999", object{}).want(404)
	c.post("/benefits/"+made.id()+"/nothing/1", object{}).want(404)
	if rows := c.get("/events?filter[type]=benefit.notified").want(200).rows(); len(rows) != 2 {
		t.Errorf("events %v", rows)
	}
}

func TestBenefitDefinitionsAreFoundByHandleAndCloned(t *testing.T) {
	c, _, definition := benefitShop(t)
	for n, all := range []string{"/benefits/definitions", "/benefit-definitions"} {
		if got := c.get(all + "/handle/coffee").want(200); got.id() != definition {
			t.Errorf("%s: %s", all, got.body)
		}
		c.get(all + "/handle/tea").want(404)
		handle := fmt.Sprintf("tea-%d", n)
		if got := c.post(all+"/"+definition+"/clone", object{"handle": handle}).want(201).data(); got["handle"] != handle || got["is_published"] != false {
			t.Errorf("%s: clone %v", all, got)
		}
		c.post(all+"/"+definition+"/clone", object{"handle": handle}).want(422)
	}
	if got := c.post("/benefits/definitions/"+definition+"/clone", object{}).want(201).data(); got["handle"] != "coffee-copy" {
		t.Errorf("clone %v", got)
	}
}

func TestCodesAreAllocated(t *testing.T) {
	c, profile, definition := benefitShop(t)
	for _, code := range []string{"ONE", "TWO"} {
		c.post("/allocations", object{"code": code, "definition_id": definition, "definition_type": "benefit_definition"}).want(201)
	}
	c.post("/allocations", object{"code": "ONE", "definition_id": definition}).want(422)
	if got := c.post("/benefits", object{"definition": "coffee", "profile_id": profile}).want(201).data(); got["redeem_code_pos"] != "ONE" {
		t.Errorf("issued %v", got)
	}
	if got := c.get("/benefits/definitions/" + definition).want(200).data(); got["total_allocations"] != 2.0 || got["total_allocations_remaining"] != 1.0 {
		t.Errorf("definition %v", got)
	}
	taken := c.get("/allocations?filter[instance_id][nullable]=0").want(200).rows()
	free := c.get("/allocations?filter[instance_id][nullable]=1").want(200).rows()
	if len(taken) != 1 || len(free) != 1 {
		t.Fatalf("taken %v, free %v", taken, free)
	}
	one := fmt.Sprint("/allocations/", taken[0].(map[string]any)["id"])
	c.do("PUT", one, object{"code": "X"}).want(409)
	c.do("DELETE", one, nil).want(409)
	one = fmt.Sprint("/allocations/", free[0].(map[string]any)["id"])
	if got := c.do("PUT", one, object{"code": "X"}).want(200).data(); got["code"] != "X" {
		t.Errorf("changed %v", got)
	}
	c.do("DELETE", one, nil).want(204)
	c.get(one).want(404)
	// What is counted is no part of a definition, though a client sends it back.
	if got := c.do("PUT", "/benefits/definitions/"+definition, object{"total_allocations": 99}).want(200).data(); got["total_allocations"] != 1.0 {
		t.Errorf("definition %v", got)
	}
}
