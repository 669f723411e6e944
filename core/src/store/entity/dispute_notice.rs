//! A notice about a dispute that was heard: a repeated one changes nothing.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dispute_notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub acquirer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice: String,
    pub heard_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
