package event

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Shape is what the context of an event type can hold.
type Shape struct{ root reflect.Type }

// ShapeOf returns the shape of a type's context; false for a custom type, whose
// context can be anything.
func ShapeOf(typ Type) (Shape, bool) {
	for _, e := range catalogue {
		if e.Type == typ {
			return Shape{reflect.TypeOf(e.Sample)}, true
		}
	}
	return Shape{}, false
}

// Has reports whether a path, of names and of indexes of lists joined by dots,
// can be there. Below what may hold any JSON, such as meta, every path can, and
// text and lists have a length.
func (s Shape) Has(path string) bool {
	t := s.root
	for rest := path; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, ".")
		t = pointed(t)
		switch below(t) {
		case anything:
			return true
		case elements:
			if name == "length" {
				return rest == ""
			}
			if strings.Trim(name, "0123456789") != "" {
				return false
			}
			t = t.Elem()
		case members:
			f, ok := fields(t)[name]
			if !ok {
				return false
			}
			t = f
		default:
			return name == "length" && rest == ""
		}
	}
	return true
}

// maxShapeDepth bounds the paths that are listed: a location's address in the
// profile of a transaction is that deep.
const maxShapeDepth = 4

// Paths lists the paths of the shape, the shorter ones first, without those into
// lists.
func (s Shape) Paths() []string {
	type place struct {
		path string
		t    reflect.Type
	}
	var paths []string
	level := []place{{"", s.root}}
	for range maxShapeDepth {
		var next []place
		for _, p := range level {
			t := pointed(p.t)
			if below(t) != members {
				continue
			}
			for _, f := range reflect.VisibleFields(t) {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if name == "" || name == "-" {
					continue
				}
				paths = append(paths, p.path+name)
				next = append(next, place{p.path + name + ".", f.Type})
			}
		}
		level = next
	}
	return paths
}

// What there is below a value.
const (
	nothing = iota
	members
	elements
	anything
)

func below(t reflect.Type) int {
	switch {
	case t == reflect.TypeFor[json.RawMessage](), t.Kind() == reflect.Map, t.Kind() == reflect.Interface:
		return anything
	case t.Implements(reflect.TypeFor[json.Marshaler]()):
		return nothing // a scalar with a form of its own
	case t.Kind() == reflect.Slice:
		return elements
	case t.Kind() == reflect.Struct:
		return members
	}
	return nothing
}

func pointed(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// fields returns a struct's fields by their names in JSON. Of two with one name
// the outer one counts.
func fields(t reflect.Type) map[string]reflect.Type {
	of, depth := map[string]reflect.Type{}, map[string]int{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if d, known := depth[name]; name != "" && (!known || len(f.Index) < d) {
			of[name], depth[name] = f.Type, len(f.Index)
		}
	}
	return of
}
