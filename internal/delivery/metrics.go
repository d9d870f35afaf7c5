package delivery

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is what an operator sees of deliveries. Nothing is labelled by endpoint: there can be many thousands.
type metrics struct {
	attempts *prometheus.CounterVec
	ended    *prometheus.CounterVec
	duration prometheus.Histogram
	latency  prometheus.Histogram
	held     prometheus.GaugeFunc
	lanes    prometheus.GaugeFunc
}

func newMetrics(s *lanes) *metrics {
	seconds := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	return &metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "belfry_delivery_attempts_total", Help: "Requests to endpoints, by what they came to.",
		}, []string{"outcome"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "belfry_deliveries_total", Help: "Deliveries that ended: delivered, or dead.",
		}, []string{"state"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "belfry_delivery_attempt_seconds", Help: "From the start of a request to the headers of its answer.",
			Buckets: seconds,
		}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "belfry_delivery_latency_seconds", Help: "From the making of a delivery to the answer that ended it well.",
			Buckets: append(seconds, 300, 1800, 7200, 86400),
		}),
		held: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "belfry_deliveries_held", Help: "Deliveries that this process has claimed and not finished.",
		}, func() float64 { _, held := s.load(); return float64(held) }),
		lanes: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "belfry_delivery_lanes", Help: "Endpoints that this process keeps in memory.",
		}, func() float64 { lanes, _ := s.load(); return float64(lanes) }),
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.attempts, m.ended, m.duration, m.latency, m.held, m.lanes}
}

func (m *metrics) attempted(j job, result Result, next Transition, now time.Time) {
	m.attempts.WithLabelValues(string(result.Kind)).Inc()
	m.duration.Observe(result.Duration.Seconds())
	switch next.State {
	case Delivered:
		m.latency.Observe(now.Sub(j.CreatedAt.Time).Seconds())
		m.ended.WithLabelValues(string(Delivered)).Inc()
	case Dead:
		m.ended.WithLabelValues(string(Dead)).Inc()
	}
}
