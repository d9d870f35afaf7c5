package delivery

import (
	"testing"
	"time"
)

func TestPasses(t *testing.T) {
	const fast = 35*time.Minute + 5*time.Second
	for name, c := range map[string]struct {
		hourly, daily bool
		attempts      int
		span          time.Duration
	}{
		"fast attempts alone":      {false, false, 4, fast},
		"then hourly for a day":    {true, false, 28, fast + 24*time.Hour},
		"then daily for a week":    {false, true, 11, fast + 7*24*time.Hour},
		"a day hourly, then daily": {true, true, 35, fast + 8*24*time.Hour},
	} {
		schedule := Passes(c.hourly, c.daily)
		var span time.Duration
		for _, wait := range schedule {
			span += wait
		}
		if len(schedule) != c.attempts || span != c.span || schedule[0] != 0 {
			t.Errorf("%s: %d attempts over %v: %v", name, len(schedule), span, schedule)
		}
		if err := (Policy{Schedule: schedule}).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
