package store

import (
	"math"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Account is what a profile has, and when some of it changes by itself.
type Account struct {
	ProfileID string
	// The balances are the sums of the ledger's rows. Benefits count 1 each.
	PointBalance, PointPending, RewardBalance, BenefitBalance, CreditBalance scalar.Amount

	Tier TierState
	// DueAt is the next moment at which something falls due; zero when nothing
	// does. It may be early, never late.
	DueAt scalar.Time
	// Failures counts how often what was due could not be done.
	Failures int
}

// TierState is the tier that a profile holds.
type TierState struct {
	// ID and PreviousID are those of definitions; 0 is the floor.
	ID, PreviousID scalar.Int
	AchievedAt     scalar.Time
	AnniversaryAt  scalar.Time
	MaintainedAt   scalar.Time
	// AssignedAt is zero unless it was assigned by hand.
	AssignedAt scalar.Time
	// Credit is what stood above the threshold when it was achieved.
	Credit scalar.Amount
	// DueAt is the next moment at which the tier must be looked at: its
	// anniversary, or tier points that accrue. Zero is never.
	DueAt scalar.Time
}

const accountColumns = `c.profile_id, c.point_balance, c.point_pending, c.reward_balance, c.benefit_balance,
	c.credit_balance, c.tier_id, c.previous_tier_id, c.tier_achieved_at, c.tier_anniversary_at,
	c.tier_maintained_at, c.tier_assigned_at, c.tier_credit, c.tier_due_at, c.due_at, c.failures`

func scanAccount(a *Account) []any {
	return []any{
		&a.ProfileID, &a.PointBalance, &a.PointPending, &a.RewardBalance, &a.BenefitBalance, &a.CreditBalance,
		&a.Tier.ID, &a.Tier.PreviousID, &a.Tier.AchievedAt, &a.Tier.AnniversaryAt, &a.Tier.MaintainedAt,
		&a.Tier.AssignedAt, &a.Tier.Credit, &a.Tier.DueAt, &a.DueAt, &a.Failures,
	}
}

// UpdateAccount stores an account's new state.
func (t *Tenant) UpdateAccount(a *Account) error {
	return t.execOne(`UPDATE accounts SET point_balance = ?, point_pending = ?, reward_balance = ?,
		benefit_balance = ?, credit_balance = ?, tier_id = ?, previous_tier_id = ?, tier_achieved_at = ?,
		tier_anniversary_at = ?, tier_maintained_at = ?, tier_assigned_at = ?, tier_credit = ?, tier_due_at = ?,
		due_at = ?, failures = ? WHERE tenant_id = ? AND profile_id = ?`,
		a.PointBalance, a.PointPending, a.RewardBalance, a.BenefitBalance, a.CreditBalance, a.Tier.ID,
		a.Tier.PreviousID, a.Tier.AchievedAt, a.Tier.AnniversaryAt, a.Tier.MaintainedAt, a.Tier.AssignedAt,
		a.Tier.Credit, a.Tier.DueAt, a.DueAt, a.Failures, t.ID, a.ProfileID)
}

// DueAccount names an account that has something due.
type DueAccount struct {
	TenantID  int64
	ProfileID string
	DueAt     scalar.Time
	Failures  int
}

// ClaimDueAccounts locks the profiles of up to limit accounts with something due
// until now, the longest overdue first, for the rest of the transaction; other
// transactions pass over them. tenantID 0 is every tenant, after the account
// that the last ones come after, in their order; the zero one begins.
func (tx *Tx) ClaimDueAccounts(tenantID int64, after DueAccount, now scalar.Time, limit int) ([]DueAccount, error) {
	from := int64(math.MinInt64)
	if !after.DueAt.IsZero() {
		from = after.DueAt.UnixMicro()
	}
	return collect(tx, func(a *DueAccount) []any {
		return []any{&a.TenantID, &a.ProfileID, &a.DueAt, &a.Failures}
	}, `SELECT c.tenant_id, c.profile_id, c.due_at, c.failures FROM accounts c JOIN profiles p ON p.id = c.profile_id
		WHERE c.due_at <= ? AND (c.due_at, c.profile_id) > (?, ?) AND (c.tenant_id = ? OR ? = 0)
		ORDER BY c.due_at, c.profile_id LIMIT ?`+tx.db.engine.skipLocked("p"),
		now, from, after.ProfileID, tenantID, tenantID, limit)
}

// Overdue returns how many accounts have something due, counted up to a bound,
// and since when the first of them has; zero when there is none.
func (tx *Tx) Overdue(bound int) (n int, since scalar.Time, err error) {
	err = tx.get([]any{&n, &since}, `SELECT count(*), min(due_at) FROM
		(SELECT due_at FROM accounts WHERE due_at <= ? ORDER BY due_at LIMIT ?) overdue`, tx.Now(), bound)
	return n, since, err
}

// PostponeAccount has what an account has due done at a later moment.
func (t *Tenant) PostponeAccount(profileID string, due scalar.Time) error {
	return t.execOne(`UPDATE accounts SET failures = failures + 1, due_at = ?
		WHERE tenant_id = ? AND profile_id = ?`, due, t.ID, profileID)
}
