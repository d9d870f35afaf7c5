package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// benefits serves what profiles are entitled to.
func (s *Server) benefits() {
	const all, one, of = "/benefits", "/benefits/{id}", "/profiles/{id}/benefits"
	r := s.resource("Benefits", "Entitlements of profiles, redeemed a number of times.")
	list(r, on("GET "+all, "read-benefits", "List benefits"), listBenefits)
	create(r, on("POST "+all, "create-benefits", "Issue a benefit",
		"With the next free code, where its definition has codes."), nil, issueBenefit)
	read(r, on("GET "+one, "read-benefits", "Read a benefit"), readBenefit)
	change(r, on("PUT "+one, "update-benefits", "Update a benefit"), updateBenefit)
	remove(r, on("DELETE "+one, "delete-benefits", "Take a benefit back", "It stays on record and cannot be redeemed any more."), deleteBenefit)
	act(r, on("POST "+all+"/extend", "update-benefits", "Extend benefits of a profile",
		"All of them or, when one cannot be extended, none."), extendBenefits)

	list(r, on("GET "+of, "read-benefits", "List the benefits of a profile"), listProfileBenefits)
	read(r, on("GET "+of+"/claimable", "read-benefits", "List what a profile may claim"), claimableBenefits)
	read(r, on("GET "+of+"/viewable", "read-benefits", "List the benefits that a profile may see"), viewableBenefits)
	list(r, on("GET /profiles/{id}/redeemable_benefits", "read-benefits", "List what a profile can redeem"), listRedeemableBenefits)
	create(r, on("POST "+of+"/claim", "claim-benefits", "Claim a benefit",
		"Refused where the profile does not meet the claim condition."), nil, claimBenefit)
	create(r, on("POST "+of+"/claim-redeem", "claim-benefits", "Claim a benefit and redeem it once"), nil, claimAndRedeemBenefit)
	act(r, on("POST "+of+"/{benefit}/redeem", "redeem-benefits", "Redeem a benefit"), redeemBenefit)
	act(r, on("POST "+of+"/{benefit}/return", "redeem-benefits", "Give uses of a benefit back"), giveBackBenefit)
}

func listBenefits(t *store.Tenant, _ *call, l store.List) (store.Page[event.Benefit], error) {
	return loyalty.ListBenefits(t, l)
}

func issueBenefit(t *store.Tenant, _ *call, in loyalty.BenefitInput) (event.Benefit, error) {
	return loyalty.IssueBenefit(t, in)
}

func readBenefit(t *store.Tenant, c *call) (event.Benefit, error) {
	id, err := c.number("id", "benefit")
	if err != nil {
		return event.Benefit{}, err
	}
	return loyalty.ReadBenefit(t, id)
}

func updateBenefit(t *store.Tenant, c *call, patch func(*loyalty.BenefitChange) error) (event.Benefit, error) {
	id, err := c.number("id", "benefit")
	if err != nil {
		return event.Benefit{}, err
	}
	return loyalty.UpdateBenefit(t, id, patch)
}

func deleteBenefit(t *store.Tenant, c *call) error {
	id, err := c.number("id", "benefit")
	if err != nil {
		return err
	}
	return loyalty.DeleteBenefit(t, id)
}

func extendBenefits(t *store.Tenant, _ *call, in loyalty.Extension) ([]event.Benefit, error) {
	return loyalty.ExtendBenefits(t, in)
}

func listProfileBenefits(t *store.Tenant, c *call, l store.List) (store.Page[event.Benefit], error) {
	return loyalty.ListProfileBenefits(t, c.param("id"), l)
}

func claimableBenefits(t *store.Tenant, c *call) ([]event.BenefitDefinition, error) {
	return loyalty.ClaimableBenefits(t, c.param("id"))
}

func viewableBenefits(t *store.Tenant, c *call) ([]event.BenefitDefinition, error) {
	return loyalty.ViewableBenefits(t, c.param("id"))
}

func listRedeemableBenefits(t *store.Tenant, c *call, l store.List) (store.Page[event.Benefit], error) {
	return loyalty.ListRedeemableBenefits(t, c.param("id"), l)
}

func claimBenefit(t *store.Tenant, c *call, in loyalty.ClaimInput) (event.Benefit, error) {
	return loyalty.ClaimBenefit(t, c.param("id"), in)
}

func claimAndRedeemBenefit(t *store.Tenant, c *call, in loyalty.ClaimInput) (event.Benefit, error) {
	return loyalty.ClaimAndRedeemBenefit(t, c.param("id"), in)
}

// CountInput is a number of uses of a benefit.
type CountInput struct {
	Count *scalar.Int `json:"count" minimum:"1" doc:"1 when not given, at most 1000 to redeem"`
}

func (in CountInput) count() int64 {
	if in.Count == nil {
		return 1
	}
	return int64(*in.Count)
}

func redeemBenefit(t *store.Tenant, c *call, in CountInput) (event.Benefit, error) {
	id, err := c.number("benefit", "benefit")
	if err != nil {
		return event.Benefit{}, err
	}
	return loyalty.RedeemBenefit(t, c.param("id"), id, in.count())
}

func giveBackBenefit(t *store.Tenant, c *call, in CountInput) (event.Benefit, error) {
	id, err := c.number("benefit", "benefit")
	if err != nil {
		return event.Benefit{}, err
	}
	return loyalty.GiveBackBenefit(t, c.param("id"), id, in.count())
}

// benefitDefinitions serves what only definitions of benefits have. The mux
// cannot tell /benefits/definitions/{id}/clone from
// /benefits/{id}/trigger-target/{target}, so one handler stands for both and
// looks at the id.
func (s *Server) benefitDefinitions(r resource, all string) {
	note := ""
	if all != "/benefits/definitions" {
		note = " (other path)"
	}
	read(r, on("GET "+all+"/handle/{handle}", "read-benefit-definitions", "Read a benefit definition by its handle"+note),
		func(t *store.Tenant, c *call) (event.BenefitDefinition, error) {
			return loyalty.BenefitDefinitions.ReadByHandle(t, c.param("handle"))
		})
	clone := on("POST "+all+"/{id}/clone", "create-benefit-definitions", "Clone a benefit definition"+note,
		"The copy is not published. Codes are not copied.")
	if note != "" {
		create(r, clone, nil, cloneBenefitDefinition)
		return
	}
	forks := map[string]func(huma.Context){}
	fork := r
	fork.handle = func(op *huma.Operation, handler func(huma.Context)) { forks[op.Path] = handler }
	create(fork, clone, nil, cloneBenefitDefinition)
	const trigger, summary = "/benefits/{id}/trigger-target/{target}", "Have a target told of a benefit"
	fork.tag = "Benefits"
	effect(fork, on("POST "+trigger, "update-benefits", summary), notifyBenefit)
	r.tag = fork.tag
	effect(r, on("GET "+trigger, "update-benefits", summary+" with GET", "As API v3 has it; POST does the same."), notifyBenefit)
	s.mux.HandleFunc("POST "+prefix+"/benefits/{id}/{part}/{last}", func(w http.ResponseWriter, r *http.Request) {
		id, part, last := r.PathValue("id"), r.PathValue("part"), r.PathValue("last")
		switch {
		case id == "definitions" && last == "clone":
			r.SetPathValue("id", part)
			forks[clone.path](humago.NewContext(nil, r, w))
		case part == "trigger-target":
			r.SetPathValue("target", last)
			forks[prefix+trigger](humago.NewContext(nil, r, w))
		default:
			http.NotFound(w, r)
		}
	})
}

func cloneBenefitDefinition(t *store.Tenant, c *call, in loyalty.CloneInput) (event.BenefitDefinition, error) {
	id, err := c.number("id", "benefit definition")
	if err != nil {
		return event.BenefitDefinition{}, err
	}
	return loyalty.CloneBenefitDefinition(t, id, in)
}

func notifyBenefit(t *store.Tenant, c *call) (event.Benefit, error) {
	id, err := c.number("id", "benefit")
	if err != nil {
		return event.Benefit{}, err
	}
	target, err := c.number("target", "target")
	if err != nil {
		return event.Benefit{}, err
	}
	return loyalty.NotifyBenefit(t, id, target)
}
