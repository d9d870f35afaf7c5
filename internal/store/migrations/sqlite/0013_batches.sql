-- +goose Up
-- Many requests sent at once, and the queue of those that are yet to be done.
CREATE TABLE batches (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenants (id),
    resource    TEXT    NOT NULL,
    -- pending, processing, success or failed.
    status      TEXT    NOT NULL,
    total       INTEGER NOT NULL,
    processed   INTEGER NOT NULL DEFAULT 0,
    succeeded   INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    -- Of the request that sent it.
    token_id    INTEGER,
    namespace   TEXT,
    request_id  TEXT,
    -- When it is its turn; NULL once it is done.
    due_at      INTEGER,
    -- How often the item whose turn it is could not be done.
    failures    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
);
CREATE INDEX batches_list ON batches (tenant_id, id);
CREATE INDEX batches_due ON batches (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE batch_items (
    batch_id    INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    -- Its place in the batch, from 0.
    position    INTEGER NOT NULL,
    -- The request as JSON, until it is done.
    body        TEXT,
    external_id TEXT,
    -- pending, success or failed.
    status      TEXT    NOT NULL,
    -- What it made or changed, or why it did not.
    entity_id   TEXT,
    error       TEXT,
    PRIMARY KEY (batch_id, position)
);
