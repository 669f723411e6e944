//! Something that happened.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_name = "type")]
    pub kind: String,
    pub mode: String,
    pub merchant_id: Option<Uuid>,
    pub payment_id: Option<Uuid>,
    pub sequence: i32,
    pub document: String,
    pub document_version: i32,
    pub audience: String,
    pub created_at: i64,
    pub planned_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
