package loyalty

import (
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// yield is all that a transaction gives its profile in its present state. The
// zero value is that of a void one.
type yield struct {
	parts []pointPart
	takes []take
	tier  []tierPart
}

// take is what a return takes of points that the sale before it gave.
type take struct {
	instance *store.Instance
	value    scalar.Amount
}

// tierPart is tier points of one definition, 0 for none, that count from one
// moment.
type tierPart struct {
	definitionID int64
	accruedAt    scalar.Time
	value        scalar.Amount
}

// setEarners finds the definitions that sales earn points of. Where there are
// tiers and nothing says what leads to them, one unit of the currency does.
func (p *programme) setEarners(recs []store.Definition) {
	tierKind := false
	for _, rec := range recs {
		d := p.points[rec.ID]
		if rec.Kind != store.PointDefinition {
			continue
		}
		tierKind = tierKind || d.Kind == "tier" && d.EarnRate != nil
		switch {
		case !d.IsPublished || d.EarnRate == nil || *d.EarnRate == 0:
		case d.Kind == "purchase":
			p.earning = append(p.earning, d)
		case d.Kind == "tier":
			p.climbing = append(p.climbing, d)
		}
	}
	if len(p.tiers) > 0 && !tierKind {
		one := scalar.One
		p.climbing = append(p.climbing, &event.PointDefinition{Kind: "tier", EarnRate: &one})
	}
}

// earner works out what a transaction gives to the profile of an account.
type earner struct {
	*transactionChange
	account    *account
	occasion   occasion
	conditions conditions
	// data is what conditions on products look at, nil until one does.
	data []*itemData
}

func (c *transactionChange) earner(a *account) *earner {
	e := &earner{transactionChange: c, account: a, occasion: occasion{at: c.rec.TransactedAt}}
	if l, ok := c.locations[int64(c.rec.LocationID)]; ok {
		e.occasion.setLocation(l)
	}
	e.conditions = conditions{
		programme: a.programme, now: a.now, profile: func() (any, error) { return a.context() },
	}
	return e
}

// target returns what the transaction gives.
func (e *earner) target() (yield, error) {
	p := e.account.programme
	switch {
	case e.rec.IsVoid || e.rec.Net == 0 || len(p.points)+len(p.climbing) == 0:
		return yield{}, nil
	case e.rec.Net < 0:
		return e.takenBack()
	}
	var out yield
	for _, d := range p.earning {
		shares, err := e.shares(d)
		if err != nil {
			return out, err
		}
		out.parts = append(out.parts, evenOut(pointsOf(d, shares))...)
	}
	for _, d := range p.climbing {
		shares, err := e.shares(d)
		if err != nil {
			return out, err
		}
		at := p.accrual(d, e.rec.TransactedAt)
		for _, part := range evenOut(pointsOf(d, shares)) {
			out.tier = append(out.tier, tierPart{d.ID, at, part.value})
		}
	}
	return out, nil
}

// shares divides the sale by the rates for a definition's points.
func (e *earner) shares(d *event.PointDefinition) ([]share, error) {
	rates := candidates(e.account.programme.rates, d.Kind, d.Handle, e.occasion)
	plain, err := e.conditions.winner(rates, nil)
	if err != nil {
		return nil, err
	}
	if !asksProducts(rates) {
		return []share{{e.rec.Net, plain}}, nil
	}
	var items []share
	for _, i := range e.itemData() {
		rate, err := e.conditions.winner(rates, i)
		if err != nil {
			return nil, err
		}
		items = append(items, share{i.item.Quantity.Mul(i.item.PriceSell), rate})
	}
	return splitSale(e.rec.Net, items, plain), nil
}

func (e *earner) itemData() []*itemData {
	if e.data == nil {
		for _, i := range e.items {
			if !i.IsVoid {
				e.data = append(e.data, &itemData{item: i})
			}
		}
	}
	return e.data
}

// earn gives the profile of the transaction what it should have given by now,
// and takes back what it should not: nothing, when nothing changed.
func (c *transactionChange) earn(a *account) error {
	target, err := c.earner(a).target()
	if err != nil {
		return fmt.Errorf("work out points: %w", err)
	}
	return c.settleWith(a, target)
}

// settleWith makes what the transaction has given to the profile of an account
// the target.
func (c *transactionChange) settleWith(a *account, target yield) error {
	s := settlement{account: a, cause: cause{transactionID: c.rec.ID}, of: c}
	if err := s.readGiven(); err != nil {
		return err
	}
	inDebt := a.rec.PointBalance < 0
	if err := s.takes(target.takes); err != nil {
		return err
	}
	if err := s.parts(target.parts); err != nil {
		return err
	}
	if s.indebted || inDebt && s.changed {
		if err := a.recover(s.cause); err != nil {
			return err
		}
	}
	if err := s.tier(target.tier); err != nil {
		return err
	}
	return a.settle() // what is given back may have expired meanwhile
}

// source completes points that the transaction gives.
func (c *transactionChange) source(i store.Instance) store.Instance {
	i.SourceType, i.SourceID = "transaction", scalar.Text(strconv.FormatInt(c.rec.ID, 10))
	i.Details.SourceExternalID = c.rec.ExternalID
	return i
}
