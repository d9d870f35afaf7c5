package event

import (
	"bytes"
	"fmt"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
)

// Append stores an event with its context as it is now, in the transaction of
// the change that it tells of. profileID is "" when no profile is concerned.
// It returns the event's id.
func Append(t *store.Tenant, typ Type, profileID, subjectID string, context any) (int64, error) {
	return AppendNotice(t, typ, profileID, subjectID, context, 0)
}

// AppendNotice appends an event that is sent to the target as well, because the
// definition of its subject says so; 0 is no target.
func AppendNotice(t *store.Tenant, typ Type, profileID, subjectID string, context any, targetID int64) (int64, error) {
	body, err := wire.Marshal(context)
	if err != nil {
		return 0, fmt.Errorf("encode the context of %s: %w", typ, err)
	}
	subject, _, _ := bytes.Cut([]byte(typ), []byte("."))
	e := store.Event{
		Type: string(typ), ProfileID: profileID,
		Subject: string(subject), SubjectID: subjectID, Context: body, TargetID: targetID,
	}
	if err := t.AppendEvent(&e); err != nil {
		return 0, fmt.Errorf("append %s: %w", typ, err)
	}
	return e.ID, nil
}
