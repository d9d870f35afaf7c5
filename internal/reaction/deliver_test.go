package reaction

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestADeadLetterIsRenderedOnceItsTemplateIsMended(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	target := h.target("crm", `{"half": {{ 1 / (total - 149.95) }}}`)
	h.trigger(`{"name":"All","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"crm"}]}]}`)
	h.event("transaction.created", sale)
	h.step()
	again := func(id int64) error {
		return h.do(func(t *store.Tenant) error {
			return h.r.RenderAgain(context.Background(), t, id)
		})
	}
	var conflict *problem.Conflict
	if err := again(1); !errors.As(err, &conflict) || !strings.Contains(conflict.Message, "line 1") {
		t.Errorf("with the same template: %v", err)
	}
	h.must(func(t *store.Tenant) error {
		_, err := h.r.UpdateTarget(t, target, func(in *TargetInput) error {
			in.Template = `{"half": {{ total / 2 }}}`
			return nil
		})
		return err
	})
	if err := again(1); err != nil {
		t.Fatal(err)
	}
	if got := h.sent(); len(got) != 1 || got[0] != `{"half": 74.975}` {
		t.Errorf("deliveries %q", got)
	}
	var missing *problem.NotFound
	if err := again(2); !errors.As(err, &missing) {
		t.Errorf("of a delivery that is not there: %v", err)
	}
}
