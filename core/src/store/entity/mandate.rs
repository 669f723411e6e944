//! An agreement to payments that the merchant starts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mandate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub card_id: Uuid,
    pub merchant_id: Uuid,
    pub mode: String,
    pub currency: String,
    pub amount_min: i64,
    pub amount_max: i64,
    pub period_days: i32,
    pub ends_at: i64,
    pub state: String,
    pub ended_reason: Option<String>,
    pub charging: Option<Uuid>,
    pub last_success_at: Option<i64>,
    pub consent_text: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
