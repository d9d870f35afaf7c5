package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestScopesAndTheirWildcardsOpenWhatTheyName(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		scopes               string
		read, create, remove int
	}{
		{"*", 200, 422, 404},
		{"read-targets", 200, 403, 403},
		{"create-targets", 403, 422, 403},
		{"read-*", 200, 403, 403},
		{"*-targets", 200, 422, 404},
		{"*-triggers,read-events", 403, 403, 403},
		{"read-targets,delete-targets", 200, 403, 404},
	} {
		t.Run(tt.scopes, func(t *testing.T) {
			c := h.as("shop", strings.Split(tt.scopes, ",")...)
			c.get("/targets").want(tt.read)
			c.post("/targets", object{}).want(tt.create)
			c.do("DELETE", "/targets/7", nil).want(tt.remove)
			c.get("/auth/verify").want(200)
		})
	}
}

func TestATokenEndsWithItsExpiryAndAtOnceWithItsRevocation(t *testing.T) {
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	h := newHouse(t, func(o *api.Options) { o.Now = func() time.Time { return now } })
	admin := h.as("shop")
	short := h.with("shop", api.TokenInput{Name: "short", Scopes: []string{"*"}, ExpiresAt: scalar.At(now.Add(time.Hour))})
	short.get("/profiles").want(200)
	now = now.Add(time.Hour)
	short.get("/profiles").want(401)
	admin.get("/profiles").want(200)

	made := admin.post("/auth/api-tokens", object{"name": "till", "scopes": []string{"read-profiles"}}).want(201).object()
	till := &client{h, made["accessToken"].(string)}
	till.get("/profiles").want(200)
	id := fmt.Sprint(made["token"].(map[string]any)["id"])
	admin.do("DELETE", "/auth/api-tokens/"+id, nil).want(204)
	till.get("/profiles").want(401)
	if got := admin.get("/auth/api-tokens/" + id).want(200).data(); got["revoked"] != true {
		t.Errorf("token %v", got)
	}
}

func TestATokenGrantsNoMoreThanItHas(t *testing.T) {
	c := newHouse(t).as("shop", "create-api-tokens", "update-api-tokens", "read-profiles")
	c.post("/auth/api-tokens", object{"name": "n", "scopes": []string{"*"}}).want(403)
	c.post("/auth/api-tokens", object{"name": "n", "scopes": []string{"read-profiles", "*-targets"}}).want(403)
	made := c.post("/auth/api-tokens", object{"name": "n", "scopes": []string{"read-profiles"}}).want(201).object()
	id := fmt.Sprint(made["token"].(map[string]any)["id"])
	c.do("PUT", "/auth/api-tokens/"+id, object{"scopes": []string{"delete-profiles"}}).want(403)
	c.do("PUT", "/auth/api-tokens/"+id, object{"name": "renamed"}).want(200)
}

func TestTokensAreShownOnceAndKeptAsAHash(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	made := c.post("/auth/api-tokens", object{"name": "till", "scopes": []string{"*"}, "namespace": "pos"}, "Idempotency-Key", "k").want(201)
	plain := made.object()["accessToken"].(string)
	if len(plain) != 44 || !strings.HasPrefix(plain, "blf_") {
		t.Errorf("token %q", plain)
	}
	again := c.post("/auth/api-tokens", object{"name": "till", "scopes": []string{"*"}, "namespace": "pos"}, "Idempotency-Key", "k").want(201)
	if strings.Contains(string(again.body), plain) || again.object()["accessToken"] != nil {
		t.Errorf("the replay shows the token: %s", again.body)
	}
	listed := c.get("/auth/api-tokens?filter[namespace]=pos").want(200)
	if strings.Contains(string(listed.body), plain) || len(listed.rows()) != 1 {
		t.Errorf("list: %s", listed.body)
	}
	verified := (&client{h, plain}).get("/auth/verify").want(200).data()
	if tenant := verified["tenant"].(map[string]any); tenant["handle"] != "shop" || verified["namespace"] != "pos" {
		t.Errorf("verified %v", verified)
	}
}

func TestNewTokenRefusesScopesThatDoNotExist(t *testing.T) {
	for _, scopes := range [][]string{nil, {""}, {"read"}, {"read-nothing"}, {"profiles-*"}, {"read-profiles", "**"}, {"-"}, {"*-*"}} {
		if _, _, err := api.NewToken(api.TokenInput{Name: "n", Scopes: scopes}); err == nil {
			t.Errorf("%q made a token", scopes)
		} else if _, ok := err.(*problem.Invalid); !ok {
			t.Errorf("%q: %v", scopes, err)
		}
	}
	a, _, _ := api.NewToken(api.TokenInput{Name: "n", Scopes: []string{"*"}})
	b, _, _ := api.NewToken(api.TokenInput{Name: "n", Scopes: []string{"*"}})
	if a == b {
		t.Error("two tokens are one")
	}
}

func TestEventsKnowTheTokenTheNamespaceAndTheRequestThatCausedThem(t *testing.T) {
	h := newHouse(t)
	c := h.with("shop", api.TokenInput{Name: "pos", Scopes: []string{"*"}, Namespace: "pos"})
	c.post("/profiles", object{"email": "a@b.co"}, "X-Request-Id", "r-1").want(201)
	got := c.get("/events").want(200).rows()[0].(map[string]any)
	if got["namespace"] != "pos" || got["request_id"] != "r-1" || got["token_id"] != 1.0 {
		t.Errorf("event %v", got)
	}
}

func TestATokenThatAsksTooFastIsToldWhenToComeBack(t *testing.T) {
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	h := newHouse(t, func(o *api.Options) { o.Now, o.RateLimit = func() time.Time { return now }, 2 })
	c, other := h.as("shop"), h.as("shop")
	for left := 1; left >= 0; left-- {
		if a := c.get("/profiles").want(200); a.header.Get("X-RateLimit-Remaining") != fmt.Sprint(left) {
			t.Errorf("%s left, want %d", a.header.Get("X-RateLimit-Remaining"), left)
		}
	}
	if a := c.get("/profiles").want(429); a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	other.get("/profiles").want(200)
	now = now.Add(500 * time.Millisecond)
	c.get("/profiles").want(200)
	c.get("/profiles").want(429)
}

// A tenant's row can only be reached through store.Tenant; this proves that a
// token of one tenant is bound to it.
func TestATokenBelongsToOneTenant(t *testing.T) {
	h := newHouse(t)
	a, b := h.as("a"), h.as("b")
	tokenOfA := fmt.Sprint(a.get("/auth/verify").want(200).data()["id"])
	b.get("/auth/api-tokens/" + tokenOfA).want(404)
	b.do("DELETE", "/auth/api-tokens/"+tokenOfA, nil).want(404)
	a.get("/auth/verify").want(200)
	if err := h.db.View(context.Background(), func(tx *store.Tx) error {
		tokens, err := tx.As(store.Actor{TenantID: 2}).Tokens()
		if err == nil && len(tokens) != 1 {
			text, _ := json.Marshal(tokens)
			t.Errorf("tokens of b: %s", text)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
