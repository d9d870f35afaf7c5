-- +goose Up
-- Pools of codes, of which an instance of the definition takes one.
CREATE TABLE allocations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL,
    -- point, reward or benefit.
    kind          TEXT    NOT NULL,
    definition_id INTEGER NOT NULL REFERENCES definitions (id) ON DELETE CASCADE,
    code          TEXT    NOT NULL,
    value         INTEGER,
    valid_from    INTEGER,
    valid_to      INTEGER,
    -- What took it, NULL while it is free.
    instance_id   INTEGER,
    allocated_at  INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);
CREATE INDEX allocations_list ON allocations (tenant_id, id);
-- The codes of a pool are counted from the index alone.
CREATE INDEX allocations_pool ON allocations (tenant_id, definition_id, id, instance_id, valid_from, valid_to);
CREATE UNIQUE INDEX allocations_code ON allocations (definition_id, code);
CREATE INDEX allocations_free ON allocations (definition_id, id) WHERE instance_id IS NULL;
CREATE INDEX allocations_instance ON allocations (instance_id) WHERE instance_id IS NOT NULL;
