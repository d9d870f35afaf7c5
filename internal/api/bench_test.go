package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// serve answers one request without a network between.
func (c *client) serve(b *testing.B, method, path, body string, want int) {
	req := httptest.NewRequest(method, "/api/v3"+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, req)
	if w.Code != want {
		b.Errorf("%s %s: status %d: %s", method, path, w.Code, w.Body)
	}
}

func encoded(b *testing.B, v any) string {
	b.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

// A sale of a known profile at a known location, as a till records it, on the
// embedded database with its fsyncs. Many come at once, as behind a server.
func BenchmarkPostTransaction(b *testing.B) {
	c := newHouse(b).as("shop")
	const shoppers = 500
	profiles := make([]string, shoppers)
	for i := range profiles {
		profiles[i] = c.post("/profiles", object{"email": fmt.Sprintf("p%d@example.com", i)}).want(201).id()
	}
	c.post("/locations", object{"name": "City", "external_id": "M10"}).want(201)
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			in := sale(fmt.Sprintf("r-%d", i))
			in["profile_id"], in["location_id"] = profiles[i%shoppers], "M10"
			c.serve(b, http.MethodPost, "/transactions", encoded(b, in), http.StatusCreated)
		}
	})
}

func BenchmarkReadProfile(b *testing.B) {
	c := newHouse(b).as("shop")
	id := c.post("/profiles", object{"email": "a@b.co"}).want(201).id()
	b.ReportAllocs()
	for b.Loop() {
		c.serve(b, http.MethodGet, "/profiles/"+id, "", http.StatusOK)
	}
}

// What a request costs before and after its rule.
func BenchmarkVerifyToken(b *testing.B) {
	c := newHouse(b).as("shop")
	b.ReportAllocs()
	for b.Loop() {
		c.serve(b, http.MethodGet, "/auth/verify", "", http.StatusOK)
	}
}
