//! Merchant profiles: routes to banks, methods, currencies, non-residents. What is known of a card's issuer,
//! the bank that is asked next, and the declines that the networks' retry rules count.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE merchant_profile (
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    version integer NOT NULL,
    currencies text NOT NULL,
    cards integer NOT NULL,
    wallets text,
    home_country text,
    home_currency text,
    foreign_cards text NOT NULL,
    unknown_cards text NOT NULL,
    other_currencies text NOT NULL,
    countries text NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (merchant_id, mode),
    CONSTRAINT merchant_profile_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT merchant_profile_foreign_check CHECK (foreign_cards IN ('accept', 'challenge', 'refuse')),
    CONSTRAINT merchant_profile_unknown_check CHECK (unknown_cards IN ('accept', 'challenge', 'refuse')),
    CONSTRAINT merchant_profile_currency_check CHECK (other_currencies IN ('accept', 'challenge', 'refuse'))
);
CREATE TABLE merchant_route (
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    place integer NOT NULL,
    acquirer text NOT NULL,
    method text NOT NULL,
    currencies text NOT NULL,
    countries text NOT NULL,
    countries_except text NOT NULL,
    brands text NOT NULL,
    PRIMARY KEY (merchant_id, mode, place),
    FOREIGN KEY (merchant_id, mode) REFERENCES merchant_profile (merchant_id, mode),
    CONSTRAINT merchant_route_countries_check CHECK (countries = '' OR countries_except = '')
);
CREATE TABLE card_decline (
    operation_id {uuid} NOT NULL PRIMARY KEY REFERENCES operation (id),
    merchant_card text NOT NULL,
    mode text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    is_final integer NOT NULL,
    declined_at bigint NOT NULL
);
CREATE INDEX card_decline_card_idx ON card_decline (merchant_card, declined_at);
ALTER TABLE attempt ADD COLUMN issuer text;
ALTER TABLE attempt ADD COLUMN issuer_country text;
ALTER TABLE attempt ADD COLUMN card_kind text;
ALTER TABLE operation ADD COLUMN fallback text;
";

const DOWN: &str = "
ALTER TABLE operation DROP COLUMN fallback;
ALTER TABLE attempt DROP COLUMN card_kind;
ALTER TABLE attempt DROP COLUMN issuer_country;
ALTER TABLE attempt DROP COLUMN issuer;
DROP TABLE card_decline;
DROP TABLE merchant_route;
DROP TABLE merchant_profile;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}
