//! What happened minute by minute, of one day: read from payments and entries themselves.

use std::time::Duration;

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::clock::Timestamp;
use crate::id::{MerchantId, lowest_at};
use crate::merchant::Mode;
use crate::store::{StoreError, ask};

/// What happened in one minute, of one sort and in one currency.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Minute {
    /// `created`, `captured` or `refunded`.
    pub(crate) measure: String,
    /// Whole minutes since 1970.
    pub(crate) minute: i64,
    pub(crate) currency: String,
    pub(crate) count: i64,
    pub(crate) amount: i64,
}

/// How much a row's time may differ from its id's.
pub(crate) const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

const MINUTES: [&str; 2] = [
    "SELECT 'created' AS measure, created_at / 60000000 AS minute, currency, COUNT(*) AS count,
        CAST(SUM(amount) AS bigint) AS amount
    FROM payment WHERE merchant_id = $1 AND mode = $2 AND id > $3 AND id < $4 AND created_at >= $5 AND created_at < $6
    GROUP BY 2, 3",
    "SELECT measure, minute, currency, COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount
    FROM (SELECT created_at / 60000000 AS minute, currency, amount,
            CASE WHEN debit LIKE 'merchant:%' THEN 'refunded' ELSE 'captured' END AS measure
        FROM ledger_entry
        WHERE merchant_id = $1 AND mode = $2 AND transaction_id > $3 AND transaction_id < $4
            AND created_at >= $5 AND created_at < $6 AND kind IN ('capture', 'refund')
            AND (debit LIKE '%:receivable' OR credit LIKE '%:receivable')) AS moved
    GROUP BY 1, 2, 3",
];

/// What a merchant's customers did from one moment until before another.
pub(crate) async fn of_day(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Minute>, StoreError> {
    let mut minutes = Vec::new();
    for sql in MINUTES {
        let values = vec![
            merchant.as_uuid().into(),
            mode.as_str().into(),
            lowest_at(from.before(CLOCKS_DIFFER)).into(),
            lowest_at(until.after(CLOCKS_DIFFER)).into(),
            from.as_micros().into(),
            until.as_micros().into(),
        ];
        minutes.extend(ask::<Minute>(conn, sql, values).await?);
    }
    Ok(minutes)
}
