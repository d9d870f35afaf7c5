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

func TestALinkedReturnTakesItsShareOfWhatTheSaleGave(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		triple := c.defineRate(`{"name": "Triple", "handle": "triple", "rate": 3}`)
		c.buy("100", `"receipt_ref": "R1", `)
		c.wantBalance("a sale at the triple rate", "300")
		c.do(func(t *store.Tenant) error { return loyalty.Rates.Delete(t, triple.ID) })

		first := c.buy("-25", `"linked_receipt_ref": "R1", `)
		c.wantBalance("a quarter returned", "225")
		second := c.buy("-50", `"linked_receipt_ref": "R1", `)
		c.wantBalance("three quarters returned", "75")
		over := c.buy("-60", `"linked_receipt_ref": "R1", `)
		c.wantBalance("more than all returned", "0")
		if rows := c.rows(); len(rows) != 1 || rows[0].ValueInitial != 300*scalar.One {
			t.Errorf("the sale's own points pay for its returns: %s", asJSON(rows))
		}

		c.change(second.ID, `{"is_void": true}`)
		c.wantBalance("the second is void", "150")
		c.change(second.ID, `{"is_void": false}`)
		c.wantBalance("the second holds again", "0")
		c.change(over.ID, `{"is_void": true}`)
		c.change(first.ID, `{"is_void": true}`)
		c.change(second.ID, `{"is_void": true}`)
		c.wantBalance("all are void", "300")
	})
}

func TestAReturnWithoutItsSaleTakesWhatItWouldHaveEarned(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.defineRate(`{"name": "Double", "handle": "double", "rate": 2}`)
		c.defineRate(`{"name": "Shirts", "handle": "shirts", "rate": 5, "priority": 9,
			"product_conditions": {"==": [{"var": "name"}, "Shirt"]}}`)
		c.buy("100", "")
		c.wantBalance("a sale", "500")
		x := c.buy("-10", `"linked_receipt_ref": "nowhere", `)
		c.wantBalance("a return", "480")
		rows := c.rows()
		if got := rows[len(rows)-1]; got.ValueInitial != -20*scalar.One || got.ValueRemaining != 0 {
			t.Errorf("the return's points: %s", asJSON(got))
		}
		c.change(x.ID, `{"is_void": true}`)
		c.wantBalance("a void return", "500")
		c.change(x.ID, `{"is_void": false}`)
		c.wantBalance("a return again", "480")
		if got := c.types(); got[len(got)-1] != "transaction.updated" {
			t.Errorf("points that are taken are not awarded: %v", got)
		}
	})
}

func TestALinkIsToASaleOfTheSameProfile(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.defineRate(`{"name": "Triple", "handle": "triple", "rate": 3, "end_time": "2026-03-14 10:00:00"}`)
		c.buy("100", `"receipt_ref": "R1", `)
		ada := c.create(`{"email": "ada@example.com"}`).ID
		c.sell(c.bill("-10", `"linked_receipt_ref": "R1", "profile_id": "`+ada+`", `))
		if got, _ := c.balance(ada); got != "-30" {
			t.Errorf("another profile's return: %s", got)
		}
		c.wantBalance("the sale's profile", "300")
	})
}

func TestADebtIsPaidByLaterPoints(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("100", `"receipt_ref": "R1", `)
		c.spend(scalar.One * 8 / 10)
		c.wantBalance("spent", "20")
		c.buy("-100", `"linked_receipt_ref": "R1", `)
		c.wantBalance("returned after it was spent", "-80")
		c.buy("30", "")
		c.wantBalance("a part of the debt", "-50")
		if rows := c.rows(); rows[1].ValueRemaining != 0 || rows[0].ValueRemaining != -50*scalar.One {
			t.Errorf("the debt is not paid by the points: %s", asJSON(rows))
		}
		_, context := c.lastEvent()
		checkFields(t, context, `{"value_initial": 30, "value_remaining": 0, "status": "consumed"}`)
		c.buy("70", "")
		c.wantBalance("more than the debt", "20")
		c.change(x.ID, `{"is_void": true}`)
		c.wantBalance("and the sale is void too", "-80")
	})
}

func TestPendingPointsPayADebtOnceTheyAccrue(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.do(func(t *store.Tenant) error {
			_, err := loyalty.PointDefinitions.Update(t, c.points.ID, func(d *event.PointDefinition) error {
				return json.Unmarshal([]byte(`{"accrue_delay": 7}`), d)
			})
			return err
		})
		c.buy("-40", "")
		c.buy("100", "")
		if usable, pending := c.balance(c.profile); usable != "-40" || pending != "100" {
			t.Errorf("usable %s, pending %s", usable, pending)
		}
		later := c.at(noon.AddDate(0, 0, 8))
		later.buy("1", "")
		if usable, pending := c.balance(c.profile); usable != "60" || pending != "1" {
			t.Errorf("after the delay: usable %s, pending %s", usable, pending)
		}
	})
}

func TestAReturnBeforeAccrualTakesPendingPoints(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.definePoints(`{"name": "Late", "handle": "late", "earn_rate": 1, "accrue_delay": 7}`)
		c.buy("100", `"receipt_ref": "R1", `)
		back := c.buy("-100", `"linked_receipt_ref": "R1", `)
		if usable, pending := c.balance(c.profile); usable != "0" || pending != "0" {
			t.Errorf("returned: usable %s, pending %s", usable, pending)
		}
		c.change(back.ID, `{"is_void": true}`)
		if usable, pending := c.balance(c.profile); usable != "100" || pending != "100" {
			t.Errorf("void: usable %s, pending %s", usable, pending)
		}
	})
}

func TestWhatExpiredIsNotTakenBack(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		x := c.buy("100", `"receipt_ref": "R1", `)
		c.spend(scalar.One * 3 / 10)
		later := c.at(noon.AddDate(1, 0, 1))
		back := later.buy("-100", `"linked_receipt_ref": "R1", `)
		c.wantBalance("70 expired, 30 were spent, all is returned", "-30")
		later.change(back.ID, `{"is_void": true}`)
		c.wantBalance("the return is void", "0")
		later.change(x.ID, `{"is_void": true}`)
		c.wantBalance("the sale is void", "-30")
		later.change(x.ID, `{"is_void": false}`)
		c.wantBalance("the sale is not void", "0")
	})
}

func TestTierPointsOfReturnsAndVoids(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		definition(c.shop, loyalty.TierDefinitions, `{"name": "Gold", "handle": "gold", "value_min": 100000}`)
		c.defineRate(`{"name": "Double", "handle": "double", "type": "tier", "rate": 2}`)
		sale := c.buy("100", `"receipt_ref": "R1", `)
		type row struct {
			Value     scalar.Amount
			AccruedAt string
		}
		rows := func(id int64) (out []row) {
			for _, p := range c.readSale(id).TierPoints {
				out = append(out, row{p.Value / scalar.One, p.AccruedAt.Format("2006-01-02")})
			}
			return out
		}
		check := func(doing string, id int64, want ...row) {
			t.Helper()
			if diff := cmp.Diff(want, rows(id)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", doing, diff)
			}
		}
		check("a sale", sale.ID, row{200, "2026-03-14"})
		back := c.buy("-30", `"linked_receipt_ref": "R1", `)
		check("a linked return", back.ID, row{-60, "2026-03-14"})
		more := c.buy("-90", `"linked_receipt_ref": "R1", `)
		check("a return of more than is left", more.ID, row{-140, "2026-03-14"})
		lone := c.buy("-5", "")
		check("a return without its sale", lone.ID, row{-10, "2026-03-14"})
		c.at(noon.AddDate(0, 0, 40)).change(sale.ID, `{"is_void": true}`)
		check("a void sale", sale.ID, row{200, "2026-03-14"}, row{-200, "2026-03-14"})
		c.change(sale.ID, `{"is_void": false, "transacted_at": "2026-02-01 10:00:00"}`)
		check("a sale of another day", sale.ID, row{200, "2026-03-14"}, row{-200, "2026-03-14"}, row{200, "2026-02-01"})
	})
}
