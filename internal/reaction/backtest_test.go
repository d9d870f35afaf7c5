package reaction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func (h *house) backtest(text string) (Backtest, error) {
	h.Helper()
	var in BacktestInput
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		h.Fatal(err)
	}
	return h.r.Backtest(context.Background(), h.actor(), in)
}

const above = `{"name":"N","trigger":"order.shipped","actions":[{"name":"filter","arguments":[{"name":"condition","value":{">=":[{"var":"n"},%d]}}]}]}`

func TestABacktestCountsWhatWouldMatch(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.update(func(tx *store.Tx) error {
			for n := range 130 {
				actor := store.Actor{TenantID: h.tenant}
				if n == 129 {
					actor.Depth = DefaultMaxDepth + 1
				}
				e := store.Event{Type: "order.shipped", Subject: "order", Context: fmt.Appendf(nil, `{"n":%d}`, n)}
				if err := tx.As(actor).AppendEvents(&e); err != nil {
					return err
				}
			}
			return nil
		})
		h.event("order.lost", `{"n":1000}`)
		id := h.trigger(fmt.Sprintf(above, 100))
		got, err := h.backtest(fmt.Sprintf(`{"trigger_id":%d}`, id))
		if err != nil {
			t.Fatal(err)
		}
		if got.Considered != 130 || got.Matched != 29 || got.Filtered != 100 || got.Held != 1 || !got.IsComplete || got.Difference != nil {
			t.Errorf("all of them: %+v", got)
		}
		if len(got.Samples) != backtestSamples || got.Samples[0].EventID != 129 {
			t.Errorf("samples %+v", got.Samples)
		}
		if got, err := h.backtest(fmt.Sprintf(`{"trigger_id":%d,"last":60}`, id)); err != nil || got.Considered != 60 || got.Matched != 29 {
			t.Errorf("the last 60: %+v, %v", got, err)
		}
		got, err = h.backtest(fmt.Sprintf(`{"trigger_id":%d,"trigger":%s}`, id, fmt.Sprintf(above, 90)))
		if d := got.Difference; err != nil || d == nil || d.StoredMatched != 29 || d.Newly != 10 || d.NoLonger != 0 || d.NewlySamples[0].EventID != 100 {
			t.Errorf("more of them: %+v, %v", got.Difference, err)
		}
		got, err = h.backtest(fmt.Sprintf(`{"trigger_id":%d,"trigger":%s}`, id, fmt.Sprintf(above, 128)))
		if d := got.Difference; err != nil || d.Newly != 0 || d.NoLonger != 28 || len(d.NoLongerSamples) != backtestSamples {
			t.Errorf("fewer of them: %+v, %v", got.Difference, err)
		}
	})
}

func TestABacktestShowsFiltersThatFail(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.event("order.shipped", `{"n":[`+strings.Repeat("1,", 63)+`1]}`) // doubles the text too often
	h.event("order.shipped", `{"n":[1]}`)
	got, err := h.backtest(`{"trigger":{"name":"N","trigger":"order.shipped","actions":[{"name":"filter","arguments":[
		{"name":"condition","value":{"reduce":[{"var":"n"},{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"x"]}}]}]}}`)
	if err != nil || got.Matched != 1 || got.Failed != 1 || len(got.Failures) != 1 || got.Failures[0].Because == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatABacktestRefuses(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.trigger(`{"name":"All","trigger":"transaction.created"}`)
	for text, field := range map[string]string{
		`{}`: "trigger_id",
		fmt.Sprintf(`{"trigger_id":%d,"last":10001}`, id):                        "last",
		fmt.Sprintf(`{"trigger_id":%d,"last":-1}`, id):                           "last",
		fmt.Sprintf(`{"trigger_id":%d,"trigger":%s}`, id, fmt.Sprintf(above, 1)): "trigger.trigger",
	} {
		_, err := h.backtest(text)
		var invalid *problem.Invalid
		if !errors.As(err, &invalid) || invalid.Fields[field] == nil {
			t.Errorf("%s: %v, want a fault of %s", text, err, field)
		}
	}
}

func BenchmarkBacktest(b *testing.B) {
	h := newHouse(b, storetest.SQLite(b, store.Options{}))
	h.queue(1000, []byte(sale))
	id := h.trigger(`{"name":"Big","trigger":"transaction.created","actions":[{"name":"filter","arguments":[
		{"name":"condition","value":{">":[{"var":"total"},100]}}]}]}`)
	b.ReportAllocs()
	for b.Loop() {
		got, err := h.backtest(fmt.Sprintf(`{"trigger_id":%d}`, id))
		if err != nil || got.Matched != 1000 {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/event")
}
