package delivery

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPaceHalvesOnceForAttemptsThatWereUnderWayTogether(t *testing.T) {
	p := NewPace(32)
	timeout := Outcome{Kind: ResponseTimeout}
	for range 32 {
		p = p.After(timeout, Transition{State: Pending}, noon, noon.Add(time.Second))
	}
	if got := p.Window(noon.Add(time.Second)); got != 16 {
		t.Errorf("window %d after 32 timeouts of one burst", got)
	}
	p = p.After(timeout, Transition{State: Pending}, noon.Add(2*time.Second), noon.Add(3*time.Second))
	if got := p.Window(noon.Add(3 * time.Second)); got != 8 {
		t.Errorf("window %d after a timeout of the next burst", got)
	}
}

func TestPaceGivesNothingWhilePaused(t *testing.T) {
	p := NewPace(8)
	until := noon.Add(time.Minute)
	p = p.After(Outcome{Kind: RateLimited}, Transition{State: Pending, Slow: true, PauseUntil: until}, noon, noon)
	if got := p.Window(noon.Add(59 * time.Second)); got != 0 {
		t.Errorf("window %d during the pause", got)
	}
	if got := p.Window(until); got != 4 {
		t.Errorf("window %d after the pause", got)
	}
	p = p.After(Outcome{Kind: RateLimited}, Transition{State: Pending, Slow: true, PauseUntil: noon.Add(time.Second)}, noon, noon)
	if !p.PausedUntil().Equal(until) {
		t.Errorf("a shorter pause ended a longer one: %v", p.PausedUntil())
	}
}

func TestPaceStaysBetweenOneAndItsCeilingAndRecovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ceiling := rapid.IntRange(1, 256).Draw(t, "ceiling")
		p, now := NewPace(ceiling), noon
		for _, o := range rapid.SliceOfN(anyOutcome, 1, 200).Draw(t, "outcomes") {
			now = now.Add(time.Second)
			p = p.After(o, Next(DefaultPolicy(), 1, o, now, 0), now.Add(-time.Second), now)
			now = now.Add(max(0, p.PausedUntil().Sub(now)))
			if got := p.Window(now); got < 1 || got > ceiling {
				t.Fatalf("window %d of %d", got, ceiling)
			}
		}
		for range ceiling * ceiling {
			p = p.After(Outcome{Kind: Success}, Transition{State: Delivered}, now, now)
		}
		if got := p.Window(now); got != ceiling {
			t.Fatalf("window %d of %d after recovery", got, ceiling)
		}
	})
}
