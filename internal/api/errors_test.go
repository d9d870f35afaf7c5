package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/api"
)

func TestEveryKindOfRefusalHasItsStatusAndItsReason(t *testing.T) {
	h := newHouse(t, func(o *api.Options) { o.MaxBody = 2000 })
	all := h.as("shop")
	reader := h.as("shop", "read-*")
	made := all.post("/targets", object{"name": "n", "handle": "crm", "url": "https://example.com"}).want(201).id()
	all.post("/triggers", object{"name": "n", "trigger": "profile.created", "actions": []object{
		{"name": "target.send", "arguments": []object{{"name": "target", "value": "crm"}}},
	}}).want(201)

	tests := map[string]struct {
		answer answer
		status int
		field  string
		text   string
	}{
		"no token":                     {(&client{house: h}).get("/profiles"), 401, "", "Unauthenticated."},
		"a token nobody has":           {(&client{h, "blf_" + strings.Repeat("x", 40)}).get("/profiles"), 401, "", "Unauthenticated."},
		"a token of another form":      {(&client{h, "BAD-TOKEN"}).get("/profiles"), 401, "", "Unauthenticated."},
		"a scope that is missing":      {reader.post("/profiles", object{"email": "a@b.co"}), 403, "", "create-profiles"},
		"an address that is nothing":   {all.get("/nothing"), 404, "", "nothing at this address"},
		"an id that is no number":      {all.get("/targets/abc"), 404, "", "no target"},
		"an id too large":              {all.get("/targets/99999999999999999999"), 404, "", "no target"},
		"a resource that is not there": {all.get("/profiles/0195a000-0000-7000-8000-000000000000"), 404, "", "no profile"},
		"NUL in the path":              {all.get("/profiles/a%00b"), 404, "", "nothing at this address"},
		"broken UTF-8 in the path":     {all.get("/profiles/%ff"), 404, "", "nothing at this address"},
		"a method it does not take":    {all.do("DELETE", "/profiles", nil), 405, "", "GET"},
		"a conflict":                   {all.do("DELETE", "/targets/"+made, nil), 409, "", "crm"},
		"a body too large":             {all.post("/profiles", `{"email":"`+strings.Repeat("a", 3000)+`"}`), 413, "", "2000"},
		"a body that is no JSON":       {all.post("/profiles", "{\n  \"email\": ,\n}"), 400, "", "line 2, column 12"},
		"a body cut short":             {all.post("/profiles", `{"email":`), 400, "", "line 1"},
		"a body that is a list":        {all.post("/profiles", `[]`), 400, "", "object"},
		"a body that is null":          {all.post("/profiles", `null`), 400, "", "object"},
		"a body of another type":       {all.post("/profiles", `a=b`, "Content-Type", "application/x-www-form-urlencoded"), 415, "", "application/json"},
		"NUL in the body":              {all.post("/profiles", `{"first_name":"a\u0000"}`), 422, "", "NUL"},
		"broken UTF-8 in the body":     {all.post("/profiles", "{\"first_name\":\"\xff\"}"), 400, "", "UTF-8"},
		"a field of a wrong type":      {all.post("/transactions", `{"total":"abc"}`), 422, "total", "decimal number"},
		"a wrong type further in":      {all.post("/transactions", `{"items":[{"price_sell":{}}]}`), 422, "items.0.price_sell", "decimal number"},
		"a wrong type in a profile":    {all.post("/profiles", `{"joined_at":"soon"}`), 422, "joined_at", "The joined_at must be a time"},
		"a wrong type in an old name":  {all.post("/profiles", `{"comms_attributes":{"sms_promo":3}}`), 422, "comms_attributes.sms_promo", "true or false"},
		"a field with a wrong value":   {all.post("/profiles", object{"email": "nobody"}), 422, "email", "email"},
		"a field that is missing":      {all.post("/transactions", object{}), 422, "total", "required"},
		"a field that is taken":        {all.post("/targets", object{"name": "n", "handle": "crm", "url": "https://example.com"}), 422, "handle", "taken"},
		"a filter that is none":        {all.get("/targets?filter[colour]=red"), 422, "filter[colour]", "handle, id, name"},
		"a filter value of a wrong type": {
			all.get("/targets?filter[id]=red"), 422, "filter[id]", "whole number",
		},
		"a nullable that is neither": {all.get("/targets?filter[description][nullable]=abc"), 422, "filter[description]", "1 or 0"},
		"a nullable without a value": {all.get("/targets?filter[description][nullable]="), 422, "filter[description]", "1 or 0"},
		"a sort that is none":        {all.get("/targets?sort=-colour"), 422, "sort", "colour"},
		"a page too long":            {all.get("/targets?page[size]=201"), 422, "page[size]", "200"},
		"a page before all":          {all.get("/targets?page[number]=0"), 422, "page[number]", "1"},
		"a broken query":             {all.get("/targets?filter[name]=%zz"), 400, "", "malformed"},
		"NUL in the query":           {all.get("/targets?filter[name]=%00"), 400, "", "plain text"},
		"an Idempotency-Key too long": {
			all.post("/profiles", object{"email": "x@y.co"}, "Idempotency-Key", strings.Repeat("k", 256)), 400, "", "255",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.answer.t = t
			tt.answer.want(tt.status)
			body := tt.answer.object()
			if got, _ := body["message"].(string); !strings.Contains(string(tt.answer.body), tt.text) || got == "" {
				t.Errorf("%s does not say %q", tt.answer.body, tt.text)
			}
			faults, _ := body["errors"].(map[string]any)
			if _, ok := faults[tt.field]; tt.field != "" && !ok {
				t.Errorf("%s does not name the field %s", tt.answer.body, tt.field)
			}
			if tt.answer.header.Get("Content-Type") != "application/json" || tt.answer.header.Get("X-Request-Id") == "" {
				t.Errorf("headers %v", tt.answer.header)
			}
		})
	}
}

func TestUnauthenticatedAnswersSayHowToAuthenticate(t *testing.T) {
	h := newHouse(t)
	if got := (&client{house: h}).get("/profiles").header.Get("WWW-Authenticate"); got != `Bearer realm="belfry"` {
		t.Errorf("without a token: %q", got)
	}
	unknown := client{h, "blf_" + strings.Repeat("x", 40)}
	if got := unknown.get("/profiles").header.Get("WWW-Authenticate"); !strings.Contains(got, "invalid_token") {
		t.Errorf("with an unknown token: %q", got)
	}
	if got := h.as("shop").do("DELETE", "/profiles", nil).header.Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow: %q", got)
	}
}

func TestSeveralFaultsAreCountedInTheMessage(t *testing.T) {
	c := newHouse(t).as("shop")
	got := c.post("/transactions", object{}).want(422).object()
	if got["message"] != "The timezone field is required. (and 2 more errors)" {
		t.Errorf("message %q", got["message"])
	}
}

func TestARequestIDIsKeptWhenItIsFitForALogAndMadeOtherwise(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	for given, kept := range map[string]bool{
		"order-17:retry.2":       true,
		"":                       false,
		"two words":              false,
		strings.Repeat("a", 200): false,
	} {
		got := c.do("GET", "/profiles", nil, "X-Request-Id", given).header.Get("X-Request-Id")
		if kept != (got == given) || got == "" {
			t.Errorf("%q became %q", given, got)
		}
	}
	if !strings.Contains(h.log.String(), `"request_id":"order-17:retry.2"`) {
		t.Errorf("the log does not have it: %s", h.log)
	}
}

func TestAFaultOfTheServerIsLoggedAndNotTold(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	a := c.do("GET", "/profiles", nil, "X-Request-Id", "abc").want(500)
	if string(a.body) != `{"message":"Server Error"}` {
		t.Errorf("told: %s", a.body)
	}
	if log := h.log.String(); !strings.Contains(log, "closed") || !strings.Contains(log, `"request_id":"abc"`) {
		t.Errorf("log: %s", log)
	}
}

func TestProbesTellWhetherTheServerTakesRequests(t *testing.T) {
	fault := errors.New("no database")
	var ready error
	h := newHouse(t, func(o *api.Options) { o.Ready = func(context.Context) error { return ready } })
	nobody := &client{house: h}
	for _, path := range []string{"/livez", "/readyz", "/api/health"} {
		nobody.get(path).want(http.StatusOK)
	}
	ready = fault
	nobody.get("/livez").want(http.StatusOK)
	nobody.get("/api/health").want(http.StatusServiceUnavailable)
	if a := nobody.get("/readyz").want(http.StatusServiceUnavailable); strings.Contains(string(a.body), "database") {
		t.Errorf("told: %s", a.body)
	}
	if !strings.Contains(h.log.String(), "no database") {
		t.Errorf("log: %s", h.log)
	}
}

func TestReadyAsksTheDatabaseUnlessToldOtherwise(t *testing.T) {
	h := newHouse(t)
	nobody := &client{house: h}
	nobody.get("/readyz").want(http.StatusOK)
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	nobody.get("/readyz").want(http.StatusServiceUnavailable)
}

func TestAWrongTypeInAnArrayIsNamedWithItsIndex(t *testing.T) {
	c := newHouse(t).as("shop")
	for _, tt := range []struct{ path, body, field string }{
		{"/transactions", `{"items":[{"quantity":1},{"quantity":"many"}]}`, "items.1.quantity"},
		{"/transactions", `{"items":[{"quantity":1},{"name":"Sock"},5]}`, "items.2"},
		{"/transactions", `{"items":[{},{"discounts":[{"amount":1},{"amount":{}}]}]}`, "items.1.discounts.1.amount"},
		{"/transactions", `{"items":[{},{"discounts":{"amount":{}}}]}`, "items.1.discounts.amount"},
		{"/transactions", `{"items":[{"product_variant":{"price":[1]}}]}`, "items.0.product_variant.price"},
		{"/transactions", `{"items":[],"total":[1]}`, "total"},
		{"/transactions/update-create", `{"tags":["a","b",3]}`, "tags.2"},
		{"/profiles", `{"identities":[{"handle":"a","identifier":"1"},{"handle":{}}]}`, "identities.1.handle"},
		{"/triggers", `{"actions":[{"arguments":[{"name":"a"},{"name":5}]}]}`, "actions.0.arguments.1.name"},
		{"/transactions", `{"items":[` + strings.Repeat(`{},`, 1000) + `5]}`, "items"},
	} {
		refused := c.post(tt.path, tt.body).want(422)
		faults, _ := refused.object()["errors"].(map[string]any)
		if _, ok := faults[tt.field]; !ok || len(faults) != 1 {
			t.Errorf("%.80s: %s does not name %s", tt.body, refused.body, tt.field)
		}
	}
}

func TestAWrongTypeIsToldUnderTheNameThatTheFieldHasInJSON(t *testing.T) {
	c := newHouse(t).as("shop")
	for _, test := range []struct{ path, body, field string }{
		{"/rewards/definitions", `{"name": [], "handle": "r"}`, "name"},
		{"/rewards/definitions", `{"NAME": [], "handle": "r"}`, "name"},
		{"/rewards/definitions", `{"name": "n", "handle": "r", "value": 1, "period": "x"}`, "period"},
		{"/rewards/definitions", `{"name": "n", "handle": "r", "value": 1, "issue_target_id": "x"}`, "issue_target_id"},
		{"/points/definitions", `{"name": "n", "handle": "p", "issue_period": "x"}`, "issue_period"},
		{"/achievements/definitions", `{"name": "n", "handle": "a", "levels": [{"trigger": 1}, {"trigger": "x"}]}`, "levels.1.trigger"},
	} {
		got := c.post(test.path, test.body).want(422)
		if errors, _ := got.object()["errors"].(map[string]any); errors[test.field] == nil {
			t.Errorf("%s: %s, want a fault of %s", test.body, got.body, test.field)
		}
	}
}
