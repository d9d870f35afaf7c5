package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/belfryhq/belfry/internal/app"
	"github.com/belfryhq/belfry/internal/demo"
)

type demoCmd struct {
	Data  string        `help:"Folder to keep the database in; a temporary one when not given." type:"path" placeholder:"DIR"`
	Token string        `help:"API token of a folder that has been used before." placeholder:"TOKEN"`
	Once  bool          `help:"End when every expected webhook has arrived verified; exit 1 when one has not."`
	Pause time.Duration `help:"Wait between two things that happen in the shop." default:"1s" placeholder:"DURATION"`
}

// Run plays the demo until the context ends, or once.
func (c *demoCmd) Run(ctx context.Context) (err error) {
	if c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "belfry-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Data)) }()
	}
	if c.Once {
		c.Pause = 0
	}
	return demo.Run(ctx, demo.Options{
		App:   app.Config{Data: c.Data, Version: version(), Logger: newLogger("text", slog.LevelWarn)},
		Token: c.Token, Once: c.Once, Pause: c.Pause, Out: os.Stdout,
	})
}
