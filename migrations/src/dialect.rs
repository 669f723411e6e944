//! One SQL text for both databases: the few type names that differ are written `{uuid}` and `{bytes}`.
//!
//! Times are whole microseconds (`bigint`) on both, so that comparisons cannot depend on how a
//! driver writes a date.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Runs each statement of a script. Statements end with `;` at the end of a line.
pub(crate) async fn run(manager: &SchemaManager<'_>, script: &str) -> Result<(), DbErr> {
    let (uuid, bytes) = match manager.get_database_backend() {
        DbBackend::Postgres => ("uuid", "bytea"),
        _ => ("blob", "blob"),
    };
    let script = script.replace("{uuid}", uuid).replace("{bytes}", bytes);
    for statement in script.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Drops tables, last created first.
pub(crate) async fn drop(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}
