package webhook

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// A SeenState is what a [Seen] knows about a message id.
type SeenState int

const (
	// SeenNever: the id is new, and is now claimed by the caller.
	SeenNever SeenState = iota
	// SeenInFlight: somebody claimed the id and hasn't finished.
	SeenInFlight
	// SeenDone: the message was processed.
	SeenDone
)

// Seen remembers message ids, so that a message delivered twice is processed once. Keep it in a shared store to
// deduplicate over restarts and replicas; [MemorySeen] does so for one process.
//
// An implementation must be safe for concurrent use, must let exactly one caller claim an id, and must let a claim lapse
// by itself if the claimer may die, or the message would be refused for ever.
type Seen interface {
	// Claim reports what is known about id, and claims it when nothing is.
	Claim(ctx context.Context, id string) (SeenState, error)
	// Done turns the caller's claim into the record that the message was processed.
	Done(ctx context.Context, id string) error
	// Forget gives the caller's claim back: the message is to be processed again if it comes again.
	Forget(ctx context.Context, id string) error
}

const (
	defaultSeenCapacity = 1 << 16

	// defaultSeenTTL outlasts Belfry's default retry schedule, which spans 76 hours.
	defaultSeenTTL = 96 * time.Hour
)

// MemorySeenOptions bound a [MemorySeen].
type MemorySeenOptions struct {
	// Capacity is how many processed ids are kept, 65,536 unless set. The ones unused for longest go first.
	Capacity int

	// TTL is how long a processed id is kept after it was last asked for, 96 hours unless set.
	TTL time.Duration

	// Now is time.Now unless set.
	Now func() time.Time
}

// MemorySeen is a [Seen] in memory. It forgets everything when the process ends. Ids in flight are never evicted; the
// [Handler] bounds how many there are.
type MemorySeen struct {
	capacity int
	ttl      time.Duration
	now      func() time.Time

	mu       sync.Mutex
	inFlight map[string]struct{}
	done     map[string]*list.Element
	recent   *list.List // of processed ids; the front was used last and so expires last
}

type seenID struct {
	id      string
	expires time.Time
}

// NewMemorySeen returns an empty store.
func NewMemorySeen(o MemorySeenOptions) (*MemorySeen, error) {
	if o.Capacity < 0 || o.TTL < 0 {
		return nil, errors.New("webhook: a MemorySeen needs a positive capacity and TTL")
	}
	if o.Capacity == 0 {
		o.Capacity = defaultSeenCapacity
	}
	if o.TTL == 0 {
		o.TTL = defaultSeenTTL
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &MemorySeen{
		capacity: o.Capacity, ttl: o.TTL, now: o.Now,
		inFlight: map[string]struct{}{}, done: map[string]*list.Element{}, recent: list.New(),
	}, nil
}

// Claim implements [Seen].
func (s *MemorySeen) Claim(_ context.Context, id string) (SeenState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.expire(now)
	if _, ok := s.inFlight[id]; ok {
		return SeenInFlight, nil
	}
	if element, ok := s.done[id]; ok {
		element.Value = seenID{id, now.Add(s.ttl)}
		s.recent.MoveToFront(element)
		return SeenDone, nil
	}
	s.inFlight[id] = struct{}{}
	return SeenNever, nil
}

// Done implements [Seen].
func (s *MemorySeen) Done(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inFlight, id)
	if _, ok := s.done[id]; ok {
		return nil
	}
	s.done[id] = s.recent.PushFront(seenID{id, s.now().Add(s.ttl)})
	if s.recent.Len() > s.capacity {
		s.evict()
	}
	return nil
}

// Forget implements [Seen].
func (s *MemorySeen) Forget(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inFlight, id)
	return nil
}

func (s *MemorySeen) expire(now time.Time) {
	for oldest := s.recent.Back(); oldest != nil && !now.Before(oldest.Value.(seenID).expires); oldest = s.recent.Back() {
		s.evict()
	}
}

func (s *MemorySeen) evict() {
	oldest := s.recent.Remove(s.recent.Back()).(seenID)
	delete(s.done, oldest.id)
}
