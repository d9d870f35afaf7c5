package twig_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/belfryhq/belfry/twig"
)

// goldenCase is a template with the output that PHP's Twig 3.5.1 gave.
type goldenCase struct {
	Templates map[string]string `json:"templates"`
	Strategy  string            `json:"strategy"`
	Expected  string            `json:"expected"`
}

func TestTemplatesRenderAsPHPTwigRenderedThem(t *testing.T) {
	data, err := os.ReadFile("testdata/oracle/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	context, err := os.ReadFile("testdata/oracle/context.json")
	if err != nil {
		t.Fatal(err)
	}
	v := parse(t, string(context))
	for _, c := range cases {
		env := twig.New(twig.Options{Strategy: c.Strategy, Templates: c.Templates})
		compiled, err := env.Compile("index.twig", c.Templates["index.twig"])
		if err != nil {
			t.Errorf("%s\n%v", c.Templates["index.twig"], err)
			continue
		}
		got, err := compiled.Render(t.Context(), v)
		if err != nil || string(got) != c.Expected {
			t.Errorf("%s\n got %q, %v\nwant %q", c.Templates["index.twig"], got, err, c.Expected)
		}
	}
}
