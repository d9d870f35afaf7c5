package delivery

import (
	"time"

	"github.com/belfryhq/belfry/internal/store"
)

// lane is one endpoint in memory: what was claimed for it and how much it bears. Endpoints share nothing but the
// bound on all of them together, so that one that hangs fills its own lane and no other.
type lane struct {
	id     int64
	config *config // nil until the endpoint was read
	pace   Pace

	queued   []store.ClaimedDelivery // under a lease, waiting for a free slot
	inFlight int

	more     bool      // there may be deliveries to claim now
	due      time.Time // when there will be, as far as is known; zero when nothing is
	claiming bool      // a claim for it is under way
	listed   bool      // stands in lanes.ready
	used     time.Time // when something was last claimed or sent

	alarm time.Time // when to look at the lane again
	place int       // in lanes.alarms; -1 when no alarm is set
}

// held counts the deliveries that are claimed and not finished.
func (l *lane) held() int { return len(l.queued) + l.inFlight }

// reach is how many deliveries the lane may hold: those under way, and as many again to take their place without
// waiting for a claim.
func (l *lane) reach(now time.Time) int { return 2 * l.pace.Window(now) }

// expect notes that a delivery is due at a moment.
func (l *lane) expect(at time.Time) (sooner bool) {
	if at.IsZero() || !l.due.IsZero() && !at.Before(l.due) {
		return false
	}
	l.due = at
	return true
}

// idleLaneTime is how long a lane without anything to do is kept: what it knows of its endpoint spares a claim.
const idleLaneTime = 5 * time.Minute

// isIdle reports whether nothing is lost when the lane is forgotten.
func (l *lane) isIdle(now time.Time) bool {
	return l.held() == 0 && !l.more && !l.claiming && !l.listed && l.due.IsZero() &&
		l.pace.isUnhurt(now) && now.Sub(l.used) > idleLaneTime
}

// popStartable takes what may be started now off the queue.
func (l *lane) popStartable(now time.Time) []store.ClaimedDelivery {
	n := min(len(l.queued), max(0, l.pace.Window(now)-l.inFlight))
	start := l.queued[:n:n]
	l.queued = l.queued[n:]
	if len(l.queued) == 0 {
		l.queued = nil // let go of the array
	}
	l.inFlight += n
	return start
}
