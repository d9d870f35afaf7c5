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
	OpenText(sealed string) (string, error)
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
	stored, err := tx.Receiver(id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, errDeleted
	case err != nil:
		return nil, fmt.Errorf("read endpoint %d: %w", id, err)
	}
	return d.configure(stored), nil
}

func (d *Dispatcher) configure(stored store.Receiver) *config {
	c := &config{
		version:  stored.ConfigVersion,
		tenantID: stored.TenantID,
		policy:   DefaultPolicy(),
		disabled: !stored.DisabledAt.IsZero(),
	}
	if len(stored.Schedule) > 0 {
		c.policy.Schedule = stored.Schedule
	}
	options := EndpointOptions{URL: stored.URL, Timeout: stored.Timeout}
	secret, err := d.secret(stored.Secret)
	if err == nil {
		options.Secrets = []webhook.Secret{secret}
		options.Headers, err = d.openHeaders(stored.Headers)
	}
	if err != nil {
		d.logger.ErrorContext(context.Background(), "open the secrets of an endpoint", "endpoint", stored.ID, "error", err)
		options.Secrets = nil // it can send nothing, and says so
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

func (d *Dispatcher) openHeaders(sealed map[string]string) (map[string]string, error) {
	headers := make(map[string]string, len(sealed))
	for name, value := range sealed {
		var err error
		if headers[name], err = d.secrets.OpenText(value); err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
	}
	return headers, nil
}
