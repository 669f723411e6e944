//! Something that a person was asked to confirm.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub attempt_id: Uuid,
    pub account_id: Option<Uuid>,
    pub email_ci: Option<String>,
    pub way: String,
    pub demanded_by: String,
    pub enrolled_card_id: Option<Uuid>,
    pub mode: String,
    pub amount: i64,
    pub currency: String,
    pub shop: String,
    pub last4: String,
    pub holder: String,
    pub digest: String,
    pub state: String,
    pub tries: i32,
    pub round: i32,
    pub entered: Option<Vec<u8>>,
    pub created_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
