package twig_test

import (
	"testing"

	"github.com/belfryhq/belfry/twig"
)

func TestDatesAreFormattedInEnglishWithoutICU(t *testing.T) {
	for template, want := range map[string]string{
		`{{ d|format_date }}`:                                      "Mar 5, 2026",
		`{{ d|format_date('short') }}`:                             "3/5/26",
		`{{ d|format_date('full') }}`:                              "Thursday, March 5, 2026",
		`{{ d|format_time('short') }}`:                             "3:07 PM",
		`{{ d|format_datetime('long', 'short') }}`:                 "March 5, 2026 at 3:07 PM",
		`{{ d|format_datetime }}`:                                  "Mar 5, 2026, 3:07:04 PM",
		`{{ d|format_date(pattern: "yyyy-MM-dd'T'HH:mm:ssXXX") }}`: "2026-03-05T15:07:04Z",
		`{{ d|format_datetime(pattern: "EEE d. MMMM ''yy, k 'o''clock'", timezone: "Australia/Perth") }}`: "Thu 5. March '26, 23 o'clock",
		`{{ d|format_datetime(pattern: "Q w D SSS Z xxx", timezone: "Asia/Tokyo", locale: 'en_AU') }}`:    "1 10 65 000 +0900 +09:00",
	} {
		got, err := render(t, twig.Options{}, template, `{"d": "2026-03-05 15:07:04"}`)
		if err != nil || got != want {
			t.Errorf("%s\n got %q, %v\nwant %q", template, got, err, want)
		}
	}
	if _, err := render(t, twig.Options{}, `{{ d|format_date(locale: 'fr') }}`, `{}`); err == nil {
		t.Error("French needs ICU")
	}
}
