package api

import (
	"context"
	"net/http"
	"time"
)

// readyTimeout bounds how long /readyz waits for the database.
const readyTimeout = 2 * time.Second

// Health is what /api/health, /livez and /readyz answer.
type Health struct {
	Status  string `json:"status" enum:"ok,unavailable"`
	Version string `json:"version,omitempty"`
}

// mountHealth serves the probes. /livez says that the process runs; /readyz and
// /api/health that it can take requests.
func (s *Server) mountHealth() {
	s.public("GET /livez", func(c *call) { c.health(http.StatusOK, Health{Status: "ok"}) })
	s.public("GET /readyz", s.ready)
	s.public("GET /api/health", s.ready)
}

func (s *Server) ready(c *call) {
	ctx, cancel := context.WithTimeout(c.request.Context(), readyTimeout)
	defer cancel()
	if err := s.opts.Ready(ctx); err != nil {
		s.log.Warn("not ready", "error", err, "request_id", c.id)
		c.health(http.StatusServiceUnavailable, Health{Status: "unavailable", Version: s.opts.Version})
		return
	}
	c.health(http.StatusOK, Health{Status: "ok", Version: s.opts.Version})
}

func (c *call) health(status int, h Health) {
	body, err := encode(h)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	c.answer(status, body)
}
