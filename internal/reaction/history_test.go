package reaction

import (
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestTheHistoryOfActionsIsATree(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		h.fires("visit.made", givePoints, refused)
		h.fires("points.awarded", `{"name":"tag.add","arguments":[{"name":"tags","value":"rich"}]}`)
		h.webhook(`{"trigger":"visit.made","url":"https://example.com/in","namespace":"crm"}`)
		e := h.tell(id, "visit.made", `{}`)
		h.tell(id, "visit.missed", `{}`)
		h.step()
		h.must(func(t *store.Tenant) error {
			one, err := ReadHistory(t, e)
			if err != nil {
				return err
			}
			var items []string
			for _, i := range one.Items {
				items = append(items, i.Handler+" "+i.Status)
			}
			if got := strings.Join(items, ", "); got != "points.award done, achievement.progress failed, webhook sent" {
				h.Errorf("items %s", got)
			}
			if first := one.Items[0]; string(first.Arguments["value"]) != "5" || first.Result.Effect.Resource != "point" || len(first.Result.EventIDs) != 1 || first.Context.Version != 1 {
				h.Errorf("item %+v", first)
			}
			if one.ActionableType != "profile" || one.ActionableID != id || one.ParentHistory != nil || len(one.ChildrenHistory) != 1 {
				h.Fatalf("history %+v", one)
			}
			child, err := ReadHistory(t, one.ChildrenHistory[0].ID)
			if child.ParentHistory == nil || child.ParentHistory.ID != e || child.Items[0].Handler != "tag.add" {
				h.Errorf("child %+v", child)
			}
			if err != nil {
				return err
			}
			all, err := Histories(t, store.List{Sort: []string{"-id"}})
			if all.Total != 2 || all.Items[1].ID != e {
				h.Errorf("all of them %+v", all)
			}
			return err
		})
	})
}

func TestATriggerThatIsHeldIsInTheHistory(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.trigger(`{"name":"Orders","trigger":"order.shipped","namespace":"crm","is_active":true,"actions":[
		{"name":"event.create","arguments":[{"name":"event","value":"order.seen"}]}]}`)
	again := h.trigger(`{"name":"Again","trigger":"order.shipped","is_active":true,"actions":[
		{"name":"event.create","arguments":[{"name":"event","value":"order.shipped"}]}]}`)
	e := h.answered("crm", order)
	h.must(func(t *store.Tenant) error {
		one, err := ReadHistory(t, e)
		if err != nil {
			return err
		}
		held := one.Items[0]
		if len(one.Items) != 2 || held.Handler != "trigger" || held.Status != ownNamespace || int64(held.Context.TriggerID) != id || held.Result.Detail == "" {
			h.Errorf("history %+v", one)
		}
		last, err := Histories(t, store.List{Sort: []string{"-id"}, Size: 1})
		if err != nil {
			return err
		}
		items := last.Items[0].Items
		if deep := items[len(items)-1]; deep.Status != tooDeep || int64(deep.Context.TriggerID) != again || deep.Handler != "trigger" {
			h.Errorf("the deepest %+v", last.Items[0])
		}
		return nil
	})
}
