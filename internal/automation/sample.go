package automation

import (
	"errors"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// QuerySampleInput is a selection to be tried.
type QuerySampleInput struct {
	Query     string          `json:"query" required:"true" doc:"One of those at /automations/queries."`
	Arguments []QueryArgument `json:"arguments,omitempty" doc:"What the query takes."`
	Now       scalar.Time     `json:"now,omitzero" doc:"The moment for which profiles are selected: the present when not given."`
	Timezone  scalar.Text     `json:"timezone,omitempty" doc:"The IANA zone of the days that the query counts: the tenant's when not given."`
}

// QuerySample is what a selection finds.
type QuerySample struct {
	Rows  []event.ProfileContext `json:"rows" doc:"The first ten profiles, as the actions would get them."`
	Count int                    `json:"count" doc:"How many were found, at most 10000 and within two seconds."`
	// IsComplete is false when there may be more.
	IsComplete bool `json:"is_complete" doc:"False when the count ended before all profiles were looked at."`
}

const (
	sampleRows  = 10
	sampleCount = 10_000
	sampleTime  = 2 * time.Second
	samplePage  = 256
)

// Try returns the first profiles of a selection and counts them, within bounds.
func Try(t *store.Tenant, in QuerySampleInput) (QuerySample, error) {
	out := QuerySample{Rows: []event.ProfileContext{}}
	var bad problem.Invalid
	query, args, err := check(t, &bad, in.Query, in.Arguments)
	if err != nil {
		return out, err
	}
	zone := Timing{Timezone: in.Timezone, Schedule: &Schedule{At: t.Now()}}
	c, err := zone.clock(t, &bad)
	if err != nil {
		return out, err
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	at, err := momentOf(t, in.Now)
	if err != nil {
		return out, err
	}
	s, err := query.build(moment{at.In(c.zone)}, args)
	if err != nil {
		return out, err
	}
	begun := time.Now()
	for cursor := ""; time.Since(begun) < sampleTime && out.Count < sampleCount; {
		p, err := t.SelectProfiles(s.Selection, cursor, scanSize, samplePage)
		if err != nil {
			return out, err
		}
		for _, id := range p.IDs {
			if err := out.take(t, &s, id, at); err != nil {
				return out, err
			}
			if time.Since(begun) >= sampleTime || out.Count == sampleCount {
				return out, nil
			}
		}
		if cursor = p.Last; cursor == "" {
			out.IsComplete = true
			break
		}
	}
	return out, nil
}

// take counts a profile if it is selected.
func (out *QuerySample) take(t *store.Tenant, s *selection, id string, at scalar.Time) error {
	if s.keep == nil && len(out.Rows) == sampleRows {
		out.Count++
		return nil
	}
	p, selected, err := s.profile(t, id, at)
	var gone *problem.NotFound
	if errors.As(err, &gone) || err == nil && !selected {
		return nil
	}
	if err != nil {
		return err
	}
	out.Count++
	if len(out.Rows) < sampleRows {
		out.Rows = append(out.Rows, p)
	}
	return nil
}
