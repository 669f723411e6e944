//! A one-time link.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub purpose: String,
    pub state: String,
    pub account_id: Option<Uuid>,
    pub tg_user_id: Option<i64>,
    pub chat_id: Option<i64>,
    pub browser_hash: Option<String>,
    pub match_code: Option<i32>,
    pub payload: String,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
