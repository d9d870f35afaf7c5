-- +goose Up
-- One event to one endpoint. This table is the queue of what is to be sent and
-- the log of what was.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL,
    -- What receivers know it by: the same on every attempt.
    message_id   TEXT    NOT NULL UNIQUE,
    event_id     INTEGER NOT NULL,
    event_type   TEXT    NOT NULL,
    -- The target or webhook that it goes to, and the trigger that asked for it.
    endpoint_id  INTEGER NOT NULL,
    trigger_id   INTEGER,
    -- Without a template the event's context is the body and none is kept here.
    -- A body that was to be rendered and is NULL could not be.
    rendered     BOOLEAN NOT NULL,
    body         TEXT,
    -- pending, sending, delivered or dead.
    state        TEXT    NOT NULL,
    -- All attempts so far, and those since the schedule was last begun.
    attempts     INTEGER NOT NULL DEFAULT 0,
    tries        INTEGER NOT NULL DEFAULT 0,
    due_at       INTEGER NOT NULL,
    -- While sending: who does, and until when nobody else may.
    lease_owner  TEXT,
    leased_until INTEGER,
    -- What the last attempt came to.
    outcome      TEXT,
    status       INTEGER NOT NULL DEFAULT 0,
    detail       TEXT,
    created_at   INTEGER NOT NULL,
    -- When it was delivered or given up.
    ended_at     INTEGER,
    -- Sent by hand, to see whether the endpoint works.
    is_test      BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_leases ON deliveries (leased_until) WHERE state = 'sending';
CREATE INDEX deliveries_dead ON deliveries (tenant_id, state, id) WHERE state = 'dead';
CREATE INDEX deliveries_list ON deliveries (tenant_id, id);
CREATE INDEX deliveries_endpoint ON deliveries (endpoint_id, id);
CREATE INDEX deliveries_event ON deliveries (event_id);

-- One request of a delivery.
CREATE TABLE attempts (
    delivery_id INTEGER NOT NULL,
    -- Counts from 1 within the delivery.
    number      INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    outcome     TEXT    NOT NULL,
    -- The HTTP status, 0 without an answer.
    status      INTEGER NOT NULL,
    detail      TEXT,
    -- The address connected to.
    remote      TEXT,
    -- The beginning of the answer's body.
    answer      TEXT,
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
