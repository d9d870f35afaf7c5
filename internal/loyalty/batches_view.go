package loyalty

import (
	"encoding/json"
	"fmt"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Batch is many requests that were sent at once.
type Batch struct {
	ID       int64  `json:"id"`
	Resource string `json:"resource"`
	// Status is success when every item succeeded, and failed when one has not.
	Status         string      `json:"status" enum:"pending,processing,success,failed"`
	TotalCount     int         `json:"total_count"`
	ProcessedCount int         `json:"processed_count"`
	SuccessCount   int         `json:"success_count"`
	FailedCount    int         `json:"failed_count"`
	RequestID      scalar.Text `json:"request_id"`
	CreatedAt      scalar.Time `json:"created_at"`
	FinishedAt     scalar.Time `json:"finished_at"`
}

// BatchDetail is a batch with a page of its items.
type BatchDetail struct {
	Batch
	Items []BatchEntry `json:"items"`
}

// BatchEntry is one item of a batch.
type BatchEntry struct {
	ID         int         `json:"id" doc:"its place in the batch, from 0"`
	ExternalID scalar.Text `json:"external_id"`
	EntityID   scalar.Text `json:"entity_id" doc:"what it made or changed"`
	Status     string      `json:"status" enum:"pending,success,failed"`
	Error      scalar.Text `json:"error"`
}

// QueueBatch stores a batch that Batches does later: each item on behalf of the
// transaction's actor.
func QueueBatch(t *store.Tenant, resource string, bodies []json.RawMessage) (Batch, error) {
	switch member := BatchMember(resource); {
	case len(bodies) == 0:
		return Batch{}, Invalid(member, "The %s field is required.", label(member))
	case len(bodies) > MaxQueued:
		return Batch{}, Invalid(member, "The %s may not have more than %d items.", label(member), MaxQueued)
	}
	items := make([]store.BatchItem, len(bodies))
	for i, body := range bodies {
		var named struct {
			ExternalID scalar.Text `json:"external_id"`
		}
		// What is no object fails when it is its turn, with a reason.
		_ = json.Unmarshal(body, &named)
		items[i] = store.BatchItem{Body: compactJSON(body), ExternalID: named.ExternalID}
	}
	b := store.Batch{Resource: resource}
	if err := t.InsertBatch(&b, items); err != nil {
		return Batch{}, fmt.Errorf("store the batch: %w", err)
	}
	return showBatch(b), nil
}

func showBatch(b store.Batch) Batch {
	return Batch{
		ID: b.ID, Resource: b.Resource, Status: string(b.Status), TotalCount: b.Total, ProcessedCount: b.Processed,
		SuccessCount: b.Succeeded, FailedCount: b.Failed, RequestID: scalar.Text(b.RequestID), CreatedAt: b.CreatedAt,
		FinishedAt: b.FinishedAt,
	}
}

// ListBatches returns a page of batches.
func ListBatches(t *store.Tenant, l store.List) (store.Page[Batch], error) {
	p, err := t.Batches(l)
	out := store.Page[Batch]{Total: p.Total, Offset: p.Offset, Size: p.Size, Items: make([]Batch, len(p.Items))}
	for i, b := range p.Items {
		out.Items[i] = showBatch(b)
	}
	return out, err
}

// ReadBatch returns a batch with the items that are asked for.
func ReadBatch(t *store.Tenant, id int64, items store.List) (BatchDetail, error) {
	b, err := t.Batch(id)
	if err != nil {
		return BatchDetail{}, missing(err, "batch", id)
	}
	p, err := t.BatchItems(&b, items)
	d := BatchDetail{Batch: showBatch(b), Items: make([]BatchEntry, len(p.Items))}
	for n, i := range p.Items {
		d.Items[n] = BatchEntry{
			ID: i.Position, ExternalID: i.ExternalID, EntityID: i.EntityID, Status: string(i.Status), Error: i.Error,
		}
	}
	return d, err
}
