//! People who act for a merchant, and what each of them may do.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE merchant_member (
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    account_id {uuid} NOT NULL REFERENCES account (id),
    rights text NOT NULL,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT merchant_member_key PRIMARY KEY (merchant_id, account_id),
    CONSTRAINT merchant_member_rights_check CHECK (rights <> '')
);
CREATE INDEX merchant_member_account_idx ON merchant_member (account_id);
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
        dialect::drop(manager, &["merchant_member"]).await
    }
}
