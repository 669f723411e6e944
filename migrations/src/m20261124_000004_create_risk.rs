//! Risk lists, velocity limits, the journal of decisions, reviews and cases.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE risk_list_entry (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} REFERENCES merchant (id),
    list text NOT NULL,
    attribute text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    removed_at bigint,
    CONSTRAINT risk_list_entry_list_check CHECK (list IN ('trust', 'allow', 'block', 'gray')),
    CONSTRAINT risk_list_entry_attribute_check CHECK (attribute IN ('card', 'email', 'ip', 'bin', 'country'))
);
CREATE INDEX risk_list_entry_value_idx ON risk_list_entry (attribute, value) WHERE removed_at IS NULL;
CREATE INDEX risk_list_entry_allow_idx ON risk_list_entry (attribute) WHERE removed_at IS NULL AND list = 'allow';
CREATE TABLE risk_limit (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} REFERENCES merchant (id),
    attribute text NOT NULL,
    window_secs bigint NOT NULL,
    count_max bigint,
    amount_max bigint,
    currency text,
    verdict text NOT NULL,
    created_at bigint NOT NULL,
    removed_at bigint,
    CONSTRAINT risk_limit_attribute_check CHECK (attribute IN ('card', 'email', 'ip')),
    CONSTRAINT risk_limit_window_check CHECK (window_secs BETWEEN 60 AND 2592000),
    CONSTRAINT risk_limit_bound_check CHECK ((count_max IS NOT NULL AND count_max > 0)
        OR (amount_max IS NOT NULL AND amount_max > 0 AND currency IS NOT NULL)),
    CONSTRAINT risk_limit_verdict_check CHECK (verdict IN ('review', 'block'))
);
CREATE TABLE risk_decision (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    attempt_id {uuid} NOT NULL,
    verdict text NOT NULL,
    reasons text NOT NULL,
    features text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX risk_decision_payment_idx ON risk_decision (payment_id);
CREATE TABLE review (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    attempt_id {uuid} NOT NULL,
    state text NOT NULL,
    reasons text NOT NULL,
    opened_at bigint NOT NULL,
    due_at bigint NOT NULL,
    decided_at bigint,
    decided_by text,
    CONSTRAINT review_state_check CHECK (state IN ('open', 'approved', 'rejected', 'lapsed'))
);
CREATE UNIQUE INDEX review_one_open_key ON review (payment_id) WHERE state = 'open';
CREATE INDEX review_open_idx ON review (due_at) WHERE state = 'open';
CREATE TABLE buyer_case (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    account_id {uuid} NOT NULL REFERENCES account (id),
    kind text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT buyer_case_key UNIQUE (payment_id, account_id, kind),
    CONSTRAINT buyer_case_kind_check CHECK (kind IN ('not_me')),
    CONSTRAINT buyer_case_state_check CHECK (state IN ('open', 'closed'))
);
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
        dialect::drop(manager, &["buyer_case", "review", "risk_decision", "risk_limit", "risk_list_entry"]).await
    }
}
