//! A transaction of the ledger that is not sealed yet. A trigger inserts it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_queue")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub position: i64,
    pub transaction_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
