// Package timing tells when something recurs: at moments of a cron expression,
// at an interval, or on days of the calendar, on the clock of a time zone. It
// neither waits nor runs anything.
package timing
