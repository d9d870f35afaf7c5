package demo

import (
	"context"
	"fmt"
	"time"
)

// round is one week of the shop with one new customer.
type round struct {
	*demo
	number int
	// monday is the day on which the week began; today is its Sunday.
	monday time.Time
	email  string

	// What the week has come to so far.
	ada, sale, benefit struct{ ID any }
	redemption         struct{ ID any }
}

func (d *demo) newRound(number int) *round {
	r := &round{demo: d, number: number, monday: time.Now().UTC().AddDate(0, 0, -6)}
	r.email = r.id("ada") + "@example.com"
	return r
}

// id is unique over all rounds and all demos on one database.
func (r *round) id(name string) string {
	return fmt.Sprintf("%s-%d-%d", name, r.number, time.Now().UnixNano())
}

// story is one round: what happens, and who must hear of it.
func (d *demo) story(number int) []scene {
	r := d.newRound(number)
	return []scene{{
		"Monday: Ada Ng joins", r.join,
		[]expectation{{crm, "profile.created"}},
	}, {
		"She is welcomed with a reward of $10, which its definition mails", r.welcome,
		[]expectation{{mail, "reward.issued"}},
	}, {
		"Tuesday: Ada buys a shirt and socks in the city store: $89.90", r.buyShirt,
		[]expectation{{feed, "transaction.created"}, {stock, "transaction.created"}, {wallet, "points.awarded"}},
	}, {
		"The till counts her visit", r.visit,
		[]expectation{{wallet, "achievement.progressed"}},
	}, {
		"Wednesday: Ada buys a coat online: $240, and becomes silver", r.buyCoat,
		[]expectation{{feed, "transaction.created"}, {crm, "transaction.created"}, {wallet, "points.awarded"}, {wallet, "tier.achieved"}},
	}, {
		"Thursday: silver lets her claim a free alteration", r.claim,
		[]expectation{{wallet, "benefit.issued"}},
	}, {
		"The tailor redeems it", r.alter,
		[]expectation{{wallet, "benefit.redeemed"}},
	}, {
		"Friday: at the till Ada redeems her $10", r.redeem,
		[]expectation{{wallet, "reward.redeemed"}},
	}, {
		"and pays $25 for a scarf of $35", r.buyScarf,
		[]expectation{{feed, "transaction.created"}, {stock, "transaction.created"}, {crm, "transaction.created"}, {wallet, "points.awarded"}},
	}, {
		"The till counts that visit too: she is known by name now", r.visit,
		[]expectation{{wallet, "achievement.progressed"}},
	}, {
		"Saturday: Ada brings the socks back: -$30", r.bringBack,
		[]expectation{{feed, "transaction.created"}, {stock, "transaction.created"}, {crm, "transaction.created"}},
	}, {
		"Somebody without a profile buys a hat: $19", r.sellHat,
		[]expectation{{feed, "transaction.created"}, {stock, "transaction.created"}},
	}, {
		"Sunday: the till voids the sale of the scarf", r.void,
		[]expectation{{feed, "transaction.updated"}},
	}, {
		"Ada moves to the silver list", r.relabel,
		[]expectation{{feed, "profile.updated"}},
	}}
}

func (r *round) join(ctx context.Context) error {
	return r.shop.post(ctx, "/profiles", object{
		"first_name": "Ada", "last_name": "Ng", "email": r.email, "tags": []string{"vip", "early bird"},
		"birth_day": 15, "birth_month": 9, "birth_year": 1985,
		"joined_at": r.monday.Format(time.DateTime),
	}, &r.ada)
}

func (r *round) welcome(ctx context.Context) error {
	return r.shop.post(ctx, "/rewards", object{
		"profile_id": r.ada.ID, "reward_definition_handle": welcome, "external_id": r.id("welcome"),
	}, nil)
}

func (r *round) buyShirt(ctx context.Context) error {
	return r.sell(ctx, 1, "POS", "M10", 89.90, nil, nil, line("Shirt", "A-1", 1, 59.90), line("Socks", "B-2", 2, 15))
}

func (r *round) visit(ctx context.Context) error {
	return r.shop.post(ctx, r.path("/achievements"), object{"definition": regular, "external_id": r.id("visit")}, nil)
}

func (r *round) buyCoat(ctx context.Context) error {
	return r.sell(ctx, 2, "WEB", "WEB", 240, nil, nil, line("Coat", "C-3", 1, 240))
}

func (r *round) claim(ctx context.Context) error {
	return r.shop.post(ctx, r.path("/benefits/claim"), object{"definition": alteration}, &r.benefit)
}

func (r *round) alter(ctx context.Context) error {
	return r.shop.post(ctx, r.path(fmt.Sprintf("/benefits/%v/redeem", r.benefit.ID)), object{}, nil)
}

func (r *round) redeem(ctx context.Context) error {
	return r.shop.post(ctx, r.path("/redeem"), object{
		"amount": 10, "strategies": []string{"rewards", "points"}, "strict": true, "location_id": "M10",
	}, &r.redemption)
}

func (r *round) buyScarf(ctx context.Context) error {
	return r.sell(ctx, 4, "POS", "M10", 25, r.redemption.ID, &r.sale, line("Scarf", "E-5", 1, 25))
}

func (r *round) bringBack(ctx context.Context) error {
	return r.sell(ctx, 5, "RET", "M10", -30, nil, nil, line("Socks", "B-2", -2, 15))
}

func (r *round) sellHat(ctx context.Context) error {
	return r.shop.post(ctx, "/transactions", purchase(r.id("ANON"), r.day(5), "", "M10", 19, line("Hat", "D-4", 1, 19)), nil)
}

func (r *round) void(ctx context.Context) error {
	return r.shop.put(ctx, fmt.Sprintf("/transactions/%v", r.sale.ID), object{"is_void": true}, nil)
}

func (r *round) relabel(ctx context.Context) error {
	return r.shop.put(ctx, r.path(""), object{"tags": []string{"vip", "silver"}}, nil)
}
