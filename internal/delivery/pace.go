package delivery

import "time"

// DefaultWindow is how many attempts an endpoint is given at a time when it asks for nothing else.
const DefaultWindow = 32

// Pace is how many attempts at a time an endpoint is given: additive increase while it answers, halving when it asks
// for less or does not answer, as TCP treats a network. It is a value; its methods return the next one.
type Pace struct {
	ceiling float64
	window  float64
	until   time.Time // the end of a pause
	halved  time.Time // when the window was last halved
}

// NewPace starts at the ceiling: an endpoint is healthy until it shows otherwise.
func NewPace(ceiling int) Pace {
	c := float64(max(1, ceiling))
	return Pace{ceiling: c, window: c}
}

// Window is the number of attempts that may be under way at now.
func (p Pace) Window(now time.Time) int {
	if now.Before(p.until) {
		return 0
	}
	return int(p.window)
}

// PausedUntil is when a pause ends; it may be past.
func (p Pace) PausedUntil() time.Time { return p.until }

// isUnhurt reports whether nothing has slowed the endpoint down lately.
func (p Pace) isUnhurt(now time.Time) bool { return p.window == p.ceiling && !now.Before(p.until) }

// After returns the pace after an attempt that began at started had outcome o, with the transition that Next made of
// it.
func (p Pace) After(o Outcome, t Transition, started, now time.Time) Pace {
	if t.PauseUntil.After(p.until) {
		p.until = t.PauseUntil
	}
	switch {
	case t.Slow || o.Kind.isSilence():
		// Attempts that were under way when the window was halved tell nothing about the smaller one.
		if started.After(p.halved) || p.halved.IsZero() {
			p.window = max(1, p.window/2)
			p.halved = now
		}
	case o.Kind != Interrupted:
		p.window = min(p.ceiling, p.window+1/p.window)
	}
	return p
}

// isSilence reports whether the endpoint let an attempt run into the void: more at a time would only wait together.
func (k Kind) isSilence() bool {
	switch k {
	case ConnectTimeout, ResponseTimeout, ConnectRefused, ConnectionReset, Unreachable, DNSFailure, NetworkError:
		return true
	}
	return false
}
