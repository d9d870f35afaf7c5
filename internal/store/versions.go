package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// VersionOf is what a version is of.
type VersionOf string

// The resources that have versions.
const (
	TriggerVersion VersionOf = "trigger"
	TargetVersion  VersionOf = "target"
	WebhookVersion VersionOf = "webhook"
)

// table is where the resource's present version is, with the condition that tells
// its rows from others.
func (of VersionOf) table() (name, own string) {
	if of == TriggerVersion {
		return "triggers", " AND NOT EXISTS (SELECT 1 FROM automations a WHERE a.id = triggers.id)"
	}
	return "endpoints", " AND kind = '" + string(of) + "'"
}

// Version is what a trigger, a target or a webhook was after it was saved.
type Version struct {
	ID         int64
	Of         VersionOf
	ResourceID int64
	// Number counts from 1 within the resource.
	Number int
	// State is the input that makes it, as JSON. Lists leave it out.
	State json.RawMessage
	// TokenID and Namespace are of who saved it.
	TokenID   int64
	Namespace string
	CreatedAt scalar.Time
}

const versionHead = "id, resource, resource_id, number, token_id, namespace, created_at"

func scanVersionHead(v *Version) []any {
	return []any{
		&v.ID, (*string)(&v.Of), &v.ResourceID, &v.Number, nullID(&v.TokenID), text(&v.Namespace), &v.CreatedAt,
	}
}

// NextVersion numbers the version that a resource is about to have. Whoever else
// saves the resource waits until the transaction ends.
func (t *Tenant) NextVersion(of VersionOf, id int64) error {
	table, _ := of.table()
	return t.execOne("UPDATE "+table+" SET version = version + 1 WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// InsertVersion stores a version as saved by the transaction's actor and sets
// its ID, who saved it, and CreatedAt.
func (t *Tenant) InsertVersion(v *Version) (err error) {
	v.TokenID, v.Namespace, v.CreatedAt = t.Actor.TokenID, t.Actor.Namespace, t.Now()
	v.ID, err = t.insert(`INSERT INTO versions
		(tenant_id, resource, resource_id, number, state, token_id, namespace, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, string(v.Of), v.ResourceID, v.Number, rawJSON(&v.State), nullID(&v.TokenID), text(&v.Namespace), v.CreatedAt)
	return err
}

// Version reads one version of a resource, one that was deleted too.
func (t *Tenant) Version(of VersionOf, id int64, number int) (Version, error) {
	return single(t.Tx, func(v *Version) []any { return append(scanVersionHead(v), rawJSON(&v.State)) },
		"SELECT "+versionHead+", state FROM versions WHERE tenant_id = ? AND resource = ? AND resource_id = ? AND number = ?",
		t.ID, string(of), id, number)
}

var versionFields = Fields{
	"id":         {Column: "id", Kind: Int},
	"number":     {Column: "number", Kind: Int},
	"token_id":   {Column: "token_id", Kind: Int},
	"namespace":  {Column: "namespace"},
	"created_at": {Column: "created_at", Kind: Time},
}

// Versions lists the versions of a resource without their states.
func (t *Tenant) Versions(of VersionOf, id int64, l List) (Page[Version], error) {
	return page(t.Tx, l, versionFields, versionHead, "versions WHERE tenant_id = ? AND resource = ? AND resource_id = ?",
		[]any{t.ID, string(of), id}, scanVersionHead)
}

// LastVersion returns the number of a resource's present version; ErrNotFound
// when there is no such resource. The trigger of an automation is none.
func (t *Tenant) LastVersion(of VersionOf, id int64) (number int, err error) {
	table, own := of.table()
	err = t.get([]any{&number}, "SELECT version FROM "+table+" WHERE tenant_id = ? AND id = ?"+own, t.ID, id)
	return number, err
}
