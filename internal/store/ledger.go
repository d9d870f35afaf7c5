package store

import (
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// LedgerEntry says why a balance changed.
type LedgerEntry string

// The entries of the ledger.
const (
	Issue   LedgerEntry = "issue"
	Accrue  LedgerEntry = "accrue"
	Consume LedgerEntry = "consume"
	// Return gives back what was consumed.
	Return LedgerEntry = "return"
	// Recover makes up for a debt.
	Recover LedgerEntry = "recover"
	Expire  LedgerEntry = "expire"
	// Reverse takes back what was issued.
	Reverse LedgerEntry = "reverse"
	Adjust  LedgerEntry = "adjust"
	// Move takes an instance from one profile to another.
	Move LedgerEntry = "move"
)

// LedgerRow is one change of one balance. It is never changed nor deleted.
type LedgerRow struct {
	ID         int64
	ProfileID  string
	Kind       InstanceKind
	InstanceID int64
	Entry      LedgerEntry
	// Value is what it adds to the balance, Pending to what is not usable yet.
	Value, Pending scalar.Amount
	// The balances after it.
	PointBalance, RewardBalance, BenefitBalance scalar.Amount
	// TransactionID and RedemptionID are what caused it, 0 when neither did.
	TransactionID, RedemptionID scalar.Int
	Description                 scalar.Text
	CreatedAt                   scalar.Time
}

const ledgerColumns = `id, profile_id, kind, instance_id, entry, value, pending, point_balance, reward_balance,
	benefit_balance, transaction_id, redemption_id, description, created_at`

func scanLedger(r *LedgerRow) []any {
	return []any{
		&r.ID, &r.ProfileID, (*string)(&r.Kind), &r.InstanceID, (*string)(&r.Entry), &r.Value, &r.Pending,
		&r.PointBalance, &r.RewardBalance, &r.BenefitBalance, &r.TransactionID, &r.RedemptionID, &r.Description,
		&r.CreatedAt,
	}
}

// ledgerBatch is the number of rows of one INSERT, ledgerBulk that of one where
// there are so many: batchOf says why.
const (
	ledgerBatch = 16
	ledgerBulk  = 256
)

// AppendLedger stores rows in their order. Their IDs are not set.
func (t *Tenant) AppendLedger(rows []LedgerRow) error {
	const row = ", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	for len(rows) > 0 {
		n := batchOf(len(rows), ledgerBatch, ledgerBulk)
		args := make([]any, 0, 14*n)
		for _, r := range rows[:n] {
			args = append(args, t.ID, r.ProfileID, string(r.Kind), r.InstanceID, string(r.Entry), r.Value, r.Pending,
				r.PointBalance, r.RewardBalance, r.BenefitBalance, r.TransactionID, r.RedemptionID, r.Description, t.Now())
		}
		_, err := t.exec(`INSERT INTO ledger (tenant_id, profile_id, kind, instance_id, entry, value, pending,
			point_balance, reward_balance, benefit_balance, transaction_id, redemption_id, description, created_at)
			VALUES `+strings.Repeat(row, n)[2:], args...)
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// LedgerOfTransaction reads the rows that a transaction caused, oldest first.
func (t *Tenant) LedgerOfTransaction(id int64) ([]LedgerRow, error) {
	return collect(t.Tx, scanLedger, "SELECT "+ledgerColumns+` FROM ledger
		WHERE tenant_id = ? AND transaction_id = ? ORDER BY id`, t.ID, id)
}

// LedgerOfInstance reads the rows of an instance, oldest first.
func (t *Tenant) LedgerOfInstance(id int64) ([]LedgerRow, error) {
	return collect(t.Tx, scanLedger, "SELECT "+ledgerColumns+` FROM ledger
		WHERE tenant_id = ? AND instance_id = ? ORDER BY id`, t.ID, id)
}

// LedgerRow reads one row of a profile.
func (t *Tenant) LedgerRow(profileID string, id int64) (LedgerRow, error) {
	return single(t.Tx, scanLedger, "SELECT "+ledgerColumns+` FROM ledger
		WHERE tenant_id = ? AND profile_id = ? AND id = ?`, t.ID, profileID, id)
}

var ledgerFields = Fields{
	"id":             {Column: "id", Kind: Int},
	"type":           {Column: "kind"},
	"entry":          {Column: "entry"},
	"instance_id":    {Column: "instance_id", Kind: Int},
	"transaction_id": {Column: "transaction_id", Kind: Int},
	"redemption_id":  {Column: "redemption_id", Kind: Int},
	"created_at":     {Column: "created_at", Kind: Time},
}

// Ledger lists a profile's rows.
func (t *Tenant) Ledger(profileID string, l List) (Page[LedgerRow], error) {
	return page(t.Tx, l, ledgerFields, ledgerColumns, "ledger WHERE tenant_id = ? AND profile_id = ?",
		[]any{t.ID, profileID}, scanLedger)
}

// Balances are the sums of a profile's ledger.
type Balances struct {
	Point, PointPending, Reward, Benefit scalar.Amount
}

// SumLedger adds up a profile's ledger.
func (t *Tenant) SumLedger(profileID string) (b Balances, err error) {
	rows, err := collect(t.Tx, func(r *LedgerRow) []any { return []any{(*string)(&r.Kind), &r.Value, &r.Pending} },
		`SELECT kind, CAST(sum(value) AS BIGINT), CAST(sum(pending) AS BIGINT) FROM ledger
		WHERE tenant_id = ? AND profile_id = ? GROUP BY kind`, t.ID, profileID)
	for _, r := range rows {
		switch r.Kind {
		case Point:
			b.Point, b.PointPending = r.Value, r.Pending
		case Reward:
			b.Reward = r.Value
		case Benefit:
			b.Benefit = r.Value
		}
	}
	return b, err
}
