-- +goose Up
-- What happened, with its context as it was at that moment. Never updated.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL,
    type        TEXT    NOT NULL,
    -- The name that another system gave an event that it brought in.
    external_id TEXT,
    profile_id  TEXT,
    -- The resource that the event is about, e.g. transaction 17.
    subject     TEXT    NOT NULL,
    subject_id  TEXT    NOT NULL,
    -- The target that the subject's own definition sends to, beside any reaction.
    target_id   INTEGER,
    -- What caused it: a request of a token, or another event.
    token_id    INTEGER,
    namespace   TEXT,
    request_id  TEXT,
    cause_id    INTEGER,
    depth       INTEGER NOT NULL DEFAULT 0,
    -- When it happened; earlier than its making where another system brought it in.
    occurred_at INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    -- Last, so that whoever needs only the others does not read it.
    context     TEXT    NOT NULL
);
CREATE INDEX events_list ON events (tenant_id, id);
CREATE INDEX events_type ON events (tenant_id, type, id);
CREATE INDEX events_profile ON events (tenant_id, profile_id, id);
CREATE UNIQUE INDEX events_external ON events (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX events_cause ON events (cause_id) WHERE cause_id IS NOT NULL;

-- The events that reactions have yet to answer. An event leaves in the
-- transaction that holds all its effects.
CREATE TABLE event_queue (
    event_id   INTEGER PRIMARY KEY,
    tenant_id  INTEGER NOT NULL,
    -- How often processing it failed, and when to try again.
    failures   INTEGER NOT NULL DEFAULT 0,
    due_at     INTEGER NOT NULL DEFAULT 0,
    error      TEXT
);
CREATE INDEX event_queue_due ON event_queue (due_at, event_id);
