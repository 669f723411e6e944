//! Disputes and buyers' complaints, as they stand: they are few, so they are read where they are.

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::store::{StoreError, ask};

/// Disputes that were opened in a span of time and stand the same today.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Disputes {
    pub(crate) stage: String,
    pub(crate) status: String,
    pub(crate) currency: String,
    pub(crate) count: i64,
    pub(crate) amount: i64,
}

/// The disputes that were opened from one moment until before another; microseconds.
pub(crate) async fn disputes(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    (from, until): (i64, i64),
) -> Result<Vec<Disputes>, StoreError> {
    const SQL: &str = "SELECT stage, status, currency, COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount
        FROM dispute WHERE merchant_id = $1 AND mode = $2 AND created_at >= $3 AND created_at < $4
        GROUP BY stage, status, currency ORDER BY stage, status, currency";
    let values = vec![merchant.as_uuid().into(), mode.as_str().into(), from.into(), until.into()];
    ask(conn, SQL, values).await
}

/// Complaints of a span of time.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Cases {
    pub(crate) currency: String,
    pub(crate) count: i64,
    pub(crate) amount: i64,
}

/// Payments that somebody said were not theirs and that no issuer was told of.
pub(crate) async fn cases(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    (from, until): (i64, i64),
) -> Result<Vec<Cases>, StoreError> {
    const SQL: &str = "SELECT payment.currency, COUNT(*) AS count, CAST(SUM(payment.amount) AS bigint) AS amount
        FROM buyer_case JOIN payment ON payment.id = buyer_case.payment_id
        WHERE payment.merchant_id = $1 AND payment.mode = $2
            AND buyer_case.created_at >= $3 AND buyer_case.created_at < $4
            AND NOT EXISTS (SELECT 1 FROM dispute WHERE dispute.payment_id = payment.id)
        GROUP BY payment.currency ORDER BY payment.currency";
    let values = vec![merchant.as_uuid().into(), mode.as_str().into(), from.into(), until.into()];
    ask(conn, SQL, values).await
}
