package store

import (
	"encoding/json"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Endpoint is where deliveries go: what a target and a webhook have in common.
type Endpoint struct {
	ID   int64
	Name string
	URL  string
	// Template is Twig. A target's gives the body, a webhook's the fields beside
	// those of the event context; empty sends the context as it is.
	Template string
	// Condition is a JSON Logic rule on the context, nil when there is none.
	Condition json.RawMessage
	// Secret is sealed with the server's key.
	Secret []byte
	// Headers are the endpoint's own; their values are sealed too.
	Headers map[string]string
	// Timeout bounds one attempt; 0 is the default.
	Timeout time.Duration
	// Schedule holds the waits before each attempt; empty is the default.
	Schedule []time.Duration
	// DisabledAt is when deliveries to it stopped; zero while they go on.
	DisabledAt     scalar.Time
	DisabledReason string
	// Version is the number of the present version.
	Version   int
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

// endpointKind tells the rows of the table endpoints apart.
type endpointKind string

const (
	kindTarget  endpointKind = "target"
	kindWebhook endpointKind = "webhook"
)

const endpointColumns = `id, name, url, template, condition, secret, headers, timeout_ms, schedule,
	disabled_at, disabled_reason, version, created_at, updated_at`

func scanEndpoint(e *Endpoint) []any {
	return []any{
		&e.ID, &e.Name, &e.URL, &e.Template, rawJSON(&e.Condition), &e.Secret, asJSON(&e.Headers),
		millis(&e.Timeout), asJSON(&e.Schedule), &e.DisabledAt, text(&e.DisabledReason), &e.Version,
		&e.CreatedAt, &e.UpdatedAt,
	}
}

// insertEndpoint stores an endpoint with the columns of its kind, and sets its
// ID and times.
func (t *Tenant) insertEndpoint(kind endpointKind, e *Endpoint, columns string, own ...any) (err error) {
	e.CreatedAt = t.Now()
	e.UpdatedAt = e.CreatedAt
	args := append([]any{
		t.ID, string(kind), e.Name, e.URL, e.Template, rawJSON(&e.Condition), e.Secret, asJSON(e.Headers),
		millis(&e.Timeout), asJSON(e.Schedule), e.DisabledAt, text(&e.DisabledReason), e.CreatedAt, e.UpdatedAt,
	}, own...)
	e.ID, err = t.insert(`INSERT INTO endpoints (tenant_id, kind, name, url, template, condition, secret, headers,
		timeout_ms, schedule, disabled_at, disabled_reason, created_at, updated_at, `+columns+`)
		VALUES (`+placeholders(len(args))+")", args...)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// updateEndpoint stores an endpoint's new state and sets UpdatedAt. set assigns
// the columns of its kind.
func (t *Tenant) updateEndpoint(kind endpointKind, e *Endpoint, set string, own ...any) error {
	e.UpdatedAt = t.Now()
	args := append([]any{
		e.Name, e.URL, e.Template, rawJSON(&e.Condition), e.Secret, asJSON(e.Headers), millis(&e.Timeout),
		asJSON(e.Schedule), e.DisabledAt, text(&e.DisabledReason), e.UpdatedAt,
	}, own...)
	err := t.execOne(`UPDATE endpoints SET name = ?, url = ?, template = ?, condition = ?, secret = ?, headers = ?,
		timeout_ms = ?, schedule = ?, disabled_at = ?, disabled_reason = ?, updated_at = ?, `+set+`
		WHERE tenant_id = ? AND kind = ? AND id = ?`, append(args, t.ID, string(kind), e.ID)...)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// LockEndpoint has every other transaction that would change or disable the
// endpoint wait until this one ends; ErrNotFound when there is none.
func (t *Tenant) LockEndpoint(id int64) error {
	return t.execOne("UPDATE endpoints SET version = version WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// deleteEndpoint removes an endpoint; its deliveries stay in the log.
func (t *Tenant) deleteEndpoint(kind endpointKind, id int64) error {
	err := t.execOne("DELETE FROM endpoints WHERE tenant_id = ? AND kind = ? AND id = ?", t.ID, string(kind), id)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// Endpoint reads one endpoint of the tenant, whatever its kind.
func (t *Tenant) Endpoint(id int64) (Endpoint, error) {
	return single(t.Tx, scanEndpoint, "SELECT "+endpointColumns+" FROM endpoints WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// Receiver is an endpoint as deliveries see it, whatever the tenant.
type Receiver struct {
	Endpoint
	TenantID int64
	// ConfigVersion is the tenant's when the endpoint was read.
	ConfigVersion int64
}

// Receiver reads the endpoint that deliveries go to; ErrNotFound when it was
// deleted.
func (tx *Tx) Receiver(id int64) (Receiver, error) {
	return single(tx, func(r *Receiver) []any {
		return append(scanEndpoint(&r.Endpoint), &r.TenantID, &r.ConfigVersion)
	}, "SELECT "+endpointColumns+`, tenant_id,
		(SELECT config_version FROM tenants WHERE tenants.id = endpoints.tenant_id)
		FROM endpoints WHERE id = ?`, id)
}

// EndpointVersion reads the config version of the tenant that an endpoint
// belongs to; ErrNotFound when the endpoint was deleted.
func (tx *Tx) EndpointVersion(id int64) (v int64, err error) {
	err = tx.get([]any{&v}, `SELECT config_version FROM tenants
		WHERE id = (SELECT tenant_id FROM endpoints WHERE endpoints.id = ?)`, id)
	return v, err
}

// DisableEndpoint stops deliveries to an endpoint and keeps why. One that is
// disabled already stays as it is.
func (tx *Tx) DisableEndpoint(id int64, reason string) error {
	n, err := tx.exec(`UPDATE endpoints SET disabled_at = ?, disabled_reason = ?
		WHERE id = ? AND disabled_at IS NULL`, tx.Now(), reason, id)
	if err != nil || n == 0 {
		return err
	}
	return tx.execOne(`UPDATE tenants SET config_version = config_version + 1
		WHERE id = (SELECT tenant_id FROM endpoints WHERE endpoints.id = ?)`, id)
}
