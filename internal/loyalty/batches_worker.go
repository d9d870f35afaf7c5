package loyalty

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/worker"
)

// Batches does the items of queued batches. What became of an item is stored in
// the transaction of the item itself, so that each is done exactly once, however
// often the process dies.
type Batches struct {
	DB     *store.DB
	Logger *slog.Logger
}

const (
	// maxTries is how often an item is tried that meets a fault of the server.
	maxTries  = 3
	itemFault = "A fault of the server, which its log describes."
)

// Run does what is queued until the context ends. It returns after the
// transaction under way has committed.
func (w *Batches) Run(ctx context.Context) {
	worker.Loop(ctx, w.Logger, "do batches", w.DB.Batched.C(), w.Step)
}

// Step does up to batchSize items of the batch whose turn it is, in one
// transaction, and reports whether there was one.
func (w *Batches) Step(ctx context.Context) (some bool, err error) {
	err = w.DB.Update(ctx, func(tx *store.Tx) error {
		b, err := tx.ClaimBatch()
		if some = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim a batch: %w", err)
		}
		t := tx.As(b.Actor())
		if err := w.advance(t, &b); err != nil {
			return fmt.Errorf("batch %d: %w", b.ID, err)
		}
		if err := t.UpdateBatch(&b); err != nil {
			return fmt.Errorf("update batch %d: %w", b.ID, err)
		}
		return nil
	})
	return some, err
}

// advance does the next items of a batch. Afterwards it is the turn of those
// that have waited longer.
func (w *Batches) advance(t *store.Tenant, b *store.Batch) error {
	items, err := t.NextBatchItems(b, batchSize)
	if err != nil {
		return fmt.Errorf("read items: %w", err)
	}
	b.Status, b.DueAt = store.BatchProcessing, t.Now()
	for n, begun := 0, time.Now(); n < len(items) && (n == 0 || time.Since(begun) < batchTime); n++ {
		i := &items[n]
		done, err := w.do(t, b, i)
		if err != nil {
			return fmt.Errorf("item %d: %w", i.Position, err)
		}
		if !done {
			b.DueAt = scalar.At(t.Now().Add(worker.RetryAfter(b.Failures - 1)))
			return nil
		}
		if err := t.FinishBatchItem(b, i); err != nil {
			return fmt.Errorf("finish item %d: %w", i.Position, err)
		}
		b.Processed++
		b.Failures = 0
	}
	if b.Processed == b.Total {
		b.Status, b.DueAt, b.FinishedAt = store.BatchSuccess, scalar.Time{}, t.Now()
		if b.Failed > 0 {
			b.Status = store.BatchFailed
		}
	}
	return nil
}

// do does one item, and reports whether it is done: false means that it met a
// fault of the server, is undone, and is to be tried again. An error ends the
// whole transaction.
func (w *Batches) do(t *store.Tenant, b *store.Batch, i *store.BatchItem) (bool, error) {
	err := t.Try(func() error {
		return worker.Survive(func() (err error) {
			i.EntityID, err = batchables[b.Resource].do(t, i.Body)
			return err
		})
	})
	if err == nil {
		i.Status = store.BatchSuccess
		b.Succeeded++
		return true, nil
	}
	if store.Aborted(err) {
		return false, err
	}
	i.EntityID = ""
	reason, refused := refusalText(err)
	if !refused {
		b.Failures++
		w.Logger.Error("do an item of a batch", "batch", b.ID, "position", i.Position, "failures", b.Failures, "error", err)
		if b.Failures < maxTries {
			return false, nil
		}
		reason = itemFault
	}
	i.Status, i.Error = store.BatchFailed, scalar.Text(reason)
	b.Failed++
	return true, nil
}

// refusalText says why a rule refused an item; false when the error is no
// refusal.
func refusalText(err error) (string, bool) {
	var (
		invalid  *InvalidError
		missing  *NotFoundError
		conflict *ConflictError
	)
	switch {
	case errors.As(err, &invalid):
		var sentences []string
		for field, found := range invalid.Fields {
			sentences = append(sentences, field+": "+strings.Join(found, " "))
		}
		slices.Sort(sentences)
		return strings.Join(sentences, " "), true
	case errors.As(err, &missing):
		return fmt.Sprintf("There is no %s %q.", missing.Resource, missing.ID), true
	case errors.As(err, &conflict):
		return conflict.Message, true
	}
	return "", false
}
