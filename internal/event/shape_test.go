package event

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	"github.com/belfryhq/belfry/internal/wire"
)

func TestEveryPathOfEverySampleIsInItsShape(t *testing.T) {
	for _, e := range Catalogue() {
		shape, ok := ShapeOf(e.Type)
		if !ok {
			t.Fatalf("%s has no shape", e.Type)
		}
		text, err := wire.Marshal(e.Sample)
		if err != nil {
			t.Fatal(err)
		}
		var sample any
		if err := json.Unmarshal(text, &sample); err != nil {
			t.Fatal(err)
		}
		walk(sample, "", func(path string) {
			if !shape.Has(path) {
				t.Errorf("%s has no %s", e.Type, path)
			}
		})
		for _, path := range shape.Paths() {
			if !shape.Has(path) {
				t.Errorf("%s lists %s and has it not", e.Type, path)
			}
		}
	}
}

func walk(v any, path string, visit func(string)) {
	if path != "" {
		visit(path)
		path += "."
	}
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			walk(member, path+name, visit)
		}
	case []any:
		for i, element := range v {
			walk(element, path+strconv.Itoa(i), visit)
		}
	}
}

func TestPathsOfATransaction(t *testing.T) {
	shape, _ := ShapeOf(TransactionCreated)
	for path, want := range map[string]bool{
		"": true, "total": true, "totals": false, "total.amount": false, "profile.tier.handle": true,
		"profile.tier.handel": false, "items": true, "items.0.sku": true, "items.length": true, "items.0.skew": false,
		"items.sku": false, "items.length.x": false, "meta.anything.at.all": true, "profile.email.length": true,
		"profile.attributes.appearance.size_hat": true, "profile.attributes.comms.email_promo": true,
		"profile.attributes.comms.emial": false, "profile.aggregations.spend_12m": true, "transacted_at.year": false,
		"profile.custom_attributes.0.value.x": true,
	} {
		if got := shape.Has(path); got != want {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}
	if _, ok := ShapeOf("order.shipped"); ok {
		t.Error("a custom type has a shape")
	}
	if paths := shape.Paths(); !slices.Contains(paths, "profile.attributes.comms.email_promo") || paths[0] != "id" {
		t.Errorf("paths begin with %s", paths[:3])
	}
}
