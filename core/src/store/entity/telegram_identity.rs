//! A Telegram user bound to an account.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "telegram_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub tg_user_id: i64,
    pub chat_id: i64,
    pub username_ci: Option<String>,
    pub first_name: String,
    pub linked_at: i64,
    pub unlinked_at: Option<i64>,
    pub gone_at: Option<i64>,
    pub seen_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
