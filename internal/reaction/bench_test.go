package reaction

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
	"github.com/belfryhq/belfry/internal/wire"
)

// saleContext is the sample of a sale, as large as a real one.
func saleContext(b *testing.B) []byte {
	b.Helper()
	for _, e := range event.Catalogue() {
		if e.Type == event.TransactionCreated {
			text, err := wire.Marshal(e.Sample)
			if err != nil {
				b.Fatal(err)
			}
			return text
		}
	}
	b.Fatal("there is no sample of a sale")
	return nil
}

// newBenchHouse has triggers on sales, whose filters do not hold, and triggers
// on other events.
func newBenchHouse(b *testing.B, listening, others int) *house {
	b.Helper()
	h := newHouse(b, storetest.SQLite(b, store.Options{}))
	add := func(n int, typ string) {
		for i := range n {
			h.trigger(fmt.Sprintf(`{"name":"T","trigger":%q,"is_active":true,"actions":[
				{"name":"filter","sort_order":1,"arguments":[{"name":"condition","value":
					{"and":[{">":[{"var":"total"},%d]},{"in":["vip",{"var":"flattened_tags"}]},{"==":[{"var":"tier.handle"},"gold"]}]}}]},
				{"name":"tag.add","sort_order":2,"arguments":[{"name":"tag","value":"big"}]}]}`, typ, 1_000_000+i))
		}
	}
	add(listening, "transaction.created")
	add(others, "transaction.updated")
	return h
}

// queue appends sales.
func (h *house) queue(n int, body []byte) {
	h.must(func(t *store.Tenant) error {
		for range n {
			e := store.Event{Type: "transaction.created", Subject: "transaction", SubjectID: "1", Context: body}
			if err := t.AppendEvents(&e); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkAnswer takes events off the queue, with commits that are durable. An
// operation is one event; filters-ns is what parsing its context and evaluating
// the filters takes of it, and the rest is the database.
func BenchmarkAnswer(b *testing.B) {
	for _, c := range []struct{ listening, others int }{{10, 90}, {10, 990}, {1, 99}, {0, 100}} {
		b.Run(fmt.Sprintf("%d of %d triggers listen", c.listening, c.listening+c.others), func(b *testing.B) {
			h, body := newBenchHouse(b, c.listening, c.others), saleContext(b)
			h.queue(1, body)
			h.step() // reads the rules
			b.ReportAllocs()
			b.ResetTimer()
			for left := b.N; left > 0; {
				n := min(left, 2048)
				left -= n
				b.StopTimer()
				h.queue(n, body)
				b.StartTimer()
				h.step()
			}
			b.StopTimer()
			if b.N > 1 {
				b.ReportMetric(h.filtersAlone(b, body), "filters-ns/op")
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			}
		})
	}
}

// filtersAlone returns the nanoseconds that an event takes without a database.
func (h *house) filtersAlone(b *testing.B, body []byte) float64 {
	const rounds = 500
	var spent time.Duration
	h.must(func(t *store.Tenant) error {
		rules, err := h.r.ruleset(t)
		if err != nil {
			return err
		}
		begun := time.Now()
		for range rounds {
			e := store.Event{Type: "transaction.created", TenantID: t.ID, Context: body}
			x := h.r.execution(context.Background(), t, &e)
			for _, to := range rules.of(&e) {
				if result, err := to.run(x); err != nil || result.Outcome != filtered {
					b.Fatalf("%+v, %v", result, err)
				}
			}
		}
		spent = time.Since(begun)
		return nil
	})
	return float64(spent.Nanoseconds()) / rounds
}

// BenchmarkTrace tells why a sale fired none of ten triggers.
func BenchmarkTrace(b *testing.B) {
	h, body := newBenchHouse(b, 10, 90), saleContext(b)
	h.queue(1, body)
	h.step()
	b.ReportAllocs()
	for b.Loop() {
		if told := h.trace(1); len(told.Reactions) != 10 {
			b.Fatalf("%d reactions", len(told.Reactions))
		}
	}
}

// BenchmarkDryRun has a trigger render a target's template; on SQLite nobody else
// writes meanwhile.
func BenchmarkDryRun(b *testing.B) {
	h := newHouse(b, storetest.SQLite(b, store.Options{}))
	h.target("crm", `{"id": {{ id }}, "name": "{{ profile.first_name }}"}`)
	h.queue(1, saleContext(b))
	id := h.trigger(`{"name":"Sales","trigger":"transaction.created","actions":[{"name":"target.send","arguments":[{"name":"target","value":"crm"}]}]}`)
	text := fmt.Sprintf(`{"trigger_id":%d,"event_id":1}`, id)
	b.ReportAllocs()
	for b.Loop() {
		if out, err := h.dryRun(text); err != nil || out.Reaction.Outcome != matched {
			b.Fatal(out, err)
		}
	}
}
