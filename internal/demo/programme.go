package demo

import (
	"context"
	"fmt"
)

// The targets of the demo.
const (
	crm   = "crm"   // shaped by a template
	feed  = "feed"  // gets every context as it is
	stock = "stock" // shaped, sales of the city store alone
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

// setUp makes the locations, targets and triggers, over the API, or brings those
// of an earlier demo up to date.
func (d *demo) setUp(ctx context.Context) error {
	for _, l := range []object{
		{"name": "City store", "external_id": "M10", "type": "store", "timezone": "Australia/Melbourne"},
		{"name": "Online", "external_id": "WEB", "type": "online", "timezone": "Australia/Melbourne"},
	} {
		if _, err := d.shop.ensure(ctx, "/locations", "external_id", l); err != nil {
			return err
		}
	}
	for _, t := range []object{
		{"name": "Customer database", "handle": crm, "template": crmTemplate},
		{"name": "Event feed", "handle": feed, "template": ""},
		{"name": "Stock system", "handle": stock, "template": stockTemplate},
	} {
		if err := d.addTarget(ctx, t); err != nil {
			return err
		}
	}
	for _, t := range []object{
		trigger("Welcome", "profile.created", send(crm)),
		trigger("Profile feed", "profile.updated", send(feed)),
		trigger("Sale feed", "transaction.created", send(feed)),
		trigger("Correction feed", "transaction.updated", send(feed)),
		trigger("Stock of the city store", "transaction.created", when(object{"===": []any{object{"var": "location.external_id"}, "M10"}}), send(stock)),
		trigger("Good customer", "transaction.created", when(object{">=": []any{object{"var": "profile.aggregations.spend_12m"}, 250}}), send(crm)),
	} {
		if _, err := d.shop.ensure(ctx, "/triggers", "name", t); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) addTarget(ctx context.Context, target object) error {
	handle := fmt.Sprint(target["handle"])
	target["url"] = d.receiver.url(handle)
	id, err := d.shop.ensure(ctx, "/targets", "handle", target)
	if err != nil {
		return err
	}
	var shown struct{ Secret string }
	if err := d.shop.get(ctx, fmt.Sprintf("/targets/%d/secret", id), &shown); err != nil {
		return err
	}
	return d.receiver.expect(handle, shown.Secret)
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
