-- +goose Up
-- Where reactions send to.
CREATE TABLE targets (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL REFERENCES tenants (id),
    name            TEXT    NOT NULL,
    handle          TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    template        TEXT    NOT NULL,
    description     TEXT,
    notes           TEXT,
    condition       TEXT,
    -- Sealed with the server's key.
    secret          BLOB    NOT NULL,
    headers         TEXT    NOT NULL DEFAULT '{}',
    timeout_ms      INTEGER NOT NULL DEFAULT 0,
    schedule        TEXT    NOT NULL DEFAULT '[]',
    disabled_at     INTEGER,
    disabled_reason TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);
CREATE UNIQUE INDEX targets_handle ON targets (tenant_id, handle);

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
    updated_at  INTEGER NOT NULL
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

-- The run log: what each reaction did about an event, as a JSON list. An event
-- that no reaction listens to has no row.
CREATE TABLE runs (
    event_id   INTEGER PRIMARY KEY,
    tenant_id  INTEGER NOT NULL,
    results    TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);
