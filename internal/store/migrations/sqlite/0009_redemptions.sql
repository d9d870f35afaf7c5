-- +goose Up
-- What profiles redeemed, and what of that was given back. Rows are never
-- changed but for the sale that they turn out to belong to, and the profile
-- that they move to.
CREATE TABLE redemptions (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id               INTEGER NOT NULL,
    -- Not a foreign key: what was redeemed outlives its profile.
    profile_id              TEXT    NOT NULL,
    -- redeem, return or reversal.
    type                    TEXT    NOT NULL,
    -- Money, in a return what was given back.
    total                   INTEGER NOT NULL,
    currency                TEXT    NOT NULL,
    location_id             INTEGER,
    transaction_id          INTEGER,
    transaction_external_id TEXT,
    transaction_receipt_ref TEXT,
    -- What a return or a reversal gives back.
    parent_id               INTEGER,
    -- What was taken from each instance, as JSON, in that order.
    items                   TEXT    NOT NULL,
    meta                    TEXT,
    created_at              INTEGER NOT NULL
);
CREATE INDEX redemptions_list ON redemptions (tenant_id, id);
CREATE INDEX redemptions_profile ON redemptions (tenant_id, profile_id, id);
CREATE INDEX redemptions_parent ON redemptions (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
