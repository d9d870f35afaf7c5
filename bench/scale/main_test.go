package main

import (
	"strings"
	"testing"
)

func TestScalePrintsTheRatio(t *testing.T) {
	var out strings.Builder
	o := options{dir: t.TempDir(), profiles: 50, sales: 200, small: 40, rounds: 2, round: 32}
	if err := run(t.Context(), o, &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "ratio large to small: CPU ") {
		t.Errorf("printed %s", got)
	}
}
