package loyalty_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// till is a shop whose sales earn a point for each unit of the currency.
type till struct {
	*shop
	profile string
	points  event.PointDefinition
}

// eachTill runs a test on every engine.
func eachTill(t *testing.T, test func(t *testing.T, s *till)) {
	eachShop(t, func(t *testing.T, s *shop) {
		c := &till{shop: s, profile: s.create(grace).ID}
		c.points = c.definePoints(`{"name": "Points", "handle": "base", "earn_rate": 1, "issue_period": 1, "issue_period_type": "years"}`)
		test(t, c)
	})
}

// at returns the till at another moment.
func (c *till) at(now time.Time) *till {
	later := *c
	later.shop = c.shop.at(now)
	return &later
}

func definition[T any](s *shop, k *loyalty.Definitions[T], body string) (d T) {
	s.t.Helper()
	for _, text := range []string{`{"is_published": true}`, body} {
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			s.t.Fatal(err)
		}
	}
	s.do(func(t *store.Tenant) (err error) {
		d, err = k.Create(t, d)
		return err
	})
	return d
}

func (c *till) definePoints(body string) event.PointDefinition {
	c.t.Helper()
	return definition(c.shop, loyalty.PointDefinitions, body)
}

func (c *till) defineRate(body string) event.Rate {
	c.t.Helper()
	return definition(c.shop, loyalty.Rates, body)
}

// buy records a sale of one item to the profile.
func (c *till) buy(total, more string) event.Transaction {
	c.t.Helper()
	return c.sell(c.bill(total, `"profile_id": "`+c.profile+`", `+more))
}

func (c *till) bill(total, more string) string {
	quantity := "1"
	if strings.HasPrefix(total, "-") {
		quantity = "-1"
	}
	return `{` + more + `"total": ` + total + `, "transacted_at": "2026-03-14 10:00:00", "timezone": "Australia/Melbourne",
		"items": [{"name": "Shirt", "quantity": ` + quantity + `, "price_sell": ` + strings.TrimPrefix(total, "-") + `}]}`
}

// spend redeems points worth an amount.
func (c *till) spend(amount scalar.Amount) {
	c.t.Helper()
	c.do(func(t *store.Tenant) error {
		_, err := loyalty.Redeem(t, c.profile, loyalty.RedeemInput{
			Amount: &loyalty.ExactAmount{Amount: amount}, Strategies: []string{"points"}, Strict: true,
		})
		return err
	})
}

// balance returns what a profile has, after making sure that its ledger and its
// points say the same.
func (c *till) balance(profileID string) (usable, pending string) {
	c.t.Helper()
	c.do(func(t *store.Tenant) error {
		p, err := t.Profile(profileID)
		if err != nil {
			return err
		}
		a, err := p.Account, error(nil)
		sums, err := t.SumLedger(profileID)
		if err != nil {
			return err
		}
		live, err := t.LiveInstances(profileID, store.Point)
		var active, waiting scalar.Amount
		debt, credit := false, false
		for _, i := range live {
			if i.State == store.Pending {
				waiting += i.ValueRemaining
				continue
			}
			active += i.ValueRemaining
			debt, credit = debt || i.ValueRemaining < 0, credit || i.ValueRemaining > 0
		}
		if a.PointBalance != sums.Point || a.PointBalance != active {
			c.t.Errorf("the balance is %s, the ledger's %s, that of the points %s", a.PointBalance, sums.Point, active)
		}
		if a.PointPending != sums.PointPending || a.PointPending != waiting {
			c.t.Errorf("pending are %s, by the ledger %s, by the points %s", a.PointPending, sums.PointPending, waiting)
		}
		if debt && credit {
			c.t.Error("the profile has points and a debt")
		}
		usable, pending = a.PointBalance.String(), a.PointPending.String()
		return err
	})
	return usable, pending
}

func (c *till) wantBalance(doing, want string) {
	c.t.Helper()
	if got, _ := c.balance(c.profile); got != want {
		c.t.Errorf("%s: the balance is %s, want %s", doing, got, want)
	}
}

func (c *till) rows() (rows []event.Point) {
	c.t.Helper()
	c.do(func(t *store.Tenant) error {
		p, err := loyalty.ListProfilePoints(t, c.profile, store.List{Size: 100})
		rows = p.Items
		return err
	})
	return rows
}

func TestASaleEarnsPointsAndTellsOfThemAfterItself(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("149.95", `"external_id": "ORDER-1", `)
		c.wantBalance("a sale", "149.95")
		events := c.allEvents()
		if diff := cmp.Diff([]string{"profile.created", "transaction.created", "points.awarded"}, c.types()); diff != "" {
			t.Fatal(diff)
		}
		for _, e := range events[1:] {
			var context struct {
				Profile struct {
					PointBalance float64 `json:"point_balance"`
					Aggregations struct {
						Spend float64 `json:"spend_all"`
					}
				}
			}
			if err := json.Unmarshal(e.Context, &context); err != nil {
				t.Fatal(err)
			}
			if p := context.Profile; p.PointBalance != 149.95 || p.Aggregations.Spend != 149.95 {
				t.Errorf("%s shows %+v", e.Type, p)
			}
		}
		_, context := c.lastEvent()
		checkFields(t, context, fmt.Sprintf(`{"value_initial": 149.95, "value_remaining": 149.95, "status": "active",
			"rate": 1, "issued_at": "2026-03-14 12:00:00", "accrued_at": "2026-03-14 12:00:00",
			"expires_at": "2027-03-14 12:00:00", "source_type": "transaction", "source_id": "%d",
			"source": {"id": "%d", "external_id": "ORDER-1"}, "meta": {},
			"definition": {"id": %d, "name": "Points", "handle": "base", "type": "purchase"}}`, x.ID, x.ID, c.points.ID))
	})
}

func TestPointsArePendingForTheDelayOfTheirDefinition(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.definePoints(`{"name": "Late", "handle": "late", "earn_rate": 0.5, "accrue_delay": 14}`)
		c.buy("100", "")
		if usable, pending := c.balance(c.profile); usable != "100" || pending != "50" {
			t.Errorf("usable %s, pending %s", usable, pending)
		}
		later := c.at(noon.AddDate(0, 0, 14))
		later.buy("-10", "") // opens the account
		if usable, pending := c.balance(c.profile); usable != "135" || pending != "0" {
			t.Errorf("after two weeks: usable %s, pending %s", usable, pending)
		}
	})
}

func TestAVoidTakesBackAndItsEndGivesAgain(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("100", "")
		c.change(x.ID, `{"is_void": true}`)
		c.wantBalance("void", "0")
		if rows := c.rows(); rows[0].Status != "reversed" || rows[0].ValueRemaining != 0 {
			t.Errorf("the points of a void sale: %s", asJSON(rows))
		}
		c.change(x.ID, `{"is_void": false}`)
		c.wantBalance("no longer void", "100")
		c.change(x.ID, `{"is_void": true}`)
		c.wantBalance("void again", "0")
	})
}

func TestAnUpsertGivesTheDifference(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("100", "")
		for _, total := range []string{"120", "110", "90", "90", "0", "45.5"} {
			c.change(x.ID, `{"total": `+total+`}`)
			c.wantBalance("a total of "+total, total)
		}
		if n := len(c.rows()); n != 3 {
			t.Errorf("%d rows of points", n)
		}
		c.spend(scalar.One / 10)
		c.change(x.ID, `{"total": 1}`)
		c.wantBalance("less than was spent", "-9")
	})
}

func TestSavingTheSameStateGivesNothing(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		definition(c.shop, loyalty.TierDefinitions, `{"name": "Gold", "handle": "gold", "value_min": 1000}`)
		c.defineRate(`{"name": "Double", "handle": "double", "rate": 2, "issue_period": 30, "issue_period_type": "days",
			"product_conditions": {"==": [{"var": "name"}, "Shirt"]}}`)
		sale, ret := c.buy("100", `"receipt_ref": "R1", `), c.buy("-40", `"linked_receipt_ref": "R1", `)
		other := c.buy("-10", "")
		events, before := len(c.allEvents()), asJSON([]any{c.rows(), c.readSale(sale.ID), c.readSale(ret.ID)})
		later := c.at(noon.Add(48 * time.Hour))
		for _, id := range []int64{sale.ID, ret.ID, other.ID} {
			later.change(id, `{}`)
			later.do(func(t *store.Tenant) error {
				_, err := loyalty.TriggerTransaction(t, id, loyalty.TransactionTrigger{Event: "transaction.recalculate"})
				return err
			})
		}
		if diff := cmp.Diff(before, asJSON([]any{c.rows(), c.readSale(sale.ID), c.readSale(ret.ID)})); diff != "" {
			t.Errorf("what was given changed (-before +after)\n%s", diff)
		}
		if n := len(c.allEvents()); n != events {
			t.Errorf("%d events more", n-events)
		}
		c.wantBalance("saved again", "110")
	})
}

func TestAMovedSaleEarnsForItsNewProfile(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("100", "")
		ada := c.create(`{"email": "ada@example.com"}`).ID
		c.change(x.ID, `{"profile_id": "`+ada+`"}`)
		c.wantBalance("moved away", "0")
		if got, _ := c.balance(ada); got != "100" {
			t.Errorf("moved to: %s", got)
		}
		c.do(func(t *store.Tenant) error {
			_, err := loyalty.UnattachTransaction(t, ada, x.ID)
			return err
		})
		if got, _ := c.balance(ada); got != "0" {
			t.Errorf("unattached: %s", got)
		}
		c.change(x.ID, `{"profile_id": "`+c.profile+`"}`)
		c.wantBalance("attached again", "100")
		c.do(func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, x.ID) })
		c.wantBalance("deleted", "0")
	})
}

func TestAnAnonymousSaleEarnsNothing(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.sell(c.bill("100", ""))
		c.wantBalance("somebody's sale", "0")
	})
}

func TestTierPointsGivenByHandDoNotStopSalesFromGivingThem(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		definition(c.shop, loyalty.TierDefinitions, `{"name": "Gold", "handle": "gold", "value_min": 1000}`)
		c.definePoints(`{"name": "By hand", "handle": "by-hand", "kind": "tier"}`)
		if x := c.buy("100", ""); len(x.TierPoints) != 1 || x.TierPoints[0].Value != 100*scalar.One {
			t.Errorf("the sale's tier points: %s", asJSON(x.TierPoints))
		}
		c.definePoints(`{"name": "None", "handle": "none", "kind": "tier", "earn_rate": 0}`)
		if x := c.buy("100", ""); len(x.TierPoints) != 0 {
			t.Errorf("a rate of 0: %s", asJSON(x.TierPoints))
		}
	})
}
