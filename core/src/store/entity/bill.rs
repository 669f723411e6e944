//! What a merchant asks for by a link.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bill")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub merchant_id: Uuid,
    pub mode: String,
    pub order_ref: String,
    pub amount: i64,
    pub currency: String,
    pub description: Option<String>,
    pub email_ci: Option<String>,
    pub language: Option<String>,
    pub return_url: Option<String>,
    pub state: String,
    pub told: String,
    pub payment_id: Option<Uuid>,
    pub created_at: i64,
    pub updated_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
