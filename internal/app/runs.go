package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// overdueAfter is how long after its time a run may begin before it counts as
// overdue: workers look once a second.
const overdueAfter = 10 * time.Second

// runs measures the automations.
type runs struct {
	db               *store.DB
	running, overdue *prometheus.Desc
}

func newRuns(db *store.DB) *runs {
	return &runs{
		db:      db,
		running: prometheus.NewDesc("belfry_automation_runs_running", "Runs of automations that are under way.", nil, nil),
		overdue: prometheus.NewDesc("belfry_automation_runs_overdue",
			"Automations whose time came more than ten seconds ago and that have not begun to run.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (r *runs) Describe(ch chan<- *prometheus.Desc) {
	ch <- r.running
	ch <- r.overdue
}

// Collect implements prometheus.Collector.
func (r *runs) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	var running, late int
	err := r.db.View(ctx, func(tx *store.Tx) (err error) {
		running, late, err = tx.AutomationLoad(scalar.At(tx.Now().Add(-overdueAfter)))
		return err
	})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(r.running, err)
		return
	}
	ch <- prometheus.MustNewConstMetric(r.running, prometheus.GaugeValue, float64(running))
	ch <- prometheus.MustNewConstMetric(r.overdue, prometheus.GaugeValue, float64(late))
}
