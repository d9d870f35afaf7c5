package store

// Signal wakes one waiting goroutine; signals that come while none waits are
// one.
type Signal struct{ c chan struct{} }

// NewSignal returns a signal that nobody has given yet.
func NewSignal() Signal { return Signal{make(chan struct{}, 1)} }

// Notify gives the signal. It never blocks.
func (s Signal) Notify() {
	select {
	case s.c <- struct{}{}:
	default:
	}
}

// C receives once after the signal was given.
func (s Signal) C() <-chan struct{} { return s.c }
