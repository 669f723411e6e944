//! Running processes and their heartbeats: a lease of a process that died is given back in seconds.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE instance (
    id {uuid} NOT NULL PRIMARY KEY,
    started_at bigint NOT NULL,
    beat_at bigint NOT NULL
);
ALTER TABLE delivery ADD COLUMN lease_owner {uuid};
";

const DOWN: &str = "
ALTER TABLE delivery DROP COLUMN lease_owner;
DROP TABLE instance;
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
