package loyalty_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *benefitShop) claim(body string) (b event.Benefit, err error) {
	return s.claimBy(loyalty.ClaimBenefit, body)
}

func (s *benefitShop) claimBy(claim func(*store.Tenant, string, loyalty.ClaimInput) (event.Benefit, error), body string) (b event.Benefit, err error) {
	var in loyalty.ClaimInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return b, err
	}
	err = s.try(func(t *store.Tenant) (err error) {
		b, err = claim(t, s.ada, in)
		return err
	})
	return b, err
}

// handles lists the definitions that list returns for Ada.
func (s *benefitShop) handles(list func(*store.Tenant, string) ([]event.BenefitDefinition, error)) (handles []string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		ds, err := list(t, s.ada)
		handles = []string{}
		for _, d := range ds {
			handles = append(handles, string(d.Handle))
		}
		return err
	})
	return handles
}

func (s *benefitShop) wantHandles(list func(*store.Tenant, string) ([]event.BenefitDefinition, error), want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), s.handles(list)); diff != "" {
		s.t.Errorf("definitions (-want +got)\n%s", diff)
	}
}

func TestAClaimIsABenefitThatTheProfileTookItself(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Gift", "handle": "gift", "is_claimable": true, "max_redemptions": 2}`)
		b, err := s.claim(fmt.Sprintf(`{"definition": %d, "timezone": "Australia/Perth", "external_id": "C1", "meta": {"via": "app"}}`, d.ID))
		if err != nil {
			t.Fatal(err)
		}
		if b.ClaimedAt.String() != "2026-03-14 12:00:00" || b.Timezone != "Australia/Perth" || b.ExternalID != "C1" ||
			string(b.Meta) != `{"via":"app"}` || *b.RedemptionsRemaining != 2 || s.benefitBalance() != 1 {
			t.Errorf("claimed %s", asJSON(b))
		}
		s.wantTales("issued", "claimed")
		_, err = s.claim(`{"definition": "gift"}`)
		refusedWith(t, err, "has been claimed already")
		s.do(func(t *store.Tenant) error { return loyalty.DeleteBenefit(t, b.ID) })
		if _, err := s.claim(`{"definition": "gift"}`); err != nil {
			t.Errorf("after the first claim was taken back: %v", err)
		}
	})
}

func TestAClaimCanBeRedeemedInOneStep(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Gift", "handle": "gift", "is_claimable": true, "is_reclaimable": true, "max_redemptions": 1, "max_global_redemptions": 1}`)
		b, err := s.claimBy(loyalty.ClaimAndRedeemBenefit, `{"definition": "gift"}`)
		if err != nil || b.IsRedeemable || *b.TotalGlobalRedemptionsRemaining != 0 || s.benefitBalance() != 0 {
			t.Errorf("claimed %s, %v", asJSON(b), err)
		}
		s.wantTales("issued", "claimed", "redeemed")
		_, err = s.claimBy(loyalty.ClaimAndRedeemBenefit, `{"definition": "gift"}`)
		refusedWith(t, err, "0 more times by all")
		s.wantTales("issued", "claimed", "redeemed")
	})
}

func TestAClaimIsRefusedWithWhatKeepsTheProfileFromIt(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		for _, body := range []string{
			`{"name": "n", "handle": "staff-only"}`,
			`{"name": "n", "handle": "draft", "is_claimable": true, "is_published": false}`,
			`{"name": "n", "handle": "archived", "is_claimable": true, "is_archived": true}`,
			`{"name": "n", "handle": "early", "is_claimable": true, "claim_period_start_at": "2026-03-14 12:00:01"}`,
			`{"name": "n", "handle": "late", "is_claimable": true, "claim_period_end_at": "2026-03-14 12:00:00"}`,
			`{"name": "n", "handle": "vips", "is_claimable": true, "claim_condition": {"in": ["vip", {"var": "flattened_tags"}]}}`,
			`{"name": "n", "handle": "codes", "is_claimable": true, "force_allocation": true}`,
		} {
			s.offer(body)
		}
		for handle, words := range map[string]string{
			"staff-only": "definition: The benefit staff-only cannot be claimed.",
			"draft":      "is not published",
			"archived":   "is not published",
			"early":      "claim_period_start_at: The benefit early can be claimed from 2026-03-14 12:00:01.",
			"late":       "claim_period_end_at: The benefit late could be claimed until 2026-03-14 12:00:00.",
			"vips":       `claim_condition: The claim condition of vips does not hold for the profile: {"in":["vip",{"var":"flattened_tags"}]}.`,
			"codes":      "has no free code left",
			"":           "The definition field is required",
			"nothing":    "The selected definition is invalid",
		} {
			_, err := s.claim(`{"definition": "` + handle + `"}`)
			refusedWith(t, err, words)
		}
		if s.benefitBalance() != 0 || len(s.tales()) != 0 {
			t.Error("something was given")
		}
		s.wantHandles(loyalty.ClaimableBenefits)
	})
}

func TestWhatCanBeClaimedFollowsTheProfile(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		for _, body := range []string{
			`{"name": "n", "handle": "all", "is_claimable": true, "claim_period_start_at": "2026-03-14 12:00:00", "claim_period_end_at": "2026-03-14 12:00:01"}`,
			`{"name": "n", "handle": "again", "is_claimable": true, "is_reclaimable": true}`,
			`{"name": "n", "handle": "spenders", "is_claimable": true, "claim_condition": {">": [{"var": "aggregations.spend_all"}, 100]}}`,
			`{"name": "n", "handle": "same", "is_claimable": true, "claim_condition": {">": [{"var": "profile.aggregations.spend_all"}, 100]}}`,
		} {
			s.offer(body)
		}
		s.wantHandles(loyalty.ClaimableBenefits, "all", "again")
		s.sell(`{"profile_id": "` + s.ada + `", "external_id": "1", "total": 150, "transacted_at": "2026-03-14 11:00:00", "timezone": "UTC", "items": []}`)
		s.wantHandles(loyalty.ClaimableBenefits, "all", "again", "spenders")
		for _, handle := range []string{"all", "again", "spenders"} {
			if _, err := s.claim(`{"definition": "` + handle + `"}`); err != nil {
				t.Errorf("%s: %v", handle, err)
			}
		}
		s.wantHandles(loyalty.ClaimableBenefits, "again")
	})
}

func TestWhatCanBeSeenFollowsBothConditions(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		const ada, bob = `{"==": [{"var": "email"}, "ada@example.com"]}`, `{"==": [{"var": "email"}, "bob@example.com"]}`
		s.offer(`{"name": "n", "handle": "for-all"}`)
		s.offer(`{"name": "n", "handle": "for-ada", "view_condition": ` + ada + `, "visibility_condition": ` + ada + `}`)
		s.offer(`{"name": "n", "handle": "for-bob", "view_condition": ` + bob + `}`)
		s.offer(`{"name": "n", "handle": "hidden", "visibility_condition": ` + bob + `}`)
		s.offer(`{"name": "n", "handle": "archived", "is_archived": true}`)
		s.wantHandles(loyalty.ViewableBenefits, "for-all", "for-ada")
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.ViewableBenefits(t, "nobody")
			return err
		})
		if err == nil || err.Error() != `no profile "nobody"` {
			t.Error(err)
		}
	})
}

func TestFiftyClaimsAtOnceAreOne(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Gift", "handle": "gift", "is_claimable": true}`)
		n := atOnce(t, 50, "claimed already", func(int) error {
			_, err := s.claim(`{"definition": "gift"}`)
			return err
		})
		if n != 1 || s.benefitBalance() != 1 {
			t.Errorf("%d succeeded", n)
		}
	})
}

func TestACloneIsUnpublishedUnderAHandleOfItsOwn(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Gift", "handle": "gift", "max_redemptions": 2, "max_global_redemptions": 5, "claim_condition": {"!": false}}`)
		s.code(loyalty.AllocationInput{Code: "A", DefinitionID: scalarInt(d.ID)})
		for _, c := range []struct{ in, handle, name string }{
			{`{}`, "gift-copy", "Gift"}, {`{}`, "gift-copy-2", "Gift"}, {`{"handle": "summer", "name": "Summer"}`, "summer", "Summer"},
		} {
			var in loyalty.CloneInput
			if err := json.Unmarshal([]byte(c.in), &in); err != nil {
				t.Fatal(err)
			}
			s.do(func(t *store.Tenant) error {
				got, err := loyalty.CloneBenefitDefinition(t, d.ID, in)
				if string(got.Handle) != c.handle || string(got.Name) != c.name || got.IsPublished || got.ID == d.ID ||
					got.MaxRedemptions != 2 || got.TotalAllocations != nil || string(got.ClaimCondition) != string(d.ClaimCondition) {
					s.t.Errorf("clone %s", asJSON(got))
				}
				return err
			})
		}
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.CloneBenefitDefinition(t, d.ID, loyalty.CloneInput{Handle: "gift"})
			return err
		})
		refusedWith(t, err, "already been taken")
	})
}

func TestAConditionInQuotesIsRefusedAndNotTrueForEverybody(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		for _, condition := range []string{`"{\"==\":[{\"var\":\"tier_handle\"},\"gold\"]}"`, `1`, `-1`, `[{"var": "first_name"}]`} {
			refusedWith(t, s.try(func(t *store.Tenant) error {
				var d event.BenefitDefinition
				d.Name, d.Handle, d.ClaimCondition = "Gift", "gift", []byte(condition)
				_, err := loyalty.BenefitDefinitions.Create(t, d)
				return err
			}), "claim_condition: The claim condition must be a JSON Logic object, true or false.")
		}
	})
}
