package delivery

import (
	"fmt"
	"time"
)

// State is where a delivery stands.
//
//	            claim               2xx
//	Pending ─────────────► Sending ─────► Delivered
//	   ▲ ▲                  │  │  │
//	   │ └──────────────────┘  │  └─────► Dead
//	   │  failed, tries left;  │ failed, last try
//	   │  lease handed back    │            │
//	   │  or run out ◄─────────┘            │
//	   └────────────────────────────────────┘
//	                 retried by hand
type State string

// The states of a delivery.
const (
	Pending   State = "pending"   // waits for its due time
	Sending   State = "sending"   // claimed under a lease; an attempt may be under way
	Delivered State = "delivered" // answered with 2xx; final
	Dead      State = "dead"      // the dead letters: every try failed, or nothing could be sent
)

// MaxRetryAfter bounds how far a receiver's Retry-After can push an attempt away.
const MaxRetryAfter = 24 * time.Hour

// Policy is an endpoint's schedule of attempts.
type Policy struct {
	// Schedule holds the wait before each attempt: Schedule[0] from the delivery's creation to the first attempt,
	// Schedule[n] from the end of attempt n to attempt n+1. Its length is the number of attempts.
	Schedule []time.Duration
	// Jitter is the share of a wait, 0 to 1, by which it varies at random, so that what failed together is not
	// tried together: a wait w becomes one between w*(1-Jitter) and w*(1+Jitter).
	Jitter float64
}

// Bounds of a policy that an endpoint may ask for.
const (
	maxAttempts = 100
	maxWait     = 7 * 24 * time.Hour
)

// DefaultPolicy is the schedule that the Standard Webhooks specification recommends: ten attempts over 75 hours.
func DefaultPolicy() Policy {
	return Policy{
		Schedule: []time.Duration{
			0,
			5 * time.Second,
			5 * time.Minute,
			30 * time.Minute,
			2 * time.Hour,
			5 * time.Hour,
			10 * time.Hour,
			14 * time.Hour,
			20 * time.Hour,
			24 * time.Hour,
		},
		Jitter: 0.2,
	}
}

// Validate says what is wrong with a policy that a user wrote.
func (p Policy) Validate() error {
	if n := len(p.Schedule); n == 0 || n > maxAttempts {
		return fmt.Errorf("a retry schedule has 1 to %d attempts, not %d", maxAttempts, n)
	}
	for i, wait := range p.Schedule {
		if wait < 0 || wait > maxWait {
			return fmt.Errorf("the wait before attempt %d is %v: it must be between 0 and %v", i+1, wait, maxWait)
		}
	}
	if !(p.Jitter >= 0 && p.Jitter <= 1) {
		return fmt.Errorf("the jitter is %v: it must be between 0 and 1", p.Jitter)
	}
	return nil
}

// wait is the jittered pause before the attempt after the given one; random is in [0, 1).
func (p Policy) wait(attempt int, random float64) time.Duration {
	w := float64(p.Schedule[attempt])
	return time.Duration(w * (1 + p.Jitter*(2*random-1)))
}

// Transition is what an outcome means: for the delivery, and for its endpoint.
type Transition struct {
	State State
	DueAt time.Time // when State is Pending: not before

	Slow       bool      // the endpoint asks for fewer requests
	PauseUntil time.Time // not zero: nothing is sent to the endpoint before
	Disable    bool      // the endpoint is gone: nothing is sent to it until it is enabled again
}

// Next decides what follows attempt number attempt (the first is 1) that had outcome o at now. It depends on nothing
// but its arguments; random is in [0, 1).
//
// A delivery whose endpoint answered 410 stays on its schedule with the rest of the endpoint's backlog: should the
// endpoint be enabled again, it is sent like the others.
func Next(p Policy, attempt int, o Outcome, now time.Time, random float64) Transition {
	if o.Kind == Success {
		return Transition{State: Delivered}
	}
	t := Transition{State: Dead, Slow: o.Kind.asksToSlowDown(), Disable: o.Kind == Gone}
	asked := min(o.RetryAfter, MaxRetryAfter)
	if t.Slow && asked > 0 {
		t.PauseUntil = now.Add(asked)
	}
	if attempt >= len(p.Schedule) {
		return t
	}
	wait := p.wait(attempt, random)
	if t.Slow && asked > wait {
		// Later than asked by up to the jitter, never sooner: what was refused together must not come back together.
		wait = asked + time.Duration(float64(asked)*p.Jitter*random)
	}
	t.State, t.DueAt = Pending, now.Add(wait)
	return t
}
