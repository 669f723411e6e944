//! How endpoints are sent events: how much of them, how fast, signed and headed how; and what is sent again
//! after an endpoint was down.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE webhook_endpoint ADD COLUMN payload text NOT NULL DEFAULT 'full'
    CONSTRAINT webhook_endpoint_payload_check CHECK (payload IN ('full', 'thin'));
ALTER TABLE webhook_endpoint ADD COLUMN header_names text NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoint ADD COLUMN public_key text;
ALTER TABLE webhook_endpoint ADD COLUMN max_in_flight integer NOT NULL DEFAULT 8
    CONSTRAINT webhook_endpoint_in_flight_check CHECK (max_in_flight BETWEEN 1 AND 8);
ALTER TABLE webhook_endpoint ADD COLUMN rate_per_second integer NOT NULL DEFAULT 0
    CONSTRAINT webhook_endpoint_rate_check CHECK (rate_per_second BETWEEN 0 AND 1000);
ALTER TABLE webhook_secret ADD COLUMN kind text NOT NULL DEFAULT 'signing'
    CONSTRAINT webhook_secret_kind_check CHECK (kind IN ('signing', 'asymmetric', 'headers'));
ALTER TABLE recipient ADD COLUMN max_in_flight integer;
ALTER TABLE recipient ADD COLUMN interval_micros bigint;
CREATE TABLE webhook_recovery (
    id {uuid} NOT NULL PRIMARY KEY,
    endpoint_id {uuid} NOT NULL REFERENCES webhook_endpoint (id),
    since bigint NOT NULL,
    before bigint NOT NULL,
    last_event_id {uuid},
    planned bigint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    CONSTRAINT webhook_recovery_span_check CHECK (since < before),
    CONSTRAINT webhook_recovery_planned_check CHECK (planned >= 0)
);
CREATE UNIQUE INDEX webhook_recovery_one_open_key ON webhook_recovery (endpoint_id) WHERE finished_at IS NULL;
CREATE INDEX webhook_recovery_endpoint_idx ON webhook_recovery (endpoint_id, id);
";

const DOWN: &str = "
DROP TABLE webhook_recovery;
ALTER TABLE recipient DROP COLUMN interval_micros;
ALTER TABLE recipient DROP COLUMN max_in_flight;
DELETE FROM webhook_secret WHERE kind <> 'signing';
ALTER TABLE webhook_secret DROP COLUMN kind;
ALTER TABLE webhook_endpoint DROP COLUMN rate_per_second;
ALTER TABLE webhook_endpoint DROP COLUMN max_in_flight;
ALTER TABLE webhook_endpoint DROP COLUMN public_key;
ALTER TABLE webhook_endpoint DROP COLUMN header_names;
ALTER TABLE webhook_endpoint DROP COLUMN payload;
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
        dialect::run(manager, DOWN).await
    }
}
