package webhook

// An AutomationContext is the body of automation.fired: the profile that an automation selected, and the run that did.
type AutomationContext struct {
	ProfileContext
	Automation  AutomationRef `json:"automation"`
	RunID       int64         `json:"run_id"`
	ScheduledAt Time          `json:"scheduled_at"` // the moment for which the profile was selected
}

func (*AutomationContext) carries(e Event) bool { return e == AutomationFired }

// An AutomationRef names an automation.
type AutomationRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}
