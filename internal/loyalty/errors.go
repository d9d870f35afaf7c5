package loyalty

import (
	"fmt"
	"sort"
	"strings"
)

// InvalidError says what is wrong with an input, field by field.
type InvalidError struct {
	// Fields maps a field's path ("items.0.quantity") to complete sentences.
	Fields map[string][]string
}

func (e *InvalidError) Error() string {
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
func (e *InvalidError) Add(field, format string, args ...any) {
	if e.Fields == nil {
		e.Fields = map[string][]string{}
	}
	e.Fields[field] = append(e.Fields[field], fmt.Sprintf(format, args...))
}

// Err returns the error when a fault was noted, nil otherwise.
func (e *InvalidError) Err() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Invalid returns an InvalidError with one fault.
func Invalid(field, format string, args ...any) error {
	var e InvalidError
	e.Add(field, format, args...)
	return &e
}

// NotFoundError says that there is no such resource in the tenant.
type NotFoundError struct {
	// Resource is the kind ("profile"), ID what was asked for.
	Resource, ID string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("no %s %q", e.Resource, e.ID) }

// ConflictError says that the request contradicts the present state.
type ConflictError struct{ Message string }

func (e *ConflictError) Error() string { return e.Message }
