//! A payment that its buyer disputes at the issuer.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dispute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub merchant_id: Uuid,
    pub mode: String,
    pub amount: i64,
    pub currency: String,
    pub held: i64,
    pub acquirer: String,
    pub dispute_ref: String,
    pub reason_code: String,
    pub stage: String,
    pub status: String,
    pub respond_by: Option<i64>,
    pub opening_heard: i32,
    pub reply_due_at: Option<i64>,
    pub opened_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
