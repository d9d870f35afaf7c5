package twig_test

import (
	"testing"

	"github.com/belfryhq/belfry/twig"
)

// The expected texts are those of PHP's sprintf, number_format and round.
func TestNumbersAreRoundedAsPHPRoundsThem(t *testing.T) {
	for template, want := range map[string]string{
		"{{ '%.2f'|format(86.005) }}":                  "86.00", // less than the half as a float
		"{{ '%.3f'|format(464.4905) }}":                "464.490",
		"{{ 86.005|number_format(2) }}":                "86.01",
		"{{ 1.005|round(2) }}":                         "1.01",
		"{{ 1761186174.937145|number_format(4) }}":     "1,761,186,174.9372",
		"{{ 362787922081.9045|number_format(3) }}":     "362,787,922,081.905",
		"{{ 80535295782860.05|number_format(1) }}":     "80,535,295,782,860.1",
		"{{ (-68030178904547.445)|number_format(0) }}": "-68,030,178,904,548",
	} {
		compiled, err := twig.New(twig.Options{Strategy: twig.StrategyNone}).Compile("t", template)
		if err != nil {
			t.Fatal(err)
		}
		got, err := compiled.Render(t.Context(), twig.NullValue())
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", template, got, err, want)
		}
	}
}
