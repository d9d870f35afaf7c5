package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// field is a member of a struct's JSON.
type field struct {
	name string
	// key is the name as it is written, with its colon.
	key string
	// index is the way to it through embedded structs.
	index  []int
	tagged bool
	// omit says that the zero value is left out.
	omit   bool
	encode encoder
}

func structEncoder(t reflect.Type) encoder {
	fields, ok := fieldsOf(t)
	if !ok {
		return appendOther
	}
	for i := range fields {
		f := &fields[i]
		f.key = string(scalar.AppendString(nil, f.name)) + ":"
		f.encode = encoderOf(t.FieldByIndex(f.index).Type)
	}
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		next := byte('{')
		for i := range fields {
			f := &fields[i]
			member := v.Field(f.index[0])
			for _, n := range f.index[1:] {
				member = member.Field(n)
			}
			if f.omit && member.IsZero() {
				continue
			}
			b = append(b, next)
			next = ','
			b = append(b, f.key...)
			if b, err = f.encode(b, member); err != nil {
				return b, err
			}
		}
		if next == '{' {
			b = append(b, '{')
		}
		return append(b, '}'), nil
	}
}

// fieldsOf returns the members of a struct's JSON in order: of those with one
// name the least embedded stands, and among equals the one with a tag. It is
// false for what encoding/json must do itself.
func fieldsOf(t reflect.Type) (fields []field, ok bool) {
	all, ok := collect(t, nil)
	if !ok {
		return nil, false
	}
	for _, f := range all {
		if !slices.ContainsFunc(all, f.hiddenBy) {
			fields = append(fields, f)
		}
	}
	return fields, true
}

// hiddenBy reports whether another field of the same name stands before f.
func (f field) hiddenBy(g field) bool {
	if f.name != g.name || slices.Equal(f.index, g.index) {
		return false
	}
	if len(f.index) != len(g.index) {
		return len(g.index) < len(f.index)
	}
	return g.tagged || !f.tagged
}

// collect returns the fields of a struct and of those that it embeds.
func collect(t reflect.Type, index []int) (fields []field, ok bool) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		at := append(slices.Clone(index), i)
		switch {
		case sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Struct && !encodesItself(sf.Type):
			embedded, ok := collect(sf.Type, at)
			if !ok {
				return nil, false
			}
			fields = append(fields, embedded...)
			continue
		case sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Pointer:
			return nil, false
		case !sf.IsExported() && !(sf.Anonymous && sf.Type.Kind() == reflect.Struct):
			continue
		case options != "" && options != "omitzero":
			return nil, false
		case options == "omitzero" && hasIsZero(sf.Type):
			return nil, false
		}
		if name != "" && strings.ContainsAny(name, "\\\"<>&'\u2028\u2029") {
			return nil, false
		}
		fields = append(fields, field{
			name: cmp.Or(name, sf.Name), index: at, tagged: name != "", omit: options == "omitzero",
		})
	}
	return fields, true
}

// encodesItself reports whether a type's JSON is of its own making.
func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(marshalerType) || p.Implements(textType)
}

// hasIsZero reports whether a type says itself when it is zero.
func hasIsZero(t reflect.Type) bool {
	_, ok := reflect.PointerTo(t).MethodByName("IsZero")
	return ok
}
