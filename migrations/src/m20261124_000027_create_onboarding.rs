//! How a shop becomes a merchant: its trial, application, contract, connection fee; and what it may do now.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A legal step is a row of `onboarding_step`, and every step that is taken refers to one: no other can be
/// written.
const UP: &str = "
ALTER TABLE merchant ADD COLUMN access text NOT NULL DEFAULT 'full'
    CHECK (access IN ('trial', 'full', 'suspended', 'closed'));
ALTER TABLE merchant ADD COLUMN test_until bigint;
CREATE TABLE onboarding_step (
    from_stage text NOT NULL,
    to_stage text NOT NULL,
    PRIMARY KEY (from_stage, to_stage)
);
INSERT INTO onboarding_step (from_stage, to_stage) VALUES
    ('trial', 'in_review'), ('trial', 'closed'),
    ('in_review', 'bank_review'), ('in_review', 'declined'), ('in_review', 'closed'),
    ('bank_review', 'contract'), ('bank_review', 'declined'), ('bank_review', 'closed'),
    ('declined', 'in_review'), ('declined', 'closed'),
    ('contract', 'fee'), ('contract', 'closed'),
    ('fee', 'live'), ('fee', 'closed'),
    ('live', 'suspended'), ('live', 'closed'),
    ('suspended', 'live'), ('suspended', 'closed');
CREATE TABLE onboarding (
    merchant_id {uuid} NOT NULL PRIMARY KEY REFERENCES merchant (id),
    account_id {uuid} NOT NULL REFERENCES account (id),
    stage text NOT NULL,
    since bigint NOT NULL,
    version integer NOT NULL,
    application text,
    contract_version text,
    contract_digest text,
    contract_at bigint,
    contract_by {uuid} REFERENCES account (id),
    contract_ip text,
    fee_amount bigint,
    fee_currency text,
    fee_ref text,
    fee_at bigint,
    reason text NOT NULL DEFAULT '',
    trial_told_at bigint,
    created_at bigint NOT NULL,
    CONSTRAINT onboarding_stage_check CHECK (stage IN ('trial', 'in_review', 'bank_review', 'declined', 'contract',
        'fee', 'live', 'suspended', 'closed')),
    CONSTRAINT onboarding_application_check CHECK (stage IN ('trial', 'closed') OR application IS NOT NULL),
    CONSTRAINT onboarding_contract_check CHECK (stage NOT IN ('fee', 'live', 'suspended') OR (contract_at IS NOT NULL
        AND contract_version IS NOT NULL AND contract_digest IS NOT NULL AND contract_by IS NOT NULL)),
    CONSTRAINT onboarding_fee_check CHECK (stage NOT IN ('live', 'suspended') OR (fee_at IS NOT NULL
        AND fee_amount >= 0 AND fee_currency IS NOT NULL AND fee_ref IS NOT NULL))
);
CREATE INDEX onboarding_account_idx ON onboarding (account_id);
CREATE INDEX onboarding_stage_idx ON onboarding (stage, since);
CREATE TABLE onboarding_transition (
    merchant_id {uuid} NOT NULL REFERENCES onboarding (merchant_id),
    version integer NOT NULL,
    from_stage text NOT NULL,
    to_stage text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (merchant_id, version),
    CONSTRAINT onboarding_transition_step_fkey FOREIGN KEY (from_stage, to_stage)
        REFERENCES onboarding_step (from_stage, to_stage)
);
";

const DOWN: &str = "
DROP TABLE onboarding_transition;
DROP TABLE onboarding;
DROP TABLE onboarding_step;
ALTER TABLE merchant DROP COLUMN test_until;
ALTER TABLE merchant DROP COLUMN access;
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
