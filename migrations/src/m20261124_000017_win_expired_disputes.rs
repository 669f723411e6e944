//! A dispute that nobody answered in time may still be decided for the merchant.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
INSERT INTO dispute_transition (from_stage, from_status, to_stage, to_status) VALUES
    ('dispute', 'expired', 'dispute', 'won'),
    ('pre_arbitration', 'expired', 'pre_arbitration', 'won');
";

const DOWN: &str = "
DELETE FROM dispute_transition WHERE from_stage = to_stage AND from_status = 'expired' AND to_status = 'won';
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
