//! The vault: data keys, customers, saved cards and mandates; which saved card an attempt is about.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE install_key (
    purpose text NOT NULL PRIMARY KEY,
    sealed {bytes} NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT install_key_purpose_check CHECK (purpose IN ('lookup'))
);
CREATE TABLE vault_key (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    wrapped {bytes} NOT NULL,
    master text NOT NULL,
    created_at bigint NOT NULL,
    retired_at bigint
);
CREATE UNIQUE INDEX vault_key_current_key ON vault_key (merchant_id) WHERE retired_at IS NULL;
CREATE INDEX vault_key_master_idx ON vault_key (master);
CREATE TABLE vault_customer (
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    customer_ref text NOT NULL,
    state text NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (merchant_id, mode, customer_ref),
    CONSTRAINT vault_customer_state_check CHECK (state IN ('member', 'denied', 'frozen')),
    CONSTRAINT vault_customer_mode_check CHECK (mode IN ('test', 'live'))
);
CREATE TABLE vault_card (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    customer_ref text NOT NULL,
    account_id {uuid} REFERENCES account (id),
    email_ci text,
    language text,
    brand text NOT NULL,
    first6 text NOT NULL,
    last4 text NOT NULL,
    exp_month integer NOT NULL,
    exp_year integer NOT NULL,
    card text NOT NULL,
    merchant_card text NOT NULL,
    key_id {uuid} NOT NULL REFERENCES vault_key (id),
    sealed {bytes},
    state text NOT NULL,
    consent_text text NOT NULL,
    consent_at bigint NOT NULL,
    usable_until bigint NOT NULL,
    expiry_told integer NOT NULL DEFAULT 0,
    last_used_at bigint NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT vault_card_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT vault_card_state_check CHECK (state IN ('pending', 'active', 'frozen', 'expired', 'removed')),
    CONSTRAINT vault_card_sealed_check CHECK ((sealed IS NOT NULL) = (state IN ('pending', 'active', 'frozen')))
);
CREATE UNIQUE INDEX vault_card_kept_key ON vault_card (merchant_id, mode, customer_ref, merchant_card)
    WHERE state IN ('active', 'frozen');
CREATE INDEX vault_card_account_idx ON vault_card (account_id) WHERE state IN ('active', 'frozen');
CREATE INDEX vault_card_key_idx ON vault_card (key_id);
CREATE INDEX vault_card_usable_idx ON vault_card (usable_until) WHERE state IN ('active', 'frozen');
CREATE INDEX vault_card_used_idx ON vault_card (last_used_at) WHERE state IN ('pending', 'active', 'frozen');
CREATE TABLE mandate (
    id {uuid} NOT NULL PRIMARY KEY,
    card_id {uuid} NOT NULL REFERENCES vault_card (id),
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    currency text NOT NULL,
    amount_min bigint NOT NULL,
    amount_max bigint NOT NULL,
    period_days integer NOT NULL,
    ends_at bigint NOT NULL,
    state text NOT NULL,
    ended_reason text,
    charging {uuid},
    last_success_at bigint,
    consent_text text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT mandate_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT mandate_state_check CHECK (state IN ('pending', 'active', 'frozen', 'ended')),
    CONSTRAINT mandate_amount_check CHECK (amount_min > 0 AND amount_min <= amount_max),
    CONSTRAINT mandate_period_check CHECK (period_days BETWEEN 1 AND 366)
);
CREATE INDEX mandate_card_idx ON mandate (card_id) WHERE state IN ('pending', 'active', 'frozen');
CREATE INDEX mandate_merchant_idx ON mandate (merchant_id, mode, id);
CREATE INDEX mandate_ends_idx ON mandate (ends_at) WHERE state IN ('active', 'frozen');
ALTER TABLE attempt ADD COLUMN vault_card_id {uuid};
ALTER TABLE attempt ADD COLUMN mandate_id {uuid};
ALTER TABLE attempt ADD COLUMN by_merchant integer NOT NULL DEFAULT 0;
CREATE INDEX attempt_sealed_idx ON attempt (id) WHERE sealed_card IS NOT NULL;
";

const DOWN: &str = "
DROP INDEX attempt_sealed_idx;
ALTER TABLE attempt DROP COLUMN by_merchant;
ALTER TABLE attempt DROP COLUMN mandate_id;
ALTER TABLE attempt DROP COLUMN vault_card_id;
DROP TABLE mandate;
DROP TABLE vault_card;
DROP TABLE vault_customer;
DROP TABLE vault_key;
DROP TABLE install_key;
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
