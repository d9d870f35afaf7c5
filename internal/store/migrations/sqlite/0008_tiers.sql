-- +goose Up
-- Tier points: what profiles climb by. Rows are never changed nor deleted. What
-- is taken back is a row of its own, with the same accrued_at and the opposite
-- value, so that the sum of any days is that of their rows.
CREATE TABLE tier_points (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id      INTEGER NOT NULL,
    -- Not a foreign key: what was given outlives its profile.
    profile_id     TEXT    NOT NULL,
    definition_id  INTEGER,
    value          INTEGER NOT NULL,
    issued_at      INTEGER NOT NULL,
    -- They count from then on, for 365 days.
    accrued_at     INTEGER NOT NULL,
    -- The row that it takes back.
    reverses_id    INTEGER,
    source_type    TEXT,
    source_id      TEXT,
    transaction_id INTEGER,
    -- Everything that nobody looks them up by, as JSON.
    details        TEXT,
    created_at     INTEGER NOT NULL
);
CREATE INDEX tier_points_list ON tier_points (tenant_id, id);
-- The sum of a profile's days is read from the index alone.
CREATE INDEX tier_points_sum ON tier_points (tenant_id, profile_id, accrued_at, value);
CREATE INDEX tier_points_transaction ON tier_points (tenant_id, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX tier_points_definition ON tier_points (definition_id) WHERE definition_id IS NOT NULL;
CREATE UNIQUE INDEX tier_points_reverses ON tier_points (reverses_id) WHERE reverses_id IS NOT NULL;

-- What became of each profile's tier. Rows are never changed nor deleted.
CREATE TABLE tier_changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL,
    profile_id TEXT    NOT NULL,
    -- achieved, assigned, maintained or lost.
    change     TEXT    NOT NULL,
    -- The tiers before and after it; NULL is the floor.
    from_id    INTEGER,
    to_id      INTEGER,
    -- The tier points of the 365 days before it.
    total      INTEGER NOT NULL,
    at         INTEGER NOT NULL
);
CREATE INDEX tier_changes_profile ON tier_changes (tenant_id, profile_id, id);
CREATE INDEX tier_changes_to ON tier_changes (to_id) WHERE to_id IS NOT NULL;
