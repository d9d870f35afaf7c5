package api

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// resource is a group of operations that the documentation shows together.
type resource struct {
	*Server
	tag string
	// handle registers a handler for an operation's method and path.
	handle func(*huma.Operation, func(huma.Context))
}

// resource begins a group and describes it.
func (s *Server) resource(tag, description string) resource {
	doc := s.huma.OpenAPI()
	doc.Tags = append(doc.Tags, &huma.Tag{Name: tag, Description: description})
	return resource{s, tag, s.huma.Adapter().Handle}
}

// route is one operation as a resource's file declares it.
type route struct {
	method string
	// path begins with the API's prefix; {name} is a parameter.
	path string
	// scope is what the token must have; empty is satisfied by any token.
	scope   string
	summary string
	// detail is what the summary leaves open.
	detail string
	// isBatch lets the body be larger, by the factor of batchBodies.
	isBatch bool
}

// on declares a route by "METHOD /path".
func on(pattern, scope, summary string, detail ...string) route {
	method, path, _ := strings.Cut(pattern, " ")
	return route{method: method, path: prefix + path, scope: scope, summary: summary, detail: strings.Join(detail, " ")}
}

// mount registers the handler of a route behind the checks that every operation
// has: token, rate, scope, and the body's form.
func (r resource) mount(rt route, op *huma.Operation, handler func(*call) error) {
	r.huma.OpenAPI().AddOperation(op)
	hasBody := op.RequestBody != nil
	r.handle(op, func(ctx huma.Context) {
		request, w := humago.Unwrap(ctx)
		c := w.(*call)
		c.request, c.route, c.matched = request, &rt, true
		if err := r.admit(c, hasBody); err != nil {
			c.fail(err)
			return
		}
		if err := handler(c); err != nil {
			c.fail(err)
		}
	})
}

func (s *Server) admit(c *call, hasBody bool) error {
	if err := s.authenticate(c); err != nil {
		return err
	}
	if err := s.limits.admit(c); err != nil {
		return err
	}
	if c.route.scope != "" && !covers(c.token.Scopes, c.route.scope) {
		return &refusal{
			status:  http.StatusForbidden,
			message: "This token lacks the scope " + c.route.scope + ".",
		}
	}
	if !plainText(c.request.URL.Path) {
		return &refusal{status: http.StatusNotFound, message: "There is nothing at this address."}
	}
	if hasBody {
		return c.readBody()
	}
	return nil
}

// plainText reports whether both databases can hold the text.
func plainText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// found turns a missing row into the refusal that names it.
func found[T any](v T, err error, resource, id string) (T, error) {
	if errors.Is(err, store.ErrNotFound) {
		err = &problem.NotFound{Resource: resource, ID: id}
	}
	return v, err
}

// bare is an answer that API v3 gives outside the envelope.
type bare interface{ bare() }

// envelope wraps what an operation answers with.
func envelope(v any) any {
	if _, ok := v.(bare); ok {
		return v
	}
	return struct {
		Data any `json:"data"`
	}{v}
}

// answerData answers in the envelope.
func (c *call) answerData(status int, v any) error {
	body, err := encode(envelope(v))
	if err != nil {
		return err
	}
	c.answer(status, body)
	return nil
}
