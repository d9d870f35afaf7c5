package twig_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/twig"
)

// conformanceCase is one case of the shared suite: templates, the data they
// are rendered with, and what PHP's Twig makes of them.
type conformanceCase struct {
	Name      string            `json:"name"`
	Kind      string            `json:"kind"` // render or error
	Templates map[string]string `json:"templates"`
	Data      json.RawMessage   `json:"data"`
	Globals   json.RawMessage   `json:"globals"`
	Expected  string            `json:"expected"`
	Config    struct {
		Autoescape any   `json:"autoescape"`
		Strict     *bool `json:"strict_variables"`
	} `json:"config"`
}

func TestTwigRendersWhatPHPTwigRenders(t *testing.T) {
	for _, file := range []string{"webhook.json", "official.json"} {
		t.Run(file, func(t *testing.T) {
			for _, c := range readCases(t, file) {
				t.Run(c.Name, func(t *testing.T) { checkCase(t, c) })
			}
		})
	}
}

func readCases(t *testing.T, file string) []conformanceCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "twig", file))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared conformance suite is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformanceCase
	if json.Unmarshal(data, &cases) == nil {
		return cases
	}
	var suite struct {
		Context json.RawMessage   `json:"context"`
		Cases   []conformanceCase `json:"cases"`
	}
	if err := json.Unmarshal(data, &suite); err != nil {
		t.Fatal(err)
	}
	for i := range suite.Cases {
		if string(suite.Cases[i].Data) == `"$CTX"` {
			suite.Cases[i].Data = suite.Context
		}
	}
	return suite.Cases
}

func checkCase(t *testing.T, c conformanceCase) {
	options := twig.Options{
		Strategy: twig.StrategyHTML, StrictVariables: true, Templates: c.Templates, Globals: globals(t, c.Globals),
	}
	switch s := c.Config.Autoescape.(type) {
	case string:
		options.Strategy = s
	case bool:
		options.Strategy = twig.StrategyNone
	}
	if c.Config.Strict != nil {
		options.StrictVariables = *c.Config.Strict
	}
	got, err := renderCase(t, twig.New(options), c)
	if c.Kind == "error" {
		if err == nil {
			t.Errorf("rendered %q, want an error", got)
		} else {
			t.Log(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Trim(got, "\n "), strings.Trim(c.Expected, "\n "); got != want {
		t.Errorf("got:\n%q\nwant:\n%q", got, want)
	}
}

func renderCase(t *testing.T, env *twig.Env, c conformanceCase) (string, error) {
	t.Helper()
	template, err := env.Compile("index.twig", c.Templates["index.twig"])
	if err != nil {
		return "", err
	}
	data := twig.NullValue()
	if len(c.Data) > 0 {
		if data, err = twig.ParseJSON(c.Data); err != nil {
			t.Fatal(err)
		}
	}
	out, err := template.Render(context.Background(), data)
	return string(out), err
}

func globals(t *testing.T, raw json.RawMessage) map[string]twig.Value {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	v, err := twig.ParseJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]twig.Value{}
	for i := range v.Array().Len() {
		name, value := v.Array().At(i)
		all[name.String()] = value
	}
	return all
}
