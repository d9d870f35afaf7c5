-- +goose Up
-- How far each profile has come in an achievement.
CREATE TABLE achievements (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id      INTEGER NOT NULL,
    profile_id     TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    definition_id  INTEGER NOT NULL,
    -- The sum of the counts, and of those of the cycle, that have not expired.
    score          INTEGER NOT NULL,
    cycle_score    INTEGER NOT NULL,
    -- When the cycle began; NULL where there are none.
    cycle_start    INTEGER,
    -- How often each level was unlocked in the cycle, as JSON.
    unlocked       TEXT    NOT NULL,
    achieved_at    INTEGER,
    anniversary_at INTEGER,
    -- The first moment at which one of the counts expires.
    expires_at     INTEGER,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
);
CREATE UNIQUE INDEX achievements_profile ON achievements (profile_id, definition_id);
CREATE INDEX achievements_definition ON achievements (definition_id);

-- Every count. Rows are never changed nor deleted: a score is the sum of its
-- rows.
CREATE TABLE achievement_counts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL,
    -- Not a foreign key: what was counted outlives its profile.
    profile_id    TEXT    NOT NULL,
    definition_id INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    issued_at     INTEGER NOT NULL,
    expires_at    INTEGER,
    external_id   TEXT,
    source_type   TEXT,
    source_id     TEXT,
    -- What came with it, as JSON.
    details       TEXT,
    created_at    INTEGER NOT NULL
);
CREATE INDEX achievement_counts_profile ON achievement_counts (profile_id, definition_id, issued_at);
CREATE UNIQUE INDEX achievement_counts_external_id ON achievement_counts (tenant_id, external_id)
    WHERE external_id IS NOT NULL;
