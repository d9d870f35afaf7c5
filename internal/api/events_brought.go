package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// broughtEvents are the operations with which integrations tell of events
// themselves.
func (s *Server) broughtEvents(r resource) {
	s.bringEvents(r)
	create(r, on("POST /profiles/{id}/custom-event", "create-events", "Tell of a custom event of a profile",
		"Its context is the given one with profile_id and profile, the profile as events have it. The names of the "+
			"programme's own events are refused."), nil, tellOfProfile)
	create(r, on("POST /tenants/custom-event", "create-events", "Tell of a custom event",
		"Its context is the given one. The names of the programme's own events are refused."), nil, tellOfTenant)
}

func tellOfProfile(t *store.Tenant, c *call, in loyalty.CustomEventInput) (Event, error) {
	e, err := loyalty.TellOfProfile(t, c.param("id"), in)
	return viewEvent(e), err
}

func tellOfTenant(t *store.Tenant, _ *call, in loyalty.CustomEventInput) (Event, error) {
	e, err := loyalty.TellOfTenant(t, in)
	return viewEvent(e), err
}

// bringEvents registers the one operation whose body is an object or a list.
func (s *Server) bringEvents(r resource) {
	rt := on("POST /events", "create-events", "Bring in events of other systems", fmt.Sprintf(
		"One event, or a list of up to %d, as {\"events\": […]} too. An external_id that was brought in before changes nothing. "+
			"One event is answered with itself: 201, or 200 with the earlier one. Of a list each has a result; one that is invalid "+
			"fails alone. Events of the programme come from what happens in it, and are refused.", loyalty.MaxForeignEvents))
	one := r.schemaOf(reflect.TypeFor[loyalty.ForeignEventInput]())
	several := &huma.Schema{Type: huma.TypeArray, Items: one}
	body := &huma.Schema{OneOf: []*huma.Schema{one, several, object(map[string]*huma.Schema{"events": several}, "events")}}
	shown := r.schemaOf(reflect.TypeFor[Event]())
	results := &huma.Schema{Type: huma.TypeArray, Items: r.schemaOf(reflect.TypeFor[loyalty.ForeignEventItem]())}
	op := r.operation(rt, body, object(map[string]*huma.Schema{"data": {OneOf: []*huma.Schema{shown, results}}}, "data"), http.StatusOK)
	op.Responses["201"] = r.responses(object(map[string]*huma.Schema{"data": shown}, "data"), http.StatusCreated)["201"]
	op.Parameters = append(op.Parameters, idempotencyParameter())
	r.mount(rt, op, func(c *call) error {
		bodies, isList, err := eventBodies(c.body)
		if err != nil {
			return err
		}
		events, err := loyalty.ReadForeignEvents(foreignEvents(bodies))
		if err != nil {
			return err
		}
		return r.write(c, func(t *store.Tenant) (reply, error) {
			results, err := events.Bring(t)
			if err != nil || isList {
				return reply{http.StatusOK, results}, err
			}
			return answerOne(t, results[0])
		})
	})
}

// answerOne answers a request that brought one event.
func answerOne(t *store.Tenant, result loyalty.ForeignEventItem) (reply, error) {
	if result.Status == loyalty.ForeignFailed {
		return reply{}, &problem.Invalid{Fields: result.Errors}
	}
	e, err := t.Event(int64(result.ID))
	if result.Status == loyalty.ForeignDuplicate {
		return reply{http.StatusOK, viewEvent(e)}, err
	}
	return reply{http.StatusCreated, viewEvent(e)}, err
}

// eventBodies splits a body into the events that it brings, and tells whether it
// is a list.
func eventBodies(body []byte) (bodies []json.RawMessage, isList bool, err error) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		if err := json.Unmarshal(body, &bodies); err != nil {
			return nil, false, decodeError(body, &bodies, err)
		}
		return bodies, true, nil
	}
	var several struct {
		Events *[]json.RawMessage `json:"events"`
	}
	if err := decode(body, &several); err != nil {
		return nil, false, err
	}
	if several.Events != nil {
		return *several.Events, true, nil
	}
	return []json.RawMessage{body}, false, nil
}

// foreignEvents has each body written onto its event's input.
func foreignEvents(bodies []json.RawMessage) []func(*loyalty.ForeignEventInput) error {
	items := make([]func(*loyalty.ForeignEventInput) error, len(bodies))
	for i, body := range bodies {
		items[i] = func(in *loyalty.ForeignEventInput) error {
			var refused *refusal
			err := decode(body, in)
			if errors.As(err, &refused) {
				return loyalty.Invalid("event", "The event must be a JSON object.")
			}
			return err
		}
	}
	return items
}
