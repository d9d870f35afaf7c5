package delivery

import (
	"container/heap"
	"sync"
	"time"

	"github.com/belfryhq/belfry/internal/store"
)

// lanes is every endpoint that has something to do, and the order in which they are served. It knows no database: the
// dispatcher asks it whom to claim for and tells it what came of that.
type lanes struct {
	mu     sync.Mutex
	byID   map[int64]*lane
	ready  []*lane // first come, first served; each is served a bounded number and goes to the end
	alarms alarms
	held   int // over all lanes
	most   int // that may be held
	flying int // attempts under way
	closed bool
	signal chan struct{} // has one element when somebody may be ready, or an alarm was set
	// drained is closed when the lanes are closed and no attempt is under way.
	drained chan struct{}
	empty   bool // drained is closed
}

func newLanes(most int) *lanes {
	return &lanes{byID: map[int64]*lane{}, most: most, signal: make(chan struct{}, 1), drained: make(chan struct{})}
}

// share is how many deliveries one lane may hold of what is left for all. It shrinks as the house fills up, so that
// however many lanes hang there is room for one that does not (Choudhury and Hahne's dynamic threshold).
func (s *lanes) share(l *lane, now time.Time) int {
	return min(l.reach(now), max(1, (s.most-s.held)/4))
}

func (s *lanes) lane(id int64) *lane {
	l := s.byID[id]
	if l == nil {
		l = &lane{id: id, pace: NewPace(DefaultWindow), place: -1}
		s.byID[id] = l
	}
	return l
}

func (s *lanes) notify() {
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// wake says that each of these endpoints has a delivery that is due.
func (s *lanes) wake(now time.Time, ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		l := s.lane(id)
		l.more = true
		s.consider(l, now)
	}
}

// expect says that an endpoint has a delivery that is due at a moment.
func (s *lanes) expect(id int64, at, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lane(id); l.expect(at) {
		s.look(l, now)
	}
}

// look notes what has become due in a lane and sets its alarm to the next moment at which something does.
func (s *lanes) look(l *lane, now time.Time) {
	if !l.due.IsZero() && !l.due.After(now) {
		l.more, l.due = true, time.Time{}
	}
	next := l.due
	if until := l.pace.PausedUntil(); until.After(now) && (next.IsZero() || until.Before(next)) {
		next = until
	}
	s.setAlarm(l, next)
	s.consider(l, now)
}

func (s *lanes) setAlarm(l *lane, at time.Time) {
	set := l.place >= 0
	switch {
	case at.IsZero() && set:
		heap.Remove(&s.alarms, l.place)
	case at.IsZero() || set && at.Equal(l.alarm):
	case set:
		l.alarm = at
		heap.Fix(&s.alarms, l.place)
		s.notify()
	default:
		l.alarm = at
		heap.Push(&s.alarms, l)
		s.notify()
	}
}

// consider lists the lane when a claim for it makes sense.
func (s *lanes) consider(l *lane, now time.Time) {
	if s.closed || l.listed || l.claiming || !l.more {
		return
	}
	// Claims are worth making for some deliveries at a time.
	reach := s.share(l, now)
	if l.held() > reach-max(1, reach/4) {
		return
	}
	l.listed = true
	s.ready = append(s.ready, l)
	s.notify()
}

// ask is a claim to make.
type ask struct {
	id     int64
	config *config
	limit  int
}

// asks takes the next lanes to claim for, with up to rows deliveries in all.
func (s *lanes) asks(rows int, now time.Time) []ask {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.alarms) > 0 && !s.alarms[0].alarm.After(now) {
		s.look(heap.Pop(&s.alarms).(*lane), now)
	}
	var asks []ask
	for len(s.ready) > 0 && rows > 0 {
		l := s.ready[0]
		s.ready[0] = nil
		s.ready = s.ready[1:]
		l.listed = false
		limit := min(s.share(l, now)-l.held(), rows)
		if limit <= 0 {
			continue // when it has room again, finish considers it
		}
		l.claiming, l.more, l.due = true, false, time.Time{}
		rows -= limit
		s.held += limit // until settle says how many there were
		asks = append(asks, ask{l.id, l.config, limit})
	}
	return asks
}

// nextAlarm is when asks has to be called even if nobody signals; zero when it has not.
func (s *lanes) nextAlarm() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.alarms) == 0 {
		return time.Time{}
	}
	return s.alarms[0].alarm
}

// answer is what came of an ask.
type answer struct {
	ask
	config  *config // nil when it could not be read
	claimed []store.ClaimedDelivery
	next    time.Time // when the next delivery is due; zero when none waits or more are due now
	failed  bool      // the claim failed as a whole
}

// settle notes what came of an ask and returns what may be started.
func (s *lanes) settle(a answer, now time.Time) (start []job, back []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(a.id)
	l.claiming, l.used = false, now
	s.held += len(a.claimed) - a.limit
	if a.config != nil {
		l.config = a.config
	}
	l.queued = append(l.queued, a.claimed...)
	if a.failed || len(a.claimed) == a.limit {
		l.more = true
	}
	l.expect(a.next)
	if a.failed {
		return nil, nil // the next poll looks at it
	}
	s.look(l, now)
	return s.startable(l, now)
}

// job is a claimed delivery with the lane that it was claimed for.
type job struct {
	store.ClaimedDelivery
	config *config
}

// startable takes what the lane may start now, and what it has to hand back: everything once it is closed, paused or
// disabled, and whatever has waited so long that its lease would not cover the attempt.
func (s *lanes) startable(l *lane, now time.Time) (start, back []job) {
	if l.config == nil {
		return nil, nil // nothing was ever claimed for it
	}
	if s.closed || l.config.disabled || l.pace.Window(now) == 0 {
		back = s.drop(l, back, l.queued)
		l.queued = nil
		return nil, back
	}
	for {
		popped := l.popStartable(now)
		s.flying += len(popped)
		if len(popped) == 0 {
			return start, back
		}
		for _, d := range popped {
			if d.Lease.Until.Sub(now) < l.config.endpoint.timeout+leaseMargin {
				l.inFlight--
				s.flying--
				l.more = true
				back = s.drop(l, back, []store.ClaimedDelivery{d})
				continue
			}
			start = append(start, job{d, l.config})
		}
	}
}

func (s *lanes) drop(l *lane, back []job, dropped []store.ClaimedDelivery) []job {
	s.held -= len(dropped)
	for _, d := range dropped {
		back = append(back, job{d, l.config})
	}
	return back
}

// finish notes the end of an attempt and returns what may be started in its place.
func (s *lanes) finish(id int64, o Outcome, t Transition, started, now time.Time) (start, back []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(id)
	l.inFlight--
	s.flying--
	s.held--
	l.used = now
	l.pace = l.pace.After(o, t, started, now)
	if t.Disable {
		off := *l.config
		off.disabled = true
		l.config = &off
	}
	s.look(l, now)
	start, back = s.startable(l, now)
	s.checkDrained()
	return start, back
}

func (s *lanes) checkDrained() {
	if s.closed && s.flying == 0 && !s.empty {
		s.empty = true
		close(s.drained)
	}
}

// lend returns the endpoint's configuration if a new delivery to it can be sent without being claimed: its lane knows
// it in this version, nothing waits before it, and there is room.
func (s *lanes) lend(id, version int64, now time.Time) *config {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.byID[id]
	if l == nil || s.closed || l.config == nil || l.config.version != version || l.config.disabled ||
		l.more || l.listed || l.claiming || l.held() >= s.share(l, now) {
		return nil
	}
	return l.config
}

// accept takes a delivery that lend was asked for, and returns what may be started.
func (s *lanes) accept(id int64, d store.ClaimedDelivery, now time.Time) (start, back []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lane(id)
	s.held++
	l.queued = append(l.queued, d)
	if l.config == nil { // forgotten meanwhile
		l.queued, l.more = l.queued[:len(l.queued)-1], true
		back = s.drop(l, nil, []store.ClaimedDelivery{d})
		return nil, back
	}
	return s.startable(l, now)
}

// close stops everything that is not under way and returns what is to be handed back.
func (s *lanes) close() (back []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, l := range s.byID {
		back = s.drop(l, back, l.queued)
		l.queued = nil
	}
	s.checkDrained()
	return back
}

// sweep forgets the lanes that have nothing to do and looks at those whose claim had failed.
func (s *lanes) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, l := range s.byID {
		if l.isIdle(now) {
			s.setAlarm(l, time.Time{})
			delete(s.byID, id)
			continue
		}
		s.look(l, now)
	}
}

// load counts the lanes and what they hold.
func (s *lanes) load() (lanes, held int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byID), s.held
}

// alarms is a heap of the lanes with an alarm, the earliest first.
type alarms []*lane

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, j int) bool { return a[i].alarm.Before(a[j].alarm) }

func (a alarms) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].place, a[j].place = i, j
}

func (a *alarms) Push(x any) {
	l := x.(*lane)
	l.place = len(*a)
	*a = append(*a, l)
}

func (a *alarms) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*a = old[:len(old)-1]
	last.place = -1
	return last
}
