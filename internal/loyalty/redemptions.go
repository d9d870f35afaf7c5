package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadRedemption returns one redemption or return.
func ReadRedemption(t *store.Tenant, id int64) (event.Redemption, error) {
	r, err := t.Redemption(id)
	if err != nil {
		return event.Redemption{}, missing(err, "redemption", id)
	}
	shown, err := showRedemptions(t, []store.Redemption{r})
	if err != nil {
		return event.Redemption{}, err
	}
	return shown[0], nil
}

// ListRedemptions returns a page of redemptions and returns.
func ListRedemptions(t *store.Tenant, l store.List) (store.Page[event.Redemption], error) {
	l.Filters = lowerProfileIDs(l.Filters)
	page, err := t.Redemptions(l)
	return showRedemptionPage(t, page, err)
}

// ListProfileRedemptions returns a page of a profile's redemptions and returns.
func ListProfileRedemptions(t *store.Tenant, profileID string, l store.List) (store.Page[event.Redemption], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.Redemption]{}, missing(err, "profile", profileID)
	}
	page, err := t.ProfileRedemptions(profileID, l)
	return showRedemptionPage(t, page, err)
}

func showRedemptionPage(t *store.Tenant, p store.Page[store.Redemption], err error) (store.Page[event.Redemption], error) {
	out := store.Page[event.Redemption]{Total: p.Total, Offset: p.Offset, Size: p.Size}
	if err != nil {
		return out, err
	}
	out.Items, err = showRedemptions(t, p.Items)
	return out, err
}

// GroupRedemptions sums redemptions by type, location_id or day (in UTC), within
// the filters.
func GroupRedemptions(t *store.Tenant, attribute string, filters []store.Filter) ([]event.RedemptionGroup, error) {
	filters = lowerProfileIDs(filters)
	var groups []store.RedemptionGroup
	var name func(store.RedemptionGroup) string
	var err error
	switch attribute {
	case "type":
		groups, err = t.RedemptionsByType(filters)
		name = func(g store.RedemptionGroup) string { return string(g.Type) }
	case "location_id":
		groups, err = t.RedemptionsByLocation(filters)
		name = func(g store.RedemptionGroup) string { return string(locationKey(g.LocationID)) }
	case "day":
		groups, err = t.RedemptionsByDay(filters)
		name = func(g store.RedemptionGroup) string { return scalar.NewDate(1970, 1, 1).AddDays(int(g.Day)).String() }
	default:
		return nil, &NotFoundError{Resource: "attribute", ID: attribute}
	}
	if err != nil {
		return nil, err
	}
	out := make([]event.RedemptionGroup, len(groups))
	for n, g := range groups {
		out[n] = event.RedemptionGroup{Group: scalar.Text(name(g)), Count: g.Count, Total: g.Total}
	}
	return out, nil
}

// redemptionView holds what redemptions are shown with.
type redemptionView struct {
	programme *programme
	emails    map[string]scalar.Text
	instances map[int64]*store.Instance
	locations map[int64]store.Location
	sales     map[int64]store.RedeemedSale
}

// showRedemptions joins redemptions with what they name, in a few queries for
// all of them.
func showRedemptions(t *store.Tenant, recs []store.Redemption) ([]event.Redemption, error) {
	var profiles []string
	var ids []int64
	for _, r := range recs {
		profiles = append(profiles, r.ProfileID)
		for _, i := range r.Items {
			ids = append(ids, i.InstanceID)
		}
	}
	v := redemptionView{instances: map[int64]*store.Instance{}}
	var err error
	if v.emails, err = t.EmailsOf(profiles...); err != nil {
		return nil, fmt.Errorf("read emails: %w", err)
	}
	instances, err := t.InstancesByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read what was redeemed: %w", err)
	}
	for n := range instances {
		v.instances[instances[n].ID] = &instances[n]
	}
	return v.show(t, recs)
}

// show needs emails and instances, and reads the rest.
func (v *redemptionView) show(t *store.Tenant, recs []store.Redemption) (out []event.Redemption, err error) {
	if v.programme, err = programmeOf(t); err != nil {
		return nil, err
	}
	var locations, sales []int64
	for _, r := range recs {
		if r.LocationID != 0 {
			locations = append(locations, int64(r.LocationID))
		}
		if r.TransactionID != 0 {
			sales = append(sales, int64(r.TransactionID))
		}
	}
	places, err := t.LocationsByID(locations...)
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", err)
	}
	v.locations = make(map[int64]store.Location, len(places))
	for _, l := range places {
		v.locations[l.ID] = l
	}
	sold, err := t.RedeemedSales(sales...)
	if err != nil {
		return nil, fmt.Errorf("read sales: %w", err)
	}
	v.sales = make(map[int64]store.RedeemedSale, len(sold))
	for _, s := range sold {
		v.sales[s.ID] = s
	}
	out = make([]event.Redemption, len(recs))
	for n := range recs {
		out[n] = v.redemption(&recs[n])
	}
	return out, nil
}

func (v *redemptionView) redemption(r *store.Redemption) event.Redemption {
	shown := event.Redemption{
		ID: r.ID, ProfileID: r.ProfileID, Type: string(r.Type), Total: r.Total, TotalLocalised: r.Total,
		Currency: r.Currency, RedeemAt: r.CreatedAt, LocationID: r.LocationID, TransactionID: r.TransactionID,
		TransactionExternalID: r.TransactionExternalID, TransactionReceiptRef: r.TransactionReceiptRef,
		ParentID: r.ParentID, Items: make([]event.RedemptionItem, len(r.Items)), Meta: orJSON(r.Meta, "{}"),
		CreatedAt: r.CreatedAt,
	}
	if email, ok := v.emails[r.ProfileID]; ok {
		shown.Profile = &event.RedemptionProfile{ID: r.ProfileID, Email: email}
	}
	if l, ok := v.locations[int64(r.LocationID)]; ok {
		place := showLocation(l)
		shown.Location = &place
	}
	if s, ok := v.sales[int64(r.TransactionID)]; ok {
		shown.Transaction = &event.RedemptionTransaction{
			ID: r.TransactionID, ExternalID: s.ExternalID, ReceiptRef: s.ReceiptRef, TransactedAt: s.TransactedAt, Total: &s.Total,
		}
	} else if r.TransactionExternalID != "" || r.TransactionReceiptRef != "" {
		shown.Transaction = &event.RedemptionTransaction{ExternalID: r.TransactionExternalID, ReceiptRef: r.TransactionReceiptRef}
	}
	for n, i := range r.Items {
		item := event.RedemptionItem{ID: i.InstanceID, Type: string(i.Kind), Value: i.Value, Count: i.Count}
		if i.Kind == store.Point {
			item.Points = i.Quantity
		}
		if instance := v.instances[i.InstanceID]; instance != nil {
			item.TypeAttributes = v.programme.showInstance(instance)
		}
		shown.Items[n] = item
	}
	return shown
}

// showInstance shows any instance in short.
func (p *programme) showInstance(i *store.Instance) *event.InstanceRef {
	ref := &event.InstanceRef{
		ID: i.ID, ExternalID: i.ExternalID, ValueInitial: i.ValueInitial, ValueRemaining: i.ValueRemaining,
		IssuedAt: i.IssuedAt, ExpiresAt: i.ExpiresAt,
	}
	switch i.Kind {
	case store.Point:
		if d := p.points[i.DefinitionID]; d != nil {
			ref.Definition = definitionRef(&d.Definition, d.Kind)
		}
	case store.Reward:
		if d := p.rewards[i.DefinitionID]; d != nil {
			ref.Definition = definitionRef(&d.Definition, d.Type)
		}
	case store.Benefit:
		if d := p.benefits[i.DefinitionID]; d != nil {
			ref.Definition = definitionRef(&d.Definition, d.Type)
		}
	}
	return ref
}

func definitionRef(d *event.Definition, typ scalar.Text) event.DefinitionRef {
	return event.DefinitionRef{ID: d.ID, Name: d.Name, Handle: d.Handle, Type: typ}
}

// redeemed is the answer to a redemption or a return that the account has just
// saved.
func (a *account) redeemed(r *store.Redemption, plan []portion, requested scalar.Amount) (event.Redeemed, error) {
	v := redemptionView{
		emails:    map[string]scalar.Text{r.ProfileID: a.profile.rec.Email},
		instances: make(map[int64]*store.Instance, len(plan)),
	}
	for _, p := range plan {
		v.instances[p.item.InstanceID] = p.instance
	}
	shown, err := v.show(a.t, []store.Redemption{*r})
	if err != nil {
		return event.Redeemed{}, err
	}
	return event.Redeemed{
		Redemption: shown[0], TotalRequested: requested, Balances: a.programme.balances(a.rec),
	}, nil
}
