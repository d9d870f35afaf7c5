package demo

import (
	"context"
	"fmt"
	"time"
)

// path is Ada's, with what follows.
func (r *round) path(rest string) string { return fmt.Sprintf("/profiles/%v%s", r.ada.ID, rest) }

// day is a moment of the week, days after Monday.
func (r *round) day(days int) time.Time { return r.monday.AddDate(0, 0, days) }

// sell records a sale to Ada and reads it into out, unless nil. redemption is
// what she redeemed for it, or nil.
func (r *round) sell(ctx context.Context, day int, till, location string, total float64, redemption, out any, items ...object) error {
	t := purchase(r.id(till), r.day(day), r.email, location, total, items...)
	if redemption != nil {
		t["redemption_id"] = redemption
	}
	return r.shop.post(ctx, "/transactions", t, out)
}

func purchase(externalID string, at time.Time, email, location string, total float64, items ...object) object {
	t := object{
		"external_id": externalID, "receipt_ref": externalID, "location_id": location, "total": total,
		"transacted_at": at.Format(time.DateTime), "timezone": "Australia/Melbourne",
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
