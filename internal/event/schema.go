package event

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// SchemaDialect is the version of JSON Schema that schemas are written in.
const SchemaDialect = "https://json-schema.org/draft/2020-12/schema"

// Schema returns the JSON Schema of the type's context, complete in itself.
func (e Entry) Schema() (json.RawMessage, error) {
	const defs = "#/$defs/"
	registry := huma.NewMapRegistry(defs, huma.DefaultSchemaNamer)
	root := registry.Schema(reflect.TypeOf(e.Sample), true, "")
	for _, s := range registry.Map() {
		if s.AdditionalProperties == false {
			s.AdditionalProperties = nil // contexts may grow
		}
	}
	SettleNulls(registry, defs)
	schema, err := json.Marshal(struct {
		Dialect string                  `json:"$schema"`
		Title   string                  `json:"title"`
		Ref     string                  `json:"$ref"`
		Defs    map[string]*huma.Schema `json:"$defs"`
	}{SchemaDialect, string(e.Type), root.Ref, registry.Map()})
	if err != nil {
		return nil, fmt.Errorf("encode the schema of %s: %w", e.Type, err)
	}
	return schema, nil
}

// SettleNulls corrects what huma says of null in the schemas of answers and
// contexts: it passes over pointers to structs and to types with a schema of
// their own, which are null when they are nil, and lets every list be null,
// which none of ours is. prefix is what references to the schemas begin with.
func SettleNulls(registry huma.Registry, prefix string) {
	for name, schema := range registry.Map() {
		if t := registry.TypeFromRef(prefix + name); t != nil {
			settleFields(t, schema)
		}
	}
}

func settleFields(t reflect.Type, schema *huma.Schema) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		property := schema.Properties[name]
		pointer := f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit")
		switch {
		case property == nil:
		case property.Type == huma.TypeArray:
			property.Nullable = false
		case pointer && property.Ref == "":
			property.Nullable = true
		case pointer:
			schema.Properties[name] = &huma.Schema{
				Description: property.Description,
				AnyOf:       []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
			}
		}
	}
}
