package delivery

import (
	"net/http"
	"strings"
	"time"
)

// parseRetryAfter reads a Retry-After header (RFC 9110, 10.2.3) in either form, seconds or a date, as a pause from
// now on. What is malformed, past or zero is 0; what is longer than MaxRetryAfter is MaxRetryAfter.
func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.Trim(value, " \t")
	if value == "" {
		return 0
	}
	if seconds, ok := parseDigits(value); ok {
		return min(time.Duration(seconds)*time.Second, MaxRetryAfter)
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, min(date.Sub(now), MaxRetryAfter))
}

// parseDigits reads a decimal number and stops counting at a year of seconds, so that no number of digits overflows.
func parseDigits(s string) (n int64, ok bool) {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+int64(c-'0'), 365*24*60*60)
	}
	return n, true
}
