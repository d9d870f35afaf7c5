package api

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// call is one request on its way through the API, and the writer of its answer.
type call struct {
	http.ResponseWriter
	server  *Server
	request *http.Request
	// id is the request id, as the answer, the log and the events carry it.
	id      string
	started time.Time
	// route is the operation that the request is for; nil until one is found.
	route *route
	token store.Token
	// body is read once, before the operation runs.
	body []byte

	// matched is set once a handler of ours has the request: what the mux
	// answers by itself is turned into the API's own form of errors.
	matched bool
	drop    bool
	status  int
}

// Unwrap serves http.ResponseController.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (c *call) WriteHeader(status int) {
	if c.status != 0 {
		return
	}
	if !c.matched {
		c.matched = true
		switch status {
		case http.StatusNotFound:
			c.drop = true
			c.refuse(&refusal{status: status, message: "There is nothing at this address."})
			return
		case http.StatusMethodNotAllowed:
			c.drop = true
			c.refuse(&refusal{status: status, message: "This address does not take this method; it takes " +
				c.Header().Get("Allow") + "."})
			return
		}
	}
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (c *call) Write(b []byte) (int, error) {
	if c.drop {
		return len(b), nil
	}
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	return c.ResponseWriter.Write(b)
}

// answer writes a JSON body.
func (c *call) answer(status int, body []byte) {
	h := c.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache, private")
	h.Set("X-Content-Type-Options", "nosniff")
	if status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	c.status = status
	c.ResponseWriter.WriteHeader(status)
	if status != http.StatusNoContent {
		// A client that has gone away cannot be told.
		_, _ = c.ResponseWriter.Write(body)
	}
}

// actor is on whose behalf the request's transaction acts.
func (c *call) actor() store.Actor {
	return store.Actor{
		TenantID:  c.token.TenantID,
		TokenID:   c.token.ID,
		Namespace: c.token.Namespace,
		RequestID: c.id,
	}
}

// param returns a part of the path by its name.
func (c *call) param(name string) string { return c.request.PathValue(name) }

// number reads a numeric id from the path. What is no number names nothing.
func (c *call) number(name, resource string) (int64, error) {
	n, err := strconv.ParseInt(c.param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, &problem.NotFound{Resource: resource, ID: c.param(name)}
	}
	return n, nil
}

// finish logs the request and tells the observer.
func (c *call) finish() {
	took := time.Since(c.started)
	if c.route == nil {
		return
	}
	c.server.log.LogAttrs(c.request.Context(), slog.LevelDebug, "request",
		slog.String("method", c.request.Method), slog.String("route", c.route.path),
		slog.Int("status", c.status), slog.Duration("took", took),
		slog.Int64("tenant_id", c.token.TenantID), slog.Int64("token_id", c.token.ID),
		slog.String("request_id", c.id))
	if c.server.opts.Observe != nil {
		c.server.opts.Observe(c.request.Method, c.route.path, c.status, took)
	}
}

const maxRequestID = 128

// requestID takes the caller's X-Request-Id when it is fit for a log line, and
// makes one otherwise.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if id == "" || len(id) > maxRequestID {
		return rand.Text()
	}
	for i := range len(id) {
		c := id[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !plain && c != '-' && c != '_' && c != '.' && c != ':' {
			return rand.Text()
		}
	}
	return id
}
