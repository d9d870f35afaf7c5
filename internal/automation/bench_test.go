package automation

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkRun passes through the profiles of a tenant, of whom one in a hundred
// is 7: by the query alone, by a condition on each context, and by a filter among
// the actions, which leaves an event for each; anniversary selects nobody. Peak is
// the most memory that the process held at any time, of the making of the profiles
// too, of whom BELFRY_BENCH_PROFILES says how many.
func BenchmarkRun(b *testing.B) {
	profiles := 2_000
	if many := os.Getenv("BELFRY_BENCH_PROFILES"); many != "" {
		if _, err := fmt.Sscan(many, &profiles); err != nil {
			b.Fatal(err)
		}
	}
	c := newClub(b, storetest.SQLite)
	for from := 0; from < profiles; from += 1000 {
		c.must(func(t *store.Tenant) error {
			for i := range min(1000, profiles-from) {
				in := loyalty.ProfileInput{FirstName: scalar.Text(fmt.Sprint(i % 100))}
				if i%100 == 7 {
					in.Tags = []string{"seven"}
				}
				if _, err := loyalty.CreateProfile(t, in); err != nil {
					return err
				}
			}
			return nil
		})
	}
	const greet = `{"name": "attribute.set", "sort_order": 2, "arguments": [{"name": "namespace", "value": "n"}, {"name": "handle", "value": "h"}, {"name": "value", "value": 1}]}`
	const rule = `{"==": [{"var": "first_name"}, "7"]}`
	for _, bench := range []struct{ name, text string }{
		{"query", `"query": "tag", "arguments": [{"name": "handle", "value": "seven"}], "actions": [` + greet + `]`},
		{"anniversary", `"query": "joined_anniversary", "arguments": [{"name": "days", "value": 1}], "actions": [` + greet + `]`},
		{"condition", `"query": "condition", "arguments": [{"name": "condition", "value": ` + rule + `}], "actions": [` + greet + `]`},
		{"filter", `"query": "all", "actions": [{"name": "filter", "sort_order": 1, "arguments": [{"name": "condition", "value": ` + rule + `}]}, ` + greet + `]`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				id := c.automation(`{"name": "n", "schedule": "@daily", ` + bench.text + `}`)
				c.start(id, RunInput{})
				for some := true; some; {
					var err error
					if some, err = c.Step(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				if r := c.runs(id)[0]; r.Scanned != profiles || r.Failed != 0 {
					b.Fatalf("run %+v", r)
				}
			}
			b.ReportMetric(float64(profiles*b.N)/b.Elapsed().Seconds(), "profiles/s")
			b.ReportMetric(peak(b), "peak-MB")
		})
	}
}

// peak is the most memory that the process held at any time; 0 where the system
// does not say.
func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		return 0
	}
	return kilobytes / 1024
}
