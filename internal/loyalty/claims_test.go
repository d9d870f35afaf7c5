package loyalty_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// claim claims a receipt for a profile; more stands in the place of what the
// receipt says.
func (c *till) claim(profileID, more string) (claim event.Claim) {
	c.t.Helper()
	var in loyalty.TransactionClaim
	receipt := `{"transaction_receipt_ref": "R1", "transaction_total": 100, "transaction_timezone": "Australia/Melbourne",
		"transaction_transacted_at": "2026-03-14 03:00:00"}`
	for _, text := range []string{receipt, more} {
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			c.t.Fatal(err)
		}
	}
	c.do(func(t *store.Tenant) (err error) {
		claim, err = loyalty.ClaimTransaction(t, profileID, in)
		return err
	})
	return claim
}

func (c *till) readClaim(id int64) (claim event.Claim) {
	c.t.Helper()
	c.do(func(t *store.Tenant) (err error) {
		claim, err = loyalty.ReadClaim(t, c.profile, id)
		return err
	})
	return claim
}

func TestAClaimGivesAnAnonymousSaleToItsProfile(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.sell(c.bill("100", `"receipt_ref": "R1", `))
		claim := c.claim(c.profile, `{}`)
		if claim.Status != "claimed" || int64(claim.ClaimedTransactionID) != x.ID || claim.Attempts != 1 || claim.ClaimedAt.IsZero() {
			t.Errorf("claim: %s", asJSON(claim))
		}
		c.wantBalance("claimed", "100")
		if got := c.readSale(x.ID); string(got.ProfileID) != c.profile || got.ClaimedAt.IsZero() {
			t.Errorf("sale: %s", asJSON(got))
		}
		want := []string{"profile.created", "transaction.created", "transaction.updated", "points.awarded"}
		if diff := cmp.Diff(want, c.types()); diff != "" {
			t.Error(diff)
		}
		if spend := c.aggregations(c.profile).SpendAll.String(); spend != "100" {
			t.Errorf("spend %s", spend)
		}
		if again := c.claim(c.profile, `{}`); again.Status != "claimed" {
			t.Errorf("claimed twice: %s", asJSON(again))
		}
		ada := c.create(`{"email": "ada@example.com"}`).ID
		if other := c.claim(ada, `{}`); other.Status != "failed" || other.ClaimedTransactionID != 0 {
			t.Errorf("claimed by another: %s", asJSON(other))
		}
		c.wantBalance("claimed again", "100")
	})
}

func TestAClaimWaitsForItsSale(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.open(`{"name": "City", "external_code": "M10"}`)
		claim := c.claim(c.profile, `{"transaction_location_external_code": "M10"}`)
		checkFields(t, claim, `{"status": "pending", "attempts": 1, "claimed_transaction_id": null, "claimed_at": null,
			"transaction_receipt_ref": "R1", "transaction_total": 100, "last_checked_at": "2026-03-14 12:00:00",
			"transaction_location_external_code": "M10"}`)
		other := c.sell(c.bill("100", `"receipt_ref": "R1", `))
		if other.ProfileID != "" || c.readClaim(claim.ID).Attempts != 2 {
			t.Errorf("a sale elsewhere was claimed: %s", asJSON(other))
		}
		c.sell(c.bill("99", `"receipt_ref": "R1", "location_id": "M10", `))
		x := c.sell(c.bill("100", `"receipt_ref": "R1", "location_id": "M10", `))
		if string(x.ProfileID) != c.profile || x.ClaimedAt.IsZero() {
			t.Errorf("the sale was not claimed: %s", asJSON(x))
		}
		claim = c.readClaim(claim.ID)
		if claim.Status != "claimed" || int64(claim.ClaimedTransactionID) != x.ID || claim.Attempts != 3 {
			t.Errorf("claim: %s", asJSON(claim))
		}
		c.wantBalance("claimed", "100")
		if again := c.sell(c.bill("100", `"receipt_ref": "R1", "location_id": "M10", `)); again.ProfileID != "" {
			t.Errorf("one claim took two sales: %s", asJSON(again))
		}
	})
}

func TestAClaimIsOfTheReceiptAsItIs(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.open(`{"name": "City", "external_code": "M10"}`)
		x := c.sell(c.bill("100", `"receipt_ref": "R1", "location_id": "M10", `))
		for _, more := range []string{
			`{"transaction_receipt_ref": "R2"}`, `{"transaction_total": 100.01}`,
			`{"transaction_transacted_at": "2026-03-14 13:30:00"}`, // the next day in Melbourne
			`{"transaction_location_external_code": "M11"}`,
		} {
			if claim := c.claim(c.profile, more); claim.Status != "pending" {
				t.Errorf("%s: %s", more, asJSON(claim))
			}
		}
		c.change(x.ID, `{"is_void": true}`)
		if claim := c.claim(c.profile, `{}`); claim.Status != "pending" {
			t.Errorf("a void sale: %s", asJSON(claim))
		}
		c.wantBalance("nothing claimed", "0")
	})
}

func TestATransactionIsToldAndCalculatedAgain(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("100", "")
		trigger := func(name string) error {
			return c.try(func(t *store.Tenant) error {
				_, err := loyalty.TriggerTransaction(t, x.ID, loyalty.TransactionTrigger{Event: scalar.Text(name)})
				return err
			})
		}
		c.definePoints(`{"name": "More", "handle": "more", "earn_rate": 0.5}`)
		if err := trigger("transaction.recalculate"); err != nil {
			t.Fatal(err)
		}
		c.wantBalance("calculated again", "150")
		if err := trigger("transaction.sync"); err != nil {
			t.Fatal(err)
		}
		c.do(func(t *store.Tenant) error {
			_, err := loyalty.ResendTransaction(t, x.ID)
			return err
		})
		if err := trigger("transaction.vanish"); err == nil {
			t.Error("an unknown event was triggered")
		}
		want := []string{"profile.created", "transaction.created", "points.awarded", "points.awarded", "transaction.updated", "transaction.updated"}
		if diff := cmp.Diff(want, c.types()); diff != "" {
			t.Error(diff)
		}
		_, context := c.lastEvent()
		checkFields(t, context["profile"], `{"point_balance": 150}`)
	})
}
