package api_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// spender is a client with a profile that has 30 in rewards and 500 points,
// which are worth 5.
func spender(h *house) (c *client, profile string) {
	h.t.Helper()
	c = h.as("a")
	c.post("/rewards/definitions", object{"name": "Thanks", "handle": "thanks", "value": 10, "is_extendable": true, "period": 30, "period_type": "days"}).want(201)
	c.post("/points/definitions", object{"name": "Bonus", "handle": "bonus", "kind": "action"}).want(201)
	profile = c.post("/profiles", object{"email": "ada@example.com"}).want(201).id()
	for range 3 {
		c.post("/rewards", object{"reward_definition_handle": "thanks", "profile_id": profile, "timezone": "UTC"}).want(201)
	}
	c.post("/points", object{"point_definition_handle": "bonus", "profile_id": profile, "value_initial": 500}).want(201)
	return c, "/profiles/" + profile
}

func TestARewardFromItsIssueToItsEnd(t *testing.T) {
	c, profile := spender(newHouse(t))
	id := strings.TrimPrefix(profile, "/profiles/")
	list := c.get(profile + "/rewards?sort=-id&filter[definition.handle]=thanks").want(200).rows()
	if len(list) != 3 {
		t.Fatalf("%d rewards", len(list))
	}
	reward := "/rewards/" + fmt.Sprint(list[0].(map[string]any)["id"])
	if got := c.get(reward).want(200).data(); got["value_remaining"] != 10.0 || got["is_active"] != true || fmt.Sprint(got["meta"]) != "map[]" {
		t.Errorf("got %v", got)
	}
	if got := c.do("PATCH", reward, object{"value_remaining": 7.5}).want(200).data(); got["value_remaining"] != 7.5 {
		t.Errorf("got %v", got)
	}
	c.do("PUT", reward, object{"value_remaining": 11}).want(422)
	extended := c.post("/rewards/extend", object{"ids": []any{list[0].(map[string]any)["id"]}, "profile_id": id, "extend_days": 3}).want(200).rows()
	if len(extended) != 1 || extended[0].(map[string]any)["extended_at"] == nil {
		t.Errorf("extended %v", extended)
	}
	c.post("/rewards/extend", object{"ids": []int{999}, "profile_id": id, "extend_days": 3}).want(422)
	target := c.post("/targets", object{"name": "CRM", "handle": "crm", "url": "https://example.com"}).want(201).id()
	c.post(reward+"/trigger-target/"+target, nil).want(200)
	c.get(reward + "/trigger-target/" + target).want(200)
	c.get(reward + "/trigger-target/999").want(404)
	c.do("DELETE", reward, nil).want(204)
	if got := c.get(reward).want(200).data(); got["value_remaining"] != 0.0 || got["is_active"] != false {
		t.Errorf("taken back %v", got)
	}
	c.get("/rewards/999").want(404)
	c.post("/rewards", object{"reward_definition_handle": "none", "profile_id": id}).want(422)
}

func TestARedemptionIsReturnedAndReversed(t *testing.T) {
	c, profile := spender(newHouse(t))
	redeemed := c.post(profile+"/redeem", object{"amount": "32.5", "meta": object{"till": 4}, "transaction_receipt_ref": "659"}).want(201)
	got := redeemed.data()
	if got["total"] != 32.5 || got["total_localised"] != 32.5 || got["total_requested"] != 32.5 || len(got["items"].([]any)) != 4 ||
		got["balances"].(map[string]any)["combined_balance_dollars"] != 2.5 || got["currency"] != "AUD" {
		t.Errorf("redeemed %v", got)
	}
	one := "/redemptions/" + redeemed.id()
	if back := c.post(one+"/return", object{"amount": 2.5}).want(201).data(); back["type"] != "return" || back["total"] != 2.5 {
		t.Errorf("returned %v", back)
	}
	c.post(one+"/return", object{"amount": 30.01}).want(422)
	c.post(one+"/benefit/return", nil).want(409)
	if back := c.post(one+"/reversal", nil).want(201).data(); back["type"] != "reversal" || back["total"] != 30.0 {
		t.Errorf("reversed %v", back)
	}
	for _, again := range []string{"/reversal", "/return"} {
		c.post(one+again, nil).want(409)
	}
	if rows := c.get(profile + "/redemptions?filter[parent_id]=" + redeemed.id()).want(200).rows(); len(rows) != 2 {
		t.Errorf("listed %v", rows)
	}
	if groups := c.get("/redemptions/group/type").want(200).rows(); len(groups) != 3 {
		t.Errorf("groups %v", groups)
	}
	c.get("/redemptions/group/mood").want(404)
	c.get("/redemptions?filter[mood]=good").want(422)
	balances := c.get(profile + "/balances").want(200).data()
	if balances["combined_balance_dollars"] != 35.0 || balances["point_pending"] != 0.0 ||
		balances["reward_expiry"].(map[string]any)["next_expiry_value"] != 10.0 {
		t.Errorf("balances %v", balances)
	}
	ledger := c.get(profile + "/ledgers?filter[entry][in]=consume,return&page[size]=50").want(200).rows()
	if len(ledger) != 8 {
		t.Errorf("%d entries: %v", len(ledger), ledger)
	}
	c.get(profile + "/ledgers/" + fmt.Sprint(ledger[0].(map[string]any)["id"])).want(200)
	c.get(profile + "/ledgers/9999").want(404)
}

func TestARefusedRedemptionNamesTheAmountAndWhatThereIs(t *testing.T) {
	c, profile := spender(newHouse(t))
	for _, tt := range []struct {
		body object
		want string
	}{
		{object{"amount": 35.01, "strict": true}, "map[amount:[The amount is 35.01, but only 35 is available.]]"},
		{object{"amount": 1.00001}, "map[amount:[The amount must be a decimal number with at most 4 decimals.]]"},
		{object{"amount": 1, "currency": "NZD"}, "map[currency:[The balances of this profile are in AUD alone.]]"},
	} {
		if got := fmt.Sprint(c.post(profile+"/redeem", tt.body).want(422).object()["errors"]); got != tt.want {
			t.Errorf("%v: %s", tt.body, got)
		}
	}
	if rows := c.get("/redemptions").want(200).rows(); len(rows) != 0 {
		t.Errorf("stored %v", rows)
	}
	c.post("/profiles/nobody/redeem", object{"amount": 1}).want(404)
}

func TestARepeatedRedemptionIsAnsweredAndNotRepeated(t *testing.T) {
	c, profile := spender(newHouse(t))
	first := c.post(profile+"/redeem", object{"amount": 3}, "Idempotency-Key", "till-4-659").want(201)
	again := c.post(profile+"/redeem", object{"amount": 3}, "Idempotency-Key", "till-4-659").want(201)
	if string(first.body) != string(again.body) {
		t.Errorf("first %s\nagain %s", first.body, again.body)
	}
	if got := c.get(profile + "/balances").want(200).data()["reward_balance"]; got != 27.0 {
		t.Errorf("balance %v", got)
	}
}

func TestFiftyClientsRedeemingOneBalanceNeverOverspend(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		c, profile := spender(houseOn(t, db))
		var wait sync.WaitGroup
		var mu sync.Mutex
		statuses, total := map[int]int{}, 0.0
		for range 50 {
			wait.Go(func() {
				a := c.post(profile+"/redeem", object{"amount": 1.5, "strict": true})
				mu.Lock()
				defer mu.Unlock()
				statuses[a.status]++
				if a.status == 201 {
					total += a.data()["total"].(float64)
				}
			})
		}
		wait.Wait()
		left := c.get(profile + "/balances").want(200).data()["combined_balance_dollars"].(float64)
		if total != 34.5 || left != 0.5 || statuses[201] != 23 || statuses[422] != 27 {
			t.Errorf("redeemed %v of 35, %v left, statuses %v", total, left, statuses)
		}
	})
}
