package reaction

import (
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// notice appends an event with a target of its own.
func (h *house) notice(typ, context string, target int64) (id int64) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		e := store.Event{Type: typ, Subject: "reward", SubjectID: "1", Context: []byte(context), TargetID: target}
		err := t.AppendEvents(&e)
		id = e.ID
		return err
	})
	return id
}

const reward = `{"id":1,"value_remaining":10,"profile":{"first_name":"Ada"}}`

func TestAnEventGoesToTheTargetThatItsDefinitionNames(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		to := h.target("mail", `{"hello": "{{ profile.first_name }}"}`)
		id := h.notice("reward.issued", reward, to)
		if n := h.step(); n != 1 {
			t.Fatalf("answered %d events, want 1", n)
		}
		if got := h.sent(); len(got) != 1 || got[0] != `{"hello": "Ada"}` {
			t.Fatalf("sent %q", got)
		}
		r := h.results(id)
		if len(r) != 1 || r[0].TriggerID != 0 || r[0].Outcome != matched || len(r[0].Actions) != 1 {
			t.Fatalf("run log %+v", r)
		}
		if a := r[0].Actions[0]; a.Type != "definition" || a.Outcome != sent || a.TargetID != to || a.DeliveryID == 0 {
			t.Errorf("action %+v", a)
		}
		if n := h.step(); n != 0 {
			t.Errorf("answered %d events again", n)
		}
	})
}

func TestTriggersRunBesideTheTargetOfADefinition(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	to := h.target("mail", "")
	h.trigger(`{"name":"All","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"mail"}]}]}`)
	for range 2 {
		r := h.results(func() int64 {
			id := h.notice("transaction.created", reward, to)
			h.step()
			return id
		}())
		if len(r) != 2 || r[0].TriggerID != 0 || r[1].TriggerID == 0 {
			t.Fatalf("run log %+v", r)
		}
	}
	if got := h.sent(); len(got) != 4 {
		t.Errorf("%d deliveries, want one of the definition and one of the trigger for each event", len(got))
	}
}

func TestATargetOfADefinitionCanDeclineAndCanFail(t *testing.T) {
	for name, tc := range map[string]struct {
		template, condition string
		outcome, run        string
		delivery, detail    string
	}{
		"its condition does not hold": {"", `{">": [{"var": "value_remaining"}, 10]}`, unsent, matched, "", ""},
		"its condition holds":         {"", `{"==": [{"var": "first_name"}, "Ada"]}`, sent, matched, reward, ""},
		"its template fails":          {`{"half": {{ 1 / (value_remaining - 10) }}}`, "", sent, matched, "dead: ", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, storetest.SQLite(t, store.Options{}))
			to := h.target("mail", tc.template)
			h.must(func(t *store.Tenant) error {
				_, err := h.r.UpdateTarget(t, to, func(in *TargetInput) error {
					in.Condition = []byte(tc.condition)
					return nil
				})
				return err
			})
			id := h.notice("reward.issued", reward, to)
			h.step()
			r := h.results(id)
			if len(r) != 1 || r[0].Outcome != tc.run || r[0].Actions[0].Outcome != tc.outcome ||
				!strings.Contains(r[0].Actions[0].Detail, tc.detail) {
				t.Fatalf("run log %+v", r)
			}
			got := strings.Join(h.sent(), "")
			if !strings.HasPrefix(got, tc.delivery) || tc.delivery == "" && got != "" {
				t.Errorf("sent %q, want %q", got, tc.delivery)
			}
		})
	}
}

func TestADeletedTargetOfADefinitionIsAFailureThatHoldsNothingUp(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	to := h.target("mail", "")
	h.must(func(t *store.Tenant) error { return h.r.DeleteTarget(t, to) })
	id := h.notice("reward.issued", reward, to)
	if n := h.step(); n != 1 {
		t.Fatalf("answered %d events, want 1", n)
	}
	r := h.results(id)
	if len(r) != 1 || r[0].Outcome != failed || r[0].Actions[0].TargetID != to ||
		!strings.Contains(r[0].Actions[0].Detail, "deleted") {
		t.Fatalf("run log %+v", r)
	}
	h.must(func(t *store.Tenant) error {
		if waiting, _, _, err := t.QueueState(id); waiting || err != nil {
			h.Errorf("the event still waits (%v)", err)
		}
		return nil
	})
}

// TestATargetOfAnotherTenantGetsNothing guards against an id that leaked.
func TestATargetOfAnotherTenantGetsNothing(t *testing.T) {
	db := storetest.SQLite(t, store.Options{})
	h := newHouse(t, db)
	to := h.target("mail", "")
	h.update(func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant("other")
		h.tenant = rec.ID
		return err
	})
	id := h.notice("reward.issued", reward, to)
	h.step()
	if r := h.results(id); len(r) != 1 || r[0].Outcome != failed {
		t.Errorf("run log %+v", r)
	}
}
