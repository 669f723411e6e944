//! Rows of trace numbers.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::entity::trace;
use super::{StoreError, Tx};

/// Takes the next `count` trace numbers. Gives the first of them.
pub(crate) async fn take(tx: &Tx, count: i64) -> Result<i64, StoreError> {
    let taken = trace::Entity::update_many()
        .col_expr(trace::Column::Next, Expr::col(trace::Column::Next).add(count))
        .filter(trace::Column::Id.eq(1))
        .exec_with_returning(tx.conn())
        .await?;
    let next = taken.first().ok_or(StoreError::Unreadable { table: "trace", column: "next" })?.next;
    Ok(next - count)
}
