package api

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/store"
)

// prefix is where API v3 lives.
const prefix = "/api/v3"

// DefaultMaxBody bounds a request body where Options name no bound: 1 MiB.
const DefaultMaxBody = 1 << 20

// Options is what the API needs from the house. DB, Reactions and Deliveries are
// required.
type Options struct {
	DB         *store.DB
	Reactions  *reaction.Reactions
	Deliveries *delivery.Dispatcher
	// Version is shown by /api/health and in the OpenAPI document.
	Version string
	// Logger gets the faults of the server, and every request at the level of
	// debugging; slog.Default when nil.
	Logger *slog.Logger
	// Now is the clock of token expiry and rate limits; time.Now when nil.
	Now func() time.Time
	// PublicURL is the address that links in lists begin with, without a slash
	// at its end. Empty takes it from each request.
	PublicURL string
	// MaxBody bounds a request body in bytes; DefaultMaxBody when 0.
	MaxBody int64
	// RateLimit bounds the requests of one token in a second; 0 is no bound.
	RateLimit float64
	// Ready says why the server cannot take requests; the database's own answer
	// when nil.
	Ready func(context.Context) error
	// Observe, when set, is told of every request that an operation answered.
	// route is the operation's path with its parameters unfilled.
	Observe func(method, route string, status int, took time.Duration)
}

// Server is the API as an http.Handler. It is safe for concurrent use.
type Server struct {
	opts   Options
	db     *store.DB
	log    *slog.Logger
	mux    *http.ServeMux
	huma   huma.API
	limits *limiter
}

// New builds the API with every operation. It panics when two operations clash,
// which a test would show.
func New(o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Ready == nil {
		o.Ready = o.DB.Ping
	}
	mux := http.NewServeMux()
	s := &Server{
		opts:   o,
		db:     o.DB,
		log:    o.Logger,
		mux:    mux,
		huma:   humago.New(mux, documentConfig(o.Version)),
		limits: newLimiter(o.RateLimit, o.Now),
	}
	s.resources()
	s.mountHealth()
	s.mountDocs()
	return s
}

// resources lists everything that API v3 serves.
func (s *Server) resources() {
	s.profiles()
	s.identities()
	s.attributes()
	s.labels()
	s.addresses()
	s.statuses()
	s.locations()
	s.transactions()
	s.programme()
	s.points()
	s.tiers()
	s.schedules()
	s.batches()
	s.achievements()
	s.rewards()
	s.redemptions()
	s.ledgers()
	s.benefits()
	s.allocations()
	s.targets()
	s.webhooks()
	s.triggers()
	s.automations()
	s.events()
	s.actionHistory()
	s.deliveries()
	s.auth()
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{ResponseWriter: w, server: s, id: requestID(r), started: time.Now()}
	w.Header().Set("X-Request-Id", c.id)
	defer c.finish()
	defer func() {
		if v := recover(); v != nil {
			s.panicked(c, v)
		}
	}()
	s.mux.ServeHTTP(c, r)
}

// panicked answers a request whose operation panicked and keeps the server up.
func (s *Server) panicked(c *call, v any) {
	if v == http.ErrAbortHandler {
		panic(v)
	}
	s.log.Error("panic", "panic", v, "request_id", c.id, "stack", string(debug.Stack()))
	if c.status == 0 {
		c.matched = true
		c.refuse(&refusal{status: http.StatusInternalServerError, message: serverError})
	}
}
