//! What a merchant accepts. Lists are words with spaces between them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant_profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub mode: String,
    pub version: i32,
    pub currencies: String,
    pub cards: i32,
    pub wallets: Option<String>,
    pub home_country: Option<String>,
    pub home_currency: Option<String>,
    pub foreign_cards: String,
    pub unknown_cards: String,
    pub other_currencies: String,
    pub countries: String,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
