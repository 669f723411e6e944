//! What people are told and when, addresses that take no mail, and receipts that Telegram keeps.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE account ADD COLUMN quiet_from integer
    CONSTRAINT account_quiet_from_check CHECK (quiet_from BETWEEN 0 AND 1439);
ALTER TABLE account ADD COLUMN quiet_until integer
    CONSTRAINT account_quiet_until_check CHECK ((quiet_from IS NULL AND quiet_until IS NULL)
        OR (quiet_from IS NOT NULL AND quiet_until BETWEEN 0 AND 1439 AND quiet_until <> quiet_from));
CREATE TABLE preference (
    account_id {uuid} NOT NULL REFERENCES account (id),
    category text NOT NULL,
    channel text NOT NULL,
    enabled integer NOT NULL,
    changed_at bigint NOT NULL,
    CONSTRAINT preference_pkey PRIMARY KEY (account_id, category, channel),
    CONSTRAINT preference_category_check CHECK (category IN
        ('security', 'verification', 'payments', 'refunds', 'disputes', 'reports', 'news')),
    CONSTRAINT preference_channel_check CHECK (channel IN ('telegram', 'email')),
    CONSTRAINT preference_enabled_check CHECK (enabled IN (0, 1))
);
CREATE INDEX preference_subscriber_idx ON preference (category, account_id) WHERE enabled = 1;
CREATE TABLE mail_suppression (
    email_ci text NOT NULL PRIMARY KEY,
    reason text NOT NULL,
    code integer,
    answer text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT mail_suppression_reason_check CHECK (reason IN ('bounce', 'complaint', 'manual'))
);
CREATE INDEX mail_suppression_created_idx ON mail_suppression (created_at);
CREATE TABLE receipt_file (
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    language text NOT NULL,
    digest text NOT NULL,
    file_id text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT receipt_file_pkey PRIMARY KEY (payment_id, language)
);
";

const DOWN: &str = "
ALTER TABLE account DROP COLUMN quiet_until;
ALTER TABLE account DROP COLUMN quiet_from;
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
        dialect::drop(manager, &["receipt_file", "mail_suppression", "preference"]).await?;
        dialect::run(manager, DOWN).await
    }
}
