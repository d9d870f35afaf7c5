package webhook

import (
	"context"
	"errors"
	"sync"
)

var (
	errFull    = errors.New("the queue is full")
	errStopped = errors.New("the handler is shutting down")
)

// A pool runs jobs in the order they were started, so many at a time, and holds so many more. It has no goroutine while it
// has no job.
type pool struct {
	limit    int // jobs that run at once
	capacity int // jobs held, running ones included

	mu      sync.Mutex
	held    int // reserved, queued and running
	running int
	queue   []func()
	stopped bool
	drained chan struct{} // closed once stopped and nothing is held
}

func newPool(limit, queue int) *pool {
	return &pool{limit: limit, capacity: limit + queue, drained: make(chan struct{})}
}

// reserve takes a place for one job. The caller must start the job or release the place.
func (p *pool) reserve() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stopped:
		return errStopped
	case p.held == p.capacity:
		return errFull
	}
	p.held++
	return nil
}

func (p *pool) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave()
}

// leave gives a place back. p.mu is held.
func (p *pool) leave() {
	p.held--
	if p.stopped && p.held == 0 {
		close(p.drained)
	}
}

// start runs job in a reserved place, as soon as fewer than limit jobs run.
func (p *pool) start(job func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == p.limit {
		p.queue = append(p.queue, job)
		return
	}
	p.running++
	go p.run(job)
}

// run gives each job a goroutine of its own, so that one that ends its goroutine takes nothing else along.
func (p *pool) run(job func()) {
	defer p.next()
	job()
}

func (p *pool) next() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) > 0 {
		job := p.queue[0]
		p.queue[0] = nil
		p.queue = p.queue[1:]
		go p.run(job)
	} else {
		p.running--
	}
	p.leave()
}

// stop refuses new jobs and waits until none is held. It returns how many still are when ctx ends first.
func (p *pool) stop(ctx context.Context) int {
	p.mu.Lock()
	if !p.stopped {
		p.stopped = true
		if p.held == 0 {
			close(p.drained)
		}
	}
	p.mu.Unlock()
	select {
	case <-p.drained:
		return 0
	case <-ctx.Done():
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.held
	}
}
