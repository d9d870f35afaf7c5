package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/belfryhq/belfry/internal/rig"
)

// customers is how many profiles buy in turns.
const customers = 500

// shop is the programme and the sales that are recorded in it.
type shop struct {
	client   *rig.Client
	tills    *tills
	target   int64
	profiles []string
	sales    atomic.Int64
}

func newShop(address, token string) *shop {
	return &shop{
		client:   rig.NewClient(address, token, 8),
		tills:    &tills{address: address, token: token},
		profiles: make([]string, customers),
	}
}

func (s *shop) close() {
	s.client.Close()
	s.tills.close()
}

// template is of the ordinary kind: some fields, a condition and a loop.
const template = `{
  "external_id": "{{ external_id }}",
  "customer": {"id": "{{ profile.id }}", "name": "{{ profile.first_name }} {{ profile.last_name }}"},
  "total": {{ total | number_format(2, '.', '') }},
  "spend_12m": {{ profile.aggregations.spend_12m }},
  "level": "{% if profile.aggregations.spend_12m > 1000 %}gold{% else %}standard{% endif %}",
  "lines": [{% for item in items %}{"sku": "{{ item.sku }}", "quantity": {{ item.quantity }}}{% if not loop.last %}, {% endif %}{% endfor %}]
}`

// setUp makes a location, a target with its triggers, and the customers.
func (s *shop) setUp(ctx context.Context, url string, triggers, clients int) error {
	location := rig.Object{"name": "City store", "external_id": "M10", "timezone": "Australia/Melbourne"}
	if err := s.client.Do(ctx, "POST", "/locations", "", location, nil); err != nil {
		return err
	}
	var target struct{ Data struct{ ID int64 } }
	err := s.client.Do(ctx, "POST", "/targets", "", rig.Object{
		"name": "Sink", "handle": "sink", "url": url, "template": template,
	}, &target)
	if err != nil {
		return err
	}
	s.target = target.Data.ID
	for n := range triggers {
		if err := s.addTrigger(ctx, fmt.Sprintf("trigger %d", n)); err != nil {
			return err
		}
	}
	return s.join(ctx, clients)
}

func (s *shop) addTrigger(ctx context.Context, name string) error {
	return s.client.Do(ctx, "POST", "/triggers", "", rig.Object{
		"name": name, "trigger": "transaction.created", "is_active": true, "actions": []rig.Object{
			{"name": "filter", "sort_order": 1, "arguments": []rig.Object{
				{"name": "condition", "value": rig.Object{">": []any{rig.Object{"var": "total"}, 0}}},
			}},
			{"name": "target.send", "sort_order": 2, "arguments": []rig.Object{{"name": "target", "value": "sink"}}},
		},
	}, nil)
}

// join makes the customers.
func (s *shop) join(ctx context.Context, clients int) error {
	var wg sync.WaitGroup
	errs := make([]error, clients)
	for c := range clients {
		wg.Go(func() {
			for n := c; n < customers && errs[c] == nil; n += clients {
				var profile struct{ Data struct{ ID string } }
				errs[c] = s.client.Do(ctx, "POST", "/profiles", "", rig.Object{
					"first_name": "Ada", "last_name": fmt.Sprintf("Ng %d", n), "email": fmt.Sprintf("ada%d@example.com", n),
					"tags": []string{"vip", "early-bird"}, "birth_day": 15, "birth_month": 9, "birth_year": 1985,
				}, &profile)
				s.profiles[n] = profile.Data.ID
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// nextSale names a sale that was not made before.
func (s *shop) nextSale() string { return fmt.Sprintf("POS-%d", s.sales.Add(1)) }

// sell records a sale to one of the customers.
func (s *shop) sell(ctx context.Context, externalID string) error {
	return s.tills.sell(ctx, externalID, s.customer(externalID))
}

// customer spreads the sales over the profiles.
func (s *shop) customer(externalID string) string {
	n := 0
	for _, c := range externalID {
		n = n*31 + int(c)
	}
	return s.profiles[n%customers]
}

// hold stops the deliveries to the sink, or lets them go on.
func (s *shop) hold(ctx context.Context, stop bool) error {
	return s.client.Do(ctx, "PUT", fmt.Sprintf("/targets/%d", s.target), "", rig.Object{"is_active": !stop}, nil)
}

// awaitPending waits until so many deliveries are held back.
func (s *shop) awaitPending(ctx context.Context, n int) error {
	query := url.Values{"filter[state]": {"pending"}, "page[size]": {"1"}}.Encode()
	for {
		var page struct{ Meta struct{ Total int } }
		if err := s.client.Do(ctx, "GET", "/deliveries?"+query, "", nil, &page); err != nil {
			return err
		}
		if page.Meta.Total >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
