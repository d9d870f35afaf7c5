// Command belfry runs the loyalty event platform.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	_ "time/tzdata" // zones are known on machines that have no files of them

	"github.com/alecthomas/kong"
)

type cli struct {
	Serve   serveCmd         `cmd:"" help:"Run the platform: API, reactions and deliveries."`
	Demo    demoCmd          `cmd:"" help:"Run a shop, a receiver and the platform between them, and show each webhook."`
	Token   tokenCmd         `cmd:"" help:"Make, list and revoke API tokens."`
	Tenant  tenantCmd        `cmd:"" help:"Show and change the tenant: its name, time zone and currency."`
	Render  renderCmd        `cmd:"" help:"Render a template with a context, as a target would."`
	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	var c cli
	k := kong.Parse(&c,
		kong.Name("belfry"),
		kong.Description("A loyalty event platform: what happens to customers and sales becomes signed webhooks that are never lost."),
		kong.DefaultEnvars("BELFRY"),
		kong.Vars{"version": version()},
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	k.FatalIfErrorf(k.Run())
}

// version is that of the module, as `go install` or the build's VCS stamp gives
// it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}
