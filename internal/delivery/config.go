package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/webhook"
)

// Opener opens what was sealed with the server's key.
type Opener interface {
	Open(sealed []byte) ([]byte, error)
}

// config is what a lane knows of its endpoint, as of one version of its tenant's configuration.
type config struct {
	version  int64
	tenantID int64
	endpoint *Endpoint
	policy   Policy
	disabled bool
}

// errDeleted says that deliveries wait for an endpoint that is no more.
var errDeleted = errors.New("the endpoint was deleted")

// refresh returns the endpoint's configuration as the transaction sees it: known, when nothing has changed since.
func (d *Dispatcher) refresh(tx *store.Tx, id int64, known *config) (*config, error) {
	if known != nil {
		version, err := tx.EndpointVersion(id)
		if err == nil && version == known.version && !known.disabled {
			return known, nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("read the version of endpoint %d: %w", id, err)
		}
	}
	stored, err := tx.Endpoint(id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, errDeleted
	case err != nil:
		return nil, fmt.Errorf("read endpoint %d: %w", id, err)
	}
	return d.configure(stored), nil
}

func (d *Dispatcher) configure(stored store.Endpoint) *config {
	c := &config{
		version:  stored.ConfigVersion,
		tenantID: stored.TenantID,
		policy:   DefaultPolicy(),
		disabled: !stored.DisabledAt.IsZero(),
	}
	if len(stored.Schedule) > 0 {
		c.policy.Schedule = stored.Schedule
	}
	options := EndpointOptions{URL: stored.URL, Headers: stored.Headers, Timeout: stored.Timeout}
	secret, err := d.secret(stored.Secret)
	if err != nil {
		d.logger.ErrorContext(context.Background(), "open the secret of an endpoint", "endpoint", stored.ID, "error", err)
	} else {
		options.Secrets = []webhook.Secret{secret}
	}
	c.endpoint = NewEndpoint(d.guard, options)
	return c
}

func (d *Dispatcher) secret(sealed []byte) (webhook.Secret, error) {
	plain, err := d.secrets.Open(sealed)
	if err != nil {
		return webhook.Secret{}, fmt.Errorf("open: %w", err)
	}
	return webhook.ParseSecret(string(plain))
}
