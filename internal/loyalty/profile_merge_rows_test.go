package loyalty_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// ledgers are the tables whose rows are never changed, with what they sum up.
var ledgers = map[string]string{
	"ledger":             "CAST(coalesce(sum(value), 0) AS BIGINT), CAST(coalesce(sum(pending), 0) AS BIGINT)",
	"tier_points":        "CAST(coalesce(sum(value), 0) AS BIGINT), 0",
	"achievement_counts": "CAST(coalesce(sum(count), 0) AS BIGINT), 0",
}

// What a merge does with the rows of the other tables that name a profile.
var (
	movedTables = []string{"transactions", "claims", "instances", "redemptions", "identities", "addresses"}
	// unitedTables keep one row for each thing that either had.
	unitedTables = []string{"profile_tags", "profile_statuses", "achievements", "accounts", "aggregations"}
	// historyTables stay what they were.
	historyTables = []string{"automation_failures", "events", "tier_changes"}
)

// rawShop is a shop with a second way into its database.
type rawShop struct {
	*shop
	raw *sql.DB
	// catalogue lists every column that names a profile.
	catalogue string
}

func eachRawShop(t *testing.T, test func(t *testing.T, s rawShop)) {
	for engine, c := range map[string]struct {
		driver, catalogue string
		url               func(testing.TB) string
	}{
		"sqlite": {"sqlite", `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND c.name = 'profile_id' ORDER BY m.name`, storetest.SQLiteURL},
		"postgres": {"pgx", `SELECT table_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND column_name = 'profile_id' ORDER BY table_name`, storetest.PostgresURL},
	} {
		t.Run(engine, func(t *testing.T) {
			url := c.url(t)
			db, err := store.Open(context.Background(), url, store.Options{Now: func() time.Time { return noon }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			raw, err := sql.Open(c.driver, strings.TrimPrefix(url, "sqlite://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { raw.Close() })
			test(t, rawShop{newShop(t, db, "shop"), raw, c.catalogue})
		})
	}
}

// tables returns the tables that name a profile.
func (s rawShop) tables() (names []string) {
	s.t.Helper()
	rows, err := s.raw.Query(s.catalogue)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			s.t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// holding is what a profile has in each table: a number of rows, and in ledgers
// two sums.
type holding map[string][3]int64

func (s rawShop) holding(profileID string) holding {
	s.t.Helper()
	h := holding{}
	for _, table := range s.tables() {
		sums := ledgers[table]
		if sums == "" {
			sums = "0, 0"
		}
		var v [3]int64
		// The id is one that the test got from the store.
		query := fmt.Sprintf("SELECT count(*), %s FROM %s WHERE profile_id = '%s'", sums, table, profileID)
		if err := s.raw.QueryRow(query).Scan(&v[0], &v[1], &v[2]); err != nil {
			s.t.Fatalf("%s: %v", query, err)
		}
		h[table] = v
	}
	return h
}

// checkMerged compares what two profiles had in every table with what is there
// after a merge.
func (s rawShop) checkMerged(loser, winner, goneAfter, after holding) {
	s.t.Helper()
	for table := range after {
		was, own, gone, now := loser[table], winner[table], goneAfter[table], after[table]
		both := [3]int64{was[0] + own[0], was[1] + own[1], was[2] + own[2]}
		switch {
		case slices.Contains(movedTables, table):
			if now != both || gone[0] != 0 {
				s.t.Errorf("%s: %d and %d rows became %d and %d", table, was[0], own[0], gone[0], now[0])
			}
		case ledgers[table] != "":
			if now[1] != both[1] || now[2] != both[2] || gone[1] != 0 || gone[2] != 0 || gone[0] < was[0] {
				s.t.Errorf("%s: rows and sums %v and %v became %v and %v", table, was, own, gone, now)
			}
		case slices.Contains(unitedTables, table):
			if gone[0] != 0 || now[0] < max(was[0], own[0]) || now[0] > both[0] {
				s.t.Errorf("%s: %d and %d rows became %d and %d", table, was[0], own[0], gone[0], now[0])
			}
		case slices.Contains(historyTables, table):
			if gone[0] < was[0] || now[0] < own[0] {
				s.t.Errorf("%s: %d and %d rows became %d and %d", table, was[0], own[0], gone[0], now[0])
			}
		default:
			s.t.Errorf("%s names profiles: say here what a merge does with it, and have it done", table)
		}
	}
}

// programmeForMerges defines one of everything. 5 visits unlock a reward of 20.
func (s *shop) programmeForMerges() {
	s.t.Helper()
	define(s, loyalty.PointDefinitions, `{"name":"Bonus","handle":"bonus","kind":"action"}`)
	define(s, loyalty.RewardDefinitions, `{"name":"Thanks","handle":"thanks","value":10}`)
	define(s, loyalty.BenefitDefinitions, `{"name":"Coffee","handle":"coffee","max_redemptions":3}`)
	define(s, loyalty.TierDefinitions, `{"name":"Silver","handle":"silver","value_min":100,"is_assignable":true}`)
	define(s, loyalty.TierDefinitions, `{"name":"Gold","handle":"gold","value_min":1000,"is_assignable":true}`)
	define(s, loyalty.AchievementDefinitions, `{"name":"Visits","handle":"visits","levels":[{"trigger":5},{"trigger":500}]}`)
	define(s, loyalty.AchievementDefinitions, `{"name":"Reviews","handle":"reviews","period":"monthly","levels":[{"trigger":500}]}`)
	s.define(`{"name":"VIP","handle":"vip"}`)
	s.define(`{"name":"Staff","handle":"staff"}`)
}

// person stores a profile that has everything; its names tell it from others.
func (s *shop) person(name string) string {
	s.t.Helper()
	id := s.create(fmt.Sprintf(`{"first_name":%[1]q,"email":"%[1]s@example.com","tags":["all",%[1]q],"statuses":["vip"],
		"identities":[{"handle":"pos","identifier":%[1]q},{"handle":%[1]q,"identifier":"1"}],
		"addresses":[{"address_line_1":"1 %[1]s St","city":"Melbourne","country":"Australia"}],
		"custom_attributes":[{"namespace":"crm","handle":%[1]q,"type":"integer","value":7},
			{"namespace":"crm","handle":"both","type":"string","value":%[1]q}],
		"attributes":{"dates":[{"handle":"wedding","date":"2020-01-01"},{"handle":%[1]q,"date":"2021-01-01"}]}}`, name)).ID
	s.sell(fmt.Sprintf(`{"profile_id":%q,"external_id":"%s-1","total":30,"transacted_at":"2026-03-01 10:00:00",
		"timezone":"UTC","items":[{"name":"Shirt","quantity":1,"price_sell":30}]}`, id, name))
	s.do(func(t *store.Tenant) error {
		money := func(n int64) *scalar.Amount { a := scalar.Amount(n) * scalar.One; return &a }
		for _, in := range []loyalty.PointInput{
			{ValueInitial: money(100)}, {ValueInitial: money(40), AccruedAt: scalar.At(noon.AddDate(0, 0, 7))},
			{ValueInitial: money(7), ExpiresAt: scalar.At(noon.AddDate(0, 1, 0))},
		} {
			in.ProfileID, in.PointDefinitionHandle = scalar.Text(id), "bonus"
			if _, err := loyalty.IssuePoints(t, in); err != nil {
				return err
			}
		}
		for range 2 {
			if _, err := loyalty.IssueReward(t, loyalty.RewardInput{ProfileID: scalar.Text(id), RewardDefinitionHandle: "thanks"}); err != nil {
				return err
			}
		}
		b, err := loyalty.IssueBenefit(t, loyalty.BenefitInput{ProfileID: scalar.Text(id), BenefitDefinitionHandle: "coffee"})
		if err != nil {
			return err
		}
		if _, err := loyalty.RedeemBenefit(t, id, b.ID, 1); err != nil {
			return err
		}
		for _, in := range []loyalty.TierPointInput{
			{Value: money(150)}, {Value: money(-20)}, {Value: money(60), AccruedAt: scalar.At(noon.AddDate(0, 0, 7))},
		} {
			in.ProfileID = scalar.Text(id)
			if _, err := loyalty.AddTierPoints(t, in); err != nil {
				return err
			}
		}
		if _, err := loyalty.ClaimTransaction(t, id, loyalty.TransactionClaim{
			TransactionReceiptRef: scalar.Text(name), TransactionTransactedAt: scalar.At(noon),
			TransactionTimezone: "UTC", TransactionTotal: money(9),
		}); err != nil {
			return err
		}
		if err := failedRun(t, id); err != nil {
			return err
		}
		amount := loyalty.ExactAmount{Amount: *money(12)}
		_, err = loyalty.Redeem(t, id, loyalty.RedeemInput{Amount: &amount})
		return err
	})
	s.count(id, `{"definition":"visits","count":6}`)
	s.count(id, `{"definition":"visits","count":2,"external_id":"`+name+`"}`)
	s.count(id, `{"definition":"reviews","count":3,"issued_at":"2026-02-10 00:00:00"}`)
	s.count(id, `{"definition":"reviews","count":2}`)
	return id
}

// failedRun stores a run of an automation that failed for the profile.
func failedRun(t *store.Tenant, profileID string) error {
	trigger := store.Trigger{Name: "Hello", Event: string(event.AutomationFired)}
	if err := t.InsertTrigger(&trigger); err != nil {
		return err
	}
	a := store.Automation{Trigger: trigger, Type: "date", Query: "all", Arguments: []byte("[]"), Timing: []byte("{}")}
	if err := t.InsertAutomation(&a); err != nil {
		return err
	}
	run := store.AutomationRun{AutomationID: a.ID, ScheduledAt: t.Now()}
	if err := t.InsertAutomationRun(&run); err != nil {
		return err
	}
	return t.InsertAutomationFailure(run.ID, store.AutomationFailure{ProfileID: profileID, Error: "a fault"})
}

func (s *shop) merge(loser, winner string) (p event.Profile) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		p, err = merge(t, loser, winner)
		return err
	})
	return p
}

func merge(t *store.Tenant, loser, winner string) (event.Profile, error) {
	return loyalty.MergeProfiles(t, loyalty.MergeInput{
		SourceProfileID: scalar.Text(loser), DestinationProfileID: scalar.Text(winner),
	})
}

// checkBooks compares a profile's account with its ledger and its instances.
func (s *shop) checkBooks(profileID string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		rec, err := t.Profile(profileID)
		if err != nil {
			return err
		}
		sums, err := t.SumLedger(profileID)
		if err != nil {
			return err
		}
		left := store.Balances{}
		for _, kind := range []store.InstanceKind{store.Point, store.Reward, store.Benefit} {
			live, err := t.LiveInstances(profileID, kind)
			if err != nil {
				return err
			}
			of := map[store.InstanceKind]*scalar.Amount{store.Point: &left.Point, store.Reward: &left.Reward, store.Benefit: &left.Benefit}[kind]
			for _, i := range live {
				if i.State == store.Pending {
					left.PointPending += i.ValueRemaining
				} else {
					*of += i.ValueRemaining
				}
			}
		}
		a := rec.Account
		account := store.Balances{Point: a.PointBalance, PointPending: a.PointPending, Reward: a.RewardBalance, Benefit: a.BenefitBalance}
		if account != sums || account != left {
			s.t.Errorf("the account of %s is %+v, its ledger %+v, its instances %+v", profileID, account, sums, left)
		}
		return nil
	})
	s.checkScores(profileID)
}

func TestAMergeIsExactToTheLastRow(t *testing.T) {
	eachRawShop(t, func(t *testing.T, s rawShop) {
		s.programmeForMerges()
		loser, winner := s.person("ada"), s.person("bea")
		was, own := s.holding(loser), s.holding(winner)
		for table, h := range was {
			if h[0] == 0 {
				t.Errorf("the test has no row of %s", table)
			}
		}
		p := s.merge(loser, winner)
		s.checkMerged(was, own, s.holding(loser), s.holding(winner))
		s.checkBooks(winner)
		if diff := cmp.Diff(asJSON(s.read(winner)), asJSON(p)); diff != "" {
			t.Errorf("the answer is not the profile: %s", diff)
		}
		s.checkGone(loser)
	})
}

// checkGone reports a profile that is still there.
func (s *shop) checkGone(profileID string) {
	s.t.Helper()
	err := s.try(func(t *store.Tenant) error {
		_, err := loyalty.ReadProfile(t, profileID)
		return err
	})
	var missing *loyalty.NotFoundError
	if !errors.As(err, &missing) {
		s.t.Errorf("%s is still there: %v", profileID, err)
	}
}

func TestAChainOfMergesLosesNothing(t *testing.T) {
	eachRawShop(t, func(t *testing.T, s rawShop) {
		s.programmeForMerges()
		ids := []string{s.person("ada"), s.person("bea"), s.person("cid"), s.person("dot")}
		want := holding{}
		for _, id := range ids {
			for table, h := range s.holding(id) {
				sum := want[table]
				for i := range sum {
					sum[i] += h[i]
				}
				want[table] = sum
			}
		}
		s.merge(ids[0], ids[1])
		s.merge(ids[2], ids[3])
		s.merge(ids[1], ids[3])
		got := s.holding(ids[3])
		for _, table := range movedTables {
			if got[table] != want[table] {
				t.Errorf("%s: %v rows of four profiles became %v", table, want[table], got[table])
			}
		}
		for _, table := range slices.Sorted(maps.Keys(ledgers)) {
			if got[table][1] != want[table][1] || got[table][2] != want[table][2] {
				t.Errorf("%s: the sums %v of four profiles became %v", table, want[table], got[table])
			}
		}
		for _, id := range ids[:3] {
			s.checkGone(id)
		}
		s.checkBooks(ids[3])
		for _, i := range s.identities(ids[3]) {
			want := map[string]string{"ada": ids[1], "bea": ids[1], "cid": ids[2], "dot": ""}[i.Identifier]
			if i.Handle == "pos" && string(i.MergedFrom) != want {
				t.Errorf("identity %s was merged from %q, want %q", i.Identifier, i.MergedFrom, want)
			}
		}
	})
}
