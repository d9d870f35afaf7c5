package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// TierPoint is a number of points that lead to tiers. Rows are never changed
// nor deleted: what is taken back is a row of its own.
type TierPoint struct {
	ID        int64
	ProfileID string
	// DefinitionID is 0 when no definition gave them.
	DefinitionID scalar.Int
	// Value is negative for what is taken back.
	Value scalar.Amount
	// IssuedAt is when they were recorded. They count from AccruedAt on.
	IssuedAt, AccruedAt scalar.Time
	// ReversesID is the row that this one takes back whole, ReversedBy the one
	// that takes back this, which only reading sets; 0 is none.
	ReversesID, ReversedBy scalar.Int
	// SourceType and SourceID say what gave them: transaction, reaction or api,
	// and which one.
	SourceType, SourceID scalar.Text
	// TransactionID is the sale that they belong to.
	TransactionID scalar.Int
	Details       TierPointDetails
	CreatedAt     scalar.Time
}

// TierPointDetails is what nobody looks tier points up by.
type TierPointDetails struct {
	// SourceExternalID is the external id of the sale that gave them.
	SourceExternalID scalar.Text     `json:"source_external_id,omitzero"`
	Meta             json.RawMessage `json:"meta,omitzero"`
}

const tierPointColumns = `p.id, p.profile_id, p.definition_id, p.value, p.issued_at, p.accrued_at, p.reverses_id,
	(SELECT r.id FROM tier_points r WHERE r.reverses_id = p.id), p.source_type, p.source_id, p.transaction_id,
	p.details, p.created_at`

func scanTierPoint(p *TierPoint) []any {
	return []any{
		&p.ID, &p.ProfileID, &p.DefinitionID, &p.Value, &p.IssuedAt, &p.AccruedAt, &p.ReversesID, &p.ReversedBy,
		&p.SourceType, &p.SourceID, &p.TransactionID, asJSON(&p.Details), &p.CreatedAt,
	}
}

// InsertTierPoint stores tier points and sets ID and CreatedAt. A row that is
// taken back already is a *DuplicateError.
func (t *Tenant) InsertTierPoint(p *TierPoint) (err error) {
	var details any
	if p.Details.Meta != nil || p.Details.SourceExternalID != "" {
		details = asJSON(p.Details)
	}
	p.CreatedAt = t.Now()
	p.ID, err = t.insert(`INSERT INTO tier_points (tenant_id, profile_id, definition_id, value, issued_at, accrued_at,
		reverses_id, source_type, source_id, transaction_id, details, created_at) VALUES (`+placeholders(12)+`)`,
		t.ID, p.ProfileID, p.DefinitionID, p.Value, p.IssuedAt, p.AccruedAt, p.ReversesID, p.SourceType, p.SourceID,
		p.TransactionID, details, p.CreatedAt)
	return err
}

// TierPoint reads tier points by their id. Rows that take others back are none.
func (t *Tenant) TierPoint(id int64) (TierPoint, error) {
	return single(t.Tx, scanTierPoint, "SELECT "+tierPointColumns+` FROM tier_points p
		WHERE p.tenant_id = ? AND p.id = ? AND p.reverses_id IS NULL`, t.ID, id)
}

// TierPointsOfTransaction reads every row of a sale, oldest first: what it gave
// is their sum. Rows of several sales stand together.
func (t *Tenant) TierPointsOfTransaction(ids ...int64) ([]TierPoint, error) {
	return inBatches(ids, func(ids []int64) ([]TierPoint, error) {
		return collect(t.Tx, scanTierPoint, "SELECT "+tierPointColumns+" FROM tier_points p WHERE p.tenant_id = ? AND p.transaction_id IN ("+
			placeholders(len(ids))+") ORDER BY p.transaction_id, p.id", withTenant(t.ID, ids)...)
	})
}

// SumTierPoints adds up what a profile's tier points came to between two
// moments, of which the second counts and the first does not.
func (t *Tenant) SumTierPoints(profileID string, after, until scalar.Time) (sum scalar.Amount, err error) {
	err = t.get([]any{&sum}, `SELECT CAST(sum(value) AS BIGINT) FROM tier_points
		WHERE tenant_id = ? AND profile_id = ? AND accrued_at > ? AND accrued_at <= ?`, t.ID, profileID,
		after.UnixMicro(), until)
	return sum, err
}

// NextTierPointRise returns when the sum of a profile's tier points next rises
// by itself after a moment, zero when it does not: some accrue, or some that
// were taken back are before the window that begins at since.
func (t *Tenant) NextTierPointRise(profileID string, after, since scalar.Time) (accrual, left scalar.Time, err error) {
	err = t.get([]any{&accrual, &left}, `SELECT
		(SELECT min(accrued_at) FROM tier_points WHERE tenant_id = ? AND profile_id = ? AND accrued_at > ?),
		(SELECT min(accrued_at) FROM tier_points WHERE tenant_id = ? AND profile_id = ? AND accrued_at > ? AND value < 0)`,
		t.ID, profileID, after.UnixMicro(), t.ID, profileID, since.UnixMicro())
	return accrual, left, err
}

// FirstTierPoint returns when the first of a profile's tier points between two
// moments accrued, as SumTierPoints counts them: those that were taken back are
// passed over. Zero when there are none.
func (t *Tenant) FirstTierPoint(profileID string, after, until scalar.Time) (first scalar.Time, err error) {
	rows, err := collect(t.Tx, func(at *scalar.Time) []any { return []any{at} }, `SELECT accrued_at FROM tier_points
		WHERE tenant_id = ? AND profile_id = ? AND accrued_at > ? AND accrued_at <= ?
		GROUP BY accrued_at HAVING sum(value) <> 0 ORDER BY accrued_at LIMIT 1`, t.ID, profileID, after.UnixMicro(), until)
	if len(rows) > 0 {
		first = rows[0]
	}
	return first, err
}

// HasTierPoints reports whether a definition gave any tier points yet.
func (t *Tenant) HasTierPoints(definitionID int64) (bool, error) {
	return t.any("SELECT id FROM tier_points WHERE tenant_id = ? AND definition_id = ? LIMIT 1", t.ID, definitionID)
}

// any reports whether a query of one number has a row.
func (t *Tenant) any(query string, args ...any) (bool, error) {
	rows, err := collect(t.Tx, func(n *int64) []any { return []any{n} }, query, args...)
	return len(rows) > 0, err
}

var tierPointFields = Fields{
	"id":                  {Column: "p.id", Kind: Int},
	"profile_id":          {Column: "p.profile_id"},
	"point_definition_id": {Column: "p.definition_id", Kind: Int},
	"transaction_id":      {Column: "p.transaction_id", Kind: Int},
	"value":               {Column: "p.value", Kind: Amount},
	"source_type":         {Column: "p.source_type"},
	"source_id":           {Column: "p.source_id"},
	"issued_at":           {Column: "p.issued_at", Kind: Time},
	"accrued_at":          {Column: "p.accrued_at", Kind: Time},
	"created_at":          {Column: "p.created_at", Kind: Time},
}

// TierPoints lists tier points, those too that were taken back.
func (t *Tenant) TierPoints(l List) (Page[TierPoint], error) {
	for _, f := range l.Filters {
		if f.Field == "profile_id" && (f.Op == "" || f.Op == "eq") && f.Value != "" {
			return t.TierPointsOf(f.Value, l)
		}
	}
	return page(t.Tx, l, tierPointFields, tierPointColumns, "tier_points p WHERE p.tenant_id = ? AND p.reverses_id IS NULL",
		[]any{t.ID}, scanTierPoint)
}

// TierPointsOf lists a profile's tier points. They are found apart from their
// order, for which SQLite would rather read all of the tenant's.
func (t *Tenant) TierPointsOf(profileID string, l List) (Page[TierPoint], error) {
	return page(t.Tx, l, tierPointFields, tierPointColumns,
		`tier_points p WHERE p.id IN (SELECT o.id FROM tier_points o WHERE o.tenant_id = ? AND o.profile_id = ?)
		AND p.reverses_id IS NULL`,
		[]any{t.ID, profileID}, scanTierPoint)
}
