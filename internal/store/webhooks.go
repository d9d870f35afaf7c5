package store

// Webhook is an endpoint that gets every event of one type.
type Webhook struct {
	Endpoint
	// Event is the type, canonical where it is of the catalogue.
	Event string
	// Namespace names the integration behind it: what that caused itself it does
	// not get.
	Namespace string
	// Queue is high, default or low.
	Queue string
	// RetryHourly and RetryDaily have the schedule go on for a day and a week.
	RetryHourly bool
	RetryDaily  bool
}

const webhookColumns = endpointColumns + ", event, namespace, queue, retry_hourly, retry_daily"

func scanWebhook(w *Webhook) []any {
	return append(scanEndpoint(&w.Endpoint), &w.Event, &w.Namespace, &w.Queue, &w.RetryHourly, &w.RetryDaily)
}

// InsertWebhook stores a webhook and sets its ID and times. One for the same
// event and URL is a *DuplicateError.
func (t *Tenant) InsertWebhook(w *Webhook) error {
	return t.insertEndpoint(kindWebhook, &w.Endpoint, "event, namespace, queue, retry_hourly, retry_daily",
		w.Event, w.Namespace, w.Queue, w.RetryHourly, w.RetryDaily)
}

// UpdateWebhook stores a webhook's new state, apart from its namespace, and sets
// UpdatedAt.
func (t *Tenant) UpdateWebhook(w *Webhook) error {
	return t.updateEndpoint(kindWebhook, &w.Endpoint, "event = ?, queue = ?, retry_hourly = ?, retry_daily = ?",
		w.Event, w.Queue, w.RetryHourly, w.RetryDaily)
}

// DeleteWebhook removes a webhook; its deliveries stay in the log.
func (t *Tenant) DeleteWebhook(id int64) error { return t.deleteEndpoint(kindWebhook, id) }

const webhooksOf = "endpoints WHERE tenant_id = ? AND kind = 'webhook'"

// Webhook reads one webhook.
func (t *Tenant) Webhook(id int64) (Webhook, error) {
	return single(t.Tx, scanWebhook, "SELECT "+webhookColumns+" FROM "+webhooksOf+" AND id = ?", t.ID, id)
}

// ActiveWebhooks reads the webhooks of the tenant that are not disabled.
func (t *Tenant) ActiveWebhooks() ([]Webhook, error) {
	return collect(t.Tx, scanWebhook,
		"SELECT "+webhookColumns+" FROM "+webhooksOf+" AND disabled_at IS NULL ORDER BY id", t.ID)
}

var webhookFields = Fields{
	"id":                  {Column: "id", Kind: Int},
	"trigger":             {Column: "event"},
	"url":                 {Column: "url"},
	"namespace":           {Column: "namespace"},
	"name":                {Column: "name"},
	"is_active":           {Column: "(disabled_at IS NULL)", Kind: Bool},
	"queue":               {Column: "queue"},
	"condition":           {Column: "condition"},
	"extra_data_template": {Column: "template"},
	"retry_hourly":        {Column: "retry_hourly", Kind: Bool},
	"retry_daily":         {Column: "retry_daily", Kind: Bool},
	"created_at":          {Column: "created_at", Kind: Time},
	"updated_at":          {Column: "updated_at", Kind: Time},
}

// Webhooks lists webhooks.
func (t *Tenant) Webhooks(l List) (Page[Webhook], error) {
	return page(t.Tx, l, webhookFields, webhookColumns, webhooksOf, []any{t.ID}, scanWebhook)
}
