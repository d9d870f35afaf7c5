package delivery

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkDispatcher measures a delivery from Enqueue to its recorded result, with a sink in the same process: 32 in
// a transaction, as reactions make them, to one endpoint and to five.
func BenchmarkDispatcher(b *testing.B) {
	for _, bench := range []struct {
		name    string
		targets int
		known   bool
	}{{"sent as made", 1, true}, {"claimed", 1, false}, {"sent as made to five", 5, true}} {
		b.Run(bench.name, func(b *testing.B) {
			sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
			}))
			defer sink.Close()
			h := newHouse(b, storetest.SQLite(b, store.Options{}))
			var targets []int64
			for range bench.targets {
				targets = append(targets, h.target(sink.URL))
			}
			h.d.Start()
			for _, target := range targets {
				h.wait(h.enqueue(target, 1)[0], Delivered)
			}
			b.ReportAllocs()
			begun := cpuTime()
			var last int64
			const batch = 32
			for n := 0; b.Loop(); n++ {
				ids := h.enqueue(targets[n%len(targets)], batch, func(m *Message) {
					if !bench.known {
						m.ConfigVersion = 0
					}
				})
				last = ids[batch-1]
				for { // as many wait as a platform under load has
					if _, held := h.d.lanes.load(); held < 512 {
						break
					}
					time.Sleep(time.Millisecond)
				}
			}
			h.wait(last, Delivered)
			deliveries := float64(b.N * batch)
			b.ReportMetric(deliveries/b.Elapsed().Seconds(), "deliveries/s")
			b.ReportMetric((cpuTime()-begun).Seconds()*1000/deliveries, "cpu-ms/delivery")
			h.stop(10 * time.Second)
		})
	}
}

// cpuTime is what this process has used of all its cores.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkLatency measures one delivery at a time from before its transaction to its receiver: alone, and while other
// endpoints hang with a backlog.
func BenchmarkLatency(b *testing.B) {
	for _, bench := range []struct {
		name    string
		hanging int
	}{{"alone", 0}, {"beside one that hangs", 1}, {"beside 100 that hang", 100}} {
		b.Run(bench.name, func(b *testing.B) {
			arrived := make(chan struct{}, 1)
			sink := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{} }))
			defer sink.Close()
			hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}))
			defer hangs.Close()
			h := newHouse(b, storetest.SQLite(b, store.Options{}))
			for range bench.hanging {
				h.enqueue(h.target(hangs.URL), 200)
			}
			target := h.target(sink.URL)
			h.d.Start()
			h.enqueue(target, 1)
			<-arrived
			var took []time.Duration
			for b.Loop() {
				begun := time.Now()
				h.enqueue(target, 1)
				<-arrived
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
			h.stop(time.Second)
		})
	}
}
