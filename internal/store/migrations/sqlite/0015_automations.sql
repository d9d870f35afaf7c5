-- +goose Up
-- A trigger of the same id holds what an automation has in common with triggers:
-- its name, whether it is active, its actions.
CREATE TABLE automations (
    id          INTEGER PRIMARY KEY REFERENCES triggers (id) ON DELETE CASCADE,
    tenant_id   INTEGER NOT NULL,
    -- date or scheduled.
    type        TEXT    NOT NULL,
    -- The named selection and its arguments, as JSON.
    query       TEXT    NOT NULL,
    arguments   TEXT    NOT NULL,
    -- When it runs, as it was given, as JSON.
    timing      TEXT    NOT NULL,
    last_run_at INTEGER,
    -- NULL while it is switched off, and once it will not run again.
    next_run_at INTEGER
);
CREATE INDEX automations_list ON automations (tenant_id, id);
CREATE INDEX automations_next ON automations (next_run_at, id) WHERE next_run_at IS NOT NULL;

-- One passage of an automation through the profiles of its tenant. The cursor and
-- what was done for the profiles up to it commit together.
CREATE TABLE automation_runs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id      INTEGER NOT NULL,
    automation_id  INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    -- The moment for which profiles are selected.
    scheduled_at   INTEGER NOT NULL,
    -- running, done or failed.
    state          TEXT    NOT NULL,
    -- The last profile that was looked at, in the order of ids.
    cursor         TEXT    NOT NULL DEFAULT '',
    -- The profiles that there were at its start, and those looked at, selected,
    -- done and failed since.
    total_profiles INTEGER NOT NULL,
    scanned        INTEGER NOT NULL DEFAULT 0,
    total_selected INTEGER NOT NULL DEFAULT 0,
    processed      INTEGER NOT NULL DEFAULT 0,
    failed         INTEGER NOT NULL DEFAULT 0,
    -- Of the request that started it, NULL when its time had come.
    token_id       INTEGER,
    namespace      TEXT,
    request_id     TEXT,
    -- Whose turn it is, NULL once it is over, and how often the present page failed.
    due_at         INTEGER,
    failures       INTEGER NOT NULL DEFAULT 0,
    error          TEXT,
    started_at     INTEGER NOT NULL,
    finished_at    INTEGER
);
CREATE INDEX automation_runs_list ON automation_runs (automation_id, id);
CREATE INDEX automation_runs_due ON automation_runs (due_at, id) WHERE due_at IS NOT NULL;

-- The first profiles for which a run failed.
CREATE TABLE automation_failures (
    run_id     INTEGER NOT NULL REFERENCES automation_runs (id) ON DELETE CASCADE,
    profile_id TEXT    NOT NULL,
    -- The event whose run log says more; NULL when nothing remained of it.
    event_id   INTEGER,
    error      TEXT    NOT NULL,
    PRIMARY KEY (run_id, profile_id)
);
