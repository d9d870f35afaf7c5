package event

import (
	"encoding/json"
	"fmt"
	"reflect"

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
