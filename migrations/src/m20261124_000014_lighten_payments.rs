//! What every payment pays for on its way, made lighter: no index entries for what is not there, and legal
//! changes of status told by the trigger's own condition instead of a query.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
DROP INDEX payment_account_idx;
CREATE INDEX payment_account_idx ON payment (account_id, id) WHERE account_id IS NOT NULL;
DROP INDEX attempt_email_idx;
CREATE INDEX attempt_email_idx ON attempt (email_ci, created_at) WHERE email_ci IS NOT NULL;
DROP INDEX attempt_ip_idx;
CREATE INDEX attempt_ip_idx ON attempt (ip, created_at) WHERE ip IS NOT NULL;
";

const DOWN: &str = "
DROP INDEX attempt_ip_idx;
CREATE INDEX attempt_ip_idx ON attempt (ip, created_at);
DROP INDEX attempt_email_idx;
CREATE INDEX attempt_email_idx ON attempt (email_ci, created_at);
DROP INDEX payment_account_idx;
CREATE INDEX payment_account_idx ON payment (account_id, id);
";

/// The condition holds the table's rows; the function behind it, which asks the table itself, only runs when
/// they say no. A step that changes the table must run this again.
const TRIGGER: &str = "
DO $do$
DECLARE legal text;
BEGIN
    SELECT string_agg(quote_literal(from_status || '>' || to_status), ', ' ORDER BY from_status, to_status)
        INTO legal FROM payment_transition;
    EXECUTE 'DROP TRIGGER payment_status_trigger ON payment';
    EXECUTE 'CREATE TRIGGER payment_status_trigger BEFORE UPDATE OF status ON payment FOR EACH ROW
        WHEN (OLD.status IS DISTINCT FROM NEW.status
            AND OLD.status || ''>'' || NEW.status <> ALL (ARRAY[' || legal || ']))
        EXECUTE FUNCTION payment_status_guard()';
END $do$";

const TRIGGER_BEFORE: &[&str] = &[
    "DROP TRIGGER payment_status_trigger ON payment",
    "CREATE TRIGGER payment_status_trigger BEFORE UPDATE OF status ON payment FOR EACH ROW
     WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION payment_status_guard()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(TRIGGER).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            for statement in TRIGGER_BEFORE {
                manager.get_connection().execute_unprepared(statement).await?;
            }
        }
        dialect::run(manager, DOWN).await
    }
}
