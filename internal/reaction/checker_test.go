package reaction

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func (h *house) tryTrigger(text string) error {
	return h.do(func(t *store.Tenant) error {
		var in TriggerInput
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			return err
		}
		_, err := h.r.CreateTrigger(t, in)
		return err
	})
}

func TestFaultsOfActionsAreNamedWhenATriggerIsSaved(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.programme()
	h.target("feed", "")
	for name, tc := range map[string]struct{ action, field, words string }{
		"an unknown action":               {`{"name":"reward.crate"}`, "name", `There is no action "reward.crate". Did you mean "reward.create"? There are filter,`},
		"an unknown type":                 {`{"uuid":"rewards"}`, "uuid", `There is no action "rewards".`},
		"an unknown type with a name":     {`{"uuid":"reward.crate","name":"A birthday gift"}`, "uuid", `There is no action "reward.crate". Did you mean "reward.create"?`},
		"no type":                         {`{"arguments":[]}`, "name", "The type of the action is required, in name or uuid. There are filter,"},
		"a missing argument":              {`{"name":"reward.create"}`, "arguments", "Reward.create needs the argument definition: the handle of a reward definition."},
		"a required argument of null":     {`{"name":"reward.create","arguments":[{"name":"definition","value":null}]}`, "arguments", "needs the argument definition"},
		"an unknown argument":             {`{"name":"tag.add","arguments":[{"name":"tag","value":"a"},{"name":"profle_id","value":"x"}]}`, "arguments.1.name", `Tag.add has no argument "profle_id". Did you mean "profile_id"?`},
		"an argument twice":               {`{"name":"tag.add","arguments":[{"name":"tag","value":"a"},{"name":"tags","value":"b"}]}`, "arguments.1.name", "given twice"},
		"an unknown reward":               {`{"name":"reward.create","arguments":[{"name":"definition","value":"tenn"}]}`, "arguments.0.value", `There is no reward definition "tenn". Did you mean "ten"?`},
		"an unknown tier":                 {`{"name":"tier.assign","arguments":[{"name":"tier","value":"glod"}]}`, "arguments.0.value", `There is no tier "glod". Did you mean "gold"?`},
		"a handle of another kind":        {`{"name":"benefit.create","arguments":[{"name":"definition","value":"ten"}]}`, "arguments.0.value", `There is no benefit definition "ten".`},
		"points of tier points":           {`{"name":"points.award","arguments":[{"name":"definition","value":"status"},{"name":"value","value":1}]}`, "arguments.0.value", `There is no point definition "status".`},
		"tier points of other points":     {`{"name":"tierpoints.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":1}]}`, "arguments.0.value", `There is no tier point definition "bonus".`},
		"a missing achievement":           {`{"name":"achievement.progress"}`, "arguments", "the handle of an achievement."},
		"a time zone that is none":        {`{"name":"reward.create","arguments":[{"name":"definition","value":"ten"},{"name":"timezone","value":"Mars/One"}]}`, "arguments.1.value", `The value must be a time zone such as Australia/Melbourne, not "Mars/One".`},
		"an unknown status":               {`{"name":"status.add","arguments":[{"name":"statuses","value":["bronze","sliver"]}]}`, "arguments.0.value", `There is no status "sliver". Did you mean "silver"?`},
		"an unknown target":               {`{"name":"target.send","arguments":[{"name":"target","value":"fed"}]}`, "arguments.0.value", `There is no target "fed". Did you mean "feed"?`},
		"an unknown rate":                 {`{"name":"points.rate","arguments":[{"name":"definition","value":"bonus"},{"name":"price","value":1},{"name":"rate","value":"doubel"}]}`, "arguments.2.value", `Did you mean "double"?`},
		"an unknown group of statuses":    {`{"name":"update.highest.status.attribute","arguments":[{"name":"group_handle","value":"clubs"},{"name":"namespace","value":"n"},{"name":"handle","value":"h"},{"name":"type","value":"string"}]}`, "arguments.0.value", `Did you mean "club"?`},
		"text for a number":               {`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":"many"}]}`, "arguments.1.value", `The value must be a number, not "many".`},
		"a rule that is not dynamic":      {`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"var":"total"}}]}`, "arguments.1.value", "with is_dynamic true"},
		"a number for a time":             {`{"name":"reward.create","arguments":[{"name":"definition","value":"ten"},{"name":"expires_at","value":5}]}`, "arguments.1.value", "must be a time"},
		"a list for text":                 {`{"name":"reward.create","arguments":[{"name":"definition","value":["ten"]}]}`, "arguments.0.value", "must be text"},
		"a word that is none":             {`{"name":"attribute.set","arguments":[{"name":"namespace","value":"n"},{"name":"handle","value":"h"},{"name":"value","value":1},{"name":"type","value":"int"}]}`, "arguments.3.value", "one of string, integer"},
		"an empty list of tags":           {`{"name":"tag.add","arguments":[{"name":"tags","value":[]}]}`, "arguments.0.value", "text or a list"},
		"the programme's own event":       {`{"name":"event.create","arguments":[{"name":"event","value":"tier.lost"}]}`, "arguments.0.value", "the programme's own"},
		"no JSON Logic":                   {`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"times":[1]},"is_dynamic":true}]}`, "arguments.1.value", "times"},
		"a path that is not there":        {`{"name":"filter","arguments":[{"name":"condition","value":{">":[{"var":"totl"},1]}}]}`, "arguments.0.value", `The context of transaction.created has no "totl". Did you mean "total"?`},
		"a path below a number":           {`{"name":"filter","arguments":[{"name":"condition","value":{"var":"total.amount"}}]}`, "arguments.0.value", `has no "total.amount"`},
		"a path that is somewhere else":   {`{"name":"filter","arguments":[{"name":"condition","value":{"var":"spend_12m"}}]}`, "arguments.0.value", `Did you mean "profile.aggregations.spend_12m"?`},
		"a path of the profile":           {`{"name":"filter","arguments":[{"name":"condition","value":{"var":"aggregations.spend_12n"}}]}`, "arguments.0.value", `Did you mean "aggregations.spend_12m"?`},
		"a path of a dynamic argument":    {`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"var":"totals"},"is_dynamic":true}]}`, "arguments.1.value", `Did you mean "total"?`},
		"a path in missing":               {`{"name":"filter","arguments":[{"name":"condition","value":{"!":{"missing":["emial"]}}}]}`, "arguments.0.value", `Did you mean "email"?`},
		"no benefit to redeem":            {`{"name":"redeem.benefit"}`, "arguments", "benefit_id or definition"},
		"what follows is neither":         {`{"name":"tag.add","on_error":"ignore","arguments":[{"name":"tag","value":"a"}]}`, "on_error", "stop or continue"},
		"a filter that lets errors pass":  {`{"name":"filter","on_error":"continue","arguments":[{"name":"condition","value":{"==":[1,1]}}]}`, "on_error", "must be stop"},
		"a condition that is only a text": {`{"name":"filter","arguments":[{"name":"condition","value":"total > 5"}]}`, "arguments.0.value", "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.tryTrigger(fmt.Sprintf(`{"name":"T","trigger":"transaction.created","actions":[{"name":"tag.add","arguments":[{"name":"tag","value":"a"}]},%s]}`, tc.action))
			wantFault(t, err, "actions.1."+tc.field, tc.words)
		})
	}
}

func TestPathsThatAContextCanHaveAreTaken(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	for _, tc := range []struct{ event, path string }{
		{"transaction.created", "items.0.product.brand"}, {"transaction.created", "meta.channel.name"},
		{"transaction.created", "flattened_tags.0"}, {"transaction.created", "attributes.appearance.size_top"},
		{"transaction.created", "profile.attributes.comms.email_promo"}, {"transaction.created", "items.length"},
		{"profile.updated", "aggregations.spend_12m"}, {"profile.updated", "custom_attributes.0.value.deep"},
		{"tier.achieved", "definition.handle"}, {"reward.issued", "profile.first_name"}, {"order.shipped", "any.thing.at.all"},
	} {
		err := h.tryTrigger(fmt.Sprintf(`{"name":"T","trigger":%q,"actions":[{"name":"filter","arguments":[{"name":"condition","value":{"var":%q}}]}]}`, tc.event, tc.path))
		if err != nil {
			t.Errorf("%s of %s: %v", tc.path, tc.event, err)
		}
	}
}

func TestAnotherEventMustHaveThePathsOfTheActions(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.trigger(`{"name":"T","trigger":"transaction.created","actions":[{"name":"filter","arguments":[{"name":"condition","value":{"var":"items.0.sku"}}]}]}`)
	to := func(event string) error {
		return h.do(func(t *store.Tenant) error {
			_, err := h.r.UpdateTrigger(t, id, func(in *TriggerInput) error { in.Trigger = event; return nil })
			return err
		})
	}
	wantFault(t, to("profile.updated"), "actions.0.arguments.0.value", `The context of profile.updated has no "items.0.sku".`)
	for _, event := range []string{"transaction.updated", "order.shipped"} {
		if err := to(event); err != nil {
			t.Errorf("to %s: %v", event, err)
		}
	}
}

func FuzzArgumentsNeverPanic(f *testing.F) {
	f.Add("points.award", "value", `{"var":"a"}`, true)
	f.Add("tag.add", "tags", `["a",1]`, false)
	f.Add("filter", "condition", `"{\"==\":[1]}"`, false)
	f.Fuzz(func(t *testing.T, typ, name, value string, dynamic bool) {
		k := kindOf(typ)
		if k == nil || !json.Valid([]byte(value)) {
			return
		}
		args, _ := k.bind([]store.Argument{{Name: name, Value: json.RawMessage(value), Dynamic: &dynamic}})
		for _, b := range args {
			if b.rule == nil && !json.Valid(b.value) {
				t.Errorf("%s of %s becomes %s", value, name, b.value)
			}
		}
	})
}
