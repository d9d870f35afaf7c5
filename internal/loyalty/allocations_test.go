package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func scalarInt(n int64) scalar.Int { return scalar.Int(n) }

func TestABenefitTakesTheOldestFreeValidCode(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Voucher", "handle": "voucher", "value": 5, "redeem_code_online": "WEB"}`)
		other := s.offer(`{"name": "Other", "handle": "other"}`)
		moment := func(text string) scalar.Time {
			at, err := scalar.ParseTime(text)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		value := 30 * scalar.One
		s.code(loyalty.AllocationInput{Code: "TOO-EARLY", DefinitionID: scalarInt(d.ID), ValidFrom: moment("2026-03-14 12:00:01")})
		s.code(loyalty.AllocationInput{Code: "TOO-LATE", DefinitionID: scalarInt(d.ID), ValidTo: moment("2026-03-14 12:00:00")})
		first := s.code(loyalty.AllocationInput{Code: "ONE", DefinitionID: scalarInt(d.ID), Value: &value, ValidFrom: moment("2026-03-14 12:00:00")})
		s.code(loyalty.AllocationInput{Code: "TWO", DefinitionID: scalarInt(d.ID), ValidTo: moment("2026-03-14 12:00:01")})
		s.code(loyalty.AllocationInput{Code: "ONE", DefinitionID: scalarInt(other.ID)})

		wantCounts := func(total, free int64) {
			t.Helper()
			s.do(func(t *store.Tenant) error {
				one, err := loyalty.BenefitDefinitions.Read(t, d.ID)
				if err != nil {
					return err
				}
				all, err := loyalty.BenefitDefinitions.List(t, store.List{})
				for _, got := range []event.BenefitDefinition{one, all.Items[0]} {
					if *got.TotalAllocations != total || *got.TotalAllocationsRemaining != free {
						s.t.Errorf("%d codes, %d free; want %d, %d", *got.TotalAllocations, *got.TotalAllocationsRemaining, total, free)
					}
				}
				return err
			})
		}
		wantCounts(4, 2)
		b := s.issue(`{"definition": "voucher"}`)
		if b.RedeemCodePOS != "ONE" || b.RedeemCodeOnline != "WEB" || *b.Value != value || b.Definition.TotalAllocations != nil {
			t.Errorf("the first is %s", asJSON(b))
		}
		wantCounts(4, 1)
		if b := s.issue(`{"definition": "voucher", "value": 7}`); b.RedeemCodePOS != "TWO" || *b.Value != 7*scalar.One {
			t.Errorf("the second is %s", asJSON(b))
		}
		if b := s.issue(`{"definition": "voucher"}`); b.RedeemCodePOS != "" || *b.Value != 5*scalar.One {
			t.Errorf("the third is %s", asJSON(b))
		}
		wantCounts(4, 0)
		s.do(func(t *store.Tenant) error {
			got, err := loyalty.ReadAllocation(t, first.ID)
			if int64(got.InstanceID) != b.ID || got.AllocatedAt.String() != "2026-03-14 12:00:00" {
				s.t.Errorf("allocated %s", asJSON(got))
			}
			return err
		})
	})
}

func TestABenefitThatMustHaveACodeIsRefusedWithoutOne(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Voucher", "handle": "voucher", "force_allocation": true, "is_claimable": true, "redeem_code_pos": "P", "redeem_code_online": "O"}`)
		if *d.TotalAllocations != 0 || *d.TotalAllocationsRemaining != 0 {
			t.Errorf("definition %s", asJSON(d))
		}
		_, err := s.tryIssue(`{"definition": "voucher"}`)
		refusedWith(t, err, "The benefit voucher has no free code left.")
		s.wantHandles(loyalty.ClaimableBenefits)
		s.code(loyalty.AllocationInput{Code: "ONE", DefinitionID: scalarInt(d.ID)})
		s.wantHandles(loyalty.ClaimableBenefits, "voucher")
		if b := s.issue(`{"definition": "voucher"}`); b.RedeemCodePOS != "P" || b.RedeemCodeOnline != "O" {
			t.Errorf("issued %s", asJSON(b))
		}
		_, err = s.tryIssue(`{"definition": "voucher"}`)
		refusedWith(t, err, "no free code")
	})
}

func TestFiftyIssuesAtOnceNeverShareACode(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Voucher", "handle": "voucher"}`)
		profiles := make([]string, 50)
		var want []string
		for i := range profiles {
			profiles[i] = s.create(fmt.Sprintf(`{"email": "p%d@example.com"}`, i)).ID
			code := fmt.Sprintf("CODE-%02d", i)
			s.code(loyalty.AllocationInput{Code: scalar.Text(code), DefinitionID: scalarInt(d.ID)})
			want = append(want, code)
		}
		var mu sync.Mutex
		var got []string
		n := atOnce(t, 50, "", func(i int) error {
			b, err := s.tryIssue(`{"definition": "voucher", "profile_id": "` + profiles[i] + `"}`)
			mu.Lock()
			defer mu.Unlock()
			got = append(got, string(b.RedeemCodePOS))
			return err
		})
		slices.Sort(got)
		if diff := cmp.Diff(want, got); n != 50 || diff != "" {
			t.Errorf("%d succeeded; codes (-want +got)\n%s", n, diff)
		}
	})
}

func TestACodeIsChangedWhileItIsFree(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Voucher", "handle": "voucher"}`)
		id := s.code(loyalty.AllocationInput{Code: "ONE", DefinitionID: scalarInt(d.ID)}).ID
		s.code(loyalty.AllocationInput{Code: "TWO", DefinitionID: scalarInt(d.ID)})
		update := func(body string) (a loyalty.Allocation, err error) {
			err = s.try(func(t *store.Tenant) (err error) {
				a, err = loyalty.UpdateAllocation(t, id, func(in *loyalty.AllocationInput) error {
					return json.Unmarshal([]byte(body), in)
				})
				return err
			})
			return a, err
		}
		a, err := update(`{"code": " UNO ", "value": 3, "valid_to": "2026-12-31 00:00:00"}`)
		if err != nil || a.Code != "UNO" || *a.Value != 3*scalar.One || a.DefinitionType != "benefit_definition" || a.DefinitionID != d.ID {
			t.Errorf("changed %s, %v", asJSON(a), err)
		}
		for body, words := range map[string]string{
			`{"code": "TWO"}`:                            "The code has already been taken.",
			`{"code": ""}`:                               "The code field is required.",
			`{"value": -1}`:                              "The value must be between",
			`{"valid_from": "2027-01-01 00:00:00"}`:      "The valid to must be after",
			`{"definition_id": 99}`:                      "The selected definition id is invalid.",
			`{"definition_type": "point_definition"}`:    "The selected definition id is invalid.",
			`{"definition_type": "status", "code": "x"}`: "The selected definition type is invalid.",
		} {
			_, err := update(body)
			refusedWith(t, err, words)
		}
		s.issue(`{"definition": "voucher"}`)
		_, err = update(`{"value": 4}`)
		var conflict *loyalty.ConflictError
		if !errors.As(err, &conflict) {
			t.Errorf("change of an allocated code: %v", err)
		}
		err = s.try(func(t *store.Tenant) error { return loyalty.DeleteAllocation(t, id) })
		if !errors.As(err, &conflict) {
			t.Errorf("removal of an allocated code: %v", err)
		}
		s.do(func(t *store.Tenant) error { return loyalty.DeleteAllocation(t, id+1) })
		var notFound *loyalty.NotFoundError
		if err := s.try(func(t *store.Tenant) error { return loyalty.DeleteAllocation(t, id+1) }); !errors.As(err, &notFound) {
			t.Errorf("second removal: %v", err)
		}
	})
}

func TestPoolsBelongToDefinitionsOfEachKind(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.do(func(t *store.Tenant) error {
			reward := event.RewardDefinition{Definition: event.Definition{Name: "Birthday", Handle: "birthday"}}
			reward, err := loyalty.RewardDefinitions.Create(t, reward)
			if err != nil {
				return err
			}
			a, err := loyalty.CreateAllocation(t, loyalty.AllocationInput{
				Code: "R-1", DefinitionType: "reward_definition", DefinitionID: scalarInt(reward.ID),
			})
			if err != nil || a.DefinitionType != "reward_definition" {
				s.t.Errorf("code %s", asJSON(a))
			}
			p, err := loyalty.ListAllocations(t, store.List{Filters: []store.Filter{
				{Field: "definition_type", Value: "reward_definition"}, {Field: "instance_id", Op: "nullable", Value: "1"},
			}})
			if len(p.Items) != 1 || p.Items[0].Code != "R-1" {
				s.t.Errorf("listed %s", asJSON(p.Items))
			}
			return errors.Join(err, loyalty.RewardDefinitions.Delete(t, reward.ID))
		})
	})
}
