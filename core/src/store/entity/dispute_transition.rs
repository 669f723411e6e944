//! A legal change of a dispute, as the trigger knows it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dispute_transition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_stage: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_status: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_stage: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_status: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
