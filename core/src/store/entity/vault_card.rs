//! A saved card.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vault_card")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub merchant_id: Uuid,
    pub mode: String,
    pub customer_ref: String,
    pub account_id: Option<Uuid>,
    pub email_ci: Option<String>,
    pub language: Option<String>,
    pub brand: String,
    pub first6: String,
    pub last4: String,
    pub exp_month: i32,
    pub exp_year: i32,
    pub card: String,
    pub merchant_card: String,
    pub key_id: Uuid,
    pub sealed: Option<Vec<u8>>,
    pub state: String,
    pub consent_text: String,
    pub consent_at: i64,
    pub usable_until: i64,
    pub expiry_told: i32,
    pub last_used_at: i64,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
