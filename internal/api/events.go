package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) events() {
	r := s.resource("Events", "The log of what happened, and what followed from it.")
	list(r, on("GET /events", "read-events", "List events"), listEvents)
	s.broughtEvents(r)
	catalogue := sync.OnceValues(eventCatalogue)
	read(r, on("GET /events/catalogue", "read-events", "List event types",
		"Every event type with the JSON Schema of its context and a sample."),
		func(*store.Tenant, *call) ([]EventType, error) { return catalogue() })
	read(r, on("GET /events/{id}", "read-events", "Read an event", "With its context, what the triggers did, and the deliveries."), readEvent)
	read(r, on("GET /events/{id}/trace", "read-events", "Say why an event had the effects that it had, and no others",
		"One tree: the request or event that caused it; each trigger and webhook with what it did, or why it did not act; each "+
			"condition with the value of every node; each delivery with its attempts; and the events that followed."), s.traceEvent)
}

// EventType is an entry of the catalogue.
type EventType struct {
	Type        string          `json:"type"`
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema" doc:"JSON Schema of the context."`
	Sample      json.RawMessage `json:"sample" doc:"A context with every field filled in."`
}

func eventCatalogue() ([]EventType, error) {
	var types []EventType
	for _, e := range event.Catalogue() {
		schema, err := e.Schema()
		if err != nil {
			return nil, err
		}
		sample, err := encode(e.Sample)
		if err != nil {
			return nil, fmt.Errorf("sample of %s: %w", e.Type, err)
		}
		types = append(types, EventType{Type: string(e.Type), Description: e.Description, Schema: schema, Sample: sample})
	}
	return types, nil
}

// Event is an event as lists show it.
type Event struct {
	ID         int64       `json:"id"`
	Type       string      `json:"type"`
	ExternalID scalar.Text `json:"external_id" doc:"Its id in the system that brought it in."`
	ProfileID  scalar.Text `json:"profile_id"`
	Subject    string      `json:"subject" doc:"The kind of resource that it is about."`
	SubjectID  string      `json:"subject_id"`
	// TokenID, Namespace and RequestID are of the request that led to it.
	TokenID    scalar.Int  `json:"token_id"`
	Namespace  scalar.Text `json:"namespace"`
	RequestID  scalar.Text `json:"request_id"`
	CauseID    scalar.Int  `json:"cause_id" doc:"The event whose reaction caused this one."`
	Depth      int         `json:"depth" doc:"How many events lie between the request and this one."`
	OccurredAt scalar.Time `json:"occurred_at" doc:"When it happened; before created_at for one that was brought in."`
	CreatedAt  scalar.Time `json:"created_at"`
}

// EventDetail is an event with all that followed from it.
type EventDetail struct {
	Event
	Context json.RawMessage `json:"context" doc:"As it was at that moment, and as receivers get it."`
	// IsWaiting is true until the triggers have answered; Failures counts how
	// often that failed, and Error says why it did last.
	IsWaiting  bool              `json:"is_waiting"`
	Failures   int               `json:"failures"`
	Error      scalar.Text       `json:"error"`
	Runs       []reaction.Result `json:"runs" doc:"What each trigger and webhook did."`
	Deliveries []Delivery        `json:"deliveries"`
}

func viewEvent(e store.Event) Event {
	return Event{
		ID: e.ID, Type: e.Type, ExternalID: scalar.Text(e.ExternalID), ProfileID: scalar.Text(e.ProfileID), Subject: e.Subject, SubjectID: e.SubjectID,
		TokenID: scalar.Int(e.TokenID), Namespace: scalar.Text(e.Namespace), RequestID: scalar.Text(e.RequestID),
		CauseID: scalar.Int(e.CauseID), Depth: e.Depth,
		OccurredAt: e.OccurredAt, CreatedAt: e.CreatedAt,
	}
}

func listEvents(t *store.Tenant, _ *call, l store.List) (store.Page[Event], error) {
	p, err := t.Events(l)
	return mapPage(p, err, viewEvent)
}

func readEvent(t *store.Tenant, c *call) (EventDetail, error) {
	id, err := c.number("id", "event")
	if err != nil {
		return EventDetail{}, err
	}
	e, err := t.Event(id)
	if e, err = found(e, err, "event", c.param("id")); err != nil {
		return EventDetail{}, err
	}
	d := EventDetail{Event: viewEvent(e), Context: e.Context}
	var reason string
	if d.IsWaiting, d.Failures, reason, err = t.QueueState(id); err != nil {
		return d, err
	}
	d.Error = scalar.Text(reason)
	if d.Runs, err = runsOf(t, id); err != nil {
		return d, err
	}
	of := store.Filter{Field: "event_id", Value: strconv.FormatInt(id, 10)}
	deliveries, err := mapDeliveries(t, store.List{Filters: []store.Filter{of}, Size: maxPageSize})
	d.Deliveries = deliveries.Items
	return d, err
}

func (s *Server) traceEvent(t *store.Tenant, c *call) (reaction.Trace, error) {
	id, err := c.number("id", "event")
	if err != nil {
		return reaction.Trace{}, err
	}
	return s.opts.Reactions.TraceEvent(c.request.Context(), t, id)
}

// runsOf reads what the triggers did about an event.
func runsOf(t *store.Tenant, eventID int64) ([]reaction.Result, error) {
	runs := []reaction.Result{}
	log, err := t.RunLog(eventID)
	if errors.Is(err, store.ErrNotFound) {
		return runs, nil
	}
	if err != nil {
		return nil, err
	}
	return runs, json.Unmarshal(log.Results, &runs)
}
