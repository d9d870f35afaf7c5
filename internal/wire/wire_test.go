package wire_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/wire"
)

// oracle is what encoding/json writes.
func oracle(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}

func check(t interface {
	Helper()
	Errorf(string, ...any)
}, v any,
) {
	t.Helper()
	want, wantErr := oracle(v)
	got, err := wire.Marshal(v)
	if (err != nil) != (wantErr != nil) {
		t.Errorf("%T: got error %v, want %v", v, err, wantErr)
		return
	}
	if diff := cmp.Diff(want, string(got)); err == nil && diff != "" {
		t.Errorf("%T (-encoding/json +wire)\n%s", v, diff)
	}
}

func TestEveryContextIsEncodedAsByEncodingJSON(t *testing.T) {
	for _, e := range event.Catalogue() {
		check(t, e.Sample)
	}
	check(t, event.TransactionContext{})
	check(t, &event.ProfileContext{})
	check(t, event.Aggregations{})
}

type base struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Plain string
	Over  string `json:"over"`
}

type left struct {
	Twice string
	Once  string
}

type right struct {
	Twice string
	Tag   string `json:"Once"`
}

type tree struct {
	Value    scalar.Text      `json:"value"`
	Children []*tree          `json:"children"`
	ByName   map[string]*tree `json:"by_name"`
}

type pointerText struct{ s string }

func (p *pointerText) MarshalText() ([]byte, error) { return []byte("<" + p.s + ">"), nil }

type valueJSON struct{}

func (v valueJSON) MarshalJSON() ([]byte, error) { return []byte(` { "n" : 1 } `), nil }

type badJSON struct{}

func (badJSON) MarshalJSON() ([]byte, error) { return []byte(`{`), nil }

func TestValuesAreEncodedAsByEncodingJSON(t *testing.T) {
	text, number := scalar.Text("a"), 5
	for _, v := range []any{
		nil, true, 7, int8(-7), uint16(9), 1.5, float32(0.1), math.Inf(1), "", "plain", "<&>\u2028\x00\"\\é\xff", [2]int{1, 2},
		[]byte("bytes"), []int(nil), []int{}, []string{"a", "b"}, map[string]int(nil), map[string]int{"b": 1, "a": 2},
		map[int]string{2: "b", 1: "a"}, map[string]any{"x": []any{1, "<"}}, &text, (*scalar.Text)(nil), &number,
		json.RawMessage(nil), json.RawMessage(`{}`), json.RawMessage(" [ 1 , \"<\" ] "), json.RawMessage(`{`), json.RawMessage(``),
		scalar.Text(`"`), scalar.Int(0), scalar.Int(-3), scalar.Amount(-149_9500), scalar.Time{}, scalar.At(time.Unix(1e9, 5)),
		scalar.Date(0), scalar.NewDate(2024, 2, 29), map[string]scalar.Amount{"a": 15_000},
		time.Unix(1e9, 0).UTC(), &pointerText{"x"}, valueJSON{}, &valueJSON{}, badJSON{},
		struct{}{}, []struct{}{}, struct{ v int }{1}, make(chan int),
		struct {
			base
			Over int `json:"over"`
		}{base{1, "n", "p", "hidden"}, 5},
		struct {
			base `json:"base"`
		}{},
		struct {
			*base
			X int
		}{nil, 1},
		struct {
			left
			right
		}{left{"a", "b"}, right{"c", "d"}},
		struct {
			Zero   scalar.Text     `json:"zero,omitzero"`
			Raw    json.RawMessage `json:"raw,omitzero"`
			At     scalar.Time     `json:"at,omitzero"`
			Hidden string          `json:"-"`
		}{},
		struct {
			Empty  []int `json:"empty,omitempty"`
			Quoted int   `json:"quoted,string"`
		}{Quoted: 4},
		&struct {
			Any any         `json:"any"`
			T   pointerText `json:"t"`
			P   valueJSON   `json:"p"`
		}{Any: map[string]any{"<": 1}},
		tree{Value: "root", Children: []*tree{{Value: "leaf"}, nil}, ByName: map[string]*tree{"z": {}, "a": nil}},
	} {
		check(t, v)
	}
}

func TestGeneratedTextAndTreesAreEncodedAsByEncodingJSON(t *testing.T) {
	anyText := rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) })
	var anyTree *rapid.Generator[*tree]
	anyTree = rapid.Custom(func(t *rapid.T) *tree {
		n := &tree{Value: scalar.Text(anyText.Draw(t, "value"))}
		if rapid.Bool().Draw(t, "deeper") {
			n.Children = rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[*tree] { return anyTree }), 0, 2).Draw(t, "children")
			n.ByName = rapid.MapOfN(anyText, rapid.Just[*tree](nil), 0, 3).Draw(t, "by name")
		}
		return n
	})
	rapid.Check(t, func(t *rapid.T) { check(t, anyTree.Draw(t, "tree")) })
}

func TestConcurrentFirstUsesOfATypeAgree(t *testing.T) {
	type fresh struct{ Next *fresh }
	done := make(chan string)
	for range 8 {
		go func() {
			b, _ := wire.Marshal(fresh{Next: &fresh{}})
			done <- string(b)
		}()
	}
	for range 8 {
		if got := <-done; got != `{"Next":{"Next":null}}` {
			t.Errorf("got %s", got)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	for _, e := range event.Catalogue() {
		if e.Type != event.TransactionCreated {
			continue
		}
		b.Run("wire", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.Marshal(e.Sample); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("encoding/json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := oracle(e.Sample); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
