package api

import (
	"strings"
	"testing"
)

func TestAPagerShowsTheEndsAndThePagesAroundThePresentOne(t *testing.T) {
	for _, tt := range []struct {
		current, last int
		want          string
	}{
		{1, 1, "[1]"},
		{3, 13, "1 2 [3] 4 5 6 7 8 9 10 11 12 13"},
		{1, 14, "[1] 2 3 4 5 6 7 8 9 10 ... 13 14"},
		{7, 14, "1 2 3 4 5 6 [7] 8 9 10 ... 13 14"},
		{10, 20, "1 2 ... 7 8 9 [10] 11 12 13 ... 19 20"},
		{14, 20, "1 2 ... 11 12 13 [14] 15 16 17 18 19 20"},
		{20, 20, "1 2 ... 11 12 13 14 15 16 17 18 19 [20]"},
	} {
		var shown []string
		for _, b := range (pager{size: 1, current: tt.current, last: tt.last}).buttons() {
			label := b.Label
			if b.Active {
				label = "[" + label + "]"
			}
			if (b.URL == nil) != (label == "..." || strings.HasPrefix(label, "&laquo") && tt.current == 1 ||
				strings.HasPrefix(label, "Next") && tt.current == tt.last) {
				t.Errorf("page %d of %d: %s has the URL %v", tt.current, tt.last, label, b.URL)
			}
			shown = append(shown, label)
		}
		if got := strings.Join(shown[1:len(shown)-1], " "); got != tt.want {
			t.Errorf("page %d of %d: %s, want %s", tt.current, tt.last, got, tt.want)
		}
	}
}
