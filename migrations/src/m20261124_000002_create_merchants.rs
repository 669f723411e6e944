//! Merchants, their API keys and webhook endpoints, and idempotency keys.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE merchant (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    language text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE merchant_key (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    hash text NOT NULL CONSTRAINT merchant_key_hash_key UNIQUE,
    last4 text NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint,
    CONSTRAINT merchant_key_mode_check CHECK (mode IN ('test', 'live'))
);
CREATE TABLE webhook_endpoint (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    status text NOT NULL,
    disabled_reason text,
    failing_since bigint,
    failures integer NOT NULL,
    warned integer NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT webhook_endpoint_status_check CHECK (status IN ('active', 'disabled', 'deleted'))
);
CREATE INDEX webhook_endpoint_merchant_idx ON webhook_endpoint (merchant_id, mode);
CREATE TABLE webhook_secret (
    id {uuid} NOT NULL PRIMARY KEY,
    endpoint_id {uuid} NOT NULL REFERENCES webhook_endpoint (id),
    sealed {bytes} NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint
);
CREATE INDEX webhook_secret_endpoint_idx ON webhook_secret (endpoint_id, created_at);
CREATE TABLE idempotency (
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    idem_key text NOT NULL,
    fingerprint text NOT NULL,
    subject text NOT NULL,
    status integer,
    body text,
    created_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (merchant_id, mode, idem_key)
);
CREATE INDEX idempotency_created_idx ON idempotency (created_at);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop(manager, &["idempotency", "webhook_secret", "webhook_endpoint", "merchant_key", "merchant"]).await
    }
}
