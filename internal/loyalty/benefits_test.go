package loyalty_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// benefitShop is a shop with a clock of its own, and one customer.
type benefitShop struct {
	*shop
	clock atomic.Int64
	ada   string
}

// eachBenefitShop runs a test on every engine, from noon of 14 March 2026.
func eachBenefitShop(t *testing.T, test func(t *testing.T, s *benefitShop)) {
	for _, engine := range []struct {
		name string
		open func(testing.TB, store.Options) *store.DB
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) { test(t, newBenefitShop(t, engine.open)) })
	}
}

func newBenefitShop(t testing.TB, open func(testing.TB, store.Options) *store.DB) *benefitShop {
	s := &benefitShop{}
	s.clock.Store(noon.UnixMicro())
	db := open(t, store.Options{Now: func() time.Time { return time.UnixMicro(s.clock.Load()).UTC() }})
	s.shop = newShop(t, db, "shop")
	s.ada = s.create(`{"email": "ada@example.com"}`).ID
	return s
}

// at sets the clock.
func (s *benefitShop) at(moment string) {
	s.t.Helper()
	now, err := scalar.ParseTime(moment)
	if err != nil {
		s.t.Fatal(err)
	}
	s.clock.Store(now.UnixMicro())
}

// settle does what is due.
func (s *benefitShop) settle() {
	s.t.Helper()
	schedule := loyalty.Schedule{DB: s.db}
	for {
		n, err := schedule.Step(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// offer makes the benefit definition of a request's body, published.
func (s *benefitShop) offer(body string) (d event.BenefitDefinition) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		d.IsPublished = true
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			return err
		}
		d, err = loyalty.BenefitDefinitions.Create(t, d)
		return err
	})
	return d
}

// code adds a code to the pool of a definition.
func (s *benefitShop) code(in loyalty.AllocationInput) (a loyalty.Allocation) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		a, err = loyalty.CreateAllocation(t, in)
		return err
	})
	return a
}

// issue gives the benefit of a request's body, to Ada when it names nobody.
func (s *benefitShop) issue(body string) event.Benefit {
	s.t.Helper()
	b, err := s.tryIssue(body)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *benefitShop) tryIssue(body string) (b event.Benefit, err error) {
	in := loyalty.BenefitInput{ProfileID: scalar.Text(s.ada)}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return b, err
	}
	err = s.try(func(t *store.Tenant) (err error) {
		b, err = loyalty.IssueBenefit(t, in)
		return err
	})
	return b, err
}

func (s *benefitShop) redeem(id, count int64) (b event.Benefit, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		b, err = loyalty.RedeemBenefit(t, s.ada, id, count)
		return err
	})
	return b, err
}

func (s *benefitShop) giveBack(id, count int64) (b event.Benefit, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		b, err = loyalty.GiveBackBenefit(t, s.ada, id, count)
		return err
	})
	return b, err
}

func (s *benefitShop) update(id int64, body string) (b event.Benefit, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		b, err = loyalty.UpdateBenefit(t, id, func(in *loyalty.BenefitChange) error {
			return json.Unmarshal([]byte(body), in)
		})
		return err
	})
	return b, err
}

func (s *benefitShop) benefit(id int64) (b event.Benefit) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		b, err = loyalty.ReadBenefit(t, id)
		return err
	})
	return b
}

// benefitBalance returns how many benefits Ada has, after making sure that the
// ledger and the instances say so too.
func (s *benefitShop) benefitBalance() (n int64) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		p, err := loyalty.ReadProfile(t, s.ada)
		if err != nil {
			return err
		}
		n = p.BenefitBalance
		sums, err := t.SumLedger(s.ada)
		if err != nil {
			return err
		}
		live, err := t.LiveInstances(s.ada, store.Benefit)
		if int64(sums.Benefit/scalar.One) != n || int64(len(live)) != n {
			s.t.Errorf("the balance is %d, the ledger's sum %s, and %d benefits are left", n, sums.Benefit, len(live))
		}
		return err
	})
	return n
}

// tales returns what was told of benefits since the last call: the types with
// the targets that they are sent to.
func (s *benefitShop) tales() (told []string) {
	s.t.Helper()
	for _, e := range s.allEvents() {
		if !strings.HasPrefix(e.Type, "benefit.") {
			continue
		}
		tale := strings.TrimPrefix(e.Type, "benefit.")
		if e.TargetID != 0 {
			tale += fmt.Sprintf(" to %d", e.TargetID)
		}
		told = append(told, tale)
	}
	return told
}

func (s *benefitShop) wantTales(want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.tales()); diff != "" {
		s.t.Errorf("told (-want +got)\n%s", diff)
	}
}

// refusedWith makes sure that an error is a refusal that holds the words.
func refusedWith(t testing.TB, err error, words string) {
	t.Helper()
	var invalid *loyalty.InvalidError
	var conflict *loyalty.ConflictError
	if !errors.As(err, &invalid) && !errors.As(err, &conflict) || !strings.Contains(err.Error(), words) {
		t.Errorf("error %v, want a refusal with %q", err, words)
	}
}

func TestABenefitTakesItsTermsFromItsDefinition(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Alteration", "handle": "alteration", "type": "gift", "value": 20, "period": 3, "period_type": "months",
			"max_redemptions": 3, "redeem_code_pos": "ALT", "max_global_redemptions": 100}`)
		b := s.issue(`{"definition": "alteration", "timezone": "Australia/Melbourne", "external_id": "X1", "meta": {"a": 1}}`)
		if b.ExpiresAt.String() != "2026-06-14 13:00:00" { // 23:00 in Melbourne, after the end of its summer time
			t.Errorf("expires at %s", b.ExpiresAt)
		}
		if *b.RedemptionsRemaining != 3 || *b.TotalGlobalRedemptionsRemaining != 100 || *b.Value != 20*scalar.One ||
			b.RedeemCodePOS != "ALT" || b.RedeemCodeOnline != "" || !b.IsRedeemable || string(b.Meta) != `{"a":1}` || b.SourceType != "api" {
			t.Errorf("issued %s", asJSON(b))
		}
		if n := s.benefitBalance(); n != 1 {
			t.Errorf("balance %d", n)
		}
		e, context := s.lastEvent()
		if e.Type != "benefit.issued" || e.SubjectID != fmt.Sprint(b.ID) || e.ProfileID != s.ada {
			t.Errorf("told %+v", e)
		}
		if context["total_global_redemptions_remaining"] != 100.0 || context["profile"].(map[string]any)["benefit_balance"] != 1.0 {
			t.Errorf("context %v", context)
		}
		if diff := cmp.Diff(asJSON(b), asJSON(s.benefit(b.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatCannotBeIssuedIsRefusedAndStoresNothing(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Gift", "handle": "gift", "end_at": "2026-04-01 00:00:00", "period": 1, "period_type": "days"}`)
		s.offer(`{"name": "Draft", "handle": "draft", "is_published": false}`)
		s.offer(`{"name": "Old", "handle": "old", "is_archived": true}`)
		s.issue(`{"benefit_definition_handle": "gift", "external_id": "X1"}`)
		for name, c := range map[string]struct{ body, words string }{
			"no definition":               {`{}`, "The definition field is required"},
			"an unknown definition":       {`{"benefit_definition_id": 99}`, "The selected benefit definition id is invalid"},
			"an unpublished definition":   {`{"definition": "draft"}`, "not published"},
			"an archived definition":      {`{"definition": "old"}`, "not published"},
			"no profile":                  {`{"definition": "gift", "profile_id": null}`, "The profile id field is required"},
			"an unknown profile":          {`{"definition": "gift", "profile_id": "nobody"}`, "The selected profile id is invalid"},
			"an unknown identity":         {`{"definition": "gift", "profile_id": "7", "profile_id_handle": "pos"}`, "The selected profile id is invalid"},
			"an external id that is used": {`{"definition": "gift", "external_id": "X1"}`, "already been taken"},
			"a zone that does not exist":  {`{"definition": "gift", "timezone": "Mars/Olympus"}`, "valid zone"},
			"an issue tomorrow noon":      {`{"definition": "gift", "issued_at": "2026-03-15 12:00:01"}`, "issued at must not be"},
			"an expiry that is past":      {`{"definition": "gift", "expires_at": "2026-03-14 12:00:00"}`, "must be in the future"},
			"a period that is over":       {`{"definition": "gift", "issued_at": "2026-03-10 00:00:00"}`, "must be in the future"},
			"an expiry after the end":     {`{"definition": "gift", "expires_at": "2026-04-02 00:00:00"}`, "may not be after the end at"},
			"a value below zero":          {`{"definition": "gift", "value": -1}`, "value must be between"},
		} {
			_, err := s.tryIssue(c.body)
			t.Run(name, func(t *testing.T) { refusedWith(t, err, c.words) })
		}
		if n := s.benefitBalance(); n != 1 {
			t.Errorf("balance %d", n)
		}
		s.wantTales("issued")
	})
}

func TestTheEndOfADefinitionBoundsWhatIsIssued(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Summer", "handle": "summer", "end_at": "2026-04-01 00:00:00", "period": 1, "period_type": "years"}`)
		s.offer(`{"name": "Ever", "handle": "ever"}`)
		if b := s.issue(`{"definition": "summer"}`); b.ExpiresAt.String() != "2026-04-01 00:00:00" {
			t.Errorf("expires at %s", b.ExpiresAt)
		}
		if b := s.issue(`{"definition": "ever"}`); !b.ExpiresAt.IsZero() || b.RedemptionsRemaining != nil || b.TotalGlobalRedemptionsRemaining != nil {
			t.Errorf("issued %s", asJSON(b))
		}
	})
}
