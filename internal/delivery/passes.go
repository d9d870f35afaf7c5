package delivery

import "time"

// The passes that follow the fast attempts of a schedule.
const (
	hourlyAttempts = 24
	dailyAttempts  = 7
)

// Passes returns the schedule of a webhook: the attempts of DefaultPolicy up to half an hour, then, each if it is asked
// for, one an hour for a day and one a day for a week.
func Passes(hourly, daily bool) []time.Duration {
	var schedule []time.Duration
	for _, wait := range DefaultPolicy().Schedule {
		if wait < time.Hour {
			schedule = append(schedule, wait)
		}
	}
	if hourly {
		schedule = appendWaits(schedule, time.Hour, hourlyAttempts)
	}
	if daily {
		schedule = appendWaits(schedule, 24*time.Hour, dailyAttempts)
	}
	return schedule
}

func appendWaits(schedule []time.Duration, wait time.Duration, n int) []time.Duration {
	for range n {
		schedule = append(schedule, wait)
	}
	return schedule
}
