package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// overdueBound is how far a scrape counts the accounts that are overdue.
const overdueBound = 10_000

// overdue measures how far the schedule lags behind.
type overdue struct {
	db               *store.DB
	accounts, oldest *prometheus.Desc
}

func newOverdue(db *store.DB) *overdue {
	return &overdue{
		db: db,
		accounts: prometheus.NewDesc("belfry_schedule_overdue_accounts",
			"Accounts with something due, counted up to 10000.", nil, nil),
		oldest: prometheus.NewDesc("belfry_schedule_overdue_seconds",
			"For how long the first of them has been due.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (o *overdue) Describe(ch chan<- *prometheus.Desc) {
	ch <- o.accounts
	ch <- o.oldest
}

// Collect implements prometheus.Collector.
func (o *overdue) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	var n int
	var since, now scalar.Time
	err := o.db.View(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now()
		n, since, err = tx.Overdue(overdueBound)
		return err
	})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(o.accounts, err)
		return
	}
	lag := 0.0
	if !since.IsZero() {
		lag = now.Sub(since.Time).Seconds()
	}
	ch <- prometheus.MustNewConstMetric(o.accounts, prometheus.GaugeValue, float64(n))
	ch <- prometheus.MustNewConstMetric(o.oldest, prometheus.GaugeValue, lag)
}
