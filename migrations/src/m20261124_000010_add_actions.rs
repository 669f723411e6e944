//! What a buyer must do before the bank decides: the page of the issuer or wallet, what 3-D Secure found,
//! and the notices that acquirers sent by themselves.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE attempt ADD COLUMN three_ds text NOT NULL DEFAULT 'automatic'
    CONSTRAINT attempt_three_ds_check CHECK (three_ds IN ('automatic', 'always', 'never', 'required'));
ALTER TABLE attempt ADD COLUMN return_url text;
ALTER TABLE attempt ADD COLUMN action_kind text
    CONSTRAINT attempt_action_kind_check CHECK (action_kind IN ('three_ds', 'wallet'));
ALTER TABLE attempt ADD COLUMN action_url text;
ALTER TABLE attempt ADD COLUMN action_expires_at bigint;
ALTER TABLE attempt ADD COLUMN issuer_check_at bigint;
ALTER TABLE attempt ADD COLUMN auth_status text
    CONSTRAINT attempt_auth_status_check CHECK (auth_status IN
        ('authenticated', 'attempted', 'failed', 'rejected', 'unavailable'));
ALTER TABLE attempt ADD COLUMN auth_eci text;
ALTER TABLE attempt ADD COLUMN auth_cavv_sha256 text;
ALTER TABLE attempt ADD COLUMN auth_ds_trans_id text;
CREATE INDEX attempt_issuer_check_idx ON attempt (issuer_check_at) WHERE issuer_check_at IS NOT NULL;
CREATE TABLE acquirer_notice (
    acquirer text NOT NULL,
    notice_id text NOT NULL,
    operation_id {uuid} NOT NULL REFERENCES operation (id),
    heard_at bigint NOT NULL,
    PRIMARY KEY (acquirer, notice_id)
);
";

const DOWN: &str = "
DROP TABLE acquirer_notice;
DROP INDEX attempt_issuer_check_idx;
ALTER TABLE attempt DROP COLUMN auth_ds_trans_id;
ALTER TABLE attempt DROP COLUMN auth_cavv_sha256;
ALTER TABLE attempt DROP COLUMN auth_eci;
ALTER TABLE attempt DROP COLUMN auth_status;
ALTER TABLE attempt DROP COLUMN issuer_check_at;
ALTER TABLE attempt DROP COLUMN action_expires_at;
ALTER TABLE attempt DROP COLUMN action_url;
ALTER TABLE attempt DROP COLUMN action_kind;
ALTER TABLE attempt DROP COLUMN return_url;
ALTER TABLE attempt DROP COLUMN three_ds;
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
