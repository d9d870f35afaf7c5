package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// batches serves the sending of many requests at once, and what became of them.
func (s *Server) batches() {
	r := s.resource("Batches", "Many requests at once, which are done one by one in the background.")
	for _, resource := range loyalty.Batchables() {
		s.batch(r, resource)
	}
	post(r, on("POST /transactions/queue", "create-transactions", "Queue a transaction as text",
		"A batch of one, whose data is the JSON of the transaction."), http.StatusAccepted, nil, queueText)
	post(r, on("POST /transactions/queue/create", "create-transactions", "Queue a transaction", "A batch of one."),
		http.StatusAccepted, nil, queueTransaction)
	list(r, on("GET /batches", "read-batches", "List batches"), listBatches)
	rt := on("GET /batches/{id}", "read-batches", "Read a batch",
		"With its items, of which the parameters of lists choose a page: filter[status]=failed are those that failed.")
	read(r, rt, readBatch)
	r.huma.OpenAPI().Paths[rt.path].Get.Parameters = append(pathParameters(rt.path), listParameters()...)
}

// BatchAccepted names a batch that was queued.
type BatchAccepted struct {
	Message string `json:"message"`
	BatchID int64  `json:"batch_id"`
}

func (BatchAccepted) bare() {}

// batch registers the batch of one resource: POST /transactions/batch.json
// takes {"transactions": […]}.
func (s *Server) batch(r resource, resource string) {
	member, scope, name := loyalty.BatchMember(resource), "create-"+resource, resource
	if _, part, ok := strings.Cut(resource, "/"); ok {
		scope, name = "update-profiles", "the "+part+" of "+member
	}
	rt := on("POST /"+resource+"/batch.json", scope, "Send "+name+" in a batch",
		"At most 1000. Each item is done, or fails, by itself: GET /batches/{id} says which.")
	rt.isBatch = true
	most := loyalty.MaxQueued
	items := &huma.Schema{
		Type: huma.TypeArray, MaxItems: &most,
		Items: r.schemaOf(reflect.TypeOf(loyalty.BatchableOf(resource).Input)),
	}
	body := object(map[string]*huma.Schema{member: items}, member)
	op := r.operation(rt, body, dataSchema[BatchAccepted](r), http.StatusAccepted)
	op.Parameters = append(op.Parameters, idempotencyParameter())
	r.mount(rt, op, func(c *call) error {
		var in map[string]json.RawMessage
		if err := c.decode(&in); err != nil {
			return err
		}
		var bodies []json.RawMessage
		if raw := in[member]; raw != nil {
			if err := json.Unmarshal(raw, &bodies); err != nil {
				return problem.Field(member, "The %s must be an array.", member)
			}
		}
		return r.write(c, func(t *store.Tenant) (reply, error) {
			out, err := queue(t, resource, bodies)
			return reply{http.StatusAccepted, out}, err
		})
	})
}

func queue(t *store.Tenant, resource string, bodies []json.RawMessage) (BatchAccepted, error) {
	b, err := loyalty.QueueBatch(t, resource, bodies)
	return BatchAccepted{Message: "The batch has been queued.", BatchID: b.ID}, err
}

// QueuedTextInput is a transaction as JSON in a text.
type QueuedTextInput struct {
	Data scalar.Text `json:"data" required:"true" doc:"the JSON of a transaction"`
}

func queueText(t *store.Tenant, _ *call, in QueuedTextInput) (BatchAccepted, error) {
	var transaction map[string]json.RawMessage
	if err := json.Unmarshal([]byte(in.Data), &transaction); err != nil || transaction == nil {
		return BatchAccepted{}, problem.Field("data", "The data must be the text of a JSON object.")
	}
	return queue(t, "transactions", []json.RawMessage{json.RawMessage(in.Data)})
}

func queueTransaction(t *store.Tenant, c *call, _ loyalty.TransactionInput) (BatchAccepted, error) {
	return queue(t, "transactions", []json.RawMessage{c.body})
}

func listBatches(t *store.Tenant, _ *call, l store.List) (store.Page[loyalty.Batch], error) {
	return loyalty.ListBatches(t, l)
}

func readBatch(t *store.Tenant, c *call) (loyalty.BatchDetail, error) {
	id, err := c.number("id", "batch")
	if err != nil {
		return loyalty.BatchDetail{}, err
	}
	q, err := parseList(c.request.URL.RawQuery)
	if err != nil {
		return loyalty.BatchDetail{}, err
	}
	return loyalty.ReadBatch(t, id, q.list)
}
