package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/belfryhq/belfry/internal/rig"
)

// scenario is one line of the table.
type scenario struct {
	name string
	// triggers is how many reactions send each sale to the sink.
	triggers int
	// prepare, unless nil, comes before the measurement.
	prepare func(ctx context.Context, b *bench) error
	// load does what is measured, and fills in count, took and latencies.
	load func(ctx context.Context, b *bench, r *row) error
}

// backlogTriggers makes a backlog of deliveries from few sales.
const backlogTriggers = 10

func scenarios(o options) []scenario {
	return []scenario{
		{name: fmt.Sprintf("record sales, %d clients", o.clients), load: record},
		{name: fmt.Sprintf("record and deliver, %d clients", o.clients), triggers: 1, load: recordAndDeliver},
		{
			name: fmt.Sprintf("deliver a backlog of %d", o.backlog), triggers: backlogTriggers,
			prepare: pileUp, load: deliverBacklog,
		},
		{name: "sale to receiver, 50 a second", triggers: 1, load: openLoop(50)},
		{name: "sale to receiver, 200 a second", triggers: 1, load: openLoop(200)},
	}
}

// bench is a running server with its programme, clients and receiver.
type bench struct {
	options
	*shop
	sink   *sink
	server *rig.Process
}

// measure runs one scenario on an empty database.
func measure(ctx context.Context, o options, s scenario) (r row, err error) {
	dir, err := os.MkdirTemp("", "belfry-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	address, err := rig.FreeAddress()
	if err != nil {
		return r, err
	}
	var log io.Writer = io.Discard
	if o.verbose {
		log = os.Stderr
	}
	command := rig.Command{Binary: o.binary, Data: dir, Listen: address, Log: log}
	token, err := command.Token(ctx)
	if err != nil {
		return r, err
	}
	b := &bench{options: o, shop: newShop(address, token)}
	defer b.shop.close()
	if b.sink, err = newSink(); err != nil {
		return r, err
	}
	defer b.sink.close()
	if b.server, err = command.Start(); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, b.server.Stop()) }()
	if err := b.server.Ready(ctx); err != nil {
		return r, err
	}
	if err := b.setUp(ctx, b.sink.url, s.triggers, b.clients); err != nil {
		return r, err
	}
	r.name = s.name
	return r, b.watch(ctx, s, &r)
}

// watch runs the load between two readings of what the server has used.
func (b *bench) watch(ctx context.Context, s scenario, r *row) error {
	warm, err := b.closedLoop(ctx, b.clients, lasting(time.Second))
	if err != nil {
		return err
	}
	if err := b.sink.await(ctx, len(warm)*s.triggers); err != nil {
		return err
	}
	if s.prepare != nil {
		if err := s.prepare(ctx, b); err != nil {
			return err
		}
	}
	b.sink.forget()
	before, err := b.server.Usage()
	if err != nil {
		return err
	}
	if err := s.load(ctx, b, r); err != nil {
		return err
	}
	after, err := b.server.Usage()
	r.cpu = after.CPU - before.CPU
	r.rss, r.peak = after.RSS, after.PeakRSS
	return err
}

// closedLoop has clients record sales, each one after another, as long as more
// says so, which is given how many were begun before and since when. It returns
// how long each request took.
func (b *bench) closedLoop(ctx context.Context, clients int, more func(n int, since time.Time) bool) (latencies, error) {
	var wg sync.WaitGroup
	var begun atomic.Int64
	took := make([]latencies, clients)
	errs := make([]error, clients)
	since := time.Now()
	for c := range clients {
		wg.Go(func() {
			for more(int(begun.Add(1)-1), since) {
				start := time.Now()
				if errs[c] = b.sell(ctx, b.nextSale()); errs[c] != nil {
					return
				}
				took[c] = append(took[c], time.Since(start))
			}
		})
	}
	wg.Wait()
	return slices.Concat(took...), errors.Join(errs...)
}

func lasting(length time.Duration) func(int, time.Time) bool {
	return func(_ int, since time.Time) bool { return time.Since(since) < length }
}

// record measures how fast sales are recorded; the latency is that of a request.
func record(ctx context.Context, b *bench, r *row) (err error) {
	start := time.Now()
	r.latencies, err = b.closedLoop(ctx, b.clients, lasting(b.length))
	r.count, r.took = len(r.latencies), time.Since(start)
	return err
}

// recordAndDeliver measures the same while each sale is delivered too, until the
// last one has arrived.
func recordAndDeliver(ctx context.Context, b *bench, r *row) error {
	start := time.Now()
	if err := record(ctx, b, r); err != nil {
		return err
	}
	err := b.sink.await(ctx, r.count)
	r.took = time.Since(start)
	return err
}

// pileUp holds the deliveries back until there are enough of them.
func pileUp(ctx context.Context, b *bench) error {
	if err := b.hold(ctx, true); err != nil {
		return err
	}
	enough := func(n int, _ time.Time) bool { return n < b.backlog/backlogTriggers }
	if _, err := b.closedLoop(ctx, b.clients, enough); err != nil {
		return err
	}
	return b.awaitPending(ctx, b.backlog)
}

// deliverBacklog measures how fast what was held back arrives.
func deliverBacklog(ctx context.Context, b *bench, r *row) error {
	if err := b.hold(ctx, false); err != nil {
		return err
	}
	if err := b.sink.await(ctx, b.backlog); err != nil {
		return err
	}
	r.count, r.took = b.backlog, b.sink.span()
	return nil
}

// openLoop begins sales at a fixed rate, whether or not earlier ones are done,
// and measures from the moment that each was due to its arrival at the receiver.
func openLoop(rate int) func(ctx context.Context, b *bench, r *row) error {
	return func(ctx context.Context, b *bench, r *row) error {
		n := int(b.length.Seconds() * float64(rate))
		sales := make([]string, n)
		errs := make([]error, n)
		start := time.Now()
		due := func(i int) time.Time { return start.Add(time.Duration(i) * time.Second / time.Duration(rate)) }
		var wg sync.WaitGroup
		for i := range n {
			time.Sleep(time.Until(due(i)))
			sales[i] = b.nextSale()
			wg.Go(func() { errs[i] = b.sell(ctx, sales[i]) })
		}
		wg.Wait()
		if err := errors.Join(append(errs, b.sink.await(ctx, n))...); err != nil {
			return err
		}
		r.count, r.took = n, time.Since(start)
		for i, sale := range sales {
			r.latencies = append(r.latencies, b.sink.arrival(sale).Sub(due(i)))
		}
		return nil
	}
}
