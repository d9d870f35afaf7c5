package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/store"
)

// DeleteProfile removes a profile with its identities, addresses and attributes.
// What it has left is taken back. Its transactions stay, as anonymous ones, and
// so do the ledger and all counts. profile.deleted tells of it, with the context
// that the profile had last.
func DeleteProfile(t *store.Tenant, id string) error {
	a, err := openAccount(t, strings.ToLower(id))
	if err != nil {
		return err
	}
	last, err := a.context()
	if err != nil {
		return err
	}
	if err := a.close(); err != nil {
		return err
	}
	if err := a.save(); err != nil {
		return err
	}
	id = a.rec.ProfileID
	if err := t.DetachTransactions(id); err != nil {
		return fmt.Errorf("detach transactions: %w", err)
	}
	if err := t.DeleteProfile(id); err != nil {
		return fmt.Errorf("delete profile: %w", err)
	}
	_, err = event.Append(t, event.ProfileDeleted, id, id, last)
	return err
}

// close takes back what is left, pending points and debts too, so that the
// ledger sums up to nothing.
func (a *account) close() error {
	all, err := a.remaining()
	if err != nil {
		return err
	}
	for i := range all {
		if err := a.change(&all[i], store.Reverse, -all[i].ValueRemaining, cause{description: "The profile was deleted."}); err != nil {
			return err
		}
	}
	return nil
}

// remaining reads every instance that has something left, debts among them.
func (a *account) remaining() ([]store.Instance, error) {
	var all []store.Instance
	for _, kind := range []store.InstanceKind{store.Point, store.Reward, store.Benefit} {
		live, err := a.t.LiveInstances(a.rec.ProfileID, kind)
		if err != nil {
			return nil, fmt.Errorf("read %ss: %w", kind, err)
		}
		all = append(all, live...)
	}
	return all, nil
}
