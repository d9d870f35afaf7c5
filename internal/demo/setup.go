package demo

import (
	"context"
	"fmt"
)

// The targets of the demo.
const (
	crm    = "crm"    // shaped by a template
	feed   = "feed"   // gets every context as it is
	stock  = "stock"  // shaped, sales of the city store alone
	wallet = "wallet" // shaped, what customers earn and redeem
	mail   = "mail"   // shaped, named by the definition of a reward
)

const crmTemplate = `{
  "customer": "{{ profile.id | default(id) }}",
  "name": "{{ (profile.first_name | default(first_name)) ~ ' ' ~ (profile.last_name | default(last_name)) }}",
  "spend_12m": {{ (profile.aggregations.spend_12m ?? aggregations.spend_12m ?? 0) | number_format(2, '.', '') }},
  "tags": [{% for tag in profile.tags ?? tags %}"{{ tag }}"{% if not loop.last %}, {% endif %}{% endfor %}]
}`

const stockTemplate = `{
  "receipt": "{{ receipt_ref }}", "at": "{{ transacted_at | date('c') }}", "store": "{{ location.name }}",
  "lines": [{% for item in items %}{"sku": "{{ item.sku }}", "quantity": {{ item.quantity }}}{% if not loop.last %}, {% endif %}{% endfor %}]
}`

const walletTemplate = `{
  "card": "{{ profile_id }}", "about": "{{ definition.name }}",
  "value": {{ redemption.value ?? value_remaining ?? total_points_12m ?? current_score ?? redemptions_remaining ?? 1 }},
  "points": {{ profile.point_balance }}, "to_spend": {{ profile.combined_balance_dollars | number_format(2, '.', '') }},
  "benefits": {{ profile.benefit_balance }}, "tier": "{{ profile.tier_handle }}"
}`

const mailTemplate = `{
  "to": "{{ profile.email }}", "subject": "{{ profile.first_name }}, ${{ value_initial | number_format(2) }} for you",
  "spend_until": "{{ expires_at | date('j F Y') }}"
}`

// setUp makes the locations, targets, definitions and triggers, over the API, or
// brings those of an earlier demo up to date.
func (d *demo) setUp(ctx context.Context) error {
	for _, l := range []object{
		{"name": "City store", "external_id": "M10", "type": "store", "timezone": "Australia/Melbourne"},
		{"name": "Online", "external_id": "WEB", "type": "online", "timezone": "Australia/Melbourne"},
	} {
		if _, err := d.shop.ensure(ctx, "/locations", "external_id", l); err != nil {
			return err
		}
	}
	var mailID int64
	for _, t := range []object{
		{"name": "Customer database", "handle": crm, "template": crmTemplate},
		{"name": "Event feed", "handle": feed, "template": ""},
		{"name": "Stock system", "handle": stock, "template": stockTemplate},
		{"name": "Wallet cards", "handle": wallet, "template": walletTemplate},
		{"name": "Mail", "handle": mail, "template": mailTemplate},
	} {
		id, err := d.addTarget(ctx, t)
		if err != nil {
			return err
		}
		mailID = id // the last one
	}
	if err := d.addProgramme(ctx, mailID); err != nil {
		return err
	}
	return d.addTriggers(ctx)
}

func (d *demo) addTriggers(ctx context.Context) error {
	triggers := []object{
		trigger("Welcome", "profile.created", send(crm)),
		trigger("Profile feed", "profile.updated", send(feed)),
		trigger("Sale feed", "transaction.created", send(feed)),
		trigger("Correction feed", "transaction.updated", send(feed)),
		trigger("Stock of the city store", "transaction.created", when(object{"===": []any{object{"var": "location.external_id"}, "M10"}}), send(stock)),
		trigger("Good customer", "transaction.created", when(object{">=": []any{object{"var": "profile.aggregations.spend_12m"}, 250}}), send(crm)),
	}
	for _, event := range []string{
		"points.awarded", "tier.achieved", "reward.redeemed", "benefit.issued", "benefit.redeemed", "achievement.progressed",
	} {
		triggers = append(triggers, trigger("Wallet: "+event, event, send(wallet)))
	}
	for _, t := range triggers {
		if _, err := d.shop.ensure(ctx, "/triggers", "name", t); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) addTarget(ctx context.Context, target object) (id int64, err error) {
	handle := fmt.Sprint(target["handle"])
	target["url"] = d.receiver.url(handle)
	if id, err = d.shop.ensure(ctx, "/targets", "handle", target); err != nil {
		return 0, err
	}
	var shown struct{ Secret string }
	if err := d.shop.get(ctx, fmt.Sprintf("/targets/%d/secret", id), &shown); err != nil {
		return 0, err
	}
	return id, d.receiver.expect(handle, shown.Secret)
}

func trigger(name, event string, actions ...object) object {
	for i := range actions {
		actions[i]["sort_order"] = i + 1
	}
	return object{"name": name, "trigger": event, "is_active": true, "actions": actions}
}

func send(target string) object {
	return object{"name": "target.send", "arguments": []object{{"name": "target", "value": target}}}
}

func when(condition any) object {
	return object{"name": "filter", "arguments": []object{{"name": "condition", "value": condition}}}
}
