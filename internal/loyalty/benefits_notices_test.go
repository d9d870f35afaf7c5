package loyalty_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// target makes a target and returns its id.
func (s *benefitShop) target(handle string) int64 {
	s.t.Helper()
	target := store.Target{Handle: handle, Endpoint: store.Endpoint{Secret: []byte{1}}}
	s.do(func(t *store.Tenant) error { return t.InsertTarget(&target) })
	return target.ID
}

func TestABenefitExpiresWhenItsTimeIsOver(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "period": 1, "period_type": "days", "max_redemptions": 3}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		if _, err := s.redeem(id, 1); err != nil {
			t.Fatal(err)
		}
		s.at("2026-03-15 11:59:59")
		s.settle()
		if b := s.benefit(id); b.IsExpired || !b.IsRedeemable || s.benefitBalance() != 1 {
			t.Errorf("a second before: %s", asJSON(b))
		}
		s.at("2026-03-15 12:00:00")
		if b := s.benefit(id); !b.IsExpired || b.IsRedeemable {
			t.Errorf("before the schedule came by: %s", asJSON(b))
		}
		s.settle()
		if b := s.benefit(id); !b.IsExpired || b.IsRedeemable || s.benefitBalance() != 0 {
			t.Errorf("after the schedule came by: %s", asJSON(b))
		}
		s.wantTales("issued", "redeemed", "expired")
		s.at("2026-03-17 12:00:00")
		s.settle()
		s.wantTales("issued", "redeemed", "expired")
	})
}

func TestTheNoticesOfABenefitFollowItsDefinitionInItsZone(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		target := s.target("crm")
		// 12:00 UTC is 23:00 in Melbourne, so that the hour strikes on the days
		// after. Summer time ends there on 5 April.
		s.offer(fmt.Sprintf(`{"name": "Coffee", "handle": "coffee", "period": 30, "period_type": "days", "issue_target_id": %d,
			"remind_target_id": %[1]d, "notify_issue_offset_days": 1, "notify_issue_offset_hour": 9,
			"notify_remind_offset_days": 7, "notify_remind_offset_hour": 9}`, target))
		s.issue(`{"definition": "coffee", "timezone": "Australia/Melbourne"}`)
		notified, expiring := fmt.Sprintf("notified to %d", target), fmt.Sprintf("expiring to %d", target)
		for _, step := range []struct {
			at   string
			told []string
		}{
			{"2026-03-15 21:59:59", []string{"issued"}},
			{"2026-03-15 22:00:00", []string{"issued", notified}},
			{"2026-04-05 22:59:59", []string{"issued", notified}},
			{"2026-04-05 23:00:00", []string{"issued", notified, expiring}},
			{"2026-04-13 12:59:59", []string{"issued", notified, expiring}},
			{"2026-04-13 13:00:00", []string{"issued", notified, expiring, "expired"}},
		} {
			s.at(step.at)
			s.settle()
			if diff := cmp.Diff(step.told, s.tales()); diff != "" {
				t.Errorf("told until %s (-want +got)\n%s", step.at, diff)
			}
		}
	})
}

func TestTheIssueItselfIsSentWhereNoOffsetPutsTheNoticeOff(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		target := s.target("crm")
		s.offer(fmt.Sprintf(`{"name": "Coffee", "handle": "coffee", "is_claimable": true, "issue_target_id": %d}`, target))
		if _, err := s.claim(`{"definition": "coffee"}`); err != nil {
			t.Fatal(err)
		}
		s.wantTales(fmt.Sprintf("issued to %d", target), "claimed")
	})
}

func TestNobodyIsRemindedOfWhatIsUsedUp(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "period": 30, "period_type": "days", "max_redemptions": 1, "notify_remind_offset_days": 7}`)
		used, back := s.issue(`{"definition": "coffee"}`).ID, s.issue(`{"definition": "coffee"}`).ID
		for _, id := range []int64{used, back} {
			if _, err := s.redeem(id, 1); err != nil {
				t.Fatal(err)
			}
		}
		s.at("2026-04-01 00:00:00")
		if _, err := s.giveBack(back, 1); err != nil {
			t.Fatal(err)
		}
		s.at("2026-05-01 00:00:00")
		s.settle()
		s.wantTales("issued", "issued", "redeemed", "redeemed", "expiring", "expired")
		if e, _ := s.lastEvent(); e.SubjectID != fmt.Sprint(back) {
			t.Errorf("%s expired", e.SubjectID)
		}
	})
}

func TestATargetCanBeToldByHand(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		target := s.target("crm")
		s.offer(`{"name": "Coffee", "handle": "coffee"}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.NotifyBenefit(t, id, target)
			return err
		})
		s.wantTales("issued", fmt.Sprintf("notified to %d", target))
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.NotifyBenefit(t, id, target+1)
			return err
		})
		if err == nil || err.Error() != fmt.Sprintf(`no target "%d"`, target+1) {
			t.Error(err)
		}
	})
}

func (s *benefitShop) extend(in loyalty.Extension) (out []event.Benefit, err error) {
	if in.ProfileID == "" {
		in.ProfileID = scalar.Text(s.ada)
	}
	err = s.try(func(t *store.Tenant) (err error) {
		out, err = loyalty.ExtendBenefits(t, in)
		return err
	})
	return out, err
}

func TestAnExtensionMovesTheExpiryAndTheReminder(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		target := s.target("crm")
		s.offer(fmt.Sprintf(`{"name": "Coffee", "handle": "coffee", "period": 10, "period_type": "days", "is_extendable": true,
			"notify_remind_offset_days": 3, "extend_target_id": %d}`, target))
		id := s.issue(`{"definition": "coffee"}`).ID
		s.at("2026-03-22 00:00:00")
		s.settle()
		out, err := s.extend(loyalty.Extension{IDs: []int64{id}, ExtendDays: 20})
		if err != nil || out[0].ExpiresAt.String() != "2026-04-13 12:00:00" || out[0].ExtendedAt.String() != "2026-03-22 00:00:00" {
			t.Fatalf("extended %s, %v", asJSON(out), err)
		}
		s.at("2026-04-10 12:00:00")
		s.settle()
		s.wantTales("issued", "expiring", fmt.Sprintf("extended to %d", target), "expiring")
	})
}

func TestAnExtensionIsOfAllOrNothing(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "n", "handle": "good", "period": 10, "period_type": "days", "is_extendable": true, "max_redemptions": 1, "end_at": "2026-04-01 00:00:00"}`)
		s.offer(`{"name": "n", "handle": "fixed", "period": 10, "period_type": "days"}`)
		s.offer(`{"name": "n", "handle": "eternal", "is_extendable": true}`)
		good, used := s.issue(`{"definition": "good"}`).ID, s.issue(`{"definition": "good"}`).ID
		fixed, eternal := s.issue(`{"definition": "fixed"}`).ID, s.issue(`{"definition": "eternal"}`).ID
		bob := s.create(`{"email": "bob@example.com"}`).ID
		other := s.issue(`{"definition": "good", "profile_id": "` + bob + `"}`).ID
		if _, err := s.redeem(used, 1); err != nil {
			t.Fatal(err)
		}
		date := func(text string) scalar.Time {
			at, err := scalar.ParseTime(text)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		for _, c := range []struct {
			in    loyalty.Extension
			words string
		}{
			{loyalty.Extension{IDs: []int64{good, fixed}, ExtendDays: 1}, "ids.1: The benefit 3 cannot be extended."},
			{loyalty.Extension{IDs: []int64{good, used}, ExtendDays: 1}, "ids.1: The benefit 2 has nothing left."},
			{loyalty.Extension{IDs: []int64{good, eternal}, ExtendDays: 1}, "ids.1: The benefit 4 does not expire."},
			{loyalty.Extension{IDs: []int64{good, other}, ExtendDays: 1}, "ids.1: The benefit 5 does not exist or is not the profile's."},
			{loyalty.Extension{IDs: []int64{good, good}, ExtendDays: 1}, "ids.1: The benefit 1 is named twice."},
			{loyalty.Extension{IDs: []int64{good}, ExtendDays: 8}, "ids.0: The benefit 1 ends for good at 2026-04-01 00:00:00."},
			{loyalty.Extension{IDs: []int64{good}, ExtendDate: date("2026-03-24 12:00:00")}, "ids.0: The benefit 1 expires later than that already."},
			{loyalty.Extension{IDs: []int64{good}}, "ids.0: The benefit 1 needs extend_days or extend_date."},
			{loyalty.Extension{IDs: []int64{good}, ExtendDays: 1, ExtendDate: date("2026-03-30 00:00:00")}, "cannot be given together"},
			{loyalty.Extension{ExtendDays: 1}, "The ids field is required."},
			{loyalty.Extension{IDs: []int64{good}, ExtendDays: 1, ProfileID: "nobody"}, "The selected profile id is invalid."},
		} {
			_, err := s.extend(c.in)
			refusedWith(t, err, c.words)
		}
		if b := s.benefit(good); b.ExpiresAt.String() != "2026-03-24 12:00:00" || !b.ExtendedAt.IsZero() {
			t.Errorf("after refusals: %s", asJSON(b))
		}
	})
}

func TestAnExpiryCanBeMovedWhileTheBenefitLasts(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "period": 10, "period_type": "days", "notify_remind_offset_days": 1}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		for _, body := range []string{`{"expires_at": "2026-03-20 12:00:00"}`, `{"expires_at": null}`, `{"expires_at": "2026-03-18 00:00:00"}`} {
			if _, err := s.update(id, body); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.update(id, `{"expires_at": "2026-03-14 12:00:00"}`)
		refusedWith(t, err, "must be in the future")
		s.at("2026-03-17 00:00:00")
		s.settle()
		s.wantTales("issued", "expiring")
		s.at("2026-03-18 00:00:00")
		s.settle()
		_, err = s.update(id, `{"expires_at": "2026-05-01 00:00:00"}`)
		refusedWith(t, err, "The benefit has expired.")
		s.wantTales("issued", "expiring", "expired")
	})
}
