-- +goose Up
-- What points, rates, tiers, rewards, benefits and achievements there are.
CREATE TABLE definitions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenants (id),
    -- point, rate, tier, reward, benefit or achievement.
    kind         TEXT    NOT NULL,
    handle       TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    type         TEXT,
    is_published BOOLEAN NOT NULL,
    -- All that it says, as JSON.
    data         TEXT    NOT NULL,
    -- How often its instances were redeemed, where that is limited.
    redeemed     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX definitions_handle ON definitions (tenant_id, kind, handle);

-- What the tenant decided for the whole programme.
CREATE TABLE settings (
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    handle    TEXT    NOT NULL,
    -- JSON.
    value     TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, handle)
);

-- What each profile has: its balances, its tier, and when it changes by itself.
CREATE TABLE accounts (
    profile_id          TEXT    PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    tenant_id           INTEGER NOT NULL,
    point_balance       INTEGER NOT NULL DEFAULT 0,
    -- Points that are not usable yet.
    point_pending       INTEGER NOT NULL DEFAULT 0,
    reward_balance      INTEGER NOT NULL DEFAULT 0,
    benefit_balance     INTEGER NOT NULL DEFAULT 0,
    credit_balance      INTEGER NOT NULL DEFAULT 0,
    -- NULL is the floor.
    tier_id             INTEGER,
    previous_tier_id    INTEGER,
    tier_achieved_at    INTEGER,
    tier_anniversary_at INTEGER,
    tier_maintained_at  INTEGER,
    tier_assigned_at    INTEGER,
    -- What stood above the threshold when the tier was achieved.
    tier_credit         INTEGER NOT NULL DEFAULT 0,
    -- When the tier must be looked at next.
    tier_due_at         INTEGER,
    -- The next moment at which something of it falls due, and how often that failed.
    due_at              INTEGER,
    failures            INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX accounts_due ON accounts (due_at, profile_id) WHERE due_at IS NOT NULL;
CREATE INDEX accounts_tier ON accounts (tenant_id, tier_id) WHERE tier_id IS NOT NULL;

-- The points, rewards and benefits that profiles were given.
CREATE TABLE instances (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL,
    -- Not a foreign key: what was given outlives its profile.
    profile_id      TEXT    NOT NULL,
    -- point, reward or benefit.
    kind            TEXT    NOT NULL,
    definition_id   INTEGER NOT NULL,
    external_id     TEXT,
    -- Points or money; a benefit is 1 until it is used up.
    value_initial   INTEGER NOT NULL,
    value_remaining INTEGER NOT NULL,
    -- pending, active or closed.
    state           TEXT    NOT NULL,
    -- The entry of the ledger that closed it.
    closed_by       TEXT,
    issued_at       INTEGER NOT NULL,
    accrued_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    extended_at     INTEGER,
    claimed_at      INTEGER,
    -- A benefit's limit, NULL when there is none, and what was used of it.
    max_redemptions INTEGER,
    redemptions     INTEGER NOT NULL DEFAULT 0,
    timezone        TEXT,
    source_type     TEXT,
    source_id       TEXT,
    -- When it accrues, expires or is told of next.
    due_at          INTEGER,
    -- Everything that nobody looks instances up by, as JSON.
    details         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);
CREATE INDEX instances_list ON instances (tenant_id, kind, id);
-- What is closed is passed over in the index.
CREATE INDEX instances_profile ON instances (tenant_id, profile_id, kind, id, state);
CREATE INDEX instances_due ON instances (profile_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX instances_definition ON instances (definition_id);
CREATE UNIQUE INDEX instances_external_id ON instances (tenant_id, kind, external_id) WHERE external_id IS NOT NULL;

-- Every change of a balance. Rows are never changed nor deleted: a profile's
-- balance is the sum of its rows.
CREATE TABLE ledger (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL,
    profile_id      TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    instance_id     INTEGER NOT NULL,
    -- issue, accrue, consume, return, recover, expire, reverse, adjust or move.
    entry           TEXT    NOT NULL,
    -- What it adds to the balance, and to what is pending.
    value           INTEGER NOT NULL,
    pending         INTEGER NOT NULL,
    -- The profile's balances after it.
    point_balance   INTEGER NOT NULL,
    reward_balance  INTEGER NOT NULL,
    benefit_balance INTEGER NOT NULL,
    -- What caused it.
    transaction_id  INTEGER,
    redemption_id   INTEGER,
    description     TEXT,
    created_at      INTEGER NOT NULL
);
CREATE INDEX ledger_profile ON ledger (tenant_id, profile_id, id);
CREATE INDEX ledger_transaction ON ledger (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX ledger_instance ON ledger (instance_id);
