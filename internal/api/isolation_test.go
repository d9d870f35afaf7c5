package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// shop is a tenant with one of everything. It maps a path up to a parameter to
// the value that the parameter has.
type shop struct {
	*client
	values map[string]string
}

func (h *house) furnish(tenant string) shop {
	c := h.as(tenant)
	s := shop{c, map[string]string{}}
	profile := c.post("/profiles", object{
		"email": "ada@example.com", "tags": []string{"vip"}, "identities": []object{{"handle": "pos", "identifier": "77"}},
		"addresses":         []object{{"address_line_1": "1 Test St", "city": "Melbourne", "country": "Australia"}},
		"custom_attributes": []object{{"namespace": "crm", "handle": "score", "type": "integer", "value": 7}},
		"attributes":        object{"dates": []object{{"handle": "wedding", "date": "2020-01-01"}}},
	}).want(201).data()
	first := func(list string) string {
		return fmt.Sprint(profile[list].([]any)[0].(map[string]any)["id"])
	}
	id := fmt.Sprint(profile["id"])
	s.values["/profiles/{id}"] = id
	s.values["/profiles/{id}/tags/{tag}"] = "vip"
	s.values["/profiles/{id}/identities/id/{identity}"] = first("identities")
	s.values["/profiles/{id}/identities/{handle}"] = "pos"
	s.values["/profiles/{id}/addresses/{address}"] = first("addresses")
	s.values["/profiles/{id}/attributes/dates/{date}"] = "1"
	s.values["/profiles/{id}/attributes/custom/{name}"] = "crm:score"
	s.values["/profiles/{id}/custom-fields/{name}"] = "crm:score"

	s.values["/statuses/{id}"] = c.post("/statuses", object{"name": "VIP", "handle": "vip"}).want(201).id()
	c.post("/profiles/"+id+"/statuses", object{"statuses": []string{"vip"}}).want(200)
	s.values["/profiles/{id}/statuses/{handle}"] = "vip"
	s.values["/locations/{id}"] = c.post("/locations", object{"name": "City", "external_id": "M10"}).want(201).id()

	for name, more := range map[string]object{
		"point": {}, "tier": {"value_min": 100}, "reward": {"value": 10}, "benefit": {}, "achievement": {},
	} {
		d := object{"name": name, "handle": name}
		for field, v := range more {
			d[field] = v
		}
		made := c.post("/"+name+"s/definitions", d).want(201).id()
		s.values["/"+name+"s/definitions/{id}"], s.values["/"+name+"-definitions/{id}"] = made, made
	}
	s.values["/profiles/{id}/achievements/{achievement}"] = "achievement"
	s.values["/points/{id}"] = c.post("/points", object{"profile_id": id, "point_definition_handle": "point", "value_initial": 5}).want(201).id()
	benefit := c.post("/benefits", object{"profile_id": id, "definition": "benefit"}).want(201).id()
	s.values["/benefits/{id}"], s.values["/profiles/{id}/benefits/{benefit}"] = benefit, benefit
	s.values["/benefits/definitions/handle/{handle}"], s.values["/benefit-definitions/handle/{handle}"] = "benefit", "benefit"
	s.values["/allocations/{id}"] = c.post("/allocations", object{
		"code": "A1", "definition_id": s.values["/benefits/definitions/{id}"],
	}).want(201).id()
	s.values["/rates/{id}"] = c.post("/rates", object{"name": "Double", "handle": "double", "rate": 2}).want(201).id()
	s.values["/tiers/points/{id}"] = c.post("/tiers/points", object{"profile_id": id, "value": 10}).want(201).id()
	s.values["/settings/{handle}"] = "points.exchange_rate"
	s.values["/rewards/{id}"] = c.post("/rewards", object{
		"profile_id": id, "reward_definition_handle": "reward", "value_initial": 500,
	}).want(201).id()
	s.values["/redemptions/{id}"] = c.post("/profiles/"+id+"/redeem", object{"amount": 1}).want(201).id()
	s.values["/redemptions/group/{attribute}"] = "type"
	s.values["/profiles/{id}/ledgers/{entry}"] = fmt.Sprint(c.get("/profiles/" + id + "/ledgers").want(200).rows()[0].(map[string]any)["id"])

	in := sale("r-1")
	in["profile_id"], in["location_id"] = id, "M10"
	transaction := c.post("/transactions", in).want(201)
	s.values["/transactions/{id}"] = transaction.id()
	s.values["/transactions/external/{external_id}"] = "r-1"
	s.values["/profiles/{id}/transactions/{transaction}"] = transaction.id()
	s.values["/profiles/{id}/transactions/claims/{claim}"] = c.post("/profiles/"+id+"/transactions/claims", object{
		"transaction_receipt_ref": "unknown", "transaction_total": 1, "transaction_timezone": "UTC", "transaction_transacted_at": "2026-03-01",
	}).want(201).id()
	item := transaction.data()["items"].([]any)[0].(map[string]any)
	s.values["/transactions/{id}/items/{item}"] = fmt.Sprint(item["id"])

	batch := c.post("/locations/batch.json", object{"locations": []object{{"name": "Online"}}}).want(202).object()
	s.values["/batches/{id}"] = fmt.Sprint(batch["batch_id"])

	s.values["/targets/{id}"] = c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com"}).want(201).id()
	s.values["/rewards/{id}/trigger-target/{target}"] = s.values["/targets/{id}"]
	s.values["/benefits/{id}/trigger-target/{target}"] = s.values["/targets/{id}"]
	trigger := c.post("/triggers", object{"name": "n", "trigger": "profile.created", "is_active": true, "actions": []object{
		{"name": "target.send", "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(201)
	s.values["/triggers/{id}"] = trigger.id()
	s.values["/triggers/{id}/actions/{action}"] = fmt.Sprint(trigger.data()["actions"].([]any)[0].(map[string]any)["id"])

	fired := c.post("/automations", object{
		"name": "n", "query": "all", "schedule": "0 9 * * *", "actions": []object{{"name": "tag.add", "arguments": []object{{"name": "tags", "value": "met"}}}},
	}).want(201)
	s.values["/automations/{id}"] = fired.id()
	s.values["/automations/{id}/actions/{action}"] = fmt.Sprint(fired.data()["actions"].([]any)[0].(map[string]any)["id"])
	s.values["/automations/{id}/runs/{run}"] = c.post("/automations/"+fired.id()+"/trigger", object{}).want(201).id()

	s.values["/webhooks/{id}"] = c.post("/webhooks", object{"trigger": "profile.created", "url": "https://example.com", "namespace": "crm"}).want(201).id()

	for _, of := range []string{"triggers", "targets", "webhooks"} {
		s.values["/"+of+"/{id}/versions/{number}"] = "1"
	}
	if _, err := h.reactions.Step(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	s.values["/events/{id}"] = fmt.Sprint(c.get("/events").want(200).rows()[0].(map[string]any)["id"])
	s.values["/action-history/{id}"] = fmt.Sprint(c.get("/action-history").want(200).rows()[0].(map[string]any)["id"])
	s.values["/deliveries/{id}"] = fmt.Sprint(c.get("/deliveries").want(200).rows()[0].(map[string]any)["id"])
	s.values["/auth/api-tokens/{id}"] = fmt.Sprint(c.get("/auth/verify").want(200).data()["id"])
	return s
}

// fill puts the shop's values into a path.
func (s shop) fill(route string) string {
	path, read := "", ""
	for segment := range strings.SplitSeq(strings.TrimPrefix(route, "/api/v3/"), "/") {
		read += "/" + segment
		if strings.HasPrefix(segment, "{") {
			value, ok := s.values[read]
			if !ok {
				s.t.Fatalf("%s: the test has no value for %s", route, read)
			}
			segment = value
		}
		path += "/" + segment
	}
	return path
}

// bodies are valid for the operations that look at the body first.
var bodies = map[string]object{
	"POST /profiles/{id}/redeem":                  {"amount": 1},
	"POST /profiles/{id}/identities":              {"handle": "shopify", "identifier": "1"},
	"POST /profiles/{id}/addresses":               {"address_line_1": "1 Test St", "city": "Melbourne", "country": "Australia"},
	"PUT /profiles/{id}/attributes/custom/{name}": {"type": "integer", "value": 8},
	"PUT /profiles/{id}/custom-fields/{name}":     {"type": "integer", "value": 8},
	"POST /profiles/{id}/attributes/custom":       {"namespace": "a", "handle": "b", "type": "integer", "value": 8},
	"POST /profiles/{id}/custom-fields":           {"namespace": "a", "handle": "b", "type": "integer", "value": 8},
	"PUT /profiles/{id}/attributes/dates":         {"handle": "birth", "date": "2020-01-01"},
	"POST /profiles/{id}/attributes/dates":        {"handle": "birth", "date": "2020-01-01"},
	"PUT /profiles/{id}/update-type":              {"profile_type": "system"},
	"PATCH /profiles/{id}/update-type":            {"profile_type": "system"},
	"POST /profiles/{id}/custom-event":            {"event": "gift.sent"},
	"POST /transactions/{id}/items":               {"name": "Socks", "quantity": 1, "price_sell": 1},
	"POST /triggers/{id}/actions":                 {"name": "filter", "arguments": []object{{"name": "condition", "value": true}}},
	"PUT /profiles/{id}/statuses":                 {"statuses": []string{}},
	"PUT /profiles/{id}/tags":                     {"tags": []string{}},
}

// For every operation of the document: the token of another tenant gets 404 for
// what its path names, and finds nothing in its lists; the tenant's own token
// gets an answer, which shows that the path was right.
func TestNoTokenReachesAnotherTenantsRows(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := houseOn(t, db)
		a := h.furnish("a")
		stranger := h.as("b")
		for path, ops := range h.document().Paths {
			if strings.HasPrefix(path, "/api/v3/auth/") && !strings.Contains(path, "{") || strings.HasSuffix(path, "/catalogue") || path == "/api/v3/triggers/actions" || path == "/api/v3/automations/queries" || strings.Contains(path, "/settings") {
				continue
			}
			for method := range ops {
				method := strings.ToUpper(method)
				name := method + " " + strings.TrimPrefix(path, "/api/v3")
				body := any(nil)
				if method != http.MethodGet && method != http.MethodDelete {
					body = bodies[name]
					if bodies[name] == nil {
						body = object{}
					}
				}
				switch {
				case strings.Contains(path, "{") && !strings.Contains(path, "/group/"):
					got := stranger.do(method, a.fill(path), body)
					if got.status != http.StatusNotFound {
						t.Errorf("%s by a stranger: status %d: %s", name, got.status, got.body)
					}
					if method == http.MethodGet && !strings.HasSuffix(path, "/unattach") {
						a.get(a.fill(path)).want(200)
					}
				case method == http.MethodGet:
					if rows := stranger.get(a.fill(path)).want(200).rows(); len(rows) != 0 {
						t.Errorf("%s by a stranger: %v", name, rows)
					}
				}
			}
		}
	})
}

// What a body or a filter names is looked for in the token's own tenant too.
func TestNoBodyReachesAnotherTenantsRows(t *testing.T) {
	h := newHouse(t)
	a := h.furnish("a")
	stranger := h.as("b")
	profile := a.values["/profiles/{id}"]
	stranger.post("/profiles/search-id", object{"type": "pos", "id": "77"}).want(404)
	stranger.post("/profiles/search-id", object{"type": "profile_id", "id": profile}).want(404)
	if got := stranger.post("/profiles/availability", object{"email": "ada@example.com"}).want(200).data(); got["email"].(map[string]any)["available"] != true {
		t.Errorf("available %v", got)
	}
	for field, value := range map[string]string{"profile_id": profile, "location_id": "M10"} {
		in := sale("r-2")
		in[field] = value
		if got := stranger.post("/transactions", in); got.status/100 != 4 {
			t.Errorf("a sale with the %s of another tenant: %s", field, got.body)
		}
	}
	upsert := sale("r-1")
	upsert["id"] = a.values["/transactions/{id}"]
	if got := stranger.post("/transactions/update-create", upsert); got.status == 200 {
		t.Errorf("upsert: %s", got.body)
	}
	if got := stranger.post("/transactions/update-create", sale("r-1")).want(201); got.id() == a.values["/transactions/{id}"] {
		t.Errorf("upsert by external id: %s", got.body)
	}
	stranger.post("/triggers", object{"name": "n", "trigger": "profile.created", "actions": []object{
		{"name": "target.send", "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(422)
	for path, body := range map[string]object{
		"/triggers/dry-run":                  {"trigger_id": a.values["/triggers/{id}"], "context": object{}},
		"/triggers/backtest":                 {"trigger_id": a.values["/triggers/{id}"]},
		"/targets/preview":                   {"target_id": a.values["/targets/{id}"], "context": object{}},
		"/transactions/incentive-estimate":   {"trigger_id": a.values["/triggers/{id}"], "total": 1, "transacted_at": "2026-05-01"},
		"/targets/preview?":                  {"template": "", "event_id": a.values["/events/{id}"]},
		"/triggers/dry-run?":                 {"trigger": object{"name": "n", "trigger": "profile.created"}, "event_id": a.values["/events/{id}"]},
		"/triggers/dry-run?profile":          {"trigger": object{"name": "n", "trigger": "profile.created"}, "sample": "profile.created", "profile_id": profile},
		"/transactions/incentive-estimate?p": {"trigger_id": 1, "total": 1, "transacted_at": "2026-05-01", "profile_id": profile},
	} {
		stranger.post(path, body).want(404)
	}
	for _, path := range []string{"/profiles?filter[tags.handle]=vip", "/profiles?filter[identities.identifier]=77", "/deliveries?filter[state][in]=pending,sending,dead"} {
		if rows := stranger.get(path).want(200).rows(); len(rows) != 0 {
			t.Errorf("%s: %v", path, rows)
		}
	}
}

// A token with every scope but the operation's own is refused, one with that
// scope alone is not.
func TestEveryOperationNeedsItsOwnScopeAndNoOther(t *testing.T) {
	h := newHouse(t)
	a := h.furnish("a")
	for _, scope := range api.Scopes() {
		var others []string
		for _, s := range api.Scopes() {
			if s != scope {
				others = append(others, s.Name)
			}
		}
		with, without := h.as("a", scope.Name), h.as("a", others...)
		for path, ops := range h.document().Paths {
			for method, op := range ops {
				if op.Scope != scope.Name {
					continue
				}
				method := strings.ToUpper(method)
				without.do(method, a.fill(path), nil).want(http.StatusForbidden)
				if got := with.do(method, pathParameter.ReplaceAllString(path, "0"), nil); got.status == http.StatusForbidden {
					t.Errorf("%s %s with %s: %s", method, path, scope.Name, got.body)
				}
			}
		}
	}
}
