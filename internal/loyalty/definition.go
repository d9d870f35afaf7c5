package loyalty

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// Definitions are the definitions of one kind, T: its methods are what API v3
// does with them. The functions of each kind say what is peculiar to it.
type Definitions[T any] struct {
	Kind store.DefinitionKind
	// Resource is its name in errors.
	Resource string

	common func(*T) *event.Definition
	// typ is the word that lists filter types by.
	typ func(*T) scalar.Text
	// check completes a new state and notes what is wrong with it. before is the
	// former one, nil for a new definition.
	check func(t *store.Tenant, d, before *T, invalid *InvalidError) error
	// given reports whether a definition gave something that is no instance; nil
	// where none does.
	given func(t *store.Tenant, id int64) (bool, error)
	// count fills in what is counted anew for each reader; nil when nothing is.
	count func(t *store.Tenant, ds []*T) error
}

// Create stores a new definition.
func (k *Definitions[T]) Create(t *store.Tenant, d T) (T, error) {
	*k.common(&d) = withoutID(*k.common(&d))
	rec, err := k.record(t, &d, nil)
	if err != nil {
		return d, err
	}
	if err := t.InsertDefinition(&rec); err != nil {
		var dup *store.DuplicateError
		if errors.As(err, &dup) {
			return d, Invalid("handle", "The handle has already been taken.")
		}
		return d, fmt.Errorf("insert %s: %w", k.Resource, err)
	}
	return k.show(t, rec)
}

// Read returns one definition.
func (k *Definitions[T]) Read(t *store.Tenant, id int64) (T, error) {
	rec, err := t.Definition(k.Kind, id, false)
	if err != nil {
		var none T
		return none, missing(err, k.Resource, id)
	}
	return k.show(t, rec)
}

// ReadByHandle returns the definition with a handle.
func (k *Definitions[T]) ReadByHandle(t *store.Tenant, handle string) (T, error) {
	var d T
	p, err := programmeOf(t)
	if err != nil {
		return d, err
	}
	id, ok := p.handles[definitionKey{k.Kind, handle}]
	if !ok {
		return d, &NotFoundError{Resource: k.Resource, ID: handle}
	}
	return k.Read(t, id)
}

// List returns a page of definitions.
func (k *Definitions[T]) List(t *store.Tenant, l store.List) (store.Page[T], error) {
	p, err := t.Definitions(k.Kind, l)
	out := store.Page[T]{Total: p.Total, Offset: p.Offset, Size: p.Size, Items: make([]T, len(p.Items))}
	if err != nil {
		return out, err
	}
	counted := make([]*T, len(p.Items))
	for i, rec := range p.Items {
		if out.Items[i], err = k.decode(rec); err != nil {
			return out, err
		}
		counted[i] = &out.Items[i]
	}
	if k.count == nil {
		return out, nil
	}
	return out, k.count(t, counted)
}

// show returns a definition as API v3 shows it.
func (k *Definitions[T]) show(t *store.Tenant, rec store.Definition) (T, error) {
	d, err := k.decode(rec)
	if err != nil || k.count == nil {
		return d, err
	}
	return d, k.count(t, []*T{&d})
}

// Update has patch overlay a definition, for which json.Unmarshal of a request's
// body does. What was given from it stays as it is.
func (k *Definitions[T]) Update(t *store.Tenant, id int64, patch func(*T) error) (T, error) {
	rec, err := t.Definition(k.Kind, id, true)
	if err != nil {
		var none T
		return none, missing(err, k.Resource, id)
	}
	before, err := k.decode(rec)
	if err != nil {
		return before, err
	}
	after, err := k.decode(rec) // apart, since a patch writes through pointers
	if err != nil {
		return after, err
	}
	if err := patch(&after); err != nil {
		return after, err
	}
	next, err := k.record(t, &after, &before)
	if err != nil {
		return after, err
	}
	next.ID, next.CreatedAt = rec.ID, rec.CreatedAt
	if err := t.UpdateDefinition(&next); err != nil {
		return after, missing(err, k.Resource, id)
	}
	return k.show(t, next)
}

// Delete removes a definition that gave nothing yet.
func (k *Definitions[T]) Delete(t *store.Tenant, id int64) error {
	given, err := t.HasInstances(id)
	if err == nil && !given && k.given != nil {
		given, err = k.given(t, id)
	}
	if err != nil {
		return fmt.Errorf("look for what a %s gave: %w", k.Resource, err)
	}
	if given {
		return &ConflictError{Message: "The " + k.Resource + " has been given to profiles; set is_published to false instead."}
	}
	return missing(t.DeleteDefinition(k.Kind, id), k.Resource, id)
}

func withoutID(c event.Definition) event.Definition {
	c.ID, c.CreatedAt, c.UpdatedAt = 0, scalar.Time{}, scalar.Time{}
	return c
}

// record checks a definition and returns what is stored of it.
func (k *Definitions[T]) record(t *store.Tenant, d, before *T) (store.Definition, error) {
	var invalid InvalidError
	c := k.common(d)
	checkDefinition(&invalid, c)
	if before != nil && c.Handle != k.common(before).Handle {
		invalid.Add("handle", "The handle cannot be changed.")
	}
	if err := k.check(t, d, before, &invalid); err != nil {
		return store.Definition{}, err
	}
	if err := invalid.Err(); err != nil {
		return store.Definition{}, err
	}
	data, err := plainJSON(d)
	if err != nil {
		return store.Definition{}, fmt.Errorf("encode %s: %w", k.Resource, err)
	}
	return store.Definition{
		Kind: k.Kind, Handle: string(c.Handle), Name: string(c.Name), Type: k.typ(d), IsPublished: c.IsPublished, Data: data,
	}, nil
}

func checkDefinition(invalid *InvalidError, c *event.Definition) {
	checkRequired(invalid, "name", &c.Name, 255)
	checkRequired(invalid, "handle", &c.Handle, 191)
	for _, f := range []struct {
		name string
		v    *scalar.Text
		max  int
	}{
		{"description", &c.Description, 65535}, {"short_description", &c.ShortDescription, 65535},
		{"long_description", &c.LongDescription, 65535}, {"terms_conditions", &c.TermsConditions, 65535},
		{"earn_instructions", &c.EarnInstructions, 65535}, {"internal_notes", &c.InternalNotes, 65535},
		{"icon", &c.Icon, 2048}, {"image_url", &c.ImageURL, 2048}, {"currency", &c.Currency, 3},
	} {
		checkText(invalid, f.name, f.v, f.max)
	}
	if handles := normalTags([]string{string(c.Handle)}); len(handles) == 1 && handles[0] != string(c.Handle) {
		invalid.Add("handle", "The handle may not hold spaces.")
	}
	c.Tags = normalTags(c.Tags)
	if c.Tags == nil {
		c.Tags = []string{}
	}
}

func (k *Definitions[T]) decode(rec store.Definition) (T, error) {
	return decodeDefinition(rec, k.common)
}

func decodeDefinition[T any](rec store.Definition, common func(*T) *event.Definition) (T, error) {
	var d T
	if err := json.Unmarshal(rec.Data, &d); err != nil {
		return d, fmt.Errorf("decode %s definition %d: %w", rec.Kind, rec.ID, err)
	}
	c := common(&d)
	c.ID, c.CreatedAt, c.UpdatedAt = rec.ID, rec.CreatedAt, rec.UpdatedAt
	return d, nil
}

// oneOf notes that a word is none of those that a field can hold.
func oneOf(invalid *InvalidError, field string, word scalar.Text, words ...scalar.Text) {
	if !slices.Contains(words, word) {
		invalid.Add(field, "The selected %s is invalid.", label(field))
	}
}

// checkRule compiles a JSON Logic condition; nil when there is none.
func checkRule(invalid *InvalidError, field string, rule *json.RawMessage) *jsonlogic.Rule {
	if len(*rule) == 0 || string(*rule) == "null" {
		*rule = nil
		return nil
	}
	if first := (*rule)[0]; first == '"' || first == '[' || first == '-' || first >= '0' && first <= '9' {
		// It would hold for everybody: a rule in quotes is a text, and true.
		invalid.Add(field, "The %s must be a JSON Logic object, true or false.", label(field))
		return nil
	}
	compiled, err := jsonlogic.Compile(*rule, conditionOptions)
	if err != nil {
		invalid.Add(field, "The %s must be JSON Logic: %s.", label(field), err)
	}
	return compiled
}
