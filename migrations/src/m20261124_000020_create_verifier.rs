//! The verifier: a person's second secret, what people were asked to confirm, and the banks that enrol cards.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE verifier_code (
    account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
    code_hash text NOT NULL,
    set_at bigint NOT NULL,
    failed integer NOT NULL,
    rests_until bigint,
    CONSTRAINT verifier_code_failed_check CHECK (failed >= 0)
);
CREATE TABLE issuing_bank (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT issuing_bank_name_key UNIQUE (name)
);
CREATE TABLE issuing_bank_key (
    id {uuid} NOT NULL PRIMARY KEY,
    bank_id {uuid} NOT NULL REFERENCES issuing_bank (id),
    mode text NOT NULL,
    hash text NOT NULL,
    last4 text NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint,
    CONSTRAINT issuing_bank_key_hash_key UNIQUE (hash),
    CONSTRAINT issuing_bank_key_mode_check CHECK (mode IN ('test', 'live'))
);
CREATE TABLE enrolled_card (
    id {uuid} NOT NULL PRIMARY KEY,
    bank_id {uuid} NOT NULL REFERENCES issuing_bank (id),
    mode text NOT NULL,
    card text NOT NULL,
    bank_card text NOT NULL,
    last4 text NOT NULL,
    email_ci text,
    created_at bigint NOT NULL,
    removed_at bigint,
    CONSTRAINT enrolled_card_mode_check CHECK (mode IN ('test', 'live'))
);
CREATE UNIQUE INDEX enrolled_card_key ON enrolled_card (mode, card) WHERE removed_at IS NULL;
CREATE INDEX enrolled_card_bank_idx ON enrolled_card (bank_id, mode, id);
CREATE TABLE verification (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    attempt_id {uuid} NOT NULL,
    account_id {uuid} REFERENCES account (id),
    email_ci text,
    way text NOT NULL,
    demanded_by text NOT NULL,
    enrolled_card_id {uuid} REFERENCES enrolled_card (id),
    mode text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    shop text NOT NULL,
    last4 text NOT NULL,
    holder text NOT NULL,
    digest text NOT NULL,
    state text NOT NULL,
    tries integer NOT NULL,
    round integer NOT NULL,
    entered {bytes},
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint,
    CONSTRAINT verification_way_check CHECK (way IN ('telegram', 'email')),
    CONSTRAINT verification_demand_check CHECK (demanded_by IN ('merchant', 'issuer', 'risk')),
    CONSTRAINT verification_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT verification_amount_check CHECK (amount > 0),
    CONSTRAINT verification_tries_check CHECK (tries BETWEEN 0 AND 3),
    CONSTRAINT verification_state_check CHECK (state IN
        ('pending', 'confirmed', 'passed', 'refused', 'failed', 'expired', 'withdrawn')),
    CONSTRAINT verification_ended_check CHECK ((ended_at IS NULL) = (state IN ('pending', 'confirmed'))),
    CONSTRAINT verification_asked_check CHECK (account_id IS NOT NULL OR way = 'email')
);
CREATE UNIQUE INDEX verification_live_key ON verification (payment_id) WHERE state IN ('pending', 'confirmed');
CREATE UNIQUE INDEX verification_passed_key ON verification (attempt_id) WHERE state = 'passed';
CREATE INDEX verification_payment_idx ON verification (payment_id, id);
CREATE INDEX verification_due_idx ON verification (expires_at) WHERE state IN ('pending', 'confirmed');
CREATE INDEX verification_account_idx ON verification (account_id, created_at) WHERE account_id IS NOT NULL;
CREATE INDEX verification_email_idx ON verification (email_ci, created_at) WHERE email_ci IS NOT NULL;
CREATE INDEX verification_card_idx ON verification (enrolled_card_id, id) WHERE enrolled_card_id IS NOT NULL;
ALTER TABLE payment ADD COLUMN verification text NOT NULL DEFAULT 'automatic'
    CONSTRAINT payment_verification_check CHECK (verification IN ('automatic', 'required'));
ALTER TABLE risk_limit ADD COLUMN verify integer NOT NULL DEFAULT 0
    CONSTRAINT risk_limit_verify_check CHECK (verify IN (0, 1));
ALTER TABLE attempt ADD COLUMN action_now text
    CONSTRAINT attempt_action_now_check CHECK (action_now IN ('three_ds', 'wallet', 'verification'));
UPDATE attempt SET action_now = action_kind WHERE action_kind IS NOT NULL;
ALTER TABLE attempt DROP COLUMN action_kind;
ALTER TABLE attempt RENAME COLUMN action_now TO action_kind;
";

const DOWN: &str = "
ALTER TABLE attempt ADD COLUMN action_then text
    CONSTRAINT attempt_action_kind_check CHECK (action_then IN ('three_ds', 'wallet'));
UPDATE attempt SET action_then = action_kind WHERE action_kind IN ('three_ds', 'wallet');
ALTER TABLE attempt DROP COLUMN action_kind;
ALTER TABLE attempt RENAME COLUMN action_then TO action_kind;
ALTER TABLE risk_limit DROP COLUMN verify;
ALTER TABLE payment DROP COLUMN verification;
DROP TABLE verification;
DROP TABLE enrolled_card;
DROP TABLE issuing_bank_key;
DROP TABLE issuing_bank;
DROP TABLE verifier_code;
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
