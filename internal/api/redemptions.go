package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) redemptions() {
	const all, one = "/redemptions", "/redemptions/{id}"
	r := s.resource("Redemptions", "What was taken from rewards, points and benefits, or given back to them.")
	create(r, on("POST /profiles/{id}/redeem", "create-redemptions", "Redeem rewards, points and benefits",
		"Nearest expiry first. Where there is less than the amount, all that there is is taken, unless strict. "+
			"Points are worth points.exchange_rate each; what is needed of them is rounded up to a ten-thousandth."), nil, redeem)
	list(r, on("GET "+all, "read-redemptions", "List redemptions and returns"), listRedemptions)
	read(r, on("GET "+one, "read-redemptions", "Read a redemption or a return"), readRedemption)
	list(r, on("GET /profiles/{id}/redemptions", "read-redemptions", "List the redemptions and returns of a profile"), listProfileRedemptions)
	r.groups()

	create(r, on("POST "+one+"/return", "create-returns", "Give back money of a redemption",
		"To the very rewards and points that it was taken from, the last first. What has expired meanwhile expires again at once."),
		nil, returnRedemption)
	create(r, on("POST "+one+"/benefit/return", "create-returns", "Give back the benefits of a redemption"), nil, returnBenefits)
	create(r, on("POST "+one+"/reversal", "create-returns", "Reverse a redemption",
		"All of it that was not given back yet, benefits too, within 10 minutes of it."), nil, reverseRedemption)
}

// groups serves sums of redemptions. They are read as a list, for its filters.
func (r resource) groups() {
	list(r, on("GET /redemptions/group/{attribute}", "read-redemptions", "Sum redemptions",
		"By type, location_id or day, which is a day in UTC. Sorting and paging do not apply: all groups are one page."),
		func(t *store.Tenant, c *call, l store.List) (store.Page[event.RedemptionGroup], error) {
			groups, err := loyalty.GroupRedemptions(t, c.param("attribute"), l.Filters)
			return store.Page[event.RedemptionGroup]{Items: groups, Total: len(groups), Size: max(1, len(groups))}, err
		})
}

func redeem(t *store.Tenant, c *call, in loyalty.RedeemInput) (event.Redeemed, error) {
	return loyalty.Redeem(t, c.param("id"), in)
}

func listRedemptions(t *store.Tenant, _ *call, l store.List) (store.Page[event.Redemption], error) {
	return loyalty.ListRedemptions(t, l)
}

func readRedemption(t *store.Tenant, c *call) (event.Redemption, error) {
	id, err := c.number("id", "redemption")
	if err != nil {
		return event.Redemption{}, err
	}
	return loyalty.ReadRedemption(t, id)
}

func listProfileRedemptions(t *store.Tenant, c *call, l store.List) (store.Page[event.Redemption], error) {
	return loyalty.ListProfileRedemptions(t, c.param("id"), l)
}

func returnRedemption(t *store.Tenant, c *call, in loyalty.ReturnInput) (event.Redeemed, error) {
	id, err := c.number("id", "redemption")
	if err != nil {
		return event.Redeemed{}, err
	}
	return loyalty.ReturnRedemption(t, id, in)
}

func returnBenefits(t *store.Tenant, c *call, in loyalty.BenefitReturn) (event.Redeemed, error) {
	id, err := c.number("id", "redemption")
	if err != nil {
		return event.Redeemed{}, err
	}
	return loyalty.ReturnBenefits(t, id, in)
}

func reverseRedemption(t *store.Tenant, c *call, _ struct{}) (event.Redeemed, error) {
	id, err := c.number("id", "redemption")
	if err != nil {
		return event.Redeemed{}, err
	}
	return loyalty.ReverseRedemption(t, id)
}
