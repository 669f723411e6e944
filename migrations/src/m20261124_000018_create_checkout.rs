//! The checkout page and bills: where a buyer goes back to, and what a merchant asks for by a link.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE bill (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    order_ref text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    email_ci text,
    language text,
    return_url text,
    state text NOT NULL,
    told text NOT NULL,
    payment_id {uuid} REFERENCES payment (id),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT bill_order_ref_key UNIQUE (merchant_id, mode, order_ref),
    CONSTRAINT bill_payment_key UNIQUE (payment_id),
    CONSTRAINT bill_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT bill_amount_check CHECK (amount > 0),
    CONSTRAINT bill_state_check CHECK (state IN ('open', 'paid', 'cancelled', 'expired', 'declined')),
    CONSTRAINT bill_told_check CHECK (told IN ('open', 'paid', 'cancelled', 'expired', 'declined')),
    CONSTRAINT bill_paid_check CHECK (payment_id IS NOT NULL OR state NOT IN ('paid', 'declined'))
);
CREATE INDEX bill_merchant_idx ON bill (merchant_id, mode, id);
CREATE INDEX bill_untold_idx ON bill (id) WHERE told <> state;
CREATE INDEX bill_due_idx ON bill (expires_at) WHERE state = 'open';
ALTER TABLE payment ADD COLUMN return_url text;
ALTER TABLE payment ADD COLUMN bill_id {uuid};
CREATE UNIQUE INDEX payment_bill_key ON payment (bill_id) WHERE bill_id IS NOT NULL;
ALTER TABLE merchant ADD COLUMN site_key integer NOT NULL DEFAULT 1;
";

const DOWN: &str = "
ALTER TABLE merchant DROP COLUMN site_key;
DROP INDEX payment_bill_key;
ALTER TABLE payment DROP COLUMN bill_id;
ALTER TABLE payment DROP COLUMN return_url;
DROP TABLE bill;
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
