//! One message to an acquirer.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub attempt_id: Uuid,
    pub refund_id: Option<Uuid>,
    pub original_id: Option<Uuid>,
    pub kind: String,
    pub status: String,
    pub amount: i64,
    pub takes_money: i32,
    pub by_expiry: i32,
    pub trace: i64,
    pub acquirer: String,
    pub fallback: Option<String>,
    pub acquirer_ref: Option<String>,
    pub approval_code: Option<String>,
    pub decline_code: Option<String>,
    pub network_code: Option<String>,
    pub acknowledged: i32,
    pub inquiries: i32,
    pub next_inquiry_at: Option<i64>,
    pub escalated_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
