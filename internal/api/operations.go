package api

import (
	"context"
	"net/http"

	"github.com/belfryhq/belfry/internal/store"
)

// read registers an operation that answers with one resource. When rule is
// called the token has passed and t sees one state of the database.
func read[Out any](r resource, rt route, rule func(t *store.Tenant, c *call) (Out, error)) {
	r.mount(rt, r.operation(rt, nil, dataSchema[Out](r), http.StatusOK), func(c *call) error {
		var out Out
		err := r.db.View(c.request.Context(), func(tx *store.Tx) (err error) {
			out, err = rule(tx.As(c.actor()), c)
			return err
		})
		if err != nil {
			return err
		}
		return c.answerData(http.StatusOK, out)
	})
}

// ask registers a POST that only reads.
func ask[In, Out any](r resource, rt route, rule func(t *store.Tenant, c *call, in In) (Out, error)) {
	op := r.operation(rt, bodySchema[In](r), dataSchema[Out](r), http.StatusOK)
	r.mount(rt, op, func(c *call) error {
		var in In
		if err := c.decode(&in); err != nil {
			return err
		}
		var out Out
		err := r.db.View(c.request.Context(), func(tx *store.Tx) (err error) {
			out, err = rule(tx.As(c.actor()), c, in)
			return err
		})
		if err != nil {
			return err
		}
		return c.answerData(http.StatusOK, out)
	})
}

// trial registers a POST that works in transactions of its own, and of whose work
// nothing remains.
func trial[In, Out any](r resource, rt route, run func(context.Context, store.Actor, In) (Out, error)) {
	op := r.operation(rt, bodySchema[In](r), dataSchema[Out](r), http.StatusOK)
	r.mount(rt, op, func(c *call) error {
		var in In
		if err := c.decode(&in); err != nil {
			return err
		}
		out, err := run(c.request.Context(), c.actor(), in)
		if err != nil {
			return err
		}
		return c.answerData(http.StatusOK, out)
	})
}

// list registers an operation that answers with a page of resources.
func list[Out any](r resource, rt route, rule func(t *store.Tenant, c *call, l store.List) (store.Page[Out], error)) {
	op := r.operation(rt, nil, pageSchema[Out](r), http.StatusOK)
	op.Parameters = append(op.Parameters, listParameters()...)
	r.mount(rt, op, func(c *call) error {
		q, err := parseList(c.request.URL.RawQuery)
		if err != nil {
			return err
		}
		var p store.Page[Out]
		err = r.db.View(c.request.Context(), func(tx *store.Tx) (err error) {
			p, err = rule(tx.As(c.actor()), c, q.list)
			return err
		})
		if err != nil {
			return err
		}
		body, err := encode(q.page(c.address(), p.Total, p.Offset, p.Size, len(p.Items), p.Items))
		if err != nil {
			return err
		}
		c.answer(http.StatusOK, body)
		return nil
	})
}

// create registers a POST that stores something: 201, under the caller's
// Idempotency-Key when there is one. newInput gives the input's defaults; nil
// is the zero value.
func create[In, Out any](r resource, rt route, newInput func() In, rule func(t *store.Tenant, c *call, in In) (Out, error)) {
	post(r, rt, http.StatusCreated, newInput, rule)
}

// act registers a POST that does something with what there is: 200, under the
// caller's Idempotency-Key when there is one.
func act[In, Out any](r resource, rt route, rule func(t *store.Tenant, c *call, in In) (Out, error)) {
	post(r, rt, http.StatusOK, nil, rule)
}

func post[In, Out any](r resource, rt route, status int, newInput func() In, rule func(t *store.Tenant, c *call, in In) (Out, error)) {
	op := r.operation(rt, bodySchema[In](r), dataSchema[Out](r), status)
	op.Parameters = append(op.Parameters, idempotencyParameter())
	r.mount(rt, op, func(c *call) error {
		var in In
		if newInput != nil {
			in = newInput()
		}
		if err := c.decode(&in); err != nil {
			return err
		}
		return r.write(c, func(t *store.Tenant) (reply, error) {
			out, err := rule(t, c, in)
			return reply{status, out}, err
		})
	})
}

// change registers PUT and PATCH, which both lay the body over what there is:
// absent fields stay, null clears. rule calls patch on the present input.
func change[In, Out any](r resource, rt route, rule func(t *store.Tenant, c *call, patch func(*In) error) (Out, error)) {
	for _, method := range []string{http.MethodPut, http.MethodPatch} {
		rt := rt
		rt.method = method
		op := r.operation(rt, changeSchema[In](r), dataSchema[Out](r), http.StatusOK)
		if method == http.MethodPatch {
			op.OperationID = "patch-" + op.OperationID
		}
		r.mount(rt, op, func(c *call) error {
			patch := func(in *In) error { return c.decode(in) }
			return r.write(c, func(t *store.Tenant) (reply, error) {
				out, err := rule(t, c, patch)
				return reply{http.StatusOK, out}, err
			})
		})
	}
}

// put registers a PUT that replaces something whole.
func put[In, Out any](r resource, rt route, rule func(t *store.Tenant, c *call, in In) (Out, error)) {
	op := r.operation(rt, bodySchema[In](r), dataSchema[Out](r), http.StatusOK)
	r.mount(rt, op, func(c *call) error {
		var in In
		if err := c.decode(&in); err != nil {
			return err
		}
		return r.write(c, func(t *store.Tenant) (reply, error) {
			out, err := rule(t, c, in)
			return reply{http.StatusOK, out}, err
		})
	})
}

// effect registers an operation without a body that changes something: 200.
func effect[Out any](r resource, rt route, rule func(t *store.Tenant, c *call) (Out, error)) {
	op := r.operation(rt, nil, dataSchema[Out](r), http.StatusOK)
	if rt.method == http.MethodPost {
		op.Parameters = append(op.Parameters, idempotencyParameter())
	}
	r.mount(rt, op, func(c *call) error {
		return r.write(c, func(t *store.Tenant) (reply, error) {
			out, err := rule(t, c)
			return reply{http.StatusOK, out}, err
		})
	})
}

// remove registers an operation that takes something away: 204, no body.
func remove(r resource, rt route, rule func(t *store.Tenant, c *call) error) {
	r.mount(rt, r.operation(rt, nil, nil, http.StatusNoContent), func(c *call) error {
		err := r.db.Update(c.request.Context(), func(tx *store.Tx) error { return rule(tx.As(c.actor()), c) })
		if err != nil {
			return err
		}
		c.answer(http.StatusNoContent, nil)
		return nil
	})
}
