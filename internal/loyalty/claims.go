package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TransactionClaim is what the receipt of a claimed sale says.
type TransactionClaim struct {
	TransactionReceiptRef   scalar.Text    `json:"transaction_receipt_ref" required:"true"`
	TransactionTransactedAt scalar.Time    `json:"transaction_transacted_at" required:"true" doc:"UTC; its day in transaction_timezone must be that of the sale"`
	TransactionTimezone     scalar.Text    `json:"transaction_timezone" required:"true" doc:"IANA zone"`
	TransactionTotal        *scalar.Amount `json:"transaction_total" required:"true"`
	// TransactionLocationExternalCode tells receipts of several shops apart.
	TransactionLocationExternalCode scalar.Text `json:"transaction_location_external_code"`
}

// ClaimTransaction gives a profile the anonymous sale that a receipt is of:
// transaction.updated tells of it, and the sale earns what it would have earned.
// Until the sale is recorded the claim is pending.
func ClaimTransaction(t *store.Tenant, profileID string, in TransactionClaim) (event.Claim, error) {
	profileID = strings.ToLower(profileID)
	if err := t.LockProfile(profileID); err != nil {
		return event.Claim{}, fmt.Errorf("lock profile: %w", err)
	}
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return event.Claim{}, missing(err, "profile", profileID)
	}
	c, err := in.claim(profileID)
	if err != nil {
		return event.Claim{}, err
	}
	receipts, err := t.Receipts(c.ReceiptRef, c.ShoppedOn, c.Total)
	if err != nil {
		return event.Claim{}, fmt.Errorf("look for the sale: %w", err)
	}
	matchReceipt(&c, receipts, t.Now())
	if err := t.InsertClaim(&c); err != nil {
		return event.Claim{}, fmt.Errorf("insert claim: %w", err)
	}
	if c.Status == store.Claimed {
		err = attach(t, &c)
	}
	return showClaim(c), err
}

// claim checks the input.
func (in *TransactionClaim) claim(profileID string) (store.Claim, error) {
	var invalid InvalidError
	checkRequired(&invalid, "transaction_receipt_ref", &in.TransactionReceiptRef, 191)
	checkText(&invalid, "transaction_location_external_code", &in.TransactionLocationExternalCode, 191)
	checkRequired(&invalid, "transaction_timezone", &in.TransactionTimezone, 64)
	if in.TransactionTimezone != "" {
		checkZone(&invalid, "transaction_timezone", string(in.TransactionTimezone))
	}
	if in.TransactionTransactedAt.IsZero() {
		invalid.Add("transaction_transacted_at", "The transaction transacted at field is required.")
	}
	checkMoment(&invalid, "transaction_transacted_at", in.TransactionTransactedAt)
	if in.TransactionTotal == nil {
		invalid.Add("transaction_total", "The transaction total field is required.")
	}
	checkMoney(&invalid, "transaction_total", in.TransactionTotal)
	if err := invalid.Err(); err != nil {
		return store.Claim{}, err
	}
	zone, err := loadZone(string(in.TransactionTimezone))
	if err != nil {
		return store.Claim{}, err
	}
	return store.Claim{
		ProfileID: profileID, ReceiptRef: string(in.TransactionReceiptRef), TransactedAt: in.TransactionTransactedAt,
		Timezone: string(in.TransactionTimezone), ShoppedOn: scalar.DateOf(in.TransactionTransactedAt.In(zone)),
		Total: *in.TransactionTotal, LocationExternalCode: in.TransactionLocationExternalCode, Status: store.ClaimPending,
	}, nil
}

// matchReceipt looks for a claim's sale among receipts, of which anonymous ones come
// first: a sale that is the profile's already is found too, another's is not to
// be had.
func matchReceipt(c *store.Claim, receipts []store.Receipt, now scalar.Time) {
	c.Attempts++
	c.LastCheckedAt = now
	for _, r := range receipts {
		if c.LocationExternalCode != "" && r.LocationCode != c.LocationExternalCode {
			continue
		}
		if r.ProfileID != "" && string(r.ProfileID) != c.ProfileID {
			c.Status = store.ClaimFailed
			continue
		}
		c.Status, c.TransactionID, c.ClaimedAt = store.Claimed, scalar.Int(r.ID), now
		return
	}
}

// attach gives the sale of a claim to its profile.
func attach(t *store.Tenant, c *store.Claim) error {
	_, err := changeTransaction(t, int64(c.TransactionID), func(x *transactionChange) error {
		if x.rec.ProfileID != "" && string(x.rec.ProfileID) != c.ProfileID {
			return &ConflictError{Message: "The transaction was claimed by another profile meanwhile."}
		}
		return x.setProfile(scalar.Text(c.ProfileID), "")
	})
	return err
}

// claimed gives a new anonymous sale to the profile that has claimed it already,
// and returns the sale as that leaves it; nil when nobody has.
func (c *transactionChange) claimed() (*transactionChange, error) {
	if c.rec.ProfileID != "" || c.rec.ReceiptRef == "" || c.rec.IsVoid {
		return nil, nil
	}
	claims, err := c.t.PendingClaims(string(c.rec.ReceiptRef))
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	receipt := store.Receipt{ID: c.rec.ID}
	if l, ok := c.locations[int64(c.rec.LocationID)]; ok {
		receipt.LocationCode = l.ExternalCode
	}
	for _, claim := range claims {
		if claim.ShoppedOn != c.rec.ShoppedOn || claim.Total != c.rec.Total {
			continue
		}
		matchReceipt(&claim, []store.Receipt{receipt}, c.t.Now())
		if err := c.t.UpdateClaim(&claim); err != nil {
			return nil, fmt.Errorf("update claim: %w", err)
		}
		if claim.Status != store.Claimed {
			continue
		}
		return changeTransaction(c.t, c.rec.ID, func(x *transactionChange) error {
			return x.setProfile(scalar.Text(claim.ProfileID), "")
		})
	}
	return nil, nil
}

// ReadClaim returns one claim of a profile.
func ReadClaim(t *store.Tenant, profileID string, id int64) (event.Claim, error) {
	c, err := t.Claim(strings.ToLower(profileID), id)
	return showClaim(c), missing(err, "claim", id)
}

// ListClaims returns a page of a profile's claims.
func ListClaims(t *store.Tenant, profileID string, l store.List) (store.Page[event.Claim], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.Claim]{}, missing(err, "profile", profileID)
	}
	p, err := t.Claims(profileID, l)
	return pageOf(p, showClaim), err
}

func showClaim(c store.Claim) event.Claim {
	return event.Claim{
		ID: c.ID, ProfileID: c.ProfileID, TransactionReceiptRef: c.ReceiptRef, TransactionTransactedAt: c.TransactedAt,
		TransactionTimezone: c.Timezone, TransactionTotal: c.Total,
		TransactionLocationExternalCode: c.LocationExternalCode, Attempts: c.Attempts, Status: string(c.Status),
		ClaimedTransactionID: c.TransactionID, ClaimedAt: c.ClaimedAt, LastCheckedAt: c.LastCheckedAt,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}
