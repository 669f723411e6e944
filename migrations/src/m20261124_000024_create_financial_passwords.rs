//! The second secret of people who move merchants' money, and when an API key was last used.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE financial_password (
    account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
    password_hash text NOT NULL,
    changed_at bigint NOT NULL,
    failed integer NOT NULL,
    rests_until bigint,
    CONSTRAINT financial_password_failed_check CHECK (failed >= 0)
);
ALTER TABLE merchant_key ADD COLUMN used_at bigint;
";

const DOWN: &str = "
ALTER TABLE merchant_key DROP COLUMN used_at;
DROP TABLE financial_password;
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
