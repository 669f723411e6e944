//! An entry of the ledger: a transfer from one account to another.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub transaction_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i32,
    pub kind: String,
    pub mode: String,
    pub currency: String,
    pub debit: String,
    pub credit: String,
    pub amount: i64,
    pub merchant_id: Uuid,
    pub payment_id: Option<Uuid>,
    pub operation_id: Option<Uuid>,
    pub subject: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
