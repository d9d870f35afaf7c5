package loyalty

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ForeignEventInput is an event that happened in another system.
type ForeignEventInput struct {
	Type       string          `json:"type" required:"true" doc:"A name of one's own: words in lower case joined by dots or hyphens, such as order.shipped." maxLength:"100"`
	ExternalID scalar.Text     `json:"external_id,omitempty" doc:"Its id in the other system. One that was brought in before is not brought in again." maxLength:"255"`
	OccurredAt scalar.Time     `json:"occurred_at,omitempty" doc:"When it happened; now when not given."`
	ProfileID  scalar.Text     `json:"profile_id,omitempty" doc:"The profile concerned, if any."`
	Context    json.RawMessage `json:"context,omitempty" doc:"A JSON object, which reactions and receivers get exactly as it is given."`
}

// MaxForeignEvents is how many events one request may bring in.
const MaxForeignEvents = 1000

// ForeignStatus is what became of an event of a batch.
type ForeignStatus string

// What can become of an event.
const (
	ForeignCreated ForeignStatus = "created"
	// ForeignDuplicate is one whose external id was brought in before, which
	// changes nothing.
	ForeignDuplicate ForeignStatus = "duplicate"
	ForeignFailed    ForeignStatus = "failed"
)

// ForeignEventItem is the result of one event of a batch.
type ForeignEventItem struct {
	// Index is its place in the batch, from 0.
	Index  int           `json:"index"`
	Status ForeignStatus `json:"status" enum:"created,duplicate,failed"`
	// ID is the event's, of the earlier one when it is a duplicate.
	ID         scalar.Int  `json:"id" doc:"The event's; that of the earlier one for a duplicate, null for what failed."`
	ExternalID scalar.Text `json:"external_id"`
	// Errors holds the faults of an event that failed, by field.
	Errors map[string][]string `json:"errors,omitempty"`
}

// maxExternalID bounds the characters of an event's external id.
const maxExternalID = 255

// ForeignEvents are events of other systems, each checked as far as can be told
// from it alone.
type ForeignEvents struct {
	events  []store.Event
	results []ForeignEventItem
	// types are those of the names met so far: a batch has few.
	types map[string]event.Type
}

// ReadForeignEvents checks up to MaxForeignEvents events, of which each item
// writes the input. It needs no transaction.
func ReadForeignEvents(items []func(*ForeignEventInput) error) (*ForeignEvents, error) {
	if len(items) == 0 {
		return nil, Invalid("events", "The events field is required.")
	}
	if len(items) > MaxForeignEvents {
		return nil, Invalid("events", "The events may not have more than %d items.", MaxForeignEvents)
	}
	f := &ForeignEvents{
		events: make([]store.Event, len(items)), results: make([]ForeignEventItem, len(items)), types: map[string]event.Type{},
	}
	for i, write := range items {
		f.results[i].Index = i
		err := f.read(i, write)
		var faults *InvalidError
		if errors.As(err, &faults) {
			f.results[i].fail(faults)
		} else if err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
	}
	return f, nil
}

// read checks what can be told from an event alone.
func (f *ForeignEvents) read(i int, write func(*ForeignEventInput) error) error {
	var in ForeignEventInput
	if err := write(&in); err != nil {
		return err
	}
	var invalid InvalidError
	typ, known := f.types[in.Type]
	if !known {
		typ = checkCustomType(&invalid, "type", in.Type)
	}
	checkText(&invalid, "external_id", &in.ExternalID, maxExternalID)
	f.results[i].ExternalID = in.ExternalID
	f.events[i] = store.Event{
		Type: string(typ), ExternalID: string(in.ExternalID), ProfileID: strings.ToLower(string(in.ProfileID)),
		OccurredAt: in.OccurredAt, Context: checkContext(&invalid, in.Context),
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	f.types[in.Type] = typ
	return nil
}

func (r *ForeignEventItem) fail(faults *InvalidError) {
	r.Status, r.Errors = ForeignFailed, faults.Fields
}

// Bring stores the events and queues them for the reactions. One that is invalid
// fails alone.
func (f *ForeignEvents) Bring(t *store.Tenant) ([]ForeignEventItem, error) {
	b := foreignBatch{t: t, events: f.events, results: slices.Clone(f.results)}
	if err := b.lookUp(); err != nil {
		return nil, err
	}
	for i := range b.events {
		if err := b.store(i); err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
	}
	return b.results, nil
}

// foreignBatch is events on their way into the log.
type foreignBatch struct {
	t       *store.Tenant
	events  []store.Event
	results []ForeignEventItem
	// stored are the ids of events by their external ids, profiles the ids of
	// those profiles that there are.
	stored   map[string]int64
	profiles map[string]bool
}

// lookUp reads which of the external ids and of the profiles there are.
func (b *foreignBatch) lookUp() error {
	b.stored, b.profiles = map[string]int64{}, map[string]bool{}
	var externalIDs, profileIDs []string
	for i, e := range b.events {
		if b.results[i].Status == ForeignFailed {
			continue
		}
		if e.ExternalID != "" {
			externalIDs = append(externalIDs, e.ExternalID)
		}
		if e.ProfileID != "" && !b.profiles[e.ProfileID] {
			b.profiles[e.ProfileID] = true
			profileIDs = append(profileIDs, e.ProfileID)
		}
	}
	if len(externalIDs) > 1 { // two lists with the same ones in another order would wait for each other
		if err := b.t.Lock(); err != nil {
			return fmt.Errorf("lock the tenant: %w", err)
		}
	}
	if err := b.findEvents(externalIDs...); err != nil {
		return err
	}
	known, err := b.t.ExistingProfiles(profileIDs...)
	if err != nil {
		return fmt.Errorf("look for profiles: %w", err)
	}
	clear(b.profiles)
	for _, id := range known {
		b.profiles[id] = true
	}
	return nil
}

func (b *foreignBatch) findEvents(externalIDs ...string) error {
	earlier, err := b.t.EventsByExternalID(externalIDs...)
	if err != nil {
		return fmt.Errorf("look for events: %w", err)
	}
	for _, e := range earlier {
		b.stored[e.ExternalID] = e.ID
	}
	return nil
}

// store appends an event unless it failed or is there already.
func (b *foreignBatch) store(i int) error {
	e, result := b.events[i], &b.results[i]
	if result.Status == ForeignFailed {
		return nil
	}
	if id := b.stored[e.ExternalID]; id != 0 {
		result.Status, result.ID = ForeignDuplicate, scalar.Int(id)
		return nil
	}
	if e.ProfileID != "" && !b.profiles[e.ProfileID] {
		var invalid InvalidError
		invalid.Add("profile_id", "There is no profile %q.", e.ProfileID)
		result.fail(&invalid)
		return nil
	}
	err := b.t.Try(func() (err error) {
		e, err = tellCustom(b.t, e)
		return err
	})
	var duplicate *store.DuplicateError
	if errors.As(err, &duplicate) { // another request has just stored it
		if err = b.findEvents(e.ExternalID); err == nil {
			result.Status, result.ID = ForeignDuplicate, scalar.Int(b.stored[e.ExternalID])
		}
	}
	if err != nil || result.Status != "" {
		return err
	}
	if e.ExternalID != "" {
		b.stored[e.ExternalID] = e.ID
	}
	result.Status, result.ID = ForeignCreated, scalar.Int(e.ID)
	return nil
}
