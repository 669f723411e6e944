//! Payments whole: legal changes of status as data and guarded by a trigger, reservations that run out,
//! trace numbers of messages, wallets.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
ALTER TABLE payment ADD COLUMN waits_for_buyer integer NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN capture_before bigint;
ALTER TABLE payment ADD COLUMN expiry_warned integer NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN outcome_due_at bigint;
DROP INDEX payment_expiry_idx;
CREATE INDEX payment_expiry_idx ON payment (expires_at)
    WHERE status IN ('requires_payment_method', 'in_review', 'requires_action');
CREATE INDEX payment_capture_before_idx ON payment (capture_before) WHERE capture_before IS NOT NULL;
ALTER TABLE attempt ADD COLUMN wallet text;
ALTER TABLE operation ADD COLUMN original_id {uuid};
ALTER TABLE operation ADD COLUMN by_expiry integer NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN trace bigint NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN network_code text;
ALTER TABLE operation ADD COLUMN escalated_at bigint;
UPDATE operation SET original_id = (SELECT first.id FROM operation AS first
    WHERE first.attempt_id = operation.attempt_id AND first.kind = 'authorize') WHERE kind <> 'authorize';
CREATE INDEX operation_overdue_idx ON operation (created_at)
    WHERE status IN ('pending', 'unknown') AND escalated_at IS NULL;
CREATE TABLE trace (
    id integer NOT NULL PRIMARY KEY,
    next bigint NOT NULL,
    CONSTRAINT trace_one_row_check CHECK (id = 1)
);
INSERT INTO trace (id, next) VALUES (1, 1);
CREATE TABLE payment_transition (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO payment_transition (from_status, to_status) VALUES
    ('requires_payment_method', 'processing'),
    ('requires_payment_method', 'in_review'),
    ('requires_payment_method', 'declined'),
    ('requires_payment_method', 'voided'),
    ('requires_payment_method', 'expired'),
    ('requires_payment_method', 'requires_action'),
    ('requires_action', 'processing'),
    ('requires_action', 'authorized'),
    ('requires_action', 'captured'),
    ('requires_action', 'requires_payment_method'),
    ('requires_action', 'declined'),
    ('requires_action', 'voided'),
    ('requires_action', 'expired'),
    ('in_review', 'requires_action'),
    ('in_review', 'processing'),
    ('in_review', 'declined'),
    ('in_review', 'voided'),
    ('in_review', 'expired'),
    ('processing', 'authorized'),
    ('processing', 'captured'),
    ('processing', 'requires_action'),
    ('processing', 'requires_payment_method'),
    ('processing', 'declined'),
    ('authorized', 'captured'),
    ('authorized', 'partially_captured'),
    ('authorized', 'voided'),
    ('authorized', 'expired'),
    ('partially_captured', 'captured'),
    ('partially_captured', 'partially_refunded'),
    ('partially_captured', 'refunded'),
    ('captured', 'partially_refunded'),
    ('captured', 'refunded'),
    ('partially_refunded', 'refunded'),
    ('refunded', 'partially_refunded');
";

const DOWN: &str = "
DROP TABLE payment_transition;
DROP TABLE trace;
DROP INDEX operation_overdue_idx;
ALTER TABLE operation DROP COLUMN escalated_at;
ALTER TABLE operation DROP COLUMN network_code;
ALTER TABLE operation DROP COLUMN trace;
ALTER TABLE operation DROP COLUMN by_expiry;
ALTER TABLE operation DROP COLUMN original_id;
ALTER TABLE attempt DROP COLUMN wallet;
DROP INDEX payment_capture_before_idx;
DROP INDEX payment_expiry_idx;
CREATE INDEX payment_expiry_idx ON payment (expires_at) WHERE status IN ('requires_payment_method', 'in_review');
ALTER TABLE payment DROP COLUMN outcome_due_at;
ALTER TABLE payment DROP COLUMN expiry_warned;
ALTER TABLE payment DROP COLUMN capture_before;
ALTER TABLE payment DROP COLUMN waits_for_buyer;
";

const TRIGGER_SQLITE: &str = "
CREATE TRIGGER payment_status_trigger BEFORE UPDATE OF status ON payment
WHEN OLD.status <> NEW.status AND NOT EXISTS
    (SELECT 1 FROM payment_transition WHERE from_status = OLD.status AND to_status = NEW.status)
BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: payment_status_trigger'); END";

const FUNCTION_POSTGRES: &str = "
CREATE FUNCTION payment_status_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM payment_transition WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'a payment cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_status_trigger';
    END IF;
    RETURN NEW;
END $$";

const TRIGGER_POSTGRES: &str = "
CREATE TRIGGER payment_status_trigger BEFORE UPDATE OF status ON payment FOR EACH ROW
WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION payment_status_guard()";

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
        let guards: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => {
                &["DROP TRIGGER payment_status_trigger ON payment", "DROP FUNCTION payment_status_guard"]
            }
            _ => &["DROP TRIGGER payment_status_trigger"],
        };
        for guard in guards {
            manager.get_connection().execute_unprepared(guard).await?;
        }
        dialect::run(manager, DOWN).await
    }
}
