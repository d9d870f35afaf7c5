package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
)

// workOff does every batch that is queued.
func (h *house) workOff() {
	h.t.Helper()
	w := loyalty.Batches{DB: h.db, Logger: slog.New(slog.DiscardHandler)}
	for some := true; some; {
		var err error
		if some, err = w.Step(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

// sent returns the path of the batch that an answer names.
func (a answer) sent() string {
	a.t.Helper()
	return fmt.Sprint("/batches/", a.want(202).object()["batch_id"])
}

func TestABatchTellsWhatBecameOfItsItems(t *testing.T) {
	h := newHouse(t)
	c := h.as("a")
	items := make([]object, 20)
	for i := range items {
		items[i] = sale(fmt.Sprint("b-", i))
	}
	delete(items[7], "total")
	path := c.post("/transactions/batch.json", object{"transactions": items}, "Idempotency-Key", "k").sent()
	if again := c.post("/transactions/batch.json", object{"transactions": items}, "Idempotency-Key", "k").sent(); again != path {
		t.Errorf("the repeated request made another batch: %s", again)
	}
	h.workOff()
	got := c.get(path).want(200).data()
	if got["status"] != "failed" || got["total_count"] != 20.0 || got["success_count"] != 19.0 || got["failed_count"] != 1.0 {
		t.Errorf("batch %v", got)
	}
	if n := len(got["items"].([]any)); n != 15 {
		t.Errorf("%d items on the first page, want 15", n)
	}
	if n := len(c.get(path + "?page[size]=6&page[number]=4").want(200).data()["items"].([]any)); n != 2 {
		t.Errorf("%d items on the last page, want 2", n)
	}
	failed := c.get(path + "?filter[status]=failed").want(200).data()["items"].([]any)
	if len(failed) != 1 {
		t.Fatalf("failed items %v", failed)
	}
	if i := failed[0].(map[string]any); i["external_id"] != "b-7" || i["entity_id"] != nil ||
		!strings.Contains(i["error"].(string), "total: The total field is required.") {
		t.Errorf("failed item %v", i)
	}
	if rows := c.get("/batches?filter[resource]=transactions").want(200).rows(); len(rows) != 1 {
		t.Errorf("batches %v", rows)
	}
	if rows := c.get("/transactions?page[size]=100").want(200).rows(); len(rows) != 19 {
		t.Errorf("%d transactions, want 19", len(rows))
	}
}

func TestAQueuedTransactionIsABatchOfOne(t *testing.T) {
	h := newHouse(t)
	c := h.as("a")
	text := `{"external_id":"q-1","total":5,"transacted_at":"2026-06-15 04:32:00","timezone":"UTC","items":[]}`
	first := c.post("/transactions/queue", object{"data": text}).sent()
	second := c.post("/transactions/queue/create", strings.Replace(text, "q-1", "q-2", 1)).sent()
	h.workOff()
	for _, path := range []string{first, second} {
		if got := c.get(path).want(200).data(); got["status"] != "success" || got["total_count"] != 1.0 {
			t.Errorf("%s: %v", path, got)
		}
	}
	c.get("/transactions/external/q-1").want(200)
	c.get("/transactions/external/q-2").want(200)
	for _, data := range []string{"", "7", "{", "null"} {
		c.post("/transactions/queue", object{"data": data}).want(422)
	}
}

func TestABatchIsRefusedWhole(t *testing.T) {
	c := newHouse(t).as("a")
	c.post("/locations/batch.json", object{}).want(422)
	c.post("/locations/batch.json", object{"locations": "all"}).want(422)
	c.post("/locations/batch.json", object{"locations": make([]int, 1001)}).want(422)
	c.as("a", "create-locations").post("/transactions/batch.json", object{"transactions": []object{sale("x")}}).want(403)
}

// TestTheBodyOfABatchMayBeLarger guards against a bound that a batch of the
// most items that it may have does not fit in.
func TestTheBodyOfABatchMayBeLarger(t *testing.T) {
	c := newHouse(t).as("a")
	large := strings.Repeat("x", 2<<20)
	c.post("/locations", object{"name": "City", "description": large}).want(413)
	c.post("/locations/batch.json", object{"locations": []object{{"name": "City", "description": large}}}).want(202)
	c.post("/locations/batch.json", object{"locations": []object{{"name": strings.Repeat(large, 4)}}}).want(413)
}
