package reaction

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
)

// Occasion says on what event something is tried: a stored one, the sample of a
// type, or one with the context given.
type Occasion struct {
	EventID   scalar.Int      `json:"event_id,omitempty" doc:"A stored event."`
	Sample    scalar.Text     `json:"sample,omitempty" doc:"A type of the catalogue: its sample."`
	Context   json.RawMessage `json:"context,omitempty" doc:"A context of your own: a JSON object."`
	ProfileID scalar.Text     `json:"profile_id,omitempty" doc:"Of a sample or a context: the profile concerned. In a sample it stands as it is now."`
}

// isGiven reports whether the occasion names an event.
func (o Occasion) isGiven() bool { return o.EventID != 0 || o.Sample != "" || !isNull(o.Context) }

// event returns the event, which must be of the type unless that is empty. One
// that was made up has no id and the present as its time.
func (o Occasion) event(t *store.Tenant, typ string) (*store.Event, error) {
	given := 0
	for _, is := range []bool{o.EventID != 0, o.Sample != "", !isNull(o.Context)} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, problem.Field("event_id", "Give one of event_id, sample and context.")
	case o.EventID != 0:
		return o.stored(t, typ)
	case o.Sample != "":
		return o.sample(t, typ)
	}
	text := bytes.TrimSpace(o.Context)
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil, problem.Field("context", "The context must be a JSON object.")
	}
	return madeUp(typ, string(o.ProfileID), text), nil
}

func (o Occasion) stored(t *store.Tenant, typ string) (*store.Event, error) {
	e, err := t.Event(int64(o.EventID))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, &problem.NotFound{Resource: "event", ID: strconv.FormatInt(int64(o.EventID), 10)}
	case err != nil:
		return nil, fmt.Errorf("read event %d: %w", o.EventID, err)
	case typ != "" && e.Type != typ:
		return nil, problem.Field("event_id", "The event is a %s; the trigger listens to %s.", e.Type, typ)
	case o.ProfileID != "":
		return nil, problem.Field("profile_id", "A stored event has its own profile.")
	}
	return &e, nil
}

func (o Occasion) sample(t *store.Tenant, typ string) (*store.Event, error) {
	name, ok := event.Canonical(string(o.Sample))
	switch {
	case !ok:
		return nil, problem.Field("sample", "There is no sample of %q. There are those of %s.", string(o.Sample), event.Names())
	case typ != "" && string(name) != typ:
		return nil, problem.Field("sample", "The sample is of %s; the trigger listens to %s.", name, typ)
	}
	for _, entry := range event.Catalogue() {
		if entry.Type != name {
			continue
		}
		context, err := wire.Marshal(entry.Sample)
		if err == nil && o.ProfileID != "" {
			context, err = withProfile(t, name, context, string(o.ProfileID))
		}
		if err != nil {
			return nil, err
		}
		return madeUp(string(name), string(o.ProfileID), context), nil
	}
	return nil, problem.Field("sample", "There is no sample of %s.", name)
}

// withProfile puts a profile into a sample as it is now.
func withProfile(t *store.Tenant, typ event.Type, context []byte, id string) ([]byte, error) {
	profile, err := loyalty.ProfileContextOf(t, id)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(string(typ), "profile.") {
		own, err := wire.Marshal(profile)
		if err != nil {
			return nil, fmt.Errorf("encode the profile: %w", err)
		}
		return wire.Overlay(context, own)
	}
	own, err := wire.Marshal(struct {
		ProfileID string               `json:"profile_id"`
		Profile   event.ProfileContext `json:"profile"`
	}{profile.ID, profile})
	if err != nil {
		return nil, fmt.Errorf("encode the profile: %w", err)
	}
	return wire.Overlay(context, own)
}

// madeUp is an event that never was: who it is about is read from its context.
func madeUp(typ, profileID string, context []byte) *store.Event {
	var own struct {
		ID        scalar.Text `json:"id"`
		ProfileID scalar.Text `json:"profile_id"`
	}
	_ = json.Unmarshal(context, &own) // what is not of this form names nobody
	subject, _, _ := strings.Cut(typ, ".")
	if profileID == "" {
		profileID = string(own.ProfileID)
	}
	if profileID == "" && subject == "profile" {
		profileID = string(own.ID)
	}
	if len(profileID) > maxName || strings.ContainsRune(profileID, 0) {
		profileID = "" // no profile is called this, and not every database can be asked
	}
	return &store.Event{Type: typ, Subject: subject, SubjectID: string(own.ID), ProfileID: strings.ToLower(profileID), Context: context}
}
