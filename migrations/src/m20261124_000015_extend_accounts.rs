//! What guards an account besides its password: earlier passwords, authenticators and their recovery codes,
//! log-ins that Telegram signed; and what a person may set or end: the time zone, the account itself.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE account ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
ALTER TABLE account ADD COLUMN closed_at bigint;
ALTER TABLE telegram_identity ADD COLUMN seen_at bigint;
CREATE TABLE password_history (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id),
    password_hash text NOT NULL,
    replaced_at bigint NOT NULL
);
CREATE INDEX password_history_account_idx ON password_history (account_id, id);
CREATE TABLE totp (
    account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
    sealed {bytes} NOT NULL,
    created_at bigint NOT NULL,
    confirmed_at bigint,
    last_step bigint NOT NULL,
    failed integer NOT NULL,
    rests_until bigint,
    CONSTRAINT totp_failed_check CHECK (failed >= 0)
);
CREATE TABLE recovery_code (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id),
    code_hash text NOT NULL,
    used_at bigint,
    CONSTRAINT recovery_code_key UNIQUE (account_id, code_hash)
);
CREATE TABLE telegram_proof (
    hash text NOT NULL PRIMARY KEY,
    expires_at bigint NOT NULL
);
CREATE INDEX telegram_proof_expiry_idx ON telegram_proof (expires_at);
";

const DOWN: &str = "
DROP TABLE telegram_proof;
DROP TABLE recovery_code;
DROP TABLE totp;
DROP TABLE password_history;
ALTER TABLE telegram_identity DROP COLUMN seen_at;
ALTER TABLE account DROP COLUMN closed_at;
ALTER TABLE account DROP COLUMN time_zone;
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
