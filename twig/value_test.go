package twig_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/twig"
)

func TestGoValuesBecomeTwigValues(t *testing.T) {
	type point struct {
		X int     `json:"x"`
		Y float64 `json:"y"`
	}
	v, err := twig.ValueOf(map[string]any{
		"b": []any{1, int64(2), uint64(1 << 63), 2.5, true, nil, "s<"}, "a": point{1, 2.5}, "t": time.Unix(0, 0).UTC(),
		"n": json.Number("1.10"), "i": int8(3), "v": twig.MarkupValue("<"), "h": &twig.Hash{},
	})
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := twig.New(twig.Options{}).Compile("t", `{{ _context }}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := compiled.RenderJSON(t.Context(), v)
	want := `{"a":{"x":1,"y":2.5},"b":[1,2,9223372036854775808,2.5,true,null,"s<"],"h":[],"i":3,"n":1.10,"t":"1970-01-01T00:00:00+00:00","v":"<"}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if _, err := twig.ValueOf(func() {}); err == nil {
		t.Error("a function became a value")
	}
}

func TestKeysKeepTheirOrderAndTheLastValueOfARepeatedOneCounts(t *testing.T) {
	v := parse(t, `{"z": 1, "a": 2, "z": 3, "10": 4, "09": 5}`)
	var keys []string
	for i := range v.Array().Len() {
		k, item := v.Array().At(i)
		keys = append(keys, fmt.Sprintf("%s=%s", k, item))
	}
	if got, want := strings.Join(keys, " "), "z=3 a=2 10=4 09=5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if item, ok := v.Array().Get("10"); !ok || item.String() != "4" {
		t.Errorf("got %v, %v", item, ok)
	}
}

func TestALargeHashFindsEveryKey(t *testing.T) {
	h := &twig.Hash{}
	for i := range 1000 {
		h.Set(fmt.Sprintf("k%d", i), twig.IntValue(int64(i)))
		h.Append(twig.IntValue(int64(i)))
	}
	for i := range 1000 {
		for _, name := range []string{fmt.Sprintf("k%d", i), fmt.Sprint(i)} {
			if v, ok := h.Get(name); !ok || v.String() != fmt.Sprint(i) {
				t.Fatalf("%s is %v, %v", name, v, ok)
			}
		}
	}
	if _, ok := h.Get("nope"); ok || h.Len() != 2000 {
		t.Error("the hash finds what is not there")
	}
}

func TestInvalidJSONTellsWhere(t *testing.T) {
	for text, offset := range map[string]int{
		``: 0, `{`: 1, `{"a" 1}`: 5, `[1,]`: 3, `[1 2]`: 3, `"a`: 2, `"\q"`: 2, `01`: 0, `1.`: 2, `nul`: 0, `{} x`: 3,
		"\"\x01\"": 1, `"\u12"`: 2, strings.Repeat("[", 600): 512, "\"\xff\"": 1, `{a: 1}`: 1, `-`: 1, `1e`: 2,
	} {
		_, err := twig.ParseJSON([]byte(text))
		if e, ok := err.(*twig.JSONError); !ok || e.Offset != offset {
			t.Errorf("%.20q: %v, want byte %d", text, err, offset)
		}
	}
}
