package demo

import (
	"context"
	"fmt"
	"time"
)

// story is one round of the shop: what happens, and who must hear of it.
func (d *demo) story(round int) []scene {
	var ada, sale struct{ ID any }
	id := func(name string) string { return fmt.Sprintf("%s-%d-%d", name, round, time.Now().UnixNano()) }
	email := id("ada") + "@example.com"
	return []scene{{
		title: "Ada Ng joins",
		do: func(ctx context.Context) error {
			return d.shop.post(ctx, "/profiles", object{
				"first_name": "Ada", "last_name": "Ng", "email": email, "tags": []string{"vip", "early bird"},
				"birth_day": 15, "birth_month": 9, "birth_year": 1985, "joined_at": "2025-01-15 00:00:00",
			}, &ada)
		},
		expect: []expectation{{crm, "profile.created"}},
	}, {
		title: "Ada buys a shirt and socks in the city store: $89.90",
		do: func(ctx context.Context) error {
			return d.shop.post(ctx, "/transactions", purchase(id("POS"), email, "M10", 89.90,
				line("Shirt", "A-1", 1, 59.90), line("Socks", "B-2", 2, 15)), &sale)
		},
		expect: []expectation{{feed, "transaction.created"}, {stock, "transaction.created"}},
	}, {
		title: "Ada buys a coat online: $240",
		do: func(ctx context.Context) error {
			return d.shop.post(ctx, "/transactions", purchase(id("WEB"), email, "WEB", 240, line("Coat", "C-3", 1, 240)), nil)
		},
		expect: []expectation{{feed, "transaction.created"}, {crm, "transaction.created"}},
	}, {
		title: "Ada brings the socks back: -$30",
		do: func(ctx context.Context) error {
			return d.shop.post(ctx, "/transactions", purchase(id("RET"), email, "M10", -30, line("Socks", "B-2", -2, 15)), nil)
		},
		expect: []expectation{{feed, "transaction.created"}, {stock, "transaction.created"}, {crm, "transaction.created"}},
	}, {
		title: "Somebody without a profile buys a hat: $19",
		do: func(ctx context.Context) error {
			return d.shop.post(ctx, "/transactions", purchase(id("ANON"), "", "M10", 19, line("Hat", "D-4", 1, 19)), nil)
		},
		expect: []expectation{{feed, "transaction.created"}, {stock, "transaction.created"}},
	}, {
		title: "The till voids the first sale",
		do: func(ctx context.Context) error {
			return d.shop.put(ctx, fmt.Sprintf("/transactions/%v", sale.ID), object{"is_void": true}, nil)
		},
		expect: []expectation{{feed, "transaction.updated"}},
	}, {
		title: "Ada moves to the gold list",
		do: func(ctx context.Context) error {
			return d.shop.put(ctx, fmt.Sprintf("/profiles/%v", ada.ID), object{"tags": []string{"vip", "gold"}}, nil)
		},
		expect: []expectation{{feed, "profile.updated"}},
	}}
}

func purchase(externalID, email, location string, total float64, items ...object) object {
	t := object{
		"external_id": externalID, "receipt_ref": externalID, "location_id": location, "total": total,
		"transacted_at": time.Now().UTC().Format(time.DateTime), "timezone": "Australia/Melbourne",
		"currency": "AUD", "systems": []string{"pos"}, "items": items,
	}
	if email != "" {
		t["profile_id"], t["profile_id_handle"] = email, "email"
	}
	return t
}

func line(name, sku string, quantity int, price float64) object {
	return object{
		"name": name, "sku": sku, "quantity": quantity, "price_sell": price, "price_current": price,
		"product_variant": object{"sku": sku, "title": name, "brand": "Belltower", "price": price},
	}
}
