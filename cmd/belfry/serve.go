package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/app"
)

// databaseFlags say where the state is kept.
type databaseFlags struct {
	Data     string `help:"Folder of the embedded database and of the key that seals secrets." default:"data" type:"path" placeholder:"DIR"`
	Database string `help:"sqlite://FILE or postgres://…; a SQLite file in the data folder when not given." placeholder:"URL"`
}

type serveCmd struct {
	databaseFlags
	Listen                string         `help:"Address of the API." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	PublicURL             string         `help:"Where clients reach the API, when a proxy stands before it: https://…" name:"public-url" placeholder:"URL"`
	SecretKey             string         `help:"Key that seals secrets: 32 bytes in hex or base64. Without it, secret.key in the data folder, made at the first start." placeholder:"KEY"`
	AllowHTTPEndpoints    bool           `help:"Let endpoints have http URLs, not https alone." name:"allow-http-endpoints"`
	AllowPrivateEndpoints bool           `help:"Let endpoints be on this machine and in private networks."`
	AllowNetwork          []netip.Prefix `help:"Let endpoints be in this network, given as CIDR; may be repeated." placeholder:"CIDR"`
	RateLimit             float64        `help:"Requests of one token in a second; 0 is no limit." default:"0" placeholder:"N"`
	MetricsListen         string         `help:"Address of the Prometheus metrics; not served when not given." placeholder:"HOST:PORT"`
	StopGrace             time.Duration  `help:"How long a stop waits for what is under way." default:"20s" placeholder:"DURATION"`
	LogFormat             string         `help:"text or json." enum:"text,json" default:"text"`
	LogLevel              slog.Level     `help:"DEBUG shows every request; INFO, WARN or ERROR less." default:"INFO" placeholder:"LEVEL"`
}

// gcPercent spends a few megabytes to collect half as often: live data is small.
const gcPercent = 200

// Run serves until the context ends.
func (c *serveCmd) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	a, err := app.Start(ctx, c.config())
	if err != nil {
		return err
	}
	fmt.Printf("belfry %s serves %s (documentation: %s/docs)\n", version(), a.URL(), a.URL())
	if a.FirstToken != "" {
		fmt.Printf("API token, shown only this once: %s\n", a.FirstToken)
	}
	select {
	case <-ctx.Done():
		return a.Stop()
	case err := <-a.Failed():
		return errors.Join(err, a.Stop())
	}
}

func (c *serveCmd) config() app.Config {
	return app.Config{
		Listen: c.Listen, PublicURL: strings.TrimSuffix(c.PublicURL, "/"), Data: c.Data, Database: c.Database, SecretKey: c.SecretKey,
		AllowHTTP: c.AllowHTTPEndpoints, AllowPrivate: c.AllowPrivateEndpoints, AllowNetworks: c.AllowNetwork,
		RateLimit: c.RateLimit, MetricsListen: c.MetricsListen, StopGrace: c.StopGrace,
		Version: version(), Logger: newLogger(c.LogFormat, c.LogLevel),
	}
}

func newLogger(format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
