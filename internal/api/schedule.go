package api

import (
	"net/http"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
)

// ScheduleRunInput says until when the schedule is to run.
type ScheduleRunInput struct {
	Now scalar.Time `json:"now" doc:"the present when it is not given; a later moment travels in time"`
}

// schedules serves the run by hand of what falls due. It takes no
// Idempotency-Key: it is many transactions, and a second run finds nothing due.
func (s *Server) schedules() {
	r := s.resource("Schedule", "What falls due by itself.")
	rt := on("POST /schedule/run", "run-schedule", "Run the schedule",
		"Does everything that falls due until now: points become usable and expire, notices are given, tiers have their "+
			"anniversaries. A now in the future does what would happen until then, and cannot be undone.")
	op := r.operation(rt, bodySchema[ScheduleRunInput](r), dataSchema[loyalty.ScheduleRun](r), http.StatusOK)
	r.mount(rt, op, func(c *call) error {
		var in ScheduleRunInput
		if err := c.decode(&in); err != nil {
			return err
		}
		schedule := loyalty.Schedule{DB: s.db, Logger: s.log}
		run, err := schedule.RunUntil(c.request.Context(), c.actor(), in.Now)
		if err != nil {
			return err
		}
		return c.answerData(http.StatusOK, run)
	})
}
