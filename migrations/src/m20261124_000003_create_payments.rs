//! Payments, attempts, operations and refunds, with the money invariants as constraints.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE payment (
    id {uuid} NOT NULL PRIMARY KEY,
    reference text NOT NULL CONSTRAINT payment_reference_key UNIQUE,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    order_ref text NOT NULL,
    status text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    authorized bigint NOT NULL,
    captured bigint NOT NULL,
    refunded bigint NOT NULL,
    refund_pending bigint NOT NULL,
    capture text NOT NULL,
    description text,
    metadata text NOT NULL,
    account_id {uuid},
    email_ci text,
    ip text,
    language text,
    attempts integer NOT NULL,
    decline_code text,
    stage text NOT NULL,
    sequence integer NOT NULL,
    version integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT payment_order_ref_key UNIQUE (merchant_id, mode, order_ref),
    CONSTRAINT payment_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT payment_status_check CHECK (status IN ('requires_payment_method', 'requires_action', 'in_review',
        'processing', 'authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded', 'voided',
        'declined', 'expired')),
    CONSTRAINT payment_stage_check CHECK (stage IN ('open', 'review', 'bank', 'voided', 'declined', 'expired')),
    CONSTRAINT payment_amount_check CHECK (amount > 0),
    CONSTRAINT payment_authorized_check CHECK (authorized >= 0 AND authorized <= amount),
    CONSTRAINT payment_captured_check CHECK (captured >= 0 AND captured <= authorized),
    CONSTRAINT payment_refunded_check CHECK (refunded >= 0 AND refund_pending >= 0
        AND refunded + refund_pending <= captured)
);
CREATE INDEX payment_merchant_idx ON payment (merchant_id, mode, id);
CREATE INDEX payment_account_idx ON payment (account_id, id);
CREATE INDEX payment_expiry_idx ON payment (expires_at) WHERE status IN ('requires_payment_method', 'in_review');
CREATE INDEX payment_guest_idx ON payment (email_ci) WHERE account_id IS NULL;
CREATE TABLE attempt (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    number integer NOT NULL,
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    brand text NOT NULL,
    first6 text NOT NULL,
    last4 text NOT NULL,
    exp_month integer NOT NULL,
    exp_year integer NOT NULL,
    card text NOT NULL,
    merchant_card text NOT NULL,
    email_ci text,
    ip text,
    sealed_card {bytes},
    verdict text NOT NULL,
    decline_code text,
    created_at bigint NOT NULL,
    CONSTRAINT attempt_number_key UNIQUE (payment_id, number),
    CONSTRAINT attempt_amount_check CHECK (amount > 0),
    CONSTRAINT attempt_verdict_check CHECK (verdict IN ('allow', 'review', 'block'))
);
CREATE INDEX attempt_card_idx ON attempt (card, created_at);
CREATE INDEX attempt_email_idx ON attempt (email_ci, created_at);
CREATE INDEX attempt_ip_idx ON attempt (ip, created_at);
CREATE TABLE operation (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    attempt_id {uuid} NOT NULL REFERENCES attempt (id),
    refund_id {uuid},
    kind text NOT NULL,
    status text NOT NULL,
    amount bigint NOT NULL,
    takes_money integer NOT NULL,
    acquirer text NOT NULL,
    acquirer_ref text,
    approval_code text,
    decline_code text,
    acknowledged integer NOT NULL,
    inquiries integer NOT NULL,
    next_inquiry_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT operation_amount_check CHECK (amount > 0),
    CONSTRAINT operation_kind_check CHECK (kind IN ('authorize', 'capture', 'void', 'refund', 'reversal')),
    CONSTRAINT operation_status_check CHECK (status IN ('pending', 'unknown', 'succeeded', 'failed'))
);
CREATE INDEX operation_payment_idx ON operation (payment_id);
CREATE UNIQUE INDEX operation_one_authorization_key ON operation (payment_id)
    WHERE kind = 'authorize' AND status = 'succeeded';
CREATE INDEX operation_inquiry_idx ON operation (next_inquiry_at) WHERE next_inquiry_at IS NOT NULL;
CREATE TABLE refund (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    refund_ref text,
    reason text,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT refund_ref_key UNIQUE (merchant_id, mode, refund_ref),
    CONSTRAINT refund_amount_check CHECK (amount > 0),
    CONSTRAINT refund_status_check CHECK (status IN ('pending', 'succeeded', 'failed'))
);
CREATE INDEX refund_payment_idx ON refund (payment_id);
CREATE INDEX refund_merchant_idx ON refund (merchant_id, mode, id);
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
        dialect::drop(manager, &["refund", "operation", "attempt", "payment"]).await
    }
}
