package reaction

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/secret"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// house is a tenant with reactions whose deliveries are stored but not sent.
type house struct {
	testing.TB
	db     *store.DB
	r      *Reactions
	tenant int64
}

func newHouse(t testing.TB, db *store.DB) *house {
	t.Helper()
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	guard := delivery.NewGuard(delivery.GuardOptions{})
	logger := slog.New(slog.DiscardHandler)
	h := &house{TB: t, db: db, r: New(Options{
		DB: db, Guard: guard, Secrets: box, Logger: logger,
		Deliveries: delivery.New(delivery.Options{DB: db, Guard: guard, Secrets: box, Logger: logger}),
	})}
	h.update(func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant("shop")
		h.tenant = rec.ID
		return err
	})
	return h
}

func (h *house) update(fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.db.Update(context.Background(), fn); err != nil {
		h.Fatal(err)
	}
}

func (h *house) do(fn func(t *store.Tenant) error) error {
	return h.db.Update(context.Background(), func(tx *store.Tx) error {
		return fn(tx.As(store.Actor{TenantID: h.tenant}))
	})
}

func (h *house) must(fn func(t *store.Tenant) error) {
	h.Helper()
	if err := h.do(fn); err != nil {
		h.Fatal(err)
	}
}

// target makes a target and returns its id.
func (h *house) target(handle, template string) (id int64) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		in := NewTargetInput()
		in.Name, in.Handle, in.URL, in.Template = handle, handle, "https://hooks.example.com/"+handle, template
		made, err := h.r.CreateTarget(t, in)
		id = made.ID
		return err
	})
	return id
}

// trigger makes a trigger from its JSON and returns its id.
func (h *house) trigger(text string) (id int64) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		var in TriggerInput
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			return err
		}
		made, err := h.r.CreateTrigger(t, in)
		id = made.ID
		return err
	})
	return id
}

func (h *house) event(typ, context string) (id int64) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		e := store.Event{Type: typ, Subject: "transaction", SubjectID: "1", Context: []byte(context)}
		err := t.AppendEvents(&e)
		id = e.ID
		return err
	})
	return id
}

// step answers what is queued and returns how many events that were.
func (h *house) step() (total int) {
	h.Helper()
	for {
		n, err := h.r.Step(context.Background())
		if err != nil {
			h.Fatal(err)
		}
		if n == 0 {
			return total
		}
		total += n
	}
}

func (h *house) results(event int64) (results []Result) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		log, err := t.RunLog(event)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(log.Results, &results)
	})
	return results
}

// sentTo returns the bodies of the deliveries, oldest first, with those that
// could not be rendered as "state: detail".
func (h *house) sent() (bodies []string) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		p, err := t.Deliveries(store.List{Size: 100})
		if err != nil {
			return err
		}
		for _, d := range p.Items {
			body, err := t.DeliveryBody(d.ID)
			if err != nil {
				return err
			}
			if body == nil {
				body = []byte(d.State + ": " + d.Detail)
			}
			bodies = append(bodies, string(body))
		}
		return nil
	})
	return bodies
}

const sale = `{"id":7,"total":149.95,"profile":{"first_name":"Ada","flattened_tags":["vip"]}}`

func TestATriggerRendersItsTargetsTemplateWithTheContext(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.target("crm", `{"id": {{ id }}, "name": "{{ profile.first_name }}"}`)
		h.trigger(`{"name":"Sales","trigger":"transaction.create","is_active":true,"actions":[
			{"uuid":"tsend","arguments":[{"name":"handle","value":"crm"}]}]}`)
		e := h.event("transaction.created", sale)
		if n := h.step(); n != 1 {
			t.Fatalf("answered %d events, want 1", n)
		}
		if got, want := h.sent(), `{"id": 7, "name": "Ada"}`; len(got) != 1 || got[0] != want {
			t.Fatalf("sent %q, want %q", got, want)
		}
		r := h.results(e)
		if len(r) != 1 || r[0].Outcome != matched || r[0].Actions[0].Outcome != sent || r[0].Actions[0].DeliveryID == 0 {
			t.Fatalf("run log %+v", r)
		}
		if n := h.step(); n != 0 {
			t.Fatalf("answered %d events again", n)
		}
	})
}

func TestAnEmptyTemplateSendsTheContextByteForByte(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("feed", "")
	h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
	odd := "{\"b\": 1.50, \"a\":\t\"\\u00e9 <&>\"}"
	h.event("transaction.created", odd)
	h.step()
	if got := h.sent(); len(got) != 1 || got[0] != odd {
		t.Fatalf("sent %q, want %q", got, odd)
	}
}

func TestActionsRunInOrderUpToAFilterThatDoesNotHold(t *testing.T) {
	for name, tc := range map[string]struct {
		condition, outcome string
		sent               int
	}{
		"a filter that holds":                       {`{">":[{"var":"total"},100]}`, matched, 2},
		"a filter that does not":                    {`{">":[{"var":"total"},1000]}`, filtered, 1},
		"a name of the profile, read at the root":   {`{"in":["vip",{"var":"flattened_tags"}]}`, matched, 2},
		"a rule given as text":                      {`"{\"===\":[{\"var\":\"id\"},7]}"`, matched, 2},
		"a filter that cannot be evaluated to true": {`{"var":"meta.missing"}`, filtered, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, storetest.SQLite(t, store.Options{}))
			h.target("feed", "")
			h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
				{"name":"target.send","sort_order":30,"arguments":[{"name":"target","value":"feed"}]},
				{"name":"filter","sort_order":20,"arguments":[{"name":"condition","value":` + tc.condition + `}]},
				{"name":"target.send","sort_order":10,"arguments":[{"name":"target","value":"feed"}]}]}`)
			e := h.event("transaction.created", sale)
			h.step()
			if r := h.results(e); len(r) != 1 || r[0].Outcome != tc.outcome {
				t.Errorf("run log %+v, want %s", r, tc.outcome)
			}
			if got := h.sent(); len(got) != tc.sent {
				t.Errorf("%d deliveries, want %d", len(got), tc.sent)
			}
		})
	}
}

func TestATargetsOwnConditionKeepsTheDeliveryBack(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.target("feed", "")
	h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
	h.must(func(t *store.Tenant) error {
		_, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error {
			return json.Unmarshal([]byte(`{"condition":{"<":[{"var":"total"},100]}}`), in)
		})
		return err
	})
	e := h.event("transaction.created", sale)
	h.step()
	if r := h.results(e); len(h.sent()) != 0 || r[0].Actions[0].Outcome != unsent {
		t.Fatalf("sent %v, run log %+v", h.sent(), r)
	}
}

func TestATemplateThatFailsLeavesADeadLetterWithItsPlace(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("crm", "{\n  \"half\": {{ 1 / (total - 149.95) }}\n}")
	h.target("feed", "")
	h.trigger(`{"name":"Both","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","sort_order":1,"arguments":[{"name":"target","value":"crm"}]},
		{"name":"target.send","sort_order":2,"arguments":[{"name":"target","value":"feed"}]}]}`)
	h.event("transaction.created", sale)
	h.step()
	got := h.sent()
	if len(got) != 2 || !strings.HasPrefix(got[0], "dead: ") || !strings.Contains(got[0], "line 2") || got[1] != sale {
		t.Fatalf("deliveries %q", got)
	}
}

func TestAnInactiveTriggerAndOtherEventsDoNothing(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("feed", "")
	send := `"actions":[{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]`
	h.trigger(`{"name":"Off","trigger":"transaction.created","is_active":false,` + send + `}`)
	h.trigger(`{"name":"Other","trigger":"profile.created","is_active":true,` + send + `}`)
	e := h.event("transaction.created", sale)
	h.step()
	if got := h.sent(); len(got) != 0 || h.results(e) != nil {
		t.Fatalf("sent %q, run log %+v", got, h.results(e))
	}
}

func TestAChangedTriggerIsInForceForTheNextEvent(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("feed", "")
	id := h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
	h.event("transaction.created", sale)
	h.step()
	h.must(func(t *store.Tenant) error {
		_, err := h.r.UpdateTrigger(t, id, func(in *TriggerInput) error { in.IsActive = false; return nil })
		return err
	})
	h.event("transaction.created", sale)
	h.step()
	if got := h.sent(); len(got) != 1 {
		t.Fatalf("%d deliveries, want 1", len(got))
	}
}

func TestAnActionWhoseTargetIsChosenByTheContext(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("vip", "")
	h.trigger(`{"name":"Chosen","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":{"var":"flattened_tags.0"},"is_dynamic":true}]}]}`)
	known := h.event("transaction.created", sale)
	unknown := h.event("transaction.created", `{"id":8,"flattened_tags":["nobody"]}`)
	h.step()
	if r := h.results(known); r[0].Outcome != matched {
		t.Errorf("a known target: %+v", r)
	}
	if r := h.results(unknown); r[0].Outcome != failed || !strings.Contains(r[0].Actions[0].Detail, `no target "nobody"`) {
		t.Errorf("an unknown one: %+v", r)
	}
}

func TestTenantsDoNotMeet(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("feed", "")
	h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
	h.update(func(tx *store.Tx) error {
		other, _, err := tx.EnsureTenant("other")
		if err != nil {
			return err
		}
		e := store.Event{Type: "transaction.created", Subject: "transaction", SubjectID: "1", Context: []byte(sale)}
		return tx.As(store.Actor{TenantID: other.ID}).AppendEvents(&e)
	})
	h.step()
	if got := h.sent(); len(got) != 0 {
		t.Fatalf("another tenant's event was sent: %q", got)
	}
}

func TestATargetThatATriggerSendsToIsKept(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.target("feed", "")
	trigger := h.trigger(`{"name":"Feed","trigger":"transaction.created","actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
	err := h.do(func(t *store.Tenant) error { return h.r.DeleteTarget(t, id) })
	var conflict *problem.Conflict
	if !errors.As(err, &conflict) {
		t.Fatalf("deleting it: %v, want a conflict", err)
	}
	h.must(func(t *store.Tenant) error { return h.r.DeleteTrigger(t, trigger) })
	h.must(func(t *store.Tenant) error { return h.r.DeleteTarget(t, id) })
}
