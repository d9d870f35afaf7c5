-- +goose Up
CREATE TABLE locations (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id             INTEGER NOT NULL REFERENCES tenants (id),
    external_id           TEXT,
    external_code         TEXT,
    name                  TEXT    NOT NULL,
    type                  TEXT,
    timezone              TEXT,
    phone                 TEXT,
    email                 TEXT,
    description           TEXT,
    is_published          BOOLEAN NOT NULL,
    is_permanently_closed BOOLEAN NOT NULL,
    address               TEXT,
    normal_hours          TEXT,
    special_hours         TEXT,
    tags                  TEXT,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
);
CREATE UNIQUE INDEX locations_external_id ON locations (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX locations_external_code ON locations (tenant_id, external_code) WHERE external_code IS NOT NULL;

-- The catalogue, as far as transactions have named it.
CREATE TABLE products (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenants (id),
    external_id TEXT,
    title       TEXT,
    brand       TEXT,
    department  TEXT,
    category    TEXT,
    subcategory TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX products_external_id ON products (tenant_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE product_variants (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenants (id),
    product_id  INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    sku         TEXT    NOT NULL,
    barcode     TEXT,
    external_id TEXT,
    title       TEXT,
    price       INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX product_variants_sku ON product_variants (tenant_id, sku);
CREATE INDEX product_variants_product ON product_variants (product_id);

CREATE TABLE transactions (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id          INTEGER NOT NULL,
    -- Not a foreign key: a transaction outlives its profile.
    profile_id         TEXT,
    transacted_at      INTEGER NOT NULL,
    -- The calendar day in the transaction's own zone.
    shopped_on         TEXT    NOT NULL,
    is_void            BOOLEAN NOT NULL,
    -- The total without void items, and the discounts in it.
    net                INTEGER NOT NULL,
    discount           INTEGER NOT NULL,
    currency           TEXT,
    location_id        INTEGER,
    -- 1 in a shop, 2 online, 3 both, 0 unknown.
    channels           INTEGER NOT NULL,
    -- The quantity of each brand, as JSON.
    brands             TEXT,
    timezone           TEXT    NOT NULL,
    external_id        TEXT,
    total              INTEGER NOT NULL,
    total_original     INTEGER,
    rounding           INTEGER,
    margin             INTEGER,
    type               TEXT,
    status             TEXT,
    receipt_ref        TEXT,
    linked_receipt_ref TEXT,
    order_number       TEXT,
    need_action        BOOLEAN NOT NULL,
    claimed_at         INTEGER,
    -- Everything that nobody looks transactions up by, as JSON.
    details            TEXT    NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
);
CREATE INDEX transactions_list ON transactions (tenant_id, id);
-- Aggregations read a profile's sales from this index alone.
CREATE INDEX transactions_profile ON transactions (tenant_id, profile_id, transacted_at, shopped_on, is_void, net,
    discount, currency, location_id, channels, brands);
CREATE UNIQUE INDEX transactions_external_id ON transactions (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX transactions_receipt ON transactions (tenant_id, receipt_ref) WHERE receipt_ref IS NOT NULL;

CREATE TABLE transaction_tags (
    tenant_id      INTEGER NOT NULL,
    handle         TEXT    NOT NULL,
    transaction_id INTEGER NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    PRIMARY KEY (transaction_id, handle)
);
CREATE INDEX transaction_tags_handle ON transaction_tags (tenant_id, handle, transaction_id);

CREATE TABLE transaction_items (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id           INTEGER NOT NULL,
    -- Not a foreign key: checking it costs each sale more than deleting by hand.
    transaction_id      INTEGER NOT NULL,
    external_id         TEXT,
    name                TEXT,
    quantity            INTEGER NOT NULL,
    is_void             BOOLEAN NOT NULL,
    price_current       INTEGER,
    price_sell          INTEGER NOT NULL,
    price_original      INTEGER,
    price_margin        INTEGER,
    price_tax           INTEGER,
    sku                 TEXT,
    barcode             TEXT,
    variant_external_id TEXT,
    product_id          INTEGER,
    product_variant_id  INTEGER,
    department          TEXT,
    -- Discounts, images and meta, as JSON.
    details             TEXT,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
);
CREATE INDEX transaction_items_transaction ON transaction_items (transaction_id, id);

-- What a transaction was before each of its changes.
CREATE TABLE transaction_versions (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id      INTEGER NOT NULL,
    transaction_id INTEGER NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    state          TEXT    NOT NULL,
    -- When it ceased to be so.
    created_at     INTEGER NOT NULL
);
CREATE INDEX transaction_versions_transaction ON transaction_versions (transaction_id, id);

-- The facts about a profile that follow from its transactions.
CREATE TABLE aggregations (
    profile_id         TEXT    PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    tenant_id          INTEGER NOT NULL,
    -- The tenant's calendar day, and the joining, for which they hold.
    as_of              TEXT    NOT NULL,
    joined_at          INTEGER NOT NULL,
    joined_location_id INTEGER,
    spend_12m          INTEGER NOT NULL,
    spend_12m_now      INTEGER NOT NULL,
    spend_all          INTEGER NOT NULL,
    shop_count         INTEGER NOT NULL,
    data               TEXT    NOT NULL
) WITHOUT ROWID;
