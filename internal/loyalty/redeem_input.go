package loyalty

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// RedeemInput is what a request says of a redemption, with the names of API v3.
type RedeemInput struct {
	Amount *ExactAmount `json:"amount" doc:"money; required unless benefits are named"`
	// Strategies is what is consumed, in this order; rewards, then points, when it
	// is empty.
	Strategies []string `json:"strategies" doc:"what is consumed, in this order: rewards, points, benefits, credits; rewards, points when not given"`
	// Strategy is the older, single form.
	Strategy scalar.Text    `json:"strategy" doc:"rewards, points, rewards_points or points_rewards, where strategies is not given"`
	Benefits []BenefitToUse `json:"benefits" doc:"at most 50, redeemed beside the amount"`
	Currency scalar.Text    `json:"currency" doc:"that of the profile's balances, which is the only one"`
	// Strict refuses to redeem less than the amount.
	Strict bool `json:"strict" doc:"refuse, rather than redeem less than the amount"`
	RedemptionNotes
}

// BenefitToUse names a benefit to redeem: one by its id, or those of a
// definition by its handle, nearest expiry first.
type BenefitToUse struct {
	ID       scalar.Int  `json:"id"`
	Handle   scalar.Text `json:"handle" doc:"of the definition, where no id is given"`
	Quantity scalar.Int  `json:"quantity" doc:"1 when not given"`
}

// RedemptionNotes are what a redemption and a return say of themselves.
type RedemptionNotes struct {
	LocationID            scalar.Text     `json:"location_id" doc:"id, external id or external code"`
	TransactionExternalID scalar.Text     `json:"transaction_external_id"`
	TransactionReceiptRef scalar.Text     `json:"transaction_receipt_ref"`
	Meta                  json.RawMessage `json:"meta"`
}

// ExactAmount is money that is not rounded when it is read: more than four
// decimals are refused.
type ExactAmount struct{ scalar.Amount }

// UnmarshalJSON implements json.Unmarshaler.
func (a *ExactAmount) UnmarshalJSON(data []byte) error {
	if err := a.Amount.UnmarshalJSON(data); err != nil {
		return err
	}
	// What is not rounded to nothing has an exponent that a Rat bears.
	if given, ok := new(big.Rat).SetString(strings.Trim(string(data), `"`)); a.Amount != 0 && ok &&
		given.Cmp(big.NewRat(int64(a.Amount), int64(scalar.One))) != 0 {
		return &json.UnmarshalTypeError{
			Value: "number, want a decimal number with at most 4 decimals", Type: reflect.TypeFor[ExactAmount](),
		}
	}
	return nil
}

// Schema describes the amount as scalar.Amount is.
func (ExactAmount) Schema(r huma.Registry) *huma.Schema { return scalar.Amount(0).Schema(r) }

const (
	useRewards  = "rewards"
	usePoints   = "points"
	useBenefits = "benefits"
	useCredits  = "credits"
)

// singleStrategies are the words of the older form.
var singleStrategies = map[scalar.Text][]string{
	"":               {useRewards, usePoints},
	"rewards":        {useRewards},
	"points":         {usePoints},
	"rewards_points": {useRewards, usePoints},
	"points_rewards": {usePoints, useRewards},
}

// maxBenefitsUsed bounds the benefits of one redemption, maxUses how often it
// uses each of them.
const (
	maxBenefitsUsed = 50
	maxUses         = 1000
)

// check notes what is wrong with the input and completes it.
func (in *RedeemInput) check() error {
	var invalid InvalidError
	switch {
	case in.Amount == nil && len(in.Benefits) == 0:
		invalid.Add("amount", "The amount field is required when benefits is not present.")
	case in.Amount != nil && (in.Amount.Amount < 0 || in.Amount.Amount > maxMoney),
		in.amount() == 0 && len(in.Benefits) == 0:
		invalid.Add("amount", "The amount must be greater than 0 and not greater than 1000000000.")
	}
	if single, ok := singleStrategies[in.Strategy]; len(in.Strategies) == 0 && ok {
		in.Strategies = single
	} else if !ok {
		invalid.Add("strategy", "The selected strategy is invalid.")
	}
	for n, s := range in.Strategies {
		if !slices.Contains([]string{useRewards, usePoints, useBenefits, useCredits}, s) {
			invalid.Add(fmt.Sprintf("strategies.%d", n), "The selected strategy is invalid.")
		} else if slices.Index(in.Strategies, s) < n {
			invalid.Add(fmt.Sprintf("strategies.%d", n), "The strategy %s is named twice.", s)
		}
	}
	if len(in.Benefits) > maxBenefitsUsed {
		invalid.Add("benefits", "The benefits may not have more than %d items.", maxBenefitsUsed)
	}
	for n := range in.Benefits {
		in.Benefits[n].check(&invalid, fmt.Sprintf("benefits.%d.", n))
	}
	in.RedemptionNotes.check(&invalid)
	return invalid.Err()
}

func (in *RedeemInput) amount() scalar.Amount {
	if in.Amount == nil {
		return 0
	}
	return in.Amount.Amount
}

func (b *BenefitToUse) check(invalid *InvalidError, prefix string) {
	if b.ID == 0 && b.Handle == "" {
		invalid.Add(prefix+"id", "The id field is required when handle is not present.")
	}
	if b.Quantity == 0 {
		b.Quantity = 1
	}
	if b.Quantity < 1 || b.Quantity > maxUses {
		invalid.Add(prefix+"quantity", "The quantity must be between 1 and %d.", maxUses)
	}
}

func (n *RedemptionNotes) check(invalid *InvalidError) {
	checkText(invalid, "transaction_external_id", &n.TransactionExternalID, 191)
	checkText(invalid, "transaction_receipt_ref", &n.TransactionReceiptRef, 191)
	checkJSON(invalid, "meta", &n.Meta)
}

// apply makes the notes those of a redemption. Its location is looked for.
func (n *RedemptionNotes) apply(t *store.Tenant, r *store.Redemption) error {
	r.TransactionExternalID, r.TransactionReceiptRef, r.Meta = n.TransactionExternalID, n.TransactionReceiptRef, n.Meta
	if n.LocationID == "" {
		return nil
	}
	l, err := FindLocation(t, string(n.LocationID))
	if isNotFound(err) {
		return Invalid("location_id", "The selected location id is invalid.")
	}
	if err != nil {
		return fmt.Errorf("find location: %w", err)
	}
	r.LocationID = scalar.Int(l.ID)
	return nil
}
