package store

import (
	"encoding/json"
	"errors"

	"github.com/belfryhq/belfry/internal/scalar"
)

// InstanceKind is what a profile was given: the name of a balance too.
type InstanceKind string

// The kinds of instances.
const (
	Point   InstanceKind = "point"
	Reward  InstanceKind = "reward"
	Benefit InstanceKind = "benefit"
)

// InstanceState says whether an instance is part of a balance.
type InstanceState string

// The states of an instance.
const (
	// Pending is given and not usable yet.
	Pending InstanceState = "pending"
	Active  InstanceState = "active"
	// Closed is used up, expired or taken back, whichever its details say.
	Closed InstanceState = "closed"
)

// Instance is something that a profile was given from a definition: points, a
// reward or a benefit.
type Instance struct {
	ID           int64
	ProfileID    string
	Kind         InstanceKind
	DefinitionID int64
	ExternalID   scalar.Text
	// ValueInitial and ValueRemaining are points or money. A benefit is 1 until
	// it is used up. Points that were taken back after they had been spent remain
	// as a negative value until later ones make up for it.
	ValueInitial, ValueRemaining scalar.Amount

	State InstanceState
	// IssuedAt is when it was given, AccruedAt when it became or becomes usable.
	IssuedAt, AccruedAt scalar.Time
	// ExpiresAt is zero when it does not expire.
	ExpiresAt  scalar.Time
	ExtendedAt scalar.Time
	ClaimedAt  scalar.Time
	// MaxRedemptions limits a benefit, 0 does not. Redemptions counts its uses.
	MaxRedemptions scalar.Int
	Redemptions    int64
	Timezone       scalar.Text
	// SourceType and SourceID say what gave it: transaction, reaction,
	// achievement, claim or api, and which one.
	SourceType, SourceID scalar.Text
	// DueAt is when it accrues, expires or is told of next.
	DueAt     scalar.Time
	Details   InstanceDetails
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

// InstanceDetails is what nobody looks instances up by.
type InstanceDetails struct {
	Description     scalar.Text     `json:"description"`
	LinkedProfileID scalar.Text     `json:"linked_profile_id"`
	Rate            *scalar.Amount  `json:"rate"`
	Meta            json.RawMessage `json:"meta"`
	CodePOS         scalar.Text     `json:"code_pos"`
	CodeOnline      scalar.Text     `json:"code_online"`
	// Value is a benefit's worth where it is not the definition's.
	Value *scalar.Amount `json:"value,omitzero"`
	// ClosedBy is the entry of the ledger that closed it; a column of its own.
	ClosedBy scalar.Text `json:"-"`
	// SourceExternalID is the source's id in another system.
	SourceExternalID scalar.Text `json:"source_external_id,omitzero"`
	// The notices that are yet to be given, zero when there is none, and those
	// that were.
	NotifyIssueAt     scalar.Time `json:"notify_issue_at"`
	NotifyExpiryAt    scalar.Time `json:"notify_expiry_at"`
	HasNotifiedIssue  bool        `json:"has_notified_issue"`
	HasNotifiedExpiry bool        `json:"has_notified_expiry"`
	HasNotifiedExtend bool        `json:"has_notified_extend"`
}

const instanceColumns = `id, profile_id, kind, definition_id, external_id, value_initial, value_remaining, state,
	closed_by, issued_at, accrued_at, expires_at, extended_at, claimed_at, max_redemptions, redemptions, timezone, source_type,
	source_id, due_at, details, created_at, updated_at`

func scanInstance(i *Instance) []any {
	return []any{
		&i.ID, &i.ProfileID, (*string)(&i.Kind), &i.DefinitionID, &i.ExternalID, &i.ValueInitial, &i.ValueRemaining,
		(*string)(&i.State), &i.Details.ClosedBy, &i.IssuedAt, &i.AccruedAt, &i.ExpiresAt, &i.ExtendedAt, &i.ClaimedAt, &i.MaxRedemptions,
		&i.Redemptions, &i.Timezone, &i.SourceType, &i.SourceID, &i.DueAt, asJSON(&i.Details), &i.CreatedAt, &i.UpdatedAt,
	}
}

// InsertInstance stores an instance and sets its ID and times.
func (t *Tenant) InsertInstance(i *Instance) (err error) {
	i.CreatedAt = t.Now()
	i.UpdatedAt = i.CreatedAt
	i.ID, err = t.insert(`INSERT INTO instances (tenant_id, profile_id, kind, definition_id, external_id,
		value_initial, value_remaining, state, closed_by, issued_at, accrued_at, expires_at, extended_at, claimed_at,
		max_redemptions, redemptions, timezone, source_type, source_id, due_at, details, created_at, updated_at)
		VALUES (`+placeholders(23)+`)`,
		t.ID, i.ProfileID, string(i.Kind), i.DefinitionID, i.ExternalID, i.ValueInitial, i.ValueRemaining,
		string(i.State), i.Details.ClosedBy, i.IssuedAt, i.AccruedAt, i.ExpiresAt, i.ExtendedAt, i.ClaimedAt,
		i.MaxRedemptions, i.Redemptions, i.Timezone, i.SourceType, i.SourceID, i.DueAt, asJSON(i.Details), i.CreatedAt, i.UpdatedAt)
	return err
}

// UpdateInstance stores an instance's new state, its owner too, and sets
// UpdatedAt.
func (t *Tenant) UpdateInstance(i *Instance) error {
	i.UpdatedAt = t.Now()
	return t.execOne(`UPDATE instances SET profile_id = ?, external_id = ?, value_initial = ?, value_remaining = ?,
		state = ?, closed_by = ?, accrued_at = ?, expires_at = ?, extended_at = ?, claimed_at = ?,
		max_redemptions = ?, redemptions = ?, due_at = ?, details = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		i.ProfileID, i.ExternalID, i.ValueInitial, i.ValueRemaining, string(i.State), i.Details.ClosedBy, i.AccruedAt, i.ExpiresAt,
		i.ExtendedAt, i.ClaimedAt, i.MaxRedemptions, i.Redemptions, i.DueAt, asJSON(i.Details), i.UpdatedAt, t.ID, i.ID)
}

// Instance reads one instance.
func (t *Tenant) Instance(kind InstanceKind, id int64) (Instance, error) {
	return single(t.Tx, scanInstance, "SELECT "+instanceColumns+
		" FROM instances WHERE tenant_id = ? AND kind = ? AND id = ?", t.ID, string(kind), id)
}

// InstancesByID reads the instances of the ids that there are, in no order.
func (t *Tenant) InstancesByID(ids ...int64) ([]Instance, error) {
	return inBatches(ids, func(ids []int64) ([]Instance, error) {
		return collect(t.Tx, scanInstance, "SELECT "+instanceColumns+" FROM instances WHERE tenant_id = ? AND id IN ("+
			placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

// InstanceByExternalID finds the instance with another system's id.
func (t *Tenant) InstanceByExternalID(kind InstanceKind, externalID string) (Instance, error) {
	return single(t.Tx, scanInstance, "SELECT "+instanceColumns+
		" FROM instances WHERE tenant_id = ? AND kind = ? AND external_id = ?", t.ID, string(kind), externalID)
}

// LiveInstances reads what a profile has left of a kind, pending ones and debts
// too: nearest expiry first, those that do not expire last.
func (t *Tenant) LiveInstances(profileID string, kind InstanceKind) ([]Instance, error) {
	return collect(t.Tx, scanInstance, "SELECT "+instanceColumns+` FROM instances
		WHERE tenant_id = ? AND profile_id = ? AND kind = ? AND state IN ('pending', 'active') AND value_remaining <> 0
		ORDER BY expires_at NULLS LAST, id`, t.ID, profileID, string(kind))
}

// DueInstance reads the first of a profile's instances that fall due until now;
// ErrNotFound when none does.
func (t *Tenant) DueInstance(profileID string, now scalar.Time) (Instance, error) {
	return single(t.Tx, scanInstance, "SELECT "+instanceColumns+` FROM instances
		WHERE tenant_id = ? AND profile_id = ? AND due_at <= ? ORDER BY due_at, id LIMIT 1`, t.ID, profileID, now)
}

// NextDueInstance returns when the next of a profile's instances falls due; zero
// when none does.
func (t *Tenant) NextDueInstance(profileID string) (due scalar.Time, err error) {
	err = t.get([]any{&due}, `SELECT min(due_at) FROM instances
		WHERE tenant_id = ? AND profile_id = ? AND due_at IS NOT NULL`, t.ID, profileID)
	return due, err
}

// HasInstances reports whether a definition gave or counted anything yet.
func (t *Tenant) HasInstances(definitionID int64) (bool, error) {
	ids, err := collect(t.Tx, func(id *int64) []any { return []any{id} },
		`SELECT id FROM instances WHERE tenant_id = ? AND definition_id = ?
		UNION ALL SELECT id FROM achievements WHERE tenant_id = ? AND definition_id = ? LIMIT 1`,
		t.ID, definitionID, t.ID, definitionID)
	return len(ids) > 0, err
}

// instanceStatus is the state as API v3 names it.
const instanceStatus = `(CASE WHEN state <> 'closed' THEN state WHEN closed_by = 'expire' THEN 'expired'
	WHEN closed_by IN ('reverse', 'adjust') THEN 'reversed' ELSE 'consumed' END)`

// ClaimedDefinitions names the definitions of the benefits that a profile
// claimed and that were not taken back.
func (t *Tenant) ClaimedDefinitions(profileID string) ([]int64, error) {
	return collect(t.Tx, func(id *int64) []any { return []any{id} }, `SELECT DISTINCT definition_id FROM instances
		WHERE tenant_id = ? AND profile_id = ? AND kind = ? AND claimed_at IS NOT NULL
		AND (closed_by IS NULL OR closed_by <> ?)`, t.ID, profileID, string(Benefit), string(Reverse))
}

// RedeemableBenefits lists what a profile can redeem, but for the benefits of
// the definitions that are named as exhausted.
func (t *Tenant) RedeemableBenefits(profileID string, exhausted []int64, l List) (Page[Instance], error) {
	from, args := `instances WHERE tenant_id = ? AND profile_id = ? AND kind = ? AND state = ?
		AND (expires_at IS NULL OR expires_at > ?)`, []any{t.ID, profileID, string(Benefit), string(Active), t.Now()}
	if len(exhausted) > 0 {
		from += " AND definition_id NOT IN (" + placeholders(len(exhausted)) + ")"
		for _, id := range exhausted {
			args = append(args, id)
		}
	}
	return page(t.Tx, l, instanceFields, instanceColumns, from, args, scanInstance)
}

var instanceFields = Fields{
	"id":                {Column: "id", Kind: Int},
	"profile_id":        {Column: "profile_id"},
	"external_id":       {Column: "external_id"},
	"definition_id":     {Column: "definition_id", Kind: Int},
	"definition.handle": {Column: "(SELECT d.handle FROM definitions d WHERE d.id = definition_id)"},
	"value_initial":     {Column: "value_initial", Kind: Amount},
	"value_remaining":   {Column: "value_remaining", Kind: Amount},
	"state":             {Column: "state"},
	"status":            {Column: instanceStatus},
	"source_type":       {Column: "source_type"},
	"source_id":         {Column: "source_id"},
	"issued_at":         {Column: "issued_at", Kind: Time},
	"accrued_at":        {Column: "accrued_at", Kind: Time},
	"expires_at":        {Column: "expires_at", Kind: Time},
	"extended_at":       {Column: "extended_at", Kind: Time},
	"claimed_at":        {Column: "claimed_at", Kind: Time},
	"created_at":        {Column: "created_at", Kind: Time},
	"updated_at":        {Column: "updated_at", Kind: Time},
}

// Instances lists the instances of a kind.
func (t *Tenant) Instances(kind InstanceKind, l List) (Page[Instance], error) {
	return page(t.Tx, l, instanceFields, instanceColumns, "instances WHERE tenant_id = ? AND kind = ?",
		[]any{t.ID, string(kind)}, scanInstance)
}

// InstancesOf lists a profile's instances of a kind.
func (t *Tenant) InstancesOf(profileID string, kind InstanceKind, l List) (Page[Instance], error) {
	return page(t.Tx, l, instanceFields, instanceColumns, "instances WHERE tenant_id = ? AND profile_id = ? AND kind = ?",
		[]any{t.ID, profileID, string(kind)}, scanInstance)
}

// NextExpiry returns when the next of a profile's usable instances of a kind
// expire, and what is left of them; zero when none does.
func (t *Tenant) NextExpiry(profileID string, kind InstanceKind) (at scalar.Time, value scalar.Amount, err error) {
	err = t.get([]any{&at, &value}, `SELECT expires_at, CAST(sum(value_remaining) AS BIGINT) FROM instances
		WHERE tenant_id = ? AND profile_id = ? AND kind = ? AND state = 'active'
		AND value_remaining > 0 AND expires_at > ? GROUP BY expires_at ORDER BY expires_at LIMIT 1`, t.ID, profileID, string(kind), t.Now())
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return at, value, err
}
