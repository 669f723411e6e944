//! A shop on its way to live payments.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "onboarding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: Uuid,
    pub account_id: Uuid,
    pub stage: String,
    pub since: i64,
    pub version: i32,
    pub application: Option<String>,
    pub contract_version: Option<String>,
    pub contract_digest: Option<String>,
    pub contract_at: Option<i64>,
    pub contract_by: Option<Uuid>,
    pub contract_ip: Option<String>,
    pub fee_amount: Option<i64>,
    pub fee_currency: Option<String>,
    pub fee_ref: Option<String>,
    pub fee_at: Option<i64>,
    pub reason: String,
    pub trial_told_at: Option<i64>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::merchant::Entity", from = "Column::MerchantId", to = "super::merchant::Column::Id")]
    Merchant,
}

impl Related<super::merchant::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Merchant.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
