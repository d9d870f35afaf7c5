package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/secret"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// house is a running API on a real database, without the workers behind it.
type house struct {
	t          testing.TB
	db         *store.DB
	reactions  *reaction.Reactions
	deliveries *delivery.Dispatcher
	server     *httptest.Server
	handler    http.Handler
	log        *logBuffer
}

func newHouse(t testing.TB, adjust ...func(*api.Options)) *house {
	t.Helper()
	return houseOn(t, storetest.SQLite(t, store.Options{}), adjust...)
}

func houseOn(t testing.TB, db *store.DB, adjust ...func(*api.Options)) *house {
	t.Helper()
	box, err := secret.NewBox(secret.Key{1})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: db, log: &logBuffer{}}
	logger := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	guard := delivery.NewGuard(delivery.GuardOptions{AllowHTTP: true, AllowPrivate: true})
	h.deliveries = delivery.New(delivery.Options{DB: db, Guard: guard, Secrets: box, Version: "test", Logger: logger})
	h.reactions = reaction.New(reaction.Options{DB: db, Guard: guard, Secrets: box, Deliveries: h.deliveries, Logger: logger})
	o := api.Options{DB: db, Reactions: h.reactions, Deliveries: h.deliveries, Version: "test", Logger: logger}
	for _, f := range adjust {
		f(&o)
	}
	h.handler = api.New(o)
	h.server = httptest.NewServer(h.handler)
	t.Cleanup(h.server.Close)
	return h
}

// logBuffer keeps log lines of concurrent requests.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// client is a client with a token.
type client struct {
	*house
	token string
}

// as returns a client of the tenant with the scopes; all of them when none is
// named.
func (h *house) as(tenant string, scopes ...string) *client {
	h.t.Helper()
	if len(scopes) == 0 {
		scopes = []string{"*"}
	}
	return h.with(tenant, api.TokenInput{Name: "test", Scopes: scopes})
}

func (h *house) with(tenant string, in api.TokenInput) *client {
	h.t.Helper()
	var made string
	err := h.db.Update(context.Background(), func(tx *store.Tx) error {
		record, _, err := tx.EnsureTenant(tenant)
		if err != nil {
			return err
		}
		plain, token, err := api.NewToken(in)
		if err != nil {
			return err
		}
		made = plain
		return tx.As(store.Actor{TenantID: record.ID}).InsertToken(&token)
	})
	if err != nil {
		h.t.Fatalf("make token: %v", err)
	}
	return &client{h, made}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

func (c *client) do(method, path string, body any, headers ...string) answer {
	c.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	if !outside(path) {
		path = "/api/v3" + path
	}
	req, err := http.NewRequest(method, c.server.URL+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	a := c.send(req)
	if strings.HasPrefix(path, "/api/v3/") {
		if err := c.document().check(method, path, a); err != nil {
			c.t.Errorf("%s %s: the answer is not as documented: %v", method, path, err)
		}
	}
	return a
}

// outside reports whether a path is not below the prefix of API v3.
func outside(path string) bool {
	for _, prefix := range []string{"/api/", "/openapi.json", "/docs", "/livez", "/readyz"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func (c *client) send(req *http.Request) answer {
	c.t.Helper()
	client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	res, err := client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{c.t, res.StatusCode, res.Header, b}
}

func (c *client) get(path string) answer { c.t.Helper(); return c.do("GET", path, nil) }

func (c *client) post(path string, body any, headers ...string) answer {
	c.t.Helper()
	return c.do("POST", path, body, headers...)
}

// want fails unless the status is as expected.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// object reads the answer's whole body.
func (a answer) object() map[string]any {
	a.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.t.Fatalf("body %q: %v", a.body, err)
	}
	return v
}

// data reads the answer's data, which is an object.
func (a answer) data() map[string]any {
	a.t.Helper()
	v, ok := a.object()["data"].(map[string]any)
	if !ok {
		a.t.Fatalf("no data object in %s", a.body)
	}
	return v
}

// rows reads the answer's data, which is a list.
func (a answer) rows() []any {
	a.t.Helper()
	v, ok := a.object()["data"].([]any)
	if !ok {
		a.t.Fatalf("no data list in %s", a.body)
	}
	return v
}

// id reads the id of the answer's data as it stands in paths.
func (a answer) id() string {
	a.t.Helper()
	var v struct {
		Data struct{ ID json.RawMessage }
	}
	if err := json.Unmarshal(a.body, &v); err != nil || len(v.Data.ID) == 0 {
		a.t.Fatalf("no id in %s", a.body)
	}
	return strings.Trim(string(v.Data.ID), `"`)
}

type object = map[string]any
