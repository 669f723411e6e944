//! A velocity limit.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "risk_limit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub merchant_id: Option<Uuid>,
    pub attribute: String,
    pub window_secs: i64,
    pub count_max: Option<i64>,
    pub amount_max: Option<i64>,
    pub currency: Option<String>,
    pub verdict: String,
    pub created_at: i64,
    pub removed_at: Option<i64>,
    pub verify: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
