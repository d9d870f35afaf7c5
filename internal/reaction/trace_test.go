package reaction

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func (h *house) trace(event int64) (told Trace) {
	h.Helper()
	err := h.db.View(context.Background(), func(tx *store.Tx) (err error) {
		told, err = h.r.TraceEvent(context.Background(), tx.As(store.Actor{TenantID: h.tenant}), event)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return told
}

// story writes a trace as lines of kind, outcome and reason.
func (told Trace) story() string {
	var lines []string
	for _, r := range told.Reactions {
		lines = append(lines, fmt.Sprintf("%s %s: %s", r.Kind, r.Outcome, r.Because))
	}
	return strings.Join(lines, "\n")
}

func TestATraceSaysWhyAFilterStopped(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.trigger(`{"name":"Big","trigger":"transaction.created","is_active":true,"actions":[
			{"name":"filter","arguments":[{"name":"condition","value":{"and":[{"var":"id"},{">=":[{"var":"total"},1000]}]}}]}]}`)
		e := h.answer("transaction.created", sale)
		h.patched(id, `{"actions":[]}`) // the version that ran is told of
		told := h.trace(e)
		if len(told.Reactions) != 1 || told.Summary != "Triggers and webhooks: 1 filtered." {
			t.Fatalf("trace %+v", told)
		}
		r := told.Reactions[0]
		if r.Name != "Big" || r.Version != 1 || r.Because != "total >= 1000 is false: 149.95 >= 1000" {
			t.Errorf("reaction %+v", r)
		}
		c := r.Actions[0].Condition
		if c == nil || c.Holds || len(c.Decided) != 1 || c.Decided[0].Pointer != "/and/1" || !strings.Contains(string(c.Nodes), "149.95") {
			t.Errorf("condition %+v", c)
		}
	})
}

func TestATraceTellsOfWhatDidNotAct(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		if told := h.trace(h.answer("order.lost", `{}`)); told.Summary != "No trigger or webhook listens to order.lost." {
			t.Errorf("an event that nobody listens to: %s", told.Summary)
		}
		h.trigger(`{"name":"Off","trigger":"order.shipped","is_active":false}`)
		h.webhook(`{"trigger":"order.shipped","url":"https://example.com/off","namespace":"crm","is_active":false}`)
		h.webhook(`{"trigger":"order.shipped","url":"https://example.com/own","namespace":"pos"}`)
		h.webhook(`{"trigger":"order.shipped","url":"https://example.com/if","namespace":"crm","condition":{"==":[{"var":"n"},2]}}`)
		h.trigger(`{"name":"Own","trigger":"order.shipped","namespace":"pos","is_active":true}`)
		var e int64
		h.update(func(tx *store.Tx) error {
			told := store.Event{Type: "order.shipped", Subject: "order", SubjectID: "1", Context: []byte(`{"n":1}`)}
			err := tx.As(store.Actor{TenantID: h.tenant, Namespace: "pos", RequestID: "r-1"}).AppendEvents(&told)
			e = told.ID
			return err
		})
		if told := h.trace(e); !told.IsWaiting || !strings.Contains(told.story(), "trigger waiting") {
			t.Errorf("before it is answered: %+v", told)
		}
		h.step()
		h.trigger(`{"name":"Late","trigger":"order.shipped","is_active":true}`)
		told := h.trace(e)
		for _, want := range []string{
			"trigger own_namespace: The event was caused by pos", "webhook own_namespace:", "trigger inactive: The trigger is not active.",
			"webhook inactive: The webhook is off since", "webhook filtered: n == 2 is false: 1 == 2", "trigger later: The trigger listens to order.shipped now",
		} {
			if !strings.Contains(told.story(), want) {
				t.Errorf("no %q in\n%s", want, told.story())
			}
		}
		if told.Cause.RequestID != "r-1" || told.Cause.Namespace != "pos" {
			t.Errorf("cause %+v", told.Cause)
		}
	})
}

func TestATraceHasTheEventsThatFollowedAndTheDeliveries(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		target := h.target("feed", "")
		h.fires("visit.made", givePoints, givePoints)
		h.fires("points.awarded", `{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}`)
		h.fires("ping.sent", `{"name":"event.create","arguments":[{"name":"event","value":"ping.sent"}]}`)
		h.must(func(t *store.Tenant) error {
			_, err := h.r.UpdateTarget(t, target, func(in *TargetInput) error { return json.Unmarshal([]byte(`{"is_active":false}`), in) })
			return err
		})
		e := h.tell(id, "visit.made", `{}`)
		ping := h.tell(id, "ping.sent", `{}`)
		h.step()
		told := h.trace(e)
		if len(told.Children) != 2 || len(told.Reactions[0].Actions[0].EventIDs) != 1 {
			t.Fatalf("trace %+v", told)
		}
		child := told.Children[0]
		d := child.Reactions[0].Actions[0].Delivery
		if child.Type != "points.awarded" || int64(child.Cause.EventID) != e || d == nil || d.State != "pending" || !strings.Contains(string(d.Because), "is off since") {
			t.Errorf("child %+v with the delivery %+v", child, d)
		}
		depth := 0
		last := h.trace(ping)
		for ; len(last.Children) > 0; depth++ {
			last = last.Children[0]
		}
		if depth != DefaultMaxDepth+1 || !strings.HasPrefix(last.story(), "trigger too_deep") {
			t.Errorf("at the depth %d: %s", depth, last.story())
		}
	})
}

func TestATraceIsBounded(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	cause := h.event("order.shipped", `{}`)
	h.update(func(tx *store.Tx) error {
		actor := store.Actor{TenantID: h.tenant, CauseID: cause, Depth: 1}
		for range traceChildren + 5 {
			if err := tx.As(actor).AppendEvents(&store.Event{Type: "order.part", Subject: "order", Context: []byte(`{}`)}); err != nil {
				return err
			}
		}
		return nil
	})
	if told := h.trace(cause); len(told.Children) != traceChildren || !told.IsTruncated {
		t.Errorf("%d children, truncated %v", len(told.Children), told.IsTruncated)
	}
}

func TestConditionsWithoutRoomAreStillExplained(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.must(func(t *store.Tenant) error {
		explain := explainer{t: t, room: 100}
		x := h.r.execution(context.Background(), t, &store.Event{Context: []byte(sale)})
		for i, roomy := range []bool{true, false} {
			told := explain.rule(x, json.RawMessage(`{"and": [{">": [{"var": "total"}, 1000]}, {"var": "profile"}]}`))
			if told.Nodes != nil || (told.Rule != nil) != roomy || told.Because != "total > 1000 is false: 149.95 > 1000" {
				h.Errorf("condition %d: %+v", i, told)
			}
		}
		return nil
	})
}

func TestATraceThatIsCutShortSaysSoAndOfNobodyThatItDidNotRun(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	for range 3 {
		h.trigger(`{"name":"Orders","trigger":"order.shipped","is_active":true}`)
	}
	id := h.answered("erp", order)
	h.must(func(t *store.Tenant) error {
		e, err := t.Event(id)
		if err != nil {
			return err
		}
		s := storyteller{
			Reactions: h.r, explainer: explainer{t: t, room: explainRoom}, ctx: context.Background(),
			events: 1, reactions: 2, triggers: map[[2]int64]store.Trigger{},
		}
		told, err := s.tell(&e)
		if !told.IsTruncated || len(told.Reactions) != 2 || told.Reactions[1].Outcome != matched {
			h.Errorf("trace %+v", told)
		}
		return err
	})
}
