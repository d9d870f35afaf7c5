package jsonlogic_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/belfryhq/belfry/jsonlogic"
)

// officialCase is one rule of https://jsonlogic.com/tests.json.
type officialCase struct {
	rule, data, want json.RawMessage
}

func officialCases(t testing.TB) []officialCase {
	t.Helper()
	raw, err := os.ReadFile("../../shared/jsonlogic/tests.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the official cases are not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	var cases []officialCase
	for _, entry := range entries {
		if entry[0] == '"' { // a title
			continue
		}
		var parts [3]json.RawMessage
		if err := json.Unmarshal(entry, &parts); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, officialCase{parts[0], parts[1], parts[2]})
	}
	return cases
}

func TestOfficialSuite(t *testing.T) {
	cases := officialCases(t)
	if len(cases) < 277 {
		t.Fatalf("the suite has %d cases, want at least 277", len(cases))
	}
	for _, c := range cases {
		t.Run(string(c.rule), func(t *testing.T) {
			got, want := eval(t, string(c.rule), string(c.data)), parse(t, string(c.want))
			if !got.Equal(want) {
				t.Errorf("on %s: got %v, want %v", c.data, got, want)
			}
		})
	}
}

func compile(t testing.TB, rule string, options ...jsonlogic.Option) *jsonlogic.Rule {
	t.Helper()
	compiled, err := jsonlogic.Compile([]byte(rule), options...)
	if err != nil {
		t.Fatalf("compiling %s: %v", rule, err)
	}
	return compiled
}

func parse(t testing.TB, data string) jsonlogic.Value {
	t.Helper()
	v, err := jsonlogic.Parse([]byte(data))
	if err != nil {
		t.Fatalf("parsing %s: %v", data, err)
	}
	return v
}

func eval(t testing.TB, rule, data string, options ...jsonlogic.Option) jsonlogic.Value {
	t.Helper()
	v, err := compile(t, rule, options...).Eval(parse(t, data))
	if err != nil {
		t.Fatalf("evaluating %s on %s: %v", rule, data, err)
	}
	return v
}
