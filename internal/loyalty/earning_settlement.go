package loyalty

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// settlement brings what a transaction has given to a profile in line with what
// it should have.
type settlement struct {
	account *account
	of      *transactionChange
	cause   cause
	// own is what it gave as points of its own, others what it took of the points
	// of another sale.
	own, others []givenPoint
	// changed says that any instance was, indebted that one is below nothing.
	changed, indebted bool
}

// givenPoint is what a transaction gave of one instance until now: negative for
// what it took.
type givenPoint struct {
	instance *store.Instance
	value    scalar.Amount
}

// givenPoints sums up what a transaction gave and took, by instance and in the
// order in which they were given.
func givenPoints(t *store.Tenant, transactionID int64) ([]givenPoint, error) {
	rows, err := t.LedgerOfTransaction(transactionID)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	sums := map[int64]scalar.Amount{}
	var ids []int64
	for _, r := range rows {
		if r.Kind != store.Point || r.Entry != store.Issue && r.Entry != store.Reverse {
			continue
		}
		if _, ok := sums[r.InstanceID]; !ok {
			ids = append(ids, r.InstanceID)
		}
		sums[r.InstanceID] += r.Value + r.Pending
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return sums[id] == 0 })
	instances, err := t.InstancesByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read points: %w", err)
	}
	given := make([]givenPoint, len(instances))
	for at := range instances {
		given[at] = givenPoint{&instances[at], sums[instances[at].ID]}
	}
	slices.SortFunc(given, func(a, b givenPoint) int { return slices.Index(ids, a.instance.ID) - slices.Index(ids, b.instance.ID) })
	return given, nil
}

// readGiven reads what the transaction gave to the account's profile.
func (s *settlement) readGiven() error {
	if s.of.before.ID == 0 {
		return nil
	}
	given, err := givenPoints(s.of.t, s.of.rec.ID)
	if err != nil {
		return err
	}
	source := scalar.Text(strconv.FormatInt(s.of.rec.ID, 10))
	for _, g := range given {
		g.instance = s.account.show(g.instance) // a debt may be paid with it meanwhile
		switch i := g.instance; {
		case i.ProfileID != s.account.rec.ProfileID:
		case i.SourceType == "transaction" && i.SourceID == source:
			s.own = append(s.own, g)
		default:
			s.others = append(s.others, g)
		}
	}
	return nil
}

// change takes from an instance or gives back to it.
func (s *settlement) change(i *store.Instance, by scalar.Amount) error {
	if by == 0 {
		return nil
	}
	if err := s.account.change(i, store.Reverse, by, s.cause); err != nil {
		return err
	}
	s.changed = true
	s.indebted = s.indebted || i.ValueRemaining < 0
	return nil
}

// takes has the transaction take of other sales' points what it should, and
// give back what it took beyond that.
func (s *settlement) takes(target []take) error {
	for _, g := range s.others {
		by := -g.value
		for at := range target {
			if target[at].instance.ID == g.instance.ID {
				by -= target[at].value
				target[at].value = 0
			}
		}
		if err := s.change(g.instance, by); err != nil {
			return err
		}
	}
	for _, t := range target {
		if err := s.change(t.instance, -t.value); err != nil {
			return err
		}
	}
	return nil
}

// parts has the transaction's own points be the target.
func (s *settlement) parts(target []pointPart) error {
	own := make([][]givenPoint, len(target))
	for _, g := range s.own {
		at := s.partOf(target, g.instance)
		if at < 0 {
			at = len(target)
			target = append(target, pointPart{definition: s.account.programme.points[g.instance.DefinitionID]})
			own = append(own, nil)
		}
		own[at] = append(own[at], g)
	}
	for at, part := range target {
		if err := s.part(part, own[at]); err != nil {
			return err
		}
	}
	return nil
}

// partOf returns the place of the part that an instance belongs to: of those of
// its definition the one that expires as it does, or else the first; -1 when
// there is none.
func (s *settlement) partOf(parts []pointPart, i *store.Instance) int {
	first := -1
	for at, part := range parts {
		if part.definition.ID != i.DefinitionID {
			continue
		}
		if s.expiry(part, i.AccruedAt).Equal(i.ExpiresAt.Time) {
			return at
		}
		if first < 0 {
			first = at
		}
	}
	return first
}

func (s *settlement) expiry(part pointPart, accruedAt scalar.Time) scalar.Time {
	return expiry(event.Period(part.period), accruedAt, s.account.programme.zone)
}

// part issues what is missing of a part, or takes back what is too much of it,
// the latest first.
func (s *settlement) part(part pointPart, own []givenPoint) error {
	missing := part.value
	for _, g := range own {
		missing -= g.value
	}
	for _, g := range slices.Backward(own) {
		by := scalar.Amount(0)
		switch {
		case missing < 0 && g.value > 0:
			expired, err := s.expired(g.instance)
			if err != nil {
				return err
			}
			by = -min(-missing, max(0, g.value-expired))
		case missing > 0 && g.value < 0:
			by = min(missing, -g.value)
		}
		if err := s.change(g.instance, by); err != nil {
			return err
		}
		missing -= by
	}
	if missing > 0 || missing < 0 && part.value < 0 {
		return s.issue(part, missing)
	}
	return nil
}

// expired returns what of points expired unused: nobody has it to give back.
func (s *settlement) expired(i *store.Instance) (sum scalar.Amount, err error) {
	if !due(i.ExpiresAt, s.account.now) {
		return 0, nil
	}
	rows, err := s.account.ledgerOf(i)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if r.Entry == store.Expire {
			sum -= r.Value
		}
	}
	return sum, nil
}

// ledgerOf reads every row of an instance, those too that save has yet to store.
func (a *account) ledgerOf(i *store.Instance) ([]store.LedgerRow, error) {
	rows, err := a.t.LedgerOfInstance(i.ID)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	for _, r := range a.ledger {
		if r.InstanceID == i.ID {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// issue gives points; what a return takes without a sale is negative, and holds
// at once.
func (s *settlement) issue(part pointPart, value scalar.Amount) error {
	i := store.Instance{ValueInitial: value, ValueRemaining: value, IssuedAt: s.account.now}
	i.Details.Rate = &part.rate
	i.AccruedAt = i.IssuedAt
	if value > 0 {
		i.AccruedAt = s.account.programme.accrual(part.definition, i.IssuedAt)
	}
	i.ExpiresAt = s.expiry(part, i.AccruedAt)
	_, err := s.account.issuePoints(part.definition, s.of.source(i), s.cause)
	s.changed, s.indebted = true, s.indebted || value < 0
	return err
}

// tier has the transaction's tier points be the target. Whatever is taken back
// counts from the moment from which it was given.
func (s *settlement) tier(target []tierPart) error {
	for _, given := range sumTierPoints(s.of.tierPoints, s.account.rec.ProfileID, false) {
		given.value = -given.value
		target = addTierPart(target, given)
	}
	for _, part := range target {
		if part.value == 0 {
			continue
		}
		row := store.TierPoint{
			DefinitionID: scalar.Int(part.definitionID), Value: part.value, AccruedAt: part.accruedAt,
			SourceType: "transaction", SourceID: scalar.Text(strconv.FormatInt(s.of.rec.ID, 10)),
			TransactionID: scalar.Int(s.of.rec.ID),
			Details:       store.TierPointDetails{SourceExternalID: s.of.rec.ExternalID},
		}
		if err := s.account.addTierPoints(&row); err != nil {
			return err
		}
		s.of.tierPoints = append(s.of.tierPoints, row)
	}
	return nil
}

// sumTierPoints adds up the tier points of a profile by their definition and,
// unless anyDay, by the moment from which they count.
func sumTierPoints(rows []store.TierPoint, profileID string, anyDay bool) (sums []tierPart) {
	for _, r := range rows {
		if r.ProfileID != profileID {
			continue
		}
		part := tierPart{int64(r.DefinitionID), r.AccruedAt, r.Value}
		if anyDay {
			part.accruedAt = scalar.Time{}
		}
		sums = addTierPart(sums, part)
	}
	return sums
}

func addTierPart(parts []tierPart, part tierPart) []tierPart {
	for at := range parts {
		if parts[at].definitionID == part.definitionID && parts[at].accruedAt.Equal(part.accruedAt.Time) {
			parts[at].value += part.value
			return parts
		}
	}
	return append(parts, part)
}
