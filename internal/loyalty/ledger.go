package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadLedgerEntry returns one entry of a profile's ledger.
func ReadLedgerEntry(t *store.Tenant, profileID string, id int64) (event.LedgerEntry, error) {
	row, err := t.LedgerRow(strings.ToLower(profileID), id)
	if err != nil {
		return event.LedgerEntry{}, missing(err, "ledger entry", id)
	}
	shown, err := showLedger(t, row.ProfileID, []store.LedgerRow{row})
	if err != nil {
		return event.LedgerEntry{}, err
	}
	return shown[0], nil
}

// ListLedger returns a page of a profile's ledger.
func ListLedger(t *store.Tenant, profileID string, l store.List) (store.Page[event.LedgerEntry], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.LedgerEntry]{}, missing(err, "profile", profileID)
	}
	page, err := t.Ledger(profileID, l)
	out := store.Page[event.LedgerEntry]{Total: page.Total, Offset: page.Offset, Size: page.Size}
	if err != nil {
		return out, err
	}
	out.Items, err = showLedger(t, profileID, page.Items)
	return out, err
}

// showLedger joins rows of one profile with their instances, in one query for
// all of them.
func showLedger(t *store.Tenant, profileID string, rows []store.LedgerRow) ([]event.LedgerEntry, error) {
	p, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	emails, err := t.EmailsOf(profileID)
	if err != nil {
		return nil, fmt.Errorf("read emails: %w", err)
	}
	ids := make([]int64, len(rows))
	for n, r := range rows {
		ids[n] = r.InstanceID
	}
	found, err := t.InstancesByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read instances: %w", err)
	}
	instances := make(map[int64]*store.Instance, len(found))
	for n := range found {
		instances[found[n].ID] = &found[n]
	}
	profile := &event.RedemptionProfile{ID: profileID, Email: emails[profileID]}
	out := make([]event.LedgerEntry, len(rows))
	for n := range rows {
		out[n] = p.ledgerEntry(&rows[n], instances[rows[n].InstanceID])
		out[n].Profile = profile
	}
	return out, nil
}

func (p *programme) ledgerEntry(r *store.LedgerRow, i *store.Instance) event.LedgerEntry {
	e := event.LedgerEntry{
		ID: r.ID, Type: string(r.Kind), Entry: string(r.Entry), Description: r.Description,
		DollarBalance: r.RewardBalance, PointBalance: r.PointBalance, BenefitBalance: int64(r.BenefitBalance / scalar.One),
		TransactionID: r.TransactionID, RedemptionID: r.RedemptionID, CreatedAt: r.CreatedAt,
	}
	switch r.Kind {
	case store.Point:
		e.PointValue, e.PointPending, e.PointDollarValue = r.Value, r.Pending, r.Value.Mul(p.exchangeRate)
	case store.Reward:
		e.DollarValue = r.Value
	case store.Benefit:
		e.BenefitValue = int64(r.Value / scalar.One)
	}
	if i != nil {
		e.TypeAttributes, e.ExpiresAt = p.showInstance(i), i.ExpiresAt
	}
	return e
}
