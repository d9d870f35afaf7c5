package reaction

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// EstimateInput is a sale that has not taken place, as Omneo's API v3 names it.
type EstimateInput struct {
	TriggerID    scalar.Int     `json:"trigger_id" required:"true" doc:"A trigger on transaction.created, active or not."`
	Total        *scalar.Amount `json:"total" required:"true"`
	TransactedAt scalar.Time    `json:"transacted_at" required:"true" doc:"UTC"`
	ProfileID    scalar.Text    `json:"profile_id,omitempty"`
	LocationID   scalar.Text    `json:"location_id,omitempty" doc:"A location's id, external id or external code."`
	Timezone     scalar.Text    `json:"timezone,omitempty" doc:"The tenant's when not given."`
	Items        []EstimateItem `json:"items,omitempty"`
}

// EstimateItem is an item of such a sale.
type EstimateItem struct {
	Name              scalar.Text    `json:"name" required:"true"`
	PriceSell         *scalar.Amount `json:"price_sell" required:"true"`
	PriceCurrent      *scalar.Amount `json:"price_current,omitempty"`
	Quantity          *scalar.Amount `json:"quantity,omitempty" doc:"1 when not given."`
	SKU               scalar.Text    `json:"sku,omitempty"`
	ProductVariantSKU scalar.Text    `json:"product_variant_sku,omitempty"`
}

// Estimate is what one action of the trigger would give.
type Estimate struct {
	Type       string         `json:"type" enum:"points.award,points.rate,tierpoints.award"`
	Definition scalar.Text    `json:"definition" doc:"The handle of the point definition."`
	Value      *scalar.Amount `json:"value" doc:"Null when it would fail."`
	Detail     scalar.Text    `json:"detail" doc:"Why it would fail, or give nothing."`
}

// EstimateIncentives says how many points and tier points the actions of a
// trigger would give for a sale, by the ids of the actions. The sale is recorded
// and all of it undone. Actions that a filter keeps from running are not in the
// answer. Errors are *problem.NotFound and *problem.Invalid.
func (r *Reactions) EstimateIncentives(ctx context.Context, actor store.Actor, in EstimateInput) (all map[string]Estimate, err error) {
	err = r.undone(ctx, actor, func(t *store.Tenant) error {
		record, err := estimated(t, int64(in.TriggerID))
		if err != nil {
			return err
		}
		e, err := in.sell(t)
		if err != nil {
			return err
		}
		x, result, err := r.try(ctx, t, record, e, new(trial))
		if err != nil {
			return err
		}
		all = map[string]Estimate{}
		for _, done := range result.Actions {
			if done.Type == filterKind.name {
				continue
			}
			one, err := x.estimate(done)
			if err != nil {
				return err
			}
			all[strconv.FormatInt(done.ActionID, 10)] = one
		}
		return nil
	})
	return all, err
}

// estimated reads a trigger with its filters and the actions that give points.
func estimated(t *store.Tenant, id int64) (store.Trigger, error) {
	if id == 0 {
		return store.Trigger{}, problem.Field("trigger_id", "The trigger_id field is required.")
	}
	record, err := t.Trigger(id)
	if err != nil {
		return record, triggerMissing(err, id)
	}
	if record.Event != string(event.TransactionCreated) {
		return record, problem.Field("trigger_id", "The trigger listens to %s; an estimate needs one on %s.", record.Event, event.TransactionCreated)
	}
	all := record.Actions
	record.Actions = nil
	for _, a := range all {
		switch a.Type {
		case filterKind.name, pointsKind.name, rateKind.name, tierPointsKind.name:
			record.Actions = append(record.Actions, a)
		}
	}
	return record, nil
}

// sell records the sale and returns the event that tells of it.
func (in EstimateInput) sell(t *store.Tenant) (*store.Event, error) {
	sale, err := in.transaction(t)
	if err != nil {
		return nil, err
	}
	told := len(t.Told)
	if _, err := loyalty.CreateTransaction(t, sale); err != nil {
		return nil, err
	}
	for _, id := range t.Told[told:] {
		e, err := t.Event(id)
		if err != nil {
			return nil, fmt.Errorf("read event %d: %w", id, err)
		}
		if e.Type == string(event.TransactionCreated) {
			return &e, nil
		}
	}
	return nil, fmt.Errorf("no %s tells of the sale", event.TransactionCreated)
}

// transaction is the sale as it is recorded. A profile or a location that there
// is not is *problem.NotFound.
func (in EstimateInput) transaction(t *store.Tenant) (sale loyalty.TransactionInput, err error) {
	sale = loyalty.TransactionInput{
		ProfileID: in.ProfileID, LocationID: in.LocationID, Total: in.Total, TransactedAt: in.TransactedAt, Timezone: in.Timezone,
		Items: make([]loyalty.ItemInput, len(in.Items)),
	}
	if in.ProfileID != "" {
		if _, err := t.Profile(strings.ToLower(string(in.ProfileID))); err != nil {
			return sale, absent(err, "profile", string(in.ProfileID))
		}
	}
	if in.LocationID != "" {
		if _, err := loyalty.FindLocation(t, string(in.LocationID)); err != nil {
			return sale, absent(err, "location", string(in.LocationID))
		}
	}
	if sale.Timezone == "" {
		tenant, err := t.Record()
		if err != nil {
			return sale, fmt.Errorf("read the tenant: %w", err)
		}
		sale.Timezone = scalar.Text(tenant.Timezone)
	}
	one := scalar.One
	var bad problem.Invalid
	for i, item := range in.Items {
		if item.Name == "" {
			bad.Add(fmt.Sprintf("items.%d.name", i), "The name field is required.")
		}
		sale.Items[i] = loyalty.ItemInput{
			Name: item.Name, Quantity: item.Quantity, PriceSell: item.PriceSell, PriceCurrent: item.PriceCurrent,
			SKU: item.SKU, ProductVariantSKU: item.ProductVariantSKU,
		}
		if item.Quantity == nil {
			sale.Items[i].Quantity = &one
		}
	}
	return sale, bad.Err()
}

// absent turns a missing row into the error that names it.
func absent(err error, resource, id string) error {
	var missing *problem.NotFound
	if errors.Is(err, store.ErrNotFound) || errors.As(err, &missing) {
		return &problem.NotFound{Resource: resource, ID: id}
	}
	return err
}

// estimate is what an action gave, or would give to whoever it is that buys.
func (x *execution) estimate(done ActionResult) (Estimate, error) {
	in := done.Arguments
	one := Estimate{Type: done.Type, Definition: in.text("definition"), Detail: scalar.Text(done.Detail)}
	if done.Outcome == failed {
		return one, nil
	}
	if one.Value = in.amount("value"); done.Type != rateKind.name {
		return one, nil
	}
	answer, err := loyalty.CalculateRate(x.tenant, rateQuestion(in))
	one.Value = &answer.Total
	return one, err
}
