package loyalty_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// body reads JSON as a request's body is.
func body[T any](format string, args ...any) (in T) {
	if err := json.Unmarshal(fmt.Appendf(nil, format, args...), &in); err != nil {
		panic(err)
	}
	return in
}

func (h *programmeHistory) join() {
	h.attempt(func(t *store.Tenant) error {
		p, err := loyalty.CreateProfile(t, body[loyalty.ProfileInput](
			`{"email": "p%d@example.com", "identities": [{"handle": "pos", "identifier": "%d"}]}`, h.n, h.n))
		if err == nil {
			h.profiles = append(h.profiles, p.ID)
		}
		return err
	})
}

// moment is a time of the last three weeks, as a sale has that arrives late.
func (h *programmeHistory) moment() string {
	return h.now.Add(-time.Duration(h.draw(500)) * time.Hour).UTC().Format(time.DateTime)
}

func (h *programmeHistory) sell() {
	profile := fmt.Sprintf("%q", one(h, h.profiles))
	if h.draw(8) == 0 {
		profile = "null"
	}
	shirts, socks := 1+h.draw(3), h.draw(4)
	h.record(`{"profile_id": %s, "external_id": "S-%d", "receipt_ref": "R-%d", "location_id": "M10", "total": %d,
		"transacted_at": %q, "timezone": "Australia/Melbourne", "items": [
		{"name": "Shirt", "sku": "A-1", "quantity": %d, "price_sell": 60}, {"name": "Socks", "sku": "B-2", "quantity": %d, "price_sell": 15}]}`,
		profile, h.n, h.n, 60*shirts+15*socks, h.moment(), shirts, socks)
}

func (h *programmeHistory) record(format string, args ...any) {
	h.attempt(func(t *store.Tenant) error {
		x, err := loyalty.CreateTransaction(t, body[loyalty.TransactionInput](format, args...))
		if err == nil {
			h.sales = append(h.sales, x.ID)
		}
		return err
	})
}

// giveBack returns a part of an earlier sale, or of none that is known.
func (h *programmeHistory) giveBack() {
	linked, profile := "null", one(h, h.profiles)
	if id := one(h, h.sales); id != 0 && h.draw(3) > 0 {
		x := h.shop.readSale(id)
		linked = fmt.Sprintf("%q", x.ReceiptRef)
		if x.ProfileID != "" {
			profile = string(x.ProfileID)
		}
	}
	n := 1 + h.draw(2)
	h.record(`{"profile_id": %q, "external_id": "B-%d", "linked_receipt_ref": %s, "total": %d, "transacted_at": %q,
		"timezone": "Australia/Melbourne", "items": [{"name": "Shirt", "sku": "A-1", "quantity": %d, "price_sell": 60}]}`,
		profile, h.n, linked, -60*n, h.moment(), -n)
}

func (h *programmeHistory) patch(body string) {
	id := one(h, h.sales)
	h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.UpdateTransaction(t, id, func(in *loyalty.TransactionInput) error {
			return json.Unmarshal([]byte(body), in)
		})
		return err
	})
}

func (h *programmeHistory) void() { h.patch(fmt.Sprintf(`{"is_void": %t}`, h.draw(3) > 0)) }

func (h *programmeHistory) changeTotal() { h.patch(fmt.Sprintf(`{"total": %d}`, h.draw(300)-50)) }

// move gives a sale to another profile, or to none: an anonymous one is claimed.
func (h *programmeHistory) move() {
	if h.draw(4) == 0 {
		h.patch(`{"profile_id": null}`)
		return
	}
	h.patch(fmt.Sprintf(`{"profile_id": %q}`, one(h, h.profiles)))
}

func (h *programmeHistory) deleteSale() {
	id := one(h, h.sales)
	if h.attempt(func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, id) }) {
		h.sales = slices.DeleteFunc(h.sales, func(s int64) bool { return s == id })
	}
}

func (h *programmeHistory) award() {
	accrue := "null"
	if h.draw(2) == 0 {
		accrue = fmt.Sprintf("%q", h.now.Add(time.Duration(h.draw(20)-5)*24*time.Hour).UTC().Format(time.DateTime))
	}
	kind, value := one(h, h.pointKinds), 1+h.draw(200)
	h.attempt(func(t *store.Tenant) error {
		p, err := loyalty.IssuePoints(t, body[loyalty.PointInput](
			`{"profile_id": %q, "point_definition_id": %d, "value_initial": %d.25, "accrued_at": %s, "external_id": "P-%d"}`,
			one(h, h.profiles), kind, value, accrue, h.n))
		if err == nil {
			h.points = append(h.points, p.ID)
		}
		return err
	})
}

// awardAgain repeats an external id: it must be refused, and change nothing.
func (h *programmeHistory) awardAgain() {
	id := one(h, h.points)
	if id == 0 {
		return
	}
	refused := !h.attempt(func(t *store.Tenant) error {
		p, err := loyalty.ReadPoint(t, id)
		if err != nil {
			return err
		}
		_, err = loyalty.IssuePoints(t, body[loyalty.PointInput](
			`{"profile_id": %q, "point_definition_id": %d, "value_initial": 1, "external_id": %q}`,
			one(h, h.profiles), one(h, h.pointKinds), p.ExternalID))
		return err
	})
	if !refused {
		h.t.Fatalf("operation %d: the external id of points %d was taken twice", h.n, id)
	}
}

func (h *programmeHistory) takeBackPoints() {
	id := one(h, h.points)
	h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.ReversePoints(t, id, loyalty.PointReversal{})
		return err
	})
}

func (h *programmeHistory) reward() {
	kind := one(h, h.rewardKinds)
	id, choice, days := one(h, h.rewards), h.draw(6), 1+h.draw(40)
	h.attempt(func(t *store.Tenant) error {
		switch choice {
		case 0:
			return loyalty.DeleteReward(t, id)
		case 1:
			_, err := loyalty.UpdateReward(t, id, func(c *loyalty.RewardChange) error {
				return json.Unmarshal(fmt.Appendf(nil, `{"value_remaining": %d}`, days), c)
			})
			return err
		case 2:
			r, err := loyalty.ReadReward(t, id)
			if err != nil {
				return err
			}
			_, err = loyalty.ExtendRewards(t, body[loyalty.Extension](`{"ids": [%d], "profile_id": %q, "extend_days": %d}`, id, r.ProfileID, days))
			return err
		}
		r, err := loyalty.IssueReward(t, body[loyalty.RewardInput](
			`{"profile_id": %q, "reward_definition_id": %d, "external_id": "W-%d"}`, one(h, h.profiles), kind, h.n))
		if err == nil {
			h.rewards = append(h.rewards, r.ID)
		}
		return err
	})
}

func (h *programmeHistory) benefit() {
	kind := one(h, h.benefitKinds)
	h.attempt(func(t *store.Tenant) error {
		b, err := loyalty.IssueBenefit(t, body[loyalty.BenefitInput](
			`{"profile_id": %q, "benefit_definition_id": %d}`, one(h, h.profiles), kind))
		if err == nil {
			h.benefits = append(h.benefits, b.ID)
		}
		return err
	})
}

func (h *programmeHistory) useBenefit() {
	id, n := one(h, h.benefits), int64(1+h.draw(2))
	h.attempt(func(t *store.Tenant) error {
		b, err := loyalty.ReadBenefit(t, id)
		if err != nil {
			return err
		}
		_, err = loyalty.RedeemBenefit(t, b.ProfileID, id, n)
		return err
	})
}

func (h *programmeHistory) redeem() {
	strategies := [][]string{{"rewards", "points"}, {"points", "rewards"}, {"points"}, {"rewards"}}[h.draw(4)]
	amount, strict := h.draw(40), h.draw(3) == 0
	h.attempt(func(t *store.Tenant) error {
		in := body[loyalty.RedeemInput](`{"amount": %d.5, "strict": %t}`, amount, strict)
		in.Strategies = strategies
		r, err := loyalty.Redeem(t, one(h, h.profiles), in)
		if err == nil {
			h.redemptions = append(h.redemptions, r.ID)
		}
		return err
	})
}

func (h *programmeHistory) returnRedemption() {
	id, amount := one(h, h.redemptions), 1+h.draw(30)
	h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.ReturnRedemption(t, id, body[loyalty.ReturnInput](`{"amount": %d}`, amount))
		return err
	})
}

func (h *programmeHistory) reverseRedemption() {
	id := one(h, h.redemptions)
	if n := len(h.redemptions); n > 0 && h.draw(2) == 0 {
		id = h.redemptions[n-1]
	}
	h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.ReverseRedemption(t, id)
		return err
	})
}

func (h *programmeHistory) achieve() {
	h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.ProgressAchievement(t, one(h, h.profiles), body[loyalty.AchievementInput](`{"definition": "visits"}`))
		return err
	})
}

func (h *programmeHistory) assignTier() {
	tier := []string{"bronze", "silver", "gold"}[h.draw(3)]
	h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.AssignTier(t, one(h, h.profiles), loyalty.TierAssignment{Tier: scalar.Text(tier)})
		return err
	})
}

func (h *programmeHistory) merge() {
	winner, loser := one(h, h.profiles), one(h, h.profiles)
	if h.attempt(func(t *store.Tenant) error {
		_, err := loyalty.MergeProfiles(t, body[loyalty.MergeInput](
			`{"source_profile_id": %q, "destination_profile_id": %q}`, loser, winner))
		return err
	}) {
		h.leave(loser)
	}
}

func (h *programmeHistory) deleteProfile() {
	id := one(h, h.profiles)
	if h.draw(3) == 0 && h.attempt(func(t *store.Tenant) error { return loyalty.DeleteProfile(t, id) }) {
		h.leave(id)
	}
}

func (h *programmeHistory) leave(id string) {
	h.gone = append(h.gone, id)
	h.profiles = slices.DeleteFunc(h.profiles, func(p string) bool { return p == id })
}
