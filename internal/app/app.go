// Package app wires the rooms into one process. `belfry serve`, the demo and
// the end-to-end tests all start the same App.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/automation"
	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/secret"
	"github.com/belfryhq/belfry/internal/store"
)

// DefaultTenant is the tenant that a new database gets.
const DefaultTenant = "default"

// App is one Belfry process.
type App struct {
	// FirstToken is the API token of a new database, shown once; empty when the
	// database has had one.
	FirstToken string

	config          Config
	logger          *slog.Logger
	lock            io.Closer // nil where the database is shared
	db              *store.DB
	deliveries      *delivery.Dispatcher
	reactions       *reaction.Reactions
	schedule        *loyalty.Schedule
	batches         *loyalty.Batches
	automations     *automation.Automations
	metrics         *metrics
	server          *http.Server
	listener        net.Listener
	metricsServer   *http.Server // nil, and so the listener, when metrics are not served
	metricsListener net.Listener

	stopWorkers context.CancelFunc
	background  sync.WaitGroup
	failed      chan error
}

// Start opens the database, begins to answer events and to deliver, and then
// serves the API.
func Start(ctx context.Context, config Config) (_ *App, err error) {
	config, err = config.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &App{config: config, logger: config.Logger, failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.release())
		}
	}()
	if a.lock, err = lockDatabase(config.Database); err != nil {
		return nil, err
	}
	if a.db, err = store.Open(ctx, config.Database, store.Options{}); err != nil {
		return nil, err
	}
	handler, err := a.wire()
	if err != nil {
		return nil, err
	}
	a.server = newServer(handler, a.logger)
	if err := a.listen(); err != nil {
		return nil, err
	}
	// Last, because a token that is made and not shown is lost.
	if a.FirstToken, err = ensureTenant(ctx, a.db); err != nil {
		return nil, err
	}
	a.run()
	return a, nil
}

// listen takes the addresses. Who connects waits until run.
func (a *App) listen() (err error) {
	if a.listener, err = net.Listen("tcp", a.config.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if a.config.MetricsListen == "" {
		return nil
	}
	if a.metricsListener, err = net.Listen("tcp", a.config.MetricsListen); err != nil {
		return fmt.Errorf("listen for metrics: %w", err)
	}
	return nil
}

// release gives back what Start took before it failed.
func (a *App) release() error {
	var errs []error
	for _, l := range []net.Listener{a.listener, a.metricsListener} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(append(errs, a.closeDatabase())...)
}

// closeDatabase closes the database and then lets another server have it.
func (a *App) closeDatabase() error {
	var errs []error
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Close())
	}
	return errors.Join(errs...)
}

// wire builds the rooms, from the last to the first.
func (a *App) wire() (http.Handler, error) {
	box, err := openBox(a.config)
	if err != nil {
		return nil, err
	}
	guard := delivery.NewGuard(delivery.GuardOptions{
		AllowHTTP: a.config.AllowHTTP, AllowPrivate: a.config.AllowPrivate, Allow: a.config.AllowNetworks,
	})
	a.deliveries = delivery.New(delivery.Options{
		DB: a.db, Guard: guard, Secrets: box, Version: a.config.Version, Logger: a.logger,
	})
	a.reactions = reaction.New(reaction.Options{
		DB: a.db, Guard: guard, Secrets: box, Deliveries: a.deliveries, Logger: a.logger,
	})
	a.schedule = &loyalty.Schedule{DB: a.db, Logger: a.logger}
	a.batches = &loyalty.Batches{DB: a.db, Logger: a.logger}
	a.automations = &automation.Automations{DB: a.db, Reactions: a.reactions, Logger: a.logger}
	a.metrics = newMetrics(append(a.deliveries.Collectors(), waiting(a.db), newOverdue(a.db), newRuns(a.db))...)
	return api.New(api.Options{
		DB: a.db, Reactions: a.reactions, Deliveries: a.deliveries, Version: a.config.Version, Logger: a.logger,
		PublicURL: a.config.PublicURL, RateLimit: a.config.RateLimit, Observe: a.metrics.observe,
	}), nil
}

func openBox(config Config) (*secret.Box, error) {
	if config.SecretKey != "" {
		key, err := secret.ParseKey(config.SecretKey)
		if err != nil {
			return nil, fmt.Errorf("secret key: %w", err)
		}
		return secret.NewBox(key)
	}
	key, err := secret.LoadOrCreateKeyFile(filepath.Join(config.Data, keyFile))
	if err != nil {
		return nil, err
	}
	return secret.NewBox(key)
}

// newServer bounds how long a client may take over its request.
func newServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

func (a *App) run() {
	ctx, cancel := context.WithCancel(context.Background())
	a.stopWorkers = cancel
	a.deliveries.Start()
	a.background.Go(func() { a.reactions.Run(ctx) })
	a.background.Go(func() { a.schedule.Run(ctx) })
	a.background.Go(func() { a.batches.Run(ctx) })
	a.background.Go(func() { a.automations.Run(ctx) })
	a.background.Go(func() { a.tidy(ctx) })
	a.background.Go(func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve: %w", err)
		}
	})
	a.serveMetrics()
}

// URL is where the API is served.
func (a *App) URL() string { return "http://" + a.listener.Addr().String() }

// Failed receives the error that ended the server by itself.
func (a *App) Failed() <-chan error { return a.failed }

// Stop ends the process in the order of the corridor: no more requests, nothing
// more that falls due, no more events, then the deliveries under way are finished or handed back. It returns
// within the grace of the configuration.
func (a *App) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), a.config.StopGrace)
	defer cancel()
	err := a.stopServing(ctx)
	a.stopWorkers()
	a.background.Wait()
	return errors.Join(err, a.deliveries.Stop(ctx), a.closeDatabase())
}

// stopServing lets the requests under way end. They have half of the grace: a
// client that hangs must not take it all from the deliveries.
func (a *App) stopServing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.StopGrace/2)
	defer cancel()
	err := a.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		a.logger.Warn("requests were cut off that took too long")
		err = a.server.Close()
	}
	if a.metricsServer != nil {
		err = errors.Join(err, a.metricsServer.Close())
	}
	return err
}
