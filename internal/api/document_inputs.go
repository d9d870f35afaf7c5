package api

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// inputSuffix ends the names of the types that are read from requests.
const inputSuffix = "Input"

// relaxInputs makes the fields of inputs optional but for those tagged
// required:"true", and lets lists be null. What an input shares with an answer, where every field is
// there, gets a schema of its own.
func relaxInputs(schemas huma.Registry) {
	for _, name := range slices.Sorted(maps.Keys(schemas.Map())) {
		if strings.HasSuffix(name, inputSuffix) {
			relax(schemas, name)
		}
	}
}

// relax relaxes one input and what it holds, and returns the name under which
// inputs refer to it.
func relax(schemas huma.Registry, name string) string {
	as := strings.TrimSuffix(name, inputSuffix) + inputSuffix
	t := schemas.TypeFromRef(schemaPrefix + name)
	if t == nil || as != name && schemas.Map()[as] != nil {
		return as
	}
	if as != name {
		part := *schemas.Map()[name]
		part.Properties = map[string]*huma.Schema{}
		for field, property := range schemas.Map()[name].Properties {
			copied := *property
			part.Properties[field] = &copied
		}
		schemas.Map()[as] = &part
	}
	schema := schemas.Map()[as]
	schema.Required = requiredFields(t)
	for _, property := range schema.Properties {
		property.Nullable = property.Nullable || property.Type == huma.TypeArray
		relaxRefs(schemas, property)
	}
	return as
}

// relaxRefs has a property refer to relaxed schemas.
func relaxRefs(schemas huma.Registry, property *huma.Schema) {
	if name, ok := strings.CutPrefix(property.Ref, schemaPrefix); ok {
		property.Ref = schemaPrefix + relax(schemas, name)
	}
	if property.Items != nil {
		items := *property.Items
		relaxRefs(schemas, &items)
		property.Items = &items
	}
	property.AnyOf = slices.Clone(property.AnyOf)
	for i, s := range property.AnyOf {
		one := *s
		relaxRefs(schemas, &one)
		property.AnyOf[i] = &one
	}
}

// requiredFields are the fields of an input that must be given.
func requiredFields(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if f.Tag.Get("required") == "true" {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}
