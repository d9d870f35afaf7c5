package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/twig"
)

type renderCmd struct {
	Template string `arg:"" help:"File with the Twig template; - reads it from standard input."`
	Context  string `help:"File with the event context as JSON." type:"existingfile" placeholder:"FILE"`
	Event    string `help:"Take the sample context of this event type." placeholder:"TYPE"`
	Strict   bool   `help:"Make unknown variables errors."`
	Strategy string `help:"How what is printed is escaped; false does not escape." enum:"json,html,js,css,url,html_attr,name,false" default:"json"`
}

// Run prints the rendered body.
func (c *renderCmd) Run(ctx context.Context) error {
	source, name, err := c.source()
	if err != nil {
		return err
	}
	data, err := c.data()
	if err != nil {
		return err
	}
	env := twig.New(twig.Options{Strategy: c.Strategy, StrictVariables: c.Strict, Fallback: reaction.Fallback})
	template, err := env.Compile(name, source)
	if err != nil {
		return err
	}
	render := template.Render
	if c.Strategy == twig.StrategyJSON {
		render = template.RenderJSON
	}
	body, err := render(ctx, data)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(bytes.TrimSuffix(body, []byte("\n")), '\n'))
	return err
}

func (c *renderCmd) source() (source, name string, err error) {
	if c.Template == "-" {
		text, err := io.ReadAll(os.Stdin)
		return string(text), "stdin", err
	}
	text, err := os.ReadFile(c.Template)
	return string(text), c.Template, err
}

// data is the context that the flags name: of a file, or else of a sample.
func (c *renderCmd) data() (twig.Value, error) {
	switch {
	case c.Context != "" && c.Event != "":
		return twig.Value{}, errors.New("give --context or --event, not both")
	case c.Context != "":
		text, err := os.ReadFile(c.Context)
		if err != nil {
			return twig.Value{}, err
		}
		data, err := twig.ParseJSON(text)
		if err != nil {
			return data, fmt.Errorf("%s: %w", c.Context, err)
		}
		return data, nil
	case c.Event != "":
		return sampleOf(c.Event)
	}
	return twig.ParseJSON([]byte("{}"))
}

func sampleOf(name string) (twig.Value, error) {
	typ, ok := event.Canonical(name)
	if !ok {
		return twig.Value{}, fmt.Errorf("there is no event %q; there are %s", name, event.Names())
	}
	for _, e := range event.Catalogue() {
		if e.Type == typ {
			text, err := json.Marshal(e.Sample)
			if err != nil {
				return twig.Value{}, err
			}
			return twig.ParseJSON(text)
		}
	}
	return twig.Value{}, fmt.Errorf("%s has no sample", typ)
}
