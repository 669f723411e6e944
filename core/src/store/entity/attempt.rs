//! One try to pay.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub number: i32,
    pub merchant_id: Uuid,
    pub mode: String,
    pub amount: i64,
    pub currency: String,
    pub brand: String,
    pub first6: String,
    pub last4: String,
    pub exp_month: i32,
    pub exp_year: i32,
    pub card: String,
    pub merchant_card: String,
    pub wallet: Option<String>,
    pub email_ci: Option<String>,
    pub ip: Option<String>,
    pub sealed_card: Option<Vec<u8>>,
    pub verdict: String,
    pub decline_code: Option<String>,
    pub created_at: i64,
    pub three_ds: String,
    pub return_url: Option<String>,
    pub action_kind: Option<String>,
    pub action_url: Option<String>,
    pub action_expires_at: Option<i64>,
    pub issuer_check_at: Option<i64>,
    pub auth_status: Option<String>,
    pub auth_eci: Option<String>,
    pub auth_cavv_sha256: Option<String>,
    pub auth_ds_trans_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
