//! The database schema, one file a step. It imports nothing of ours, so that an old step keeps
//! meaning what it meant when the code has moved on.

mod dialect;
mod m20261124_000001_create_people;
mod m20261124_000002_create_merchants;
mod m20261124_000003_create_payments;
mod m20261124_000004_create_risk;
mod m20261124_000005_create_deliveries;
mod m20261124_000006_create_bot_and_audit;
mod m20261124_000007_extend_payments;
mod m20261124_000008_create_ledger;
mod m20261124_000009_create_vault;
mod m20261124_000010_add_actions;
mod m20261124_000011_create_routes;
mod m20261124_000012_create_disputes;
mod m20261124_000013_create_instances;
mod m20261124_000014_lighten_payments;
mod m20261124_000015_extend_accounts;
mod m20261124_000016_create_preferences;
mod m20261124_000017_win_expired_disputes;
mod m20261124_000018_create_checkout;
mod m20261124_000019_extend_endpoints;
mod m20261124_000020_create_verifier;
mod m20261124_000021_add_telegram_payments;
mod m20261124_000022_extend_hub;
mod m20261124_000023_create_members;
mod m20261124_000024_create_financial_passwords;
mod m20261124_000025_create_reports;
mod m20261124_000026_create_reconciliation;
mod m20261124_000027_create_onboarding;
mod m20261124_000028_extend_audit;

use sea_orm_migration::MigrationTrait;
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, TransactionTrait};

/// The advisory lock under which PostgreSQL is migrated: two processes at once would collide.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4715261093)";

/// Brings a database to the newest schema: all steps, or none.
///
/// # Errors
///
/// [`DbErr`] when the database refuses a step.
#[expect(clippy::disallowed_methods, reason = "migrations are the one writer besides Store::write")]
pub async fn migrate(connection: &DatabaseConnection) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Migrator::up(connection, None).await;
    }
    let tx = connection.begin().await?;
    tx.execute_unprepared(LOCK).await?;
    Migrator::up(&tx, None).await?;
    tx.commit().await
}

/// How many steps a database lacks.
///
/// # Errors
///
/// [`DbErr`] when the database does not answer.
pub async fn pending(connection: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations_read_only(connection).await?.len())
}

/// Every step in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_create_people::Migration),
            Box::new(m20261124_000002_create_merchants::Migration),
            Box::new(m20261124_000003_create_payments::Migration),
            Box::new(m20261124_000004_create_risk::Migration),
            Box::new(m20261124_000005_create_deliveries::Migration),
            Box::new(m20261124_000006_create_bot_and_audit::Migration),
            Box::new(m20261124_000007_extend_payments::Migration),
            Box::new(m20261124_000008_create_ledger::Migration),
            Box::new(m20261124_000009_create_vault::Migration),
            Box::new(m20261124_000010_add_actions::Migration),
            Box::new(m20261124_000011_create_routes::Migration),
            Box::new(m20261124_000012_create_disputes::Migration),
            Box::new(m20261124_000013_create_instances::Migration),
            Box::new(m20261124_000014_lighten_payments::Migration),
            Box::new(m20261124_000015_extend_accounts::Migration),
            Box::new(m20261124_000016_create_preferences::Migration),
            Box::new(m20261124_000017_win_expired_disputes::Migration),
            Box::new(m20261124_000018_create_checkout::Migration),
            Box::new(m20261124_000019_extend_endpoints::Migration),
            Box::new(m20261124_000020_create_verifier::Migration),
            Box::new(m20261124_000021_add_telegram_payments::Migration),
            Box::new(m20261124_000022_extend_hub::Migration),
            Box::new(m20261124_000023_create_members::Migration),
            Box::new(m20261124_000024_create_financial_passwords::Migration),
            Box::new(m20261124_000025_create_reports::Migration),
            Box::new(m20261124_000026_create_reconciliation::Migration),
            Box::new(m20261124_000027_create_onboarding::Migration),
            Box::new(m20261124_000028_extend_audit::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_runs_in_a_transaction() {
        // SQLite would otherwise keep the first half of a step that failed.
        for migration in Migrator::migrations() {
            assert_eq!(migration.use_transaction(), Some(true), "{}", migration.name());
        }
    }
}
