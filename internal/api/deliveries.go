package api

import (
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) deliveries() {
	r := s.resource("Deliveries", "Events on their way to targets and webhooks.")
	list(r, on("GET /deliveries", "read-deliveries", "List deliveries", "The dead letters are filter[state]=dead."), listDeliveries)
	read(r, on("GET /deliveries/{id}", "read-deliveries", "Read a delivery", "With its body and its attempts."), readDelivery)
	effect(r, on("POST /deliveries/{id}/retry", "update-deliveries", "Retry a delivery",
		"Has a pending delivery or a dead letter tried now; a dead letter begins its schedule anew. One whose template "+
			"failed is rendered first, with the template as it is now. 409 while its target or webhook is inactive."), s.retryDelivery)
}

// Delivery is a delivery as lists show it.
type Delivery struct {
	ID           int64       `json:"id"`
	MessageID    string      `json:"message_id" doc:"What receivers know it by, the same on every attempt."`
	EventID      scalar.Int  `json:"event_id" doc:"Null for a test of no stored event."`
	EventType    string      `json:"event_type"`
	EndpointID   int64       `json:"endpoint_id" doc:"The target or webhook that it goes to."`
	TriggerID    scalar.Int  `json:"trigger_id"`
	State        string      `json:"state" enum:"pending,sending,delivered,dead"`
	AttemptCount int         `json:"attempt_count"`
	DueAt        scalar.Time `json:"due_at" doc:"When the next attempt may be made, or was to be made."`
	// Outcome, Status and Detail are of the last attempt.
	Outcome   scalar.Text `json:"outcome"`
	Status    scalar.Int  `json:"status" doc:"The receiver's HTTP status."`
	Detail    scalar.Text `json:"detail"`
	IsTest    bool        `json:"is_test" doc:"Sent by hand with POST /targets/{id}/test."`
	CreatedAt scalar.Time `json:"created_at"`
	EndedAt   scalar.Time `json:"ended_at" doc:"When it was delivered or given up."`
}

// DeliveryDetail is a delivery with its body and its attempts.
type DeliveryDetail struct {
	Delivery
	// Body is exactly what is sent.
	Body     *string   `json:"body" doc:"The bytes that are sent; null when they could not be rendered."`
	Attempts []Attempt `json:"attempts"`
}

// Attempt is one request of a delivery.
type Attempt struct {
	Number     int         `json:"number"`
	StartedAt  scalar.Time `json:"started_at"`
	DurationMS float64     `json:"duration_ms" doc:"Up to the headers of the answer, or to the failure."`
	Outcome    string      `json:"outcome"`
	Status     scalar.Int  `json:"status"`
	Detail     scalar.Text `json:"detail"`
	Remote     scalar.Text `json:"remote" doc:"The address connected to."`
	Answer     scalar.Text `json:"answer" doc:"The beginning of the answer's body."`
}

func viewDelivery(d store.Delivery) Delivery {
	return Delivery{
		ID: d.ID, MessageID: d.MessageID, EventID: scalar.Int(d.EventID), EventType: d.EventType, EndpointID: d.EndpointID,
		TriggerID: scalar.Int(d.TriggerID), State: d.State, AttemptCount: d.Attempts, DueAt: d.DueAt,
		Outcome: scalar.Text(d.Outcome), Status: scalar.Int(d.Status), Detail: scalar.Text(d.Detail),
		IsTest: d.IsTest, CreatedAt: d.CreatedAt, EndedAt: d.EndedAt,
	}
}

func viewAttempt(a store.Attempt) Attempt {
	return Attempt{
		Number: a.Number, StartedAt: a.StartedAt, DurationMS: float64(a.Duration.Microseconds()) / 1000,
		Outcome: a.Outcome, Status: scalar.Int(a.Status), Detail: scalar.Text(a.Detail),
		Remote: scalar.Text(a.Remote), Answer: scalar.Text(a.Answer),
	}
}

func mapDeliveries(t *store.Tenant, l store.List) (store.Page[Delivery], error) {
	p, err := t.Deliveries(l)
	return mapPage(p, err, viewDelivery)
}

func listDeliveries(t *store.Tenant, _ *call, l store.List) (store.Page[Delivery], error) {
	return mapDeliveries(t, l)
}

func readDelivery(t *store.Tenant, c *call) (DeliveryDetail, error) {
	id, err := c.number("id", "delivery")
	if err != nil {
		return DeliveryDetail{}, err
	}
	record, err := t.Delivery(id)
	if record, err = found(record, err, "delivery", c.param("id")); err != nil {
		return DeliveryDetail{}, err
	}
	d := DeliveryDetail{Delivery: viewDelivery(record)}
	body, err := t.DeliveryBody(id)
	if err != nil {
		return d, err
	}
	if body != nil {
		text := string(body)
		d.Body = &text
	}
	attempts, err := t.Attempts(id)
	d.Attempts = make([]Attempt, len(attempts))
	for i, a := range attempts {
		d.Attempts[i] = viewAttempt(a)
	}
	return d, err
}

func (s *Server) retryDelivery(t *store.Tenant, c *call) (Delivery, error) {
	id, err := c.number("id", "delivery")
	if err != nil {
		return Delivery{}, err
	}
	if err := s.opts.Reactions.RenderAgain(c.request.Context(), t, id); err != nil {
		return Delivery{}, err
	}
	record, err := s.opts.Deliveries.Retry(t, id)
	return viewDelivery(record), err
}
