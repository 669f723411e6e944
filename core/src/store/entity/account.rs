//! A person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub email_ci: String,
    pub email_confirmed_at: Option<i64>,
    pub password_hash: Option<String>,
    pub language: String,
    pub created_at: i64,
    pub time_zone: String,
    pub closed_at: Option<i64>,
    pub quiet_from: Option<i32>,
    pub quiet_until: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
