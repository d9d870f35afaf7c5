package reaction

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// webhook makes a webhook on order.shipped of the namespace crm, with the JSON
// laid over it, and returns its id.
func (h *house) webhook(text string) (id int64) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		in := NewWebhookInput()
		in.Trigger, in.URL, in.Namespace = "order.shipped", "https://hooks.example.com/orders", "crm"
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			return err
		}
		made, err := h.r.CreateWebhook(t, in)
		id = made.ID
		return err
	})
	return id
}

// eventOf appends an event that a token of the namespace caused.
func (h *house) eventOf(namespace, context string) (id int64) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		e := store.Event{Type: "order.shipped", Subject: "tenant", SubjectID: "shop", Context: []byte(context)}
		err := tx.As(store.Actor{TenantID: h.tenant, Namespace: namespace}).AppendEvents(&e)
		id = e.ID
		return err
	})
	return id
}

const order = `{ "id": 1.50, "lines": [ {"sku":"A<1"} ], "profile": {"first_name": "Ada"} }`

func TestAWebhookGetsTheContextByteForByteWithoutATrigger(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.webhook(`{}`)
		e := h.eventOf("erp", order)
		h.event("transaction.created", sale)
		h.step()
		if got := h.sent(); !slices.Equal(got, []string{order}) {
			t.Fatalf("sent %q", got)
		}
		r := h.results(e)
		if len(r) != 1 || r[0].WebhookID != id || r[0].TriggerID != 0 || r[0].Outcome != sent || r[0].DeliveryID == 0 {
			t.Fatalf("run log %+v", r)
		}
	})
}

func TestWebhooksComeAfterTriggers(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	hook := h.webhook(`{}`)
	trigger := h.trigger(`{"name":"Orders","trigger":"order.shipped","is_active":true}`)
	r := h.results(h.answered("erp", order))
	if len(r) != 2 || r[0].TriggerID != trigger || r[0].WebhookID != 0 || r[1].WebhookID != hook {
		t.Fatalf("run log %+v", r)
	}
}

// answered appends an event and answers it.
func (h *house) answered(namespace, context string) (id int64) {
	h.Helper()
	id = h.eventOf(namespace, context)
	h.step()
	return id
}

func TestExtraDataStandsBesideTheContext(t *testing.T) {
	for name, tc := range map[string]struct{ template, want string }{
		"a field":              {`{"shop": "{{ profile.first_name }}'s"}`, `{"id":1.50,"lines":[ {"sku":"A<1"} ],"profile":{"first_name": "Ada"},"shop":"Ada's"}`},
		"one of the same name": {`{"id": {{ id * 2 }}}`, `{"lines":[ {"sku":"A<1"} ],"profile":{"first_name": "Ada"},"id":3}`},
		"nothing":              {`{}`, `{"id":1.50,"lines":[ {"sku":"A<1"} ],"profile":{"first_name": "Ada"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, storetest.SQLite(t, store.Options{}))
			text, err := json.Marshal(map[string]string{"extra_data_template": tc.template})
			if err != nil {
				t.Fatal(err)
			}
			h.webhook(string(text))
			h.answered("erp", order)
			if got := h.sent(); !slices.Equal(got, []string{tc.want}) {
				t.Fatalf("sent %q, want %s", got, tc.want)
			}
		})
	}
}

func TestExtraDataThatIsNoObjectLeavesADeadLetterThatCanBeMended(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.webhook(`{"extra_data_template":"[1, 2]"}`)
		e := h.answered("erp", `{"id":1}`)
		if got := h.sent(); len(got) != 1 || !strings.HasPrefix(got[0], "dead: the extra data: ") || !strings.Contains(got[0], "object") {
			t.Fatalf("deliveries %q", got)
		}
		r := h.results(e)[0]
		if r.Outcome != failed || !strings.Contains(r.Detail, "object") || r.DeliveryID == 0 {
			t.Fatalf("run log %+v", r)
		}
		again := func() error {
			return h.do(func(tn *store.Tenant) error { return h.r.RenderAgain(t.Context(), tn, r.DeliveryID) })
		}
		var conflict *problem.Conflict
		if err := again(); !errors.As(err, &conflict) || !strings.Contains(conflict.Message, "object") {
			t.Fatalf("rendered again as it is: %v", err)
		}
		h.must(func(t *store.Tenant) error {
			_, err := h.r.UpdateWebhook(t, id, func(in *WebhookInput) error { in.ExtraDataTemplate = `{"a": 2}`; return nil })
			return err
		})
		if err := again(); err != nil {
			t.Fatal(err)
		}
		if got := h.sent(); !slices.Equal(got, []string{`{"id":1,"a":2}`}) {
			t.Fatalf("deliveries %q", got)
		}
	})
}

func TestWhatKeepsAnEventFromAWebhook(t *testing.T) {
	for name, tc := range map[string]struct{ hook, namespace, outcome string }{
		"its own namespace caused it": {`{}`, "crm", ownNamespace},
		"a condition does not hold":   {`{"condition":{">":[{"var":"id"},100]}}`, "erp", filtered},
		"a condition given as text":   {`{"condition":"{\"==\":[{\"var\":\"first_name\"},\"Ada\"]}"}`, "erp", sent},
		"nothing does":                {`{}`, "", sent},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, storetest.SQLite(t, store.Options{}))
			h.webhook(tc.hook)
			r := h.results(h.answered(tc.namespace, order))
			if len(r) != 1 || r[0].Outcome != tc.outcome || (tc.outcome == sent) != (len(h.sent()) == 1) {
				t.Errorf("run log %+v, sent %q", r, h.sent())
			}
		})
	}
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.webhook(`{"is_active":false}`)
	if r := h.results(h.answered("erp", order)); r != nil {
		t.Errorf("an inactive one: run log %+v", r)
	}
}

func TestAWebhooksFaultsAreNamed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.webhook(`{"url":"https://hooks.example.com/taken"}`)
	for name, tc := range map[string]struct{ input, field, words string }{
		"no event":                 {`{"trigger":""}`, "trigger", "required"},
		"a slip in an event":       {`{"trigger":"transaction.creatd"}`, "trigger", "did you mean transaction.created?"},
		"no url":                   {`{"url":""}`, "url", "required"},
		"an http url":              {`{"url":"http://example.com"}`, "url", "https"},
		"a private url":            {`{"url":"https://10.0.0.1/"}`, "url", "private"},
		"the same one again":       {`{"url":"https://hooks.example.com/taken"}`, "url", "already"},
		"no namespace":             {`{"namespace":""}`, "namespace", "required"},
		"a condition that is none": {`{"condition":{"equals":[1,2]}}`, "condition", "equals"},
		"a template with an error": {`{"extra_data_template":"{\n{{ name"}`, "extra_data_template", "line 2"},
		"a header of the contract": {`{"headers":{"webhook-id":"1"}}`, "headers", "webhook-id"},
		"a timeout of an hour":     {`{"timeout":3600}`, "timeout", "between"},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.do(func(t *store.Tenant) error {
				in := NewWebhookInput()
				in.Trigger, in.URL, in.Namespace = "order.shipped", "https://hooks.example.com/", "crm"
				if err := json.Unmarshal([]byte(tc.input), &in); err != nil {
					return err
				}
				_, err := h.r.CreateWebhook(t, in)
				return err
			})
			wantFault(t, err, tc.field, tc.words)
		})
	}
}

func TestAWebhookKeepsItsNamespaceAndItsSecretThroughAnUpdate(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.webhook(`{"retry_daily":false}`)
	var before, after store.Webhook
	h.must(func(t *store.Tenant) (err error) {
		if before, err = t.Webhook(id); err != nil {
			return err
		}
		after, err = h.r.UpdateWebhook(t, id, func(in *WebhookInput) error {
			return json.Unmarshal([]byte(`{"queue":"urgent","retry_hourly":false,"trigger":"transaction.create"}`), in)
		})
		return err
	})
	if string(before.Secret) != string(after.Secret) || after.Queue != "low" || after.Event != "transaction.created" {
		t.Errorf("became %+v", after)
	}
	if len(before.Schedule) != 28 || len(after.Schedule) != 4 {
		t.Errorf("%d attempts became %d, want 28 and 4", len(before.Schedule), len(after.Schedule))
	}
	err := h.do(func(t *store.Tenant) error {
		_, err := h.r.UpdateWebhook(t, id, func(in *WebhookInput) error { in.Namespace = "erp"; return nil })
		return err
	})
	wantFault(t, err, "namespace", "cannot be changed")
	var missing *problem.NotFound
	h.must(func(t *store.Tenant) error { return h.r.DeleteWebhook(t, id) })
	if err := h.do(func(t *store.Tenant) error { return h.r.DeleteWebhook(t, id) }); !errors.As(err, &missing) {
		t.Errorf("deleting it again: %v, want not found", err)
	}
}

func TestAWebhooksConditionMayReadOnlyWhatTheContextHas(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	try := func(text string) error {
		return h.do(func(t *store.Tenant) error {
			in := NewWebhookInput()
			in.URL, in.Namespace = "https://hooks.example.com/sales", "crm"
			if err := json.Unmarshal([]byte(text), &in); err != nil {
				return err
			}
			_, err := h.r.CreateWebhook(t, in)
			return err
		})
	}
	for text, words := range map[string]string{
		`{"trigger":"transaction.created","condition":{">":[{"var":"totl"},1]}}`:                 `The context of transaction.created has no "totl". Did you mean "total"?`,
		`{"trigger":"transaction.created","condition":"{\"==\":[{\"var\":\"tier_handel\"},1]}"}`: `Did you mean "tier_handle"?`,
		`{"trigger":"transaction.created","condition":{"=>":[1,2]}}`:                             `did you mean ">="?`,
	} {
		wantFault(t, try(text), "condition", words)
	}
	if err := try(`{"trigger":"transaction.created","condition":{">":[{"var":"aggregations.spend_12m"},1]}}`); err != nil {
		t.Error(err)
	}
	id := h.webhook(`{"condition":{"var":"anything.at.all"}}`) // of a custom event
	wantFault(t, h.do(func(t *store.Tenant) error {
		_, err := h.r.UpdateWebhook(t, id, func(in *WebhookInput) error { in.Trigger = "profile.created"; return nil })
		return err
	}), "condition", `The context of profile.created has no "anything.at.all".`)
}
