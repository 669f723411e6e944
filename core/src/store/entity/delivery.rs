//! One event on its way to one recipient.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub channel: String,
    pub lane: i16,
    pub recipient_id: Uuid,
    pub address: String,
    pub language: String,
    pub staff: i32,
    pub payment_id: Option<Uuid>,
    pub state: String,
    pub attempt: i32,
    pub round: i32,
    pub next_at: i64,
    pub lease_token: Option<Uuid>,
    pub lease_until: Option<i64>,
    pub lease_owner: Option<Uuid>,
    pub provider_ref: Option<String>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
