package reaction

import (
	"log/slog"
	"sync"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/secret"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/twig"
)

// Fallback names the member in which filters and templates look a name up that
// the context's root lacks: the profile of an object's event.
const Fallback = "profile"

// Options is what reactions need from the house.
type Options struct {
	DB *store.DB
	// Guard decides which URLs a target may have.
	Guard *delivery.Guard
	// Secrets seals the targets' signing secrets.
	Secrets *secret.Box
	// Deliveries takes what is to be sent.
	Deliveries *delivery.Dispatcher
	Logger     *slog.Logger
	// MaxDepth bounds the events between a request and one that triggers answer;
	// DefaultMaxDepth when it is 0.
	MaxDepth int
}

// DefaultMaxDepth is how many events may lie between a request and one that
// triggers answer, so that triggers that cause one another come to an end.
const DefaultMaxDepth = 5

// Reactions keeps a tenant's targets, webhooks and triggers and runs them. It is safe for
// concurrent use.
type Reactions struct {
	Options
	twig *twig.Env

	mu    sync.Mutex
	rules map[int64]*ruleset // by tenant
}

// New returns reactions that answer the database's events once Run is called.
func New(o Options) *Reactions {
	if o.MaxDepth == 0 {
		o.MaxDepth = DefaultMaxDepth
	}
	return &Reactions{
		Options: o,
		twig:    twig.New(twig.Options{Fallback: Fallback}),
		rules:   map[int64]*ruleset{},
	}
}
