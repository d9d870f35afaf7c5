-- +goose Up
-- What profiles say about receipts of anonymous sales that are theirs.
CREATE TABLE claims (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id              INTEGER NOT NULL,
    profile_id             TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    receipt_ref            TEXT    NOT NULL,
    transacted_at          INTEGER NOT NULL,
    timezone               TEXT    NOT NULL,
    -- The calendar day of the receipt.
    shopped_on             TEXT    NOT NULL,
    total                  INTEGER NOT NULL,
    location_external_code TEXT,
    attempts               INTEGER NOT NULL,
    -- pending, claimed or failed.
    status                 TEXT    NOT NULL,
    transaction_id         INTEGER,
    claimed_at             INTEGER,
    last_checked_at        INTEGER,
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL
);
CREATE INDEX claims_profile ON claims (profile_id, id);
CREATE INDEX claims_pending ON claims (tenant_id, receipt_ref, id) WHERE status = 'pending';
