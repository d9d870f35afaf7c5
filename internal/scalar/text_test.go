package scalar

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestTextIsNullWhenEmptyAndKeepsMarkup(t *testing.T) {
	for _, c := range []struct {
		name string
		text Text
		want string
	}{
		{"empty is null", "", `null`},
		{"plain", "Ada", `"Ada"`},
		{"markup stays", "<b> & co", `"<b> & co"`},
		{"quotes and lines are escaped", "a\"\n\\", `"a\"\n\\"`},
		{"other scripts", "Zoë 🙂", `"Zoë 🙂"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(c.text); err != nil {
				t.Fatal(err)
			}
			if got := string(bytes.TrimSpace(b.Bytes())); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var back Text
			if err := json.Unmarshal(b.Bytes(), &back); err != nil || back != c.text {
				t.Errorf("read back %q, %v", back, err)
			}
		})
	}
}

func TestTextReadsNumbersAsTheirDigits(t *testing.T) {
	var v struct{ Card, Postcode Text }
	if err := json.Unmarshal([]byte(`{"Card": 90071992547409931, "Postcode": "0800"}`), &v); err != nil {
		t.Fatal(err)
	}
	if v.Card != "90071992547409931" || v.Postcode != "0800" {
		t.Errorf("got %+v", v)
	}
	if err := json.Unmarshal([]byte(`{"Card": {}}`), &v); err == nil {
		t.Error("an object was read as text")
	}
}

func TestIntReadsNumbersStringsAndNull(t *testing.T) {
	for in, want := range map[string]Int{`5`: 5, `"1985"`: 1985, `null`: 0, `""`: 0, `-3`: -3} {
		n := Int(9)
		if err := json.Unmarshal([]byte(in), &n); err != nil || n != want {
			t.Errorf("%s: got %d, %v; want %d", in, n, err, want)
		}
	}
	for _, in := range []string{`1.5`, `"x"`, `true`, `{}`, `1e3`} {
		var n Int
		if err := json.Unmarshal([]byte(in), &n); err == nil {
			t.Errorf("%s was read as %d", in, n)
		}
	}
	if b, _ := json.Marshal([]Int{0, 7}); string(b) != `[null,7]` {
		t.Errorf("got %s", b)
	}
}
