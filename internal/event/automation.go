package event

import "github.com/belfryhq/belfry/internal/scalar"

// AutomationContext is the context of automation.fired: the profile that the
// automation selected, as it was then, and the run that did.
type AutomationContext struct {
	ProfileContext
	Automation AutomationRef `json:"automation"`
	RunID      int64         `json:"run_id"`
	// ScheduledAt is the moment for which the profile was selected.
	ScheduledAt scalar.Time `json:"scheduled_at"`
}

// AutomationRef names an automation.
type AutomationRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func sampleAutomation() AutomationContext {
	return AutomationContext{
		ProfileContext: sampleProfile(), Automation: AutomationRef{ID: 14, Name: "Happy birthday"}, RunID: 391,
		ScheduledAt: moment("2026-09-14 23:00:00"),
	}
}
