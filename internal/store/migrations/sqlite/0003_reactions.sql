-- +goose Up
-- Where deliveries go to: targets, to which reactions send, and webhooks, which
-- get every event of one type.
CREATE TABLE endpoints (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL REFERENCES tenants (id),
    -- target or webhook.
    kind            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    -- Of a target: the body. Of a webhook: fields beside those of the context.
    template        TEXT    NOT NULL,
    condition       TEXT,
    -- Sealed with the server's key.
    secret          BLOB    NOT NULL,
    headers         TEXT    NOT NULL DEFAULT '{}',
    timeout_ms      INTEGER NOT NULL DEFAULT 0,
    schedule        TEXT    NOT NULL DEFAULT '[]',
    disabled_at     INTEGER,
    disabled_reason TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    -- Of a target.
    handle          TEXT,
    description     TEXT,
    notes           TEXT,
    -- Of a webhook: the event type, and the namespace whose own events it does not
    -- get.
    event           TEXT,
    namespace       TEXT,
    queue           TEXT,
    retry_hourly    BOOLEAN NOT NULL DEFAULT FALSE,
    retry_daily     BOOLEAN NOT NULL DEFAULT FALSE,
    -- The number of the present version.
    version         INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX endpoints_handle ON endpoints (tenant_id, handle) WHERE handle IS NOT NULL;
CREATE UNIQUE INDEX endpoints_event ON endpoints (tenant_id, event, url) WHERE event IS NOT NULL;

CREATE TABLE triggers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenants (id),
    name        TEXT    NOT NULL,
    -- The event type that fires it.
    event       TEXT    NOT NULL,
    -- What was caused in this namespace does not fire it.
    namespace   TEXT,
    description TEXT,
    notes       TEXT,
    is_active   BOOLEAN NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    -- The number of the present version.
    version     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX triggers_event ON triggers (tenant_id, event, id);

CREATE TABLE actions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL,
    trigger_id   INTEGER NOT NULL REFERENCES triggers (id) ON DELETE CASCADE,
    -- What it does: filter, target.send, ….
    type         TEXT    NOT NULL,
    reference_id TEXT,
    name         TEXT    NOT NULL,
    sort_order   INTEGER NOT NULL,
    description  TEXT,
    notes        TEXT,
    -- stop or continue.
    on_error     TEXT    NOT NULL,
    arguments    TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
);
CREATE INDEX actions_trigger ON actions (trigger_id, sort_order, id);

-- What triggers, targets and webhooks were after each time that they were saved;
-- the last is what they are. They outlive what they are of: the run log names them.
CREATE TABLE versions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL,
    -- trigger, target or webhook.
    resource    TEXT    NOT NULL,
    resource_id INTEGER NOT NULL,
    -- Counts from 1 within the resource.
    number      INTEGER NOT NULL,
    -- The input that makes it; headers are sealed and there is no secret.
    state       TEXT    NOT NULL,
    -- Who saved it.
    token_id    INTEGER,
    namespace   TEXT,
    created_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX versions_number ON versions (tenant_id, resource, resource_id, number);

-- The run log: what each reaction did about an event, as a JSON list. An event
-- that no reaction listens to has no row.
CREATE TABLE runs (
    event_id   INTEGER PRIMARY KEY,
    tenant_id  INTEGER NOT NULL,
    results    TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);
