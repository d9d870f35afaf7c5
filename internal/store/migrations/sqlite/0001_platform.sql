-- +goose Up
-- Times are microseconds since 1970 in UTC, amounts are ten-thousandths, JSON is text.
-- Text compares byte by byte, whatever the locale of the server.
CREATE TABLE tenants (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    handle         TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    timezone       TEXT    NOT NULL DEFAULT 'UTC',
    currency       TEXT    NOT NULL DEFAULT 'AUD',
    -- Grows with every change of a reaction or an endpoint; caches compare it.
    config_version INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL
);

CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants (id),
    name       TEXT    NOT NULL,
    -- SHA-256 of the token; the token itself is not kept.
    hash       BLOB    NOT NULL UNIQUE,
    -- The token's first characters, to tell tokens apart.
    hint       TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    namespace  TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
);
CREATE INDEX tokens_tenant ON tokens (tenant_id);

-- An answer that was given under an Idempotency-Key, written in the
-- transaction of the change that it answers.
CREATE TABLE idempotency_keys (
    tenant_id   INTEGER NOT NULL,
    key         TEXT    NOT NULL,
    -- SHA-256 of method, path and body: another request under the key is refused.
    fingerprint BLOB    NOT NULL,
    status      INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
