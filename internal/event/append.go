package event

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
)

// Append stores an event with its context as it is now, in the transaction of
// the change that it tells of. profileID is "" when no profile is concerned.
// It returns the event's id.
func Append(t *store.Tenant, typ Type, profileID, subjectID string, context any) (int64, error) {
	e, err := New(typ, profileID, subjectID, context)
	if err != nil {
		return 0, err
	}
	if err := t.AppendEvents(e); err != nil {
		return 0, fmt.Errorf("append %s: %w", typ, err)
	}
	return e.ID, nil
}

// New returns an event with its context as it is now, which is yet to be
// appended.
func New(typ Type, profileID, subjectID string, context any) (*store.Event, error) {
	body, err := wire.Marshal(context)
	if err != nil {
		return nil, fmt.Errorf("encode the context of %s: %w", typ, err)
	}
	subject, _, _ := strings.Cut(string(typ), ".")
	return &store.Event{Type: string(typ), ProfileID: profileID, Subject: subject, SubjectID: subjectID, Context: body}, nil
}
