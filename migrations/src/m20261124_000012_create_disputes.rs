//! Disputes: what buyers contest at their issuers, with evidence; disputed money cannot be refunded, too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE payment ADD COLUMN disputed bigint NOT NULL DEFAULT 0
    CONSTRAINT payment_disputed_check CHECK (disputed >= 0 AND disputed + refunded + refund_pending <= captured);
CREATE INDEX operation_acquirer_ref_idx ON operation (acquirer_ref)
    WHERE kind = 'authorize' AND acquirer_ref IS NOT NULL;
CREATE TABLE dispute (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    held bigint NOT NULL,
    acquirer text NOT NULL,
    dispute_ref text NOT NULL,
    reason_code text NOT NULL,
    stage text NOT NULL,
    status text NOT NULL,
    respond_by bigint,
    opening_heard integer NOT NULL,
    reply_due_at bigint,
    opened_by text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT dispute_ref_key UNIQUE (acquirer, dispute_ref),
    CONSTRAINT dispute_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT dispute_amount_check CHECK (amount > 0),
    CONSTRAINT dispute_held_check CHECK (held >= 0 AND held <= amount),
    CONSTRAINT dispute_stage_check CHECK (stage IN ('pre_dispute', 'dispute', 'pre_arbitration')),
    CONSTRAINT dispute_status_check
        CHECK (status IN ('opened', 'challenged', 'accepted', 'won', 'lost', 'expired'))
);
CREATE INDEX dispute_payment_idx ON dispute (payment_id);
CREATE INDEX dispute_merchant_idx ON dispute (merchant_id, mode, id);
CREATE INDEX dispute_respond_idx ON dispute (respond_by) WHERE status = 'opened';
CREATE INDEX dispute_reply_idx ON dispute (reply_due_at) WHERE reply_due_at IS NOT NULL;
CREATE TABLE dispute_evidence (
    dispute_id {uuid} NOT NULL REFERENCES dispute (id),
    number integer NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    author text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT dispute_evidence_pkey PRIMARY KEY (dispute_id, number)
);
CREATE TABLE dispute_notice (
    acquirer text NOT NULL,
    notice text NOT NULL,
    heard_at bigint NOT NULL,
    CONSTRAINT dispute_notice_pkey PRIMARY KEY (acquirer, notice)
);
CREATE TABLE dispute_transition (
    from_stage text NOT NULL,
    from_status text NOT NULL,
    to_stage text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_stage, from_status, to_stage, to_status)
);
INSERT INTO dispute_transition (from_stage, from_status, to_stage, to_status) VALUES
    ('pre_dispute', 'opened', 'pre_dispute', 'challenged'),
    ('pre_dispute', 'opened', 'pre_dispute', 'won'),
    ('pre_dispute', 'opened', 'pre_dispute', 'expired'),
    ('pre_dispute', 'opened', 'dispute', 'opened'),
    ('pre_dispute', 'challenged', 'pre_dispute', 'won'),
    ('pre_dispute', 'challenged', 'dispute', 'opened'),
    ('pre_dispute', 'expired', 'dispute', 'opened'),
    ('dispute', 'opened', 'dispute', 'challenged'),
    ('dispute', 'opened', 'dispute', 'accepted'),
    ('dispute', 'opened', 'dispute', 'expired'),
    ('dispute', 'opened', 'dispute', 'won'),
    ('dispute', 'opened', 'dispute', 'lost'),
    ('dispute', 'challenged', 'dispute', 'won'),
    ('dispute', 'challenged', 'dispute', 'lost'),
    ('dispute', 'won', 'pre_arbitration', 'opened'),
    ('pre_arbitration', 'opened', 'pre_arbitration', 'challenged'),
    ('pre_arbitration', 'opened', 'pre_arbitration', 'accepted'),
    ('pre_arbitration', 'opened', 'pre_arbitration', 'expired'),
    ('pre_arbitration', 'opened', 'pre_arbitration', 'won'),
    ('pre_arbitration', 'opened', 'pre_arbitration', 'lost'),
    ('pre_arbitration', 'challenged', 'pre_arbitration', 'won'),
    ('pre_arbitration', 'challenged', 'pre_arbitration', 'lost');
";

const TRIGGER_SQLITE: &str = "
CREATE TRIGGER dispute_standing_trigger BEFORE UPDATE OF stage, status ON dispute
WHEN (OLD.stage <> NEW.stage OR OLD.status <> NEW.status) AND NOT EXISTS
    (SELECT 1 FROM dispute_transition WHERE from_stage = OLD.stage AND from_status = OLD.status
        AND to_stage = NEW.stage AND to_status = NEW.status)
BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: dispute_standing_trigger'); END";

const FUNCTION_POSTGRES: &str = "
CREATE FUNCTION dispute_standing_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM dispute_transition WHERE from_stage = OLD.stage AND from_status = OLD.status
            AND to_stage = NEW.stage AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'a dispute cannot go from % % to % %', OLD.stage, OLD.status, NEW.stage, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_standing_trigger';
    END IF;
    RETURN NEW;
END $$";

const TRIGGER_POSTGRES: &str = "
CREATE TRIGGER dispute_standing_trigger BEFORE UPDATE OF stage, status ON dispute FOR EACH ROW
WHEN (OLD.stage IS DISTINCT FROM NEW.stage OR OLD.status IS DISTINCT FROM NEW.status)
EXECUTE FUNCTION dispute_standing_guard()";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        let guards: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[FUNCTION_POSTGRES, TRIGGER_POSTGRES],
            _ => &[TRIGGER_SQLITE],
        };
        for guard in guards {
            manager.get_connection().execute_unprepared(guard).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["dispute_transition", "dispute_notice", "dispute_evidence", "dispute"];
        dialect::drop(manager, &tables).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION dispute_standing_guard").await?;
        }
        dialect::run(
            manager,
            "DROP INDEX operation_acquirer_ref_idx;
ALTER TABLE payment DROP COLUMN disputed;
",
        )
        .await
    }
}
