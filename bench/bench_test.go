package main

import (
	"strings"
	"testing"
	"time"
)

func TestShortRunPrintsEveryLine(t *testing.T) {
	var out strings.Builder
	o := options{clients: 4, length: 200 * time.Millisecond, backlog: 100}
	if err := run(t.Context(), o, &out); err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios(o) {
		if !strings.Contains(out.String(), s.name+"  ") {
			t.Errorf("no line of %q in\n%s", s.name, &out)
		}
	}
}

func TestQuantiles(t *testing.T) {
	l := make(latencies, 0, 100)
	for n := range 100 {
		l = append(l, time.Duration(100-n)*time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{
		0: time.Millisecond, 0.5: 51 * time.Millisecond, 0.99: 100 * time.Millisecond, 1: 100 * time.Millisecond,
	} {
		if got := l.quantile(q); got != want {
			t.Errorf("quantile %v = %v, want %v", q, got, want)
		}
	}
	if got := (latencies{}).quantile(0.5); got != 0 {
		t.Errorf("quantile of nothing = %v", got)
	}
}
