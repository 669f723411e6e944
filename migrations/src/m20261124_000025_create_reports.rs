//! Figures for merchants: what waits to be counted, the counts by quarter of an hour and day, who bought
//! before, and where the daily registry goes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// Nothing here is written by a payment's own units: the planner queues, a task of the janitor counts.
const UP: &str = "
CREATE TABLE report_head (
    id integer NOT NULL PRIMARY KEY,
    state text NOT NULL,
    seal bigint NOT NULL,
    CONSTRAINT report_head_one_row_check CHECK (id = 1),
    CONSTRAINT report_head_state_check CHECK (state IN ('new', 'building', 'ready')),
    CONSTRAINT report_head_seal_check CHECK (seal >= 0)
);
INSERT INTO report_head (id, state, seal) VALUES (1, 'new', 0);
CREATE TABLE report_queue (
    position {counter},
    kind text NOT NULL,
    subject {uuid} NOT NULL,
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    CONSTRAINT report_queue_kind_check CHECK (kind IN ('created', 'approved', 'declined')),
    CONSTRAINT report_queue_subject_key UNIQUE (subject, kind)
);
CREATE INDEX report_queue_merchant_idx ON report_queue (merchant_id, mode);
CREATE TABLE report_rollup (
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    span integer NOT NULL,
    dimension text NOT NULL,
    slot bigint NOT NULL,
    currency text NOT NULL,
    value text NOT NULL,
    payments bigint NOT NULL,
    asked bigint NOT NULL,
    approved bigint NOT NULL,
    approved_amount bigint NOT NULL,
    declined bigint NOT NULL,
    declined_amount bigint NOT NULL,
    blocked bigint NOT NULL,
    blocked_amount bigint NOT NULL,
    captures bigint NOT NULL,
    captured bigint NOT NULL,
    refunds bigint NOT NULL,
    refunded bigint NOT NULL,
    fees bigint NOT NULL,
    buyers_new bigint NOT NULL,
    buyers_returning bigint NOT NULL,
    CONSTRAINT report_rollup_pkey PRIMARY KEY (merchant_id, mode, span, dimension, slot, currency, value),
    CONSTRAINT report_rollup_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT report_rollup_dimension_check CHECK (dimension IN ('total', 'method', 'country', 'decline')),
    CONSTRAINT report_rollup_span_check CHECK (span IN (900, 86400)),
    CONSTRAINT report_rollup_slot_check CHECK (slot % span = 0)
){clustered};
CREATE TABLE report_buyer (
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    buyer text NOT NULL,
    currency text NOT NULL,
    first_at bigint NOT NULL,
    CONSTRAINT report_buyer_pkey PRIMARY KEY (merchant_id, mode, buyer)
){clustered};
CREATE TABLE report_setting (
    merchant_id {uuid} NOT NULL PRIMARY KEY REFERENCES merchant (id),
    time_zone text NOT NULL,
    recipients text NOT NULL,
    mode text NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT report_setting_mode_check CHECK (mode IN ('test', 'live'))
);
CREATE INDEX buyer_case_created_idx ON buyer_case (created_at);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (counter, clustered) = match manager.get_database_backend() {
            DbBackend::Postgres => ("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", ""),
            _ => ("integer NOT NULL PRIMARY KEY AUTOINCREMENT", " WITHOUT ROWID"),
        };
        dialect::run(manager, &UP.replace("{counter}", counter).replace("{clustered}", clustered)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX buyer_case_created_idx").await?;
        let tables = ["report_setting", "report_buyer", "report_rollup", "report_queue", "report_head"];
        dialect::drop(manager, &tables).await
    }
}
