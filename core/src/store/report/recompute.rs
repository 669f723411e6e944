//! The same figures once more, from payments, attempts and entries, by grouping in the database: none of
//! the code that counts is used.

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::report::{Fact, Measure};
use crate::store::{StoreError, ask};

#[derive(FromQueryResult)]
struct Group {
    measure: String,
    slot: i64,
    currency: String,
    method: Option<String>,
    country: Option<String>,
    decline: Option<String>,
    count: i64,
    amount: i64,
}

/// A measure's groups. Whole division gives the slot; `{slot}` stands for it.
const GROUPS: [&str; 5] = [
    "SELECT 'created' AS measure, {slot} AS slot, currency, NULL AS method, NULL AS country, NULL AS decline,
        COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount
    FROM payment WHERE merchant_id = $1 AND mode = $2 GROUP BY 2, 3",
    "SELECT 'approved' AS measure, {slot} AS slot, currency, {method} AS method, {country} AS country,
        NULL AS decline, COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount
    FROM (SELECT attempt.* FROM payment JOIN attempt ON attempt.payment_id = payment.id
        WHERE payment.merchant_id = $1 AND payment.mode = $2 AND EXISTS (SELECT 1 FROM operation
            WHERE operation.payment_id = payment.id AND operation.attempt_id = attempt.id
                AND operation.kind = 'authorize' AND operation.status = 'succeeded')) AS approved
    GROUP BY 2, 3, 4, 5",
    "SELECT 'declined' AS measure, {slot} AS slot, currency, {method} AS method, {country} AS country,
        decline_code AS decline, COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount
    FROM (SELECT attempt.* FROM payment JOIN attempt ON attempt.payment_id = payment.id
        WHERE payment.merchant_id = $1 AND payment.mode = $2 AND attempt.decline_code IS NOT NULL) AS declined
    GROUP BY 2, 3, 4, 5, 6",
    "SELECT measure, {slot} AS slot, currency, {method} AS method, {country} AS country, NULL AS decline,
        COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount
    FROM (SELECT ledger_entry.created_at, ledger_entry.currency, ledger_entry.amount,
            COALESCE(attempt.brand, 'unknown') AS brand, attempt.wallet, attempt.issuer_country,
            CASE WHEN debit LIKE 'acquirer:%:receivable' AND credit LIKE 'merchant:%:pending' THEN 'captured'
                WHEN debit LIKE 'merchant:%:pending' AND credit LIKE 'acquirer:%:receivable' THEN 'refunded'
                WHEN debit LIKE 'merchant:%:pending' AND credit = 'fees' THEN 'fee' END AS measure
        FROM ledger_entry
        LEFT JOIN operation ON operation.payment_id = ledger_entry.payment_id AND operation.kind = 'authorize'
            AND operation.status = 'succeeded'
        LEFT JOIN attempt ON attempt.id = operation.attempt_id
        WHERE ledger_entry.merchant_id = $1 AND ledger_entry.mode = $2
            AND ledger_entry.kind NOT IN ('settlement', 'payout', 'dispute_opened', 'dispute_won', 'dispute_lost')
    ) AS moved
    WHERE measure IS NOT NULL GROUP BY 1, 2, 3, 4, 5",
    "SELECT 'buyer_new' AS measure, (first_at / 900000000) * 900 AS slot, currency, NULL AS method, NULL AS country,
        NULL AS decline, COUNT(*) AS count, CAST(0 AS bigint) AS amount
    FROM report_buyer WHERE merchant_id = $1 AND mode = $2 GROUP BY 2, 3",
];

/// Everything that was ever counted for a merchant, computed anew.
pub(crate) async fn facts(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
) -> Result<Vec<Fact>, StoreError> {
    let mut facts = Vec::new();
    for sql in GROUPS {
        let sql = sql
            .replace("{slot}", "(created_at / 900000000) * 900")
            .replace("{method}", "CASE WHEN wallet IS NULL THEN brand ELSE 'wallet:' || wallet END")
            .replace("{country}", "COALESCE(issuer_country, 'unknown')");
        let values = vec![merchant.as_uuid().into(), mode.as_str().into()];
        for group in ask::<Group>(conn, &sql, values).await? {
            let bad = StoreError::Unreadable { table: "ledger_entry", column: "kind" };
            facts.push(Fact {
                measure: Measure::from_name(&group.measure).ok_or(bad)?,
                world: (merchant.as_uuid(), mode.as_str().to_owned()),
                slot: group.slot,
                currency: group.currency,
                count: group.count,
                amount: group.amount,
                method: group.method,
                country: group.country,
                decline: group.decline,
            });
        }
    }
    Ok(facts)
}

/// What the payments themselves say was taken and went back, in one currency.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Taken {
    pub(crate) currency: String,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
}

/// What the payments themselves say.
pub(crate) async fn taken(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
) -> Result<Vec<Taken>, StoreError> {
    const SQL: &str = "SELECT currency, CAST(SUM(captured) AS bigint) AS captured,
        CAST(SUM(refunded) AS bigint) AS refunded FROM payment WHERE merchant_id = $1 AND mode = $2
        GROUP BY currency ORDER BY currency";
    ask(conn, SQL, vec![merchant.as_uuid().into(), mode.as_str().into()]).await
}
