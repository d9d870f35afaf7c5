// Package problem holds the errors with which a rule refuses a request, so that
// the edge can answer each kind in one place. Every other error is a fault of
// the server.
package problem

import (
	"fmt"
	"sort"
	"strings"
)

// Invalid says what is wrong with an input, field by field.
type Invalid struct {
	// Fields maps a field's path ("items.0.quantity") to complete sentences.
	Fields map[string][]string
}

func (e *Invalid) Error() string {
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name + ": " + strings.Join(e.Fields[name], " "))
	}
	return b.String()
}

// Add notes a fault of a field.
func (e *Invalid) Add(field, format string, args ...any) {
	if e.Fields == nil {
		e.Fields = map[string][]string{}
	}
	e.Fields[field] = append(e.Fields[field], fmt.Sprintf(format, args...))
}

// Err returns the error when a fault was noted, nil otherwise.
func (e *Invalid) Err() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Field returns an Invalid with one fault.
func Field(field, format string, args ...any) error {
	var e Invalid
	e.Add(field, format, args...)
	return &e
}

// NotFound says that there is no such resource in the tenant.
type NotFound struct {
	// Resource is the kind ("profile"), ID what was asked for.
	Resource, ID string
}

func (e *NotFound) Error() string { return fmt.Sprintf("no %s %q", e.Resource, e.ID) }

// Conflict says that the request contradicts the present state.
type Conflict struct{ Message string }

func (e *Conflict) Error() string { return e.Message }
