package demo

import "context"

// The handles of the programme.
const (
	welcome    = "welcome"
	alteration = "free-alteration"
	regular    = "regular"
)

// addProgramme defines what the shop's customers can earn: a point for each
// dollar and two for friends of the house, silver from 250 dollars in a year, a
// welcome reward that is mailed by its definition, an alteration for silver
// customers, and an achievement for coming often.
func (d *demo) addProgramme(ctx context.Context, mail int64) error {
	year := object{"issue_period": 12, "issue_period_type": "months"}
	for _, def := range []struct {
		path string
		item object
	}{
		{"/points/definitions", with(year, object{"name": "Points", "handle": "points", "kind": "purchase", "earn_rate": 1})},
		{"/points/definitions", object{"name": "Tier points", "handle": "tier-points", "kind": "tier", "earn_rate": 1}},
		{"/rates", object{
			"name": "Double points for friends", "handle": "friends", "rate": 2,
			"profile_conditions": object{"in": []any{"vip", object{"var": "tags"}}},
		}},
		{"/tiers/definitions", object{"name": "Member", "handle": "member", "is_floor": true, "value_min": 0}},
		{"/tiers/definitions", object{"name": "Silver", "handle": "silver", "value_min": 250}},
		{"/rewards/definitions", object{
			"name": "Welcome", "handle": welcome, "value": 10, "period": 3, "period_type": "months", "issue_target_id": mail,
		}},
		{"/benefits/definitions", object{
			"name": "Free alteration", "handle": alteration, "is_claimable": true, "max_redemptions": 2,
			"period": 12, "period_type": "months",
			"claim_condition": object{"==": []any{object{"var": "tier_handle"}, "silver"}},
		}},
		{"/achievements/definitions", object{
			"name": "Regular", "handle": regular, "period": "yearly",
			"levels": []object{{"name": "Known by name", "trigger": 2}, {"name": "One of us", "trigger": 10}},
		}},
	} {
		if _, err := d.shop.ensure(ctx, def.path, "handle", def.item); err != nil {
			return err
		}
	}
	return nil
}

// with returns an object with the fields of two.
func with(a, b object) object {
	both := object{}
	for _, o := range []object{a, b} {
		for name, value := range o {
			both[name] = value
		}
	}
	return both
}
