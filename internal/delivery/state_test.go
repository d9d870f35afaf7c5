package delivery

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

func TestDefaultPolicyIsTheStandardWebhooksSchedule(t *testing.T) {
	policy := DefaultPolicy()
	if err := policy.Validate(); err != nil {
		t.Fatal(err)
	}
	var total time.Duration
	for _, wait := range policy.Schedule {
		total += wait
	}
	if len(policy.Schedule) != 10 || policy.Schedule[0] != 0 || total != 75*time.Hour+35*time.Minute+5*time.Second {
		t.Errorf("schedule %v: %v in all", policy.Schedule, total)
	}
}

func TestNext(t *testing.T) {
	policy := Policy{Schedule: []time.Duration{0, time.Minute, time.Hour}}
	tests := []struct {
		name    string
		attempt int
		outcome Outcome
		want    Transition
	}{
		{"success ends the delivery", 1, Outcome{Kind: Success, Status: 200},
			Transition{State: Delivered}},
		{"a first failure waits as the schedule says before the second attempt", 1, Outcome{Kind: ServerError, Status: 500},
			Transition{State: Pending, DueAt: noon.Add(time.Minute)}},
		{"a second failure waits longer", 2, Outcome{Kind: ConnectRefused},
			Transition{State: Pending, DueAt: noon.Add(time.Hour)}},
		{"the last failure makes a dead letter", 3, Outcome{Kind: ResponseTimeout},
			Transition{State: Dead}},
		{"a redirect is a failure", 1, Outcome{Kind: Redirect, Status: 302},
			Transition{State: Pending, DueAt: noon.Add(time.Minute)}},
		{"410 disables the endpoint and keeps the delivery with its backlog", 1, Outcome{Kind: Gone, Status: 410},
			Transition{State: Pending, DueAt: noon.Add(time.Minute), Disable: true}},
		{"410 on the last attempt disables the endpoint too", 3, Outcome{Kind: Gone, Status: 410},
			Transition{State: Dead, Disable: true}},
		{"503 slows the endpoint", 1, Outcome{Kind: Unavailable, Status: 503},
			Transition{State: Pending, DueAt: noon.Add(time.Minute), Slow: true}},
		{"Retry-After beyond the schedule is honoured and pauses the endpoint", 1,
			Outcome{Kind: RateLimited, Status: 429, RetryAfter: 10 * time.Minute},
			Transition{State: Pending, DueAt: noon.Add(10 * time.Minute), Slow: true, PauseUntil: noon.Add(10 * time.Minute)}},
		{"Retry-After within the schedule does not use up attempts sooner", 1,
			Outcome{Kind: RateLimited, Status: 429, RetryAfter: time.Second},
			Transition{State: Pending, DueAt: noon.Add(time.Minute), Slow: true, PauseUntil: noon.Add(time.Second)}},
		{"Retry-After of a year is a day", 1, Outcome{Kind: RateLimited, Status: 429, RetryAfter: 365 * 24 * time.Hour},
			Transition{State: Pending, DueAt: noon.Add(MaxRetryAfter), Slow: true, PauseUntil: noon.Add(MaxRetryAfter)}},
		{"Retry-After on the last attempt still pauses the endpoint", 3,
			Outcome{Kind: Unavailable, Status: 503, RetryAfter: time.Minute},
			Transition{State: Dead, Slow: true, PauseUntil: noon.Add(time.Minute)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Next(policy, tt.attempt, tt.outcome, noon, 0.5)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPolicyValidateNamesWhatIsWrong(t *testing.T) {
	tests := []struct {
		name   string
		policy Policy
		want   string
	}{
		{"no attempt", Policy{}, "a retry schedule has 1 to 100 attempts, not 0"},
		{"too many attempts", Policy{Schedule: make([]time.Duration, 101)}, "a retry schedule has 1 to 100 attempts, not 101"},
		{"a negative wait", Policy{Schedule: []time.Duration{0, -1}}, "the wait before attempt 2 is -1ns: it must be between 0 and 168h0m0s"},
		{"a wait of a month", Policy{Schedule: []time.Duration{720 * time.Hour}}, "the wait before attempt 1 is 720h0m0s: it must be between 0 and 168h0m0s"},
		{"too much jitter", Policy{Schedule: []time.Duration{0}, Jitter: 1.5}, "the jitter is 1.5: it must be between 0 and 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.policy.Validate(); err == nil || err.Error() != tt.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Generators of the property tests.
var (
	anyPolicy = rapid.Custom(func(t *rapid.T) Policy {
		return Policy{
			Schedule: rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, int64(maxWait)), func(n int64) time.Duration {
				return time.Duration(n)
			}), 1, maxAttempts).Draw(t, "schedule"),
			Jitter: rapid.Float64Range(0, 1).Draw(t, "jitter"),
		}
	})
	anyKind = rapid.SampledFrom([]Kind{
		Success, Redirect, ClientError, Gone, RateLimited, ServerError, Unavailable, BadResponse, LargeHeaders,
		DNSFailure, ConnectRefused, ConnectionReset, Unreachable, TLSFailure, ConnectTimeout, ResponseTimeout,
		NetworkError, Blocked, Misconfigured,
	})
	anyOutcome = rapid.Custom(func(t *rapid.T) Outcome {
		return Outcome{
			Kind:       anyKind.Draw(t, "kind"),
			RetryAfter: time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "retry after")),
		}
	})
	anyRandom = rapid.Float64Range(0, 0.999999)
)

func TestNextHoldsForEveryPolicyAndOutcome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy, outcome, random := anyPolicy.Draw(t, "policy"), anyOutcome.Draw(t, "outcome"), anyRandom.Draw(t, "random")
		attempt := rapid.IntRange(1, len(policy.Schedule)).Draw(t, "attempt")
		next := Next(policy, attempt, outcome, noon, random)

		if (next.State == Delivered) != (outcome.Kind == Success) {
			t.Fatalf("%s led to %s", outcome.Kind, next.State)
		}
		if (next.State == Dead) != (outcome.Kind != Success && attempt == len(policy.Schedule)) {
			t.Fatalf("attempt %d of %d led to %s", attempt, len(policy.Schedule), next.State)
		}
		if (next.State == Pending) == next.DueAt.IsZero() {
			t.Fatalf("%s is due at %v", next.State, next.DueAt)
		}
		if next.Disable != (outcome.Kind == Gone) {
			t.Fatalf("%s disables: %v", outcome.Kind, next.Disable)
		}
		if next.PauseUntil.After(noon.Add(MaxRetryAfter)) || !next.PauseUntil.IsZero() && !next.Slow {
			t.Fatalf("paused until %v", next.PauseUntil)
		}
		if next.State == Pending {
			checkDue(t, policy, attempt, outcome, next)
		}
	})
}

// checkDue says that a retry is never before the schedule's jittered wait, nor before what was asked for, nor
// longer after the later of the two than the jitter allows.
func checkDue(t *rapid.T, policy Policy, attempt int, outcome Outcome, next Transition) {
	wait := next.DueAt.Sub(noon)
	scheduled := float64(policy.Schedule[attempt])
	asked := 0.0
	if outcome.Kind.asksToSlowDown() {
		asked = float64(min(outcome.RetryAfter, MaxRetryAfter))
	}
	const rounding = float64(time.Microsecond)
	if float64(wait) < max(scheduled*(1-policy.Jitter), asked)-rounding {
		t.Fatalf("waits %v: too short", wait)
	}
	if float64(wait) > max(scheduled, asked)*(1+policy.Jitter)+rounding {
		t.Fatalf("waits %v: too long", wait)
	}
}

func TestEveryDeliveryEndsWithinItsSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := anyPolicy.Draw(t, "policy")
		now := noon
		for attempt := 1; ; attempt++ {
			outcome := anyOutcome.Draw(t, "outcome")
			next := Next(policy, attempt, outcome, now, anyRandom.Draw(t, "random"))
			if next.State != Pending {
				if attempt > len(policy.Schedule) {
					t.Fatalf("%d attempts of %d", attempt, len(policy.Schedule))
				}
				return
			}
			now = next.DueAt
		}
	})
}
