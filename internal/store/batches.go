package store

import (
	"encoding/json"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// BatchStatus says how far a batch, or an item of one, is.
type BatchStatus string

// The states of batches and of their items. An item is never processing.
const (
	BatchPending    BatchStatus = "pending"
	BatchProcessing BatchStatus = "processing"
	// BatchSuccess has no item that failed, BatchFailed some.
	BatchSuccess BatchStatus = "success"
	BatchFailed  BatchStatus = "failed"
)

// Batch is many requests that were sent at once.
type Batch struct {
	ID       int64
	TenantID int64
	Resource string
	Status   BatchStatus
	// Processed are those that succeeded and those that failed.
	Total, Processed, Succeeded, Failed int
	// TokenID, Namespace and RequestID are of the request that sent it.
	TokenID   int64
	Namespace string
	RequestID string
	// DueAt is when it is its turn; zero once it is done.
	DueAt scalar.Time
	// Failures counts how often the item whose turn it is could not be done.
	Failures   int
	CreatedAt  scalar.Time
	FinishedAt scalar.Time
}

// Actor is who sent the batch.
func (b *Batch) Actor() Actor {
	return Actor{TenantID: b.TenantID, TokenID: b.TokenID, Namespace: b.Namespace, RequestID: b.RequestID}
}

// BatchItem is one request of a batch.
type BatchItem struct {
	Position int
	// Body is the request; nil once it is done.
	Body       json.RawMessage
	ExternalID scalar.Text
	Status     BatchStatus
	// EntityID is what it made or changed, Error why it did not.
	EntityID scalar.Text
	Error    scalar.Text
}

const batchColumns = `id, tenant_id, resource, status, total, processed, succeeded, failed, token_id, namespace,
	request_id, due_at, failures, created_at, finished_at`

func scanBatch(b *Batch) []any {
	return []any{
		&b.ID, &b.TenantID, &b.Resource, (*string)(&b.Status), &b.Total, &b.Processed, &b.Succeeded, &b.Failed,
		nullID(&b.TokenID), text(&b.Namespace), text(&b.RequestID), &b.DueAt, &b.Failures, &b.CreatedAt, &b.FinishedAt,
	}
}

const batchItemColumns = "position, body, external_id, status, entity_id, error"

func scanBatchItem(i *BatchItem) []any {
	return []any{&i.Position, rawJSON(&i.Body), &i.ExternalID, (*string)(&i.Status), &i.EntityID, &i.Error}
}

// InsertBatch stores a batch of the actor's with its items, which are given
// their positions, and sets its ID, total and times. Its turn is now.
func (t *Tenant) InsertBatch(b *Batch, items []BatchItem) (err error) {
	b.TenantID, b.Status, b.Total, b.CreatedAt, b.DueAt = t.ID, BatchPending, len(items), t.Now(), t.Now()
	b.TokenID, b.Namespace, b.RequestID = t.Actor.TokenID, t.Actor.Namespace, t.Actor.RequestID
	b.ID, err = t.insert(`INSERT INTO batches (tenant_id, resource, status, total, token_id, namespace, request_id,
		due_at, created_at) VALUES (`+placeholders(9)+`)`, t.ID, b.Resource, string(b.Status), b.Total,
		nullID(&b.TokenID), text(&b.Namespace), text(&b.RequestID), b.DueAt, b.CreatedAt)
	if err != nil {
		return err
	}
	const rows = 64 // of one INSERT
	for at := 0; at < len(items); at += rows {
		part := items[at:min(at+rows, len(items))]
		args := make([]any, 0, 5*len(part))
		for i := range part {
			part[i].Position, part[i].Status = at+i, BatchPending
			args = append(args, b.ID, at+i, rawJSON(&part[i].Body), part[i].ExternalID, string(BatchPending))
		}
		_, err := t.exec("INSERT INTO batch_items (batch_id, position, body, external_id, status) VALUES "+
			strings.Repeat(", (?, ?, ?, ?, ?)", len(part))[2:], args...)
		if err != nil {
			return err
		}
	}
	t.OnCommit(t.db.Batched.Notify)
	return nil
}

// ClaimBatch locks the batch whose turn it is for the rest of the transaction;
// other transactions pass over it. ErrNotFound when there is none.
func (tx *Tx) ClaimBatch() (Batch, error) {
	return single(tx, scanBatch, "SELECT "+batchColumns+` FROM batches WHERE due_at <= ?
		ORDER BY due_at, id LIMIT 1`+tx.db.engine.skipLocked(), tx.Now())
}

// NextBatchItems reads up to limit items of a batch that are yet to be done, in
// their order.
func (t *Tenant) NextBatchItems(b *Batch, limit int) ([]BatchItem, error) {
	return collect(t.Tx, scanBatchItem, "SELECT "+batchItemColumns+` FROM batch_items
		WHERE batch_id = ? AND position >= ? ORDER BY position LIMIT ?`, b.ID, b.Processed, limit)
}

// FinishBatchItem stores what became of an item, and forgets its body.
func (t *Tenant) FinishBatchItem(b *Batch, i *BatchItem) error {
	i.Body = nil
	return t.execOne(`UPDATE batch_items SET body = NULL, status = ?, entity_id = ?, error = ?
		WHERE batch_id = ? AND position = ?`, string(i.Status), i.EntityID, i.Error, b.ID, i.Position)
}

// UpdateBatch stores how far a batch is.
func (t *Tenant) UpdateBatch(b *Batch) error {
	return t.execOne(`UPDATE batches SET status = ?, processed = ?, succeeded = ?, failed = ?, due_at = ?,
		failures = ?, finished_at = ? WHERE tenant_id = ? AND id = ?`,
		string(b.Status), b.Processed, b.Succeeded, b.Failed, b.DueAt, b.Failures, b.FinishedAt, t.ID, b.ID)
}

// Batch reads one batch.
func (t *Tenant) Batch(id int64) (Batch, error) {
	return single(t.Tx, scanBatch, "SELECT "+batchColumns+" FROM batches WHERE tenant_id = ? AND id = ?", t.ID, id)
}

var batchFields = Fields{
	"id":          {Column: "id", Kind: Int},
	"resource":    {Column: "resource"},
	"status":      {Column: "status"},
	"request_id":  {Column: "request_id"},
	"created_at":  {Column: "created_at", Kind: Time},
	"finished_at": {Column: "finished_at", Kind: Time},
}

// Batches lists batches.
func (t *Tenant) Batches(l List) (Page[Batch], error) {
	return page(t.Tx, l, batchFields, batchColumns, "batches WHERE tenant_id = ?", []any{t.ID}, scanBatch)
}

var batchItemFields = Fields{
	"id":          {Column: "position", Kind: Int},
	"external_id": {Column: "external_id"},
	"entity_id":   {Column: "entity_id"},
	"status":      {Column: "status"},
}

// BatchItems lists the items of a batch, in their order unless another is asked
// for.
func (t *Tenant) BatchItems(b *Batch, l List) (Page[BatchItem], error) {
	return page(t.Tx, l, batchItemFields, batchItemColumns, "batch_items WHERE batch_id = ?", []any{b.ID}, scanBatchItem)
}
