package wire

import "testing"

func TestOverlay(t *testing.T) {
	for name, c := range map[string]struct{ base, over, want string }{
		"members are joined":                  {`{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		"the upper one's win":                 {`{"a":1,"b":{"c":1}}`, `{"b":null}`, `{"a":1,"b":null}`},
		"nothing over something":              {`{"a":1}`, ` { } `, `{"a":1}`},
		"something over nothing":              {`{}`, `{"a":1}`, `{"a":1}`},
		"nothing over nothing":                {`{}`, `{}`, `{}`},
		"values stay as they are written":     {`{"a": 1.50, "b": "\u00e9<"}`, `{"c":[ 1, 2 ]}`, `{"a":1.50,"b":"\u00e9<","c":[ 1, 2 ]}`},
		"a name is the same however written":  {`{"\u0061":1}`, `{"a":2}`, `{"a":2}`},
		"a name that has to be escaped":       {`{"a\"\n<":1}`, `{}`, `{"a\"\n<":1}`},
		"what is deeper inside is not joined": {`{"a":{"b":1}}`, `{"a":{"c":2}}`, `{"a":{"c":2}}`},
	} {
		if got, err := Overlay([]byte(c.base), []byte(c.over)); err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
	for _, bad := range []string{``, `[]`, `"a"`, `null`, `{`, `{"a"`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{1:1}`} {
		if got, err := Overlay([]byte(`{}`), []byte(bad)); err == nil {
			t.Errorf("over %s: %s, want an error", bad, got)
		}
		if got, err := Overlay([]byte(bad), []byte(`{}`)); err == nil {
			t.Errorf("base %s: %s, want an error", bad, got)
		}
	}
}
