//! By which rows of the audit log a merchant finds what was done for it.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE audit ADD COLUMN merchant_id {uuid};
CREATE INDEX audit_merchant_idx ON audit (merchant_id, number) WHERE merchant_id IS NOT NULL;
";

const DOWN: &str = "
DROP INDEX audit_merchant_idx;
ALTER TABLE audit DROP COLUMN merchant_id;
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
