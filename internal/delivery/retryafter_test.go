package delivery

import (
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{"nothing", "", 0},
		{"seconds", "120", 2 * time.Minute},
		{"seconds with blanks around", " 7\t", 7 * time.Second},
		{"a date", "Sat, 28 Feb 2026 12:00:30 GMT", 30 * time.Second},
		{"a date in the form of RFC 850", "Saturday, 28-Feb-26 12:00:30 GMT", 30 * time.Second},
		{"a date in the form of asctime", "Sat Feb 28 12:00:30 2026", 30 * time.Second},
		{"a past date", "Sat, 28 Feb 2026 11:00:00 GMT", 0},
		{"a date far away", "Sat, 28 Feb 2099 12:00:00 GMT", MaxRetryAfter},
		{"more seconds than a day", "999999", MaxRetryAfter},
		{"more digits than any integer", "99999999999999999999999999999999", MaxRetryAfter},
		{"a negative number", "-5", 0},
		{"a fraction", "1.5", 0},
		{"a word", "soon", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseRetryAfter(tt.value, noon); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	f.Add("120")
	f.Add("Sat, 28 Feb 2026 12:00:30 GMT")
	f.Fuzz(func(t *testing.T, value string) {
		if got := parseRetryAfter(value, noon); got < 0 || got > MaxRetryAfter {
			t.Errorf("%q is %v", value, got)
		}
	})
}
