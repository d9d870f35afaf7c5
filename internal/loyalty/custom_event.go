package loyalty

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
)

// CustomEventInput is an event that an integration tells of itself.
type CustomEventInput struct {
	Event   string          `json:"event" required:"true" doc:"A name of one's own: words in lower case joined by dots or hyphens, such as gift-card.lost." maxLength:"100"`
	Context json.RawMessage `json:"context,omitempty" doc:"A JSON object; empty when not given."`
}

// TellOfProfile appends a custom event of a profile. Its context is the given
// one with the members profile_id and profile, the latter as events have it.
func TellOfProfile(t *store.Tenant, profileID string, in CustomEventInput) (store.Event, error) {
	profile, err := ProfileContextOf(t, profileID)
	if err != nil {
		return store.Event{}, err
	}
	typ, context, err := in.check()
	if err != nil {
		return store.Event{}, err
	}
	own, err := plainJSON(struct {
		ProfileID string               `json:"profile_id"`
		Profile   event.ProfileContext `json:"profile"`
	}{profile.ID, profile})
	if err != nil {
		return store.Event{}, fmt.Errorf("encode the profile: %w", err)
	}
	if context, err = wire.Overlay(context, own); err != nil {
		return store.Event{}, fmt.Errorf("put the profile into the context: %w", err)
	}
	return tellCustom(t, store.Event{Type: string(typ), ProfileID: profile.ID, Context: context})
}

// TellOfTenant appends a custom event that is of no profile, with the context as
// it is given.
func TellOfTenant(t *store.Tenant, in CustomEventInput) (store.Event, error) {
	typ, context, err := in.check()
	if err != nil {
		return store.Event{}, err
	}
	return tellCustom(t, store.Event{Type: string(typ), Context: context})
}

func (in CustomEventInput) check() (event.Type, json.RawMessage, error) {
	var invalid InvalidError
	typ := checkCustomType(&invalid, "event", in.Event)
	context := checkContext(&invalid, in.Context)
	return typ, context, invalid.Err()
}

// checkCustomType reads the type of an event that the programme does not tell of.
func checkCustomType(invalid *InvalidError, field, name string) event.Type {
	if name == "" {
		invalid.Add(field, "The %s field is required.", field)
		return ""
	}
	typ, err := event.ParseCustom(name)
	if err != nil {
		invalid.Add(field, "%s", problem.Sentence(err))
	}
	return typ
}

// checkContext returns the context to store, byte for byte as it was given.
func checkContext(invalid *InvalidError, given json.RawMessage) json.RawMessage {
	given = bytes.TrimSpace(given)
	if len(given) == 0 || string(given) == "null" {
		return json.RawMessage("{}")
	}
	if given[0] != '{' {
		invalid.Add("context", "The context must be a JSON object.")
	}
	return given
}

// tellCustom appends an event that is about its profile, or else the tenant.
func tellCustom(t *store.Tenant, e store.Event) (store.Event, error) {
	e.Subject, e.SubjectID = "profile", e.ProfileID
	if e.ProfileID == "" {
		record, err := t.Record()
		if err != nil {
			return e, fmt.Errorf("read the tenant: %w", err)
		}
		e.Subject, e.SubjectID = "tenant", record.Handle
	}
	if err := t.AppendEvents(&e); err != nil {
		return e, fmt.Errorf("append %s: %w", e.Type, err)
	}
	return e, nil
}
