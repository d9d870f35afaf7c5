-- +goose Up
-- The statuses that profiles can have.
CREATE TABLE statuses (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL REFERENCES tenants (id),
    name            TEXT    NOT NULL,
    handle          TEXT    NOT NULL,
    sort_order      INTEGER NOT NULL,
    code            TEXT,
    colour          TEXT,
    group_handle    TEXT,
    group_name      TEXT,
    period          INTEGER,
    period_type     TEXT,
    absolute_expiry INTEGER,
    timezone        TEXT,
    -- What only people read, as JSON.
    display         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);
CREATE UNIQUE INDEX statuses_handle ON statuses (tenant_id, handle);

CREATE TABLE profiles (
    id                    TEXT    PRIMARY KEY,
    tenant_id             INTEGER NOT NULL REFERENCES tenants (id),
    external_id           TEXT,
    profile_type          TEXT    NOT NULL,
    title                 TEXT,
    first_name            TEXT,
    last_name             TEXT,
    email                 TEXT,
    -- The forms by which an email and a mobile phone are unique.
    email_key             TEXT,
    mobile_phone          TEXT,
    mobile_phone_country  TEXT,
    mobile_key            TEXT,
    secondary_phone       TEXT,
    gender                TEXT,
    birth_day             INTEGER,
    birth_month           INTEGER,
    birth_year            INTEGER,
    company               TEXT,
    occupation            TEXT,
    avatar_url            TEXT,
    currency              TEXT,
    joined_at             INTEGER NOT NULL,
    joined_location_id    INTEGER,
    joined_staff_id       INTEGER,
    preferred_location_id INTEGER,
    preferred_staff_id    INTEGER,
    is_completed          BOOLEAN NOT NULL,
    is_public             BOOLEAN NOT NULL,
    -- The default one of its addresses.
    address_id            INTEGER,
    -- JSON; profile_tags and profile_statuses index them.
    tags                  TEXT,
    statuses              TEXT,
    attributes            TEXT,
    created_by            TEXT,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX profiles_email ON profiles (tenant_id, email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX profiles_mobile ON profiles (tenant_id, mobile_key) WHERE mobile_key IS NOT NULL;
CREATE UNIQUE INDEX profiles_external ON profiles (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX profiles_list ON profiles (tenant_id, id);

CREATE TABLE profile_tags (
    tenant_id  INTEGER NOT NULL,
    handle     TEXT    NOT NULL,
    profile_id TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    PRIMARY KEY (profile_id, handle)
);
CREATE INDEX profile_tags_handle ON profile_tags (tenant_id, handle, profile_id);

CREATE TABLE profile_statuses (
    tenant_id  INTEGER NOT NULL,
    status_id  INTEGER NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    profile_id TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    PRIMARY KEY (profile_id, status_id)
);
CREATE INDEX profile_statuses_status ON profile_statuses (status_id, profile_id);

-- What a profile is called in other systems.
CREATE TABLE identities (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL,
    profile_id  TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    handle      TEXT    NOT NULL,
    identifier  TEXT    NOT NULL,
    is_primary  BOOLEAN NOT NULL,
    is_active   BOOLEAN NOT NULL,
    -- The profile that it came from in a merge.
    merged_from TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX identities_identifier ON identities (tenant_id, handle, identifier);
CREATE INDEX identities_profile ON identities (profile_id);

CREATE TABLE addresses (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL,
    profile_id  TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    external_id TEXT,
    -- Its lines, as JSON.
    data        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
);
CREATE INDEX addresses_profile ON addresses (profile_id);
