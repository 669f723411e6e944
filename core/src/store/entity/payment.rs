//! A payment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    pub merchant_id: Uuid,
    pub mode: String,
    pub order_ref: String,
    pub status: String,
    pub amount: i64,
    pub currency: String,
    pub authorized: i64,
    pub captured: i64,
    pub refunded: i64,
    pub refund_pending: i64,
    pub capture: String,
    pub description: Option<String>,
    pub metadata: String,
    pub account_id: Option<Uuid>,
    pub email_ci: Option<String>,
    pub ip: Option<String>,
    pub language: Option<String>,
    pub attempts: i32,
    pub decline_code: Option<String>,
    pub stage: String,
    pub waits_for_buyer: i32,
    pub sequence: i32,
    pub version: i32,
    pub created_at: i64,
    pub updated_at: i64,
    pub expires_at: i64,
    pub capture_before: Option<i64>,
    pub expiry_warned: i32,
    pub outcome_due_at: Option<i64>,
    pub disputed: i64,
    pub return_url: Option<String>,
    pub bill_id: Option<Uuid>,
    pub verification: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
