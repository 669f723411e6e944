//! Settlement files of acquirers: what was imported, row by row, what was expected, and what does not fit.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE settlement_import (
    id {uuid} NOT NULL PRIMARY KEY,
    acquirer text NOT NULL,
    digest text NOT NULL,
    file_name text NOT NULL,
    from_at bigint NOT NULL,
    until_at bigint NOT NULL,
    state text NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    CONSTRAINT settlement_import_digest_key UNIQUE (acquirer, digest),
    CONSTRAINT settlement_import_span_check CHECK (from_at < until_at),
    CONSTRAINT settlement_import_state_check CHECK (state IN ('expecting', 'reading', 'finished')),
    CONSTRAINT settlement_import_finished_check CHECK ((state = 'finished') = (finished_at IS NOT NULL))
);
CREATE TABLE settlement_expected (
    import_id {uuid} NOT NULL REFERENCES settlement_import (id),
    operation_id {uuid} NOT NULL,
    acquirer_ref text NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    at bigint NOT NULL,
    CONSTRAINT settlement_expected_pkey PRIMARY KEY (import_id, operation_id)
);
CREATE INDEX settlement_expected_ref_idx ON settlement_expected (import_id, acquirer_ref);
CREATE TABLE settlement_row (
    import_id {uuid} NOT NULL REFERENCES settlement_import (id),
    line bigint NOT NULL,
    operation_id {uuid},
    status text NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    acquirer_ref text NOT NULL,
    CONSTRAINT settlement_row_pkey PRIMARY KEY (import_id, line),
    CONSTRAINT settlement_row_kind_check CHECK (kind IN ('capture', 'refund')),
    CONSTRAINT settlement_row_amount_check CHECK (amount > 0),
    CONSTRAINT settlement_row_status_check CHECK (status IN
        ('matched', 'over', 'under', 'currency_mismatch', 'unknown', 'duplicate')),
    CONSTRAINT settlement_row_operation_check CHECK ((status = 'unknown') = (operation_id IS NULL))
);
CREATE UNIQUE INDEX settlement_row_operation_key ON settlement_row (operation_id)
    WHERE operation_id IS NOT NULL AND status <> 'duplicate';
CREATE TABLE reconciliation_item (
    id {uuid} NOT NULL PRIMARY KEY,
    import_id {uuid} NOT NULL REFERENCES settlement_import (id),
    acquirer text NOT NULL,
    status text NOT NULL,
    line bigint,
    operation_id {uuid},
    kind text NOT NULL,
    acquirer_ref text NOT NULL,
    amount bigint,
    currency text NOT NULL,
    expected_amount bigint,
    expected_currency text,
    created_at bigint NOT NULL,
    resolved_at bigint,
    resolved_by text,
    reason text,
    CONSTRAINT reconciliation_item_status_check CHECK (status IN
        ('missing', 'over', 'under', 'currency_mismatch', 'unknown', 'duplicate')),
    CONSTRAINT reconciliation_item_line_check CHECK ((status = 'missing') = (line IS NULL)),
    CONSTRAINT reconciliation_item_resolved_check CHECK ((resolved_at IS NULL AND resolved_by IS NULL
        AND reason IS NULL) OR (resolved_at IS NOT NULL AND resolved_by IS NOT NULL AND reason <> ''))
);
CREATE UNIQUE INDEX reconciliation_item_line_key ON reconciliation_item (import_id, line) WHERE line IS NOT NULL;
CREATE UNIQUE INDEX reconciliation_item_missing_key ON reconciliation_item (operation_id) WHERE line IS NULL;
CREATE INDEX reconciliation_item_open_idx ON reconciliation_item (id) WHERE resolved_at IS NULL;
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
        let tables = ["reconciliation_item", "settlement_row", "settlement_expected", "settlement_import"];
        dialect::drop(manager, &tables).await
    }
}
