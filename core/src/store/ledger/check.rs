//! Questions that compare the ledger with itself and with the payments. Each statement sees one moment.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::store::{StoreError, ask};

/// A balance that is not the sum of its sealed entries.
#[derive(Debug, FromQueryResult)]
pub(crate) struct BalanceDifference {
    pub(crate) mode: String,
    pub(crate) currency: String,
    pub(crate) account: String,
    pub(crate) difference: i64,
}

const BALANCE_DIFFERENCES: &str = "
SELECT mode, currency, account, CAST(SUM(amount) AS bigint) AS difference FROM (
    SELECT merchant_id, mode, currency, account, balance AS amount FROM ledger_balance
    UNION ALL
    SELECT merchant_id, mode, currency, debit AS account, amount FROM ledger_entry
        WHERE transaction_id NOT IN (SELECT transaction_id FROM ledger_queue)
    UNION ALL
    SELECT merchant_id, mode, currency, credit AS account, -amount FROM ledger_entry
        WHERE transaction_id NOT IN (SELECT transaction_id FROM ledger_queue)
) AS moves
GROUP BY merchant_id, mode, currency, account HAVING SUM(amount) <> 0 ORDER BY mode, currency, account LIMIT $1";

/// Balances that are not the sum of their sealed entries.
pub(crate) async fn balance_differences(
    conn: &impl ConnectionTrait,
    limit: i64,
) -> Result<Vec<BalanceDifference>, StoreError> {
    ask(conn, BALANCE_DIFFERENCES, vec![limit.into()]).await
}

/// What all balances of a mode and currency sum to.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Total {
    pub(crate) mode: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
}

const TOTALS: &str = "
SELECT mode, currency, CAST(SUM(balance) AS bigint) AS total FROM ledger_balance
GROUP BY mode, currency ORDER BY mode, currency";

/// What all balances sum to: 0 in each mode and currency.
pub(crate) async fn totals(conn: &impl ConnectionTrait) -> Result<Vec<Total>, StoreError> {
    ask(conn, TOTALS, Vec::new()).await
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

const UNCHAINED: &str = "
SELECT DISTINCT transaction_id AS id FROM ledger_entry
WHERE NOT EXISTS (SELECT 1 FROM ledger_seal WHERE ledger_seal.transaction_id = ledger_entry.transaction_id)
    AND transaction_id NOT IN (SELECT transaction_id FROM ledger_queue)
ORDER BY transaction_id LIMIT $1";

/// Transactions that are neither sealed nor queued.
pub(crate) async fn unchained(conn: &impl ConnectionTrait, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    let found: Vec<Found> = ask(conn, UNCHAINED, vec![limit.into()]).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

const WITHOUT_PAYMENT: &str = "
SELECT DISTINCT transaction_id AS id FROM ledger_entry
WHERE payment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.id = ledger_entry.payment_id)
ORDER BY transaction_id LIMIT $1";

/// Transactions about a payment that is not there.
pub(crate) async fn without_payment(conn: &impl ConnectionTrait, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    let found: Vec<Found> = ask(conn, WITHOUT_PAYMENT, vec![limit.into()]).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// What a payment says and what its entries say.
#[derive(Debug, FromQueryResult)]
pub(crate) struct PaymentSums {
    pub(crate) id: Uuid,
    pub(crate) held: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) disputed: i64,
    pub(crate) posted_held: i64,
    pub(crate) posted_captured: i64,
    pub(crate) posted_refunded: i64,
    pub(crate) posted_disputed: i64,
}

const PAYMENT_SUMS: &str = "
SELECT payment.id, payment.authorized - payment.captured AS held, payment.captured, payment.refunded,
    payment.disputed,
    CAST(COALESCE(SUM(CASE WHEN entry.credit LIKE 'merchant:%:held' THEN entry.amount
        WHEN entry.debit LIKE 'merchant:%:held' THEN -entry.amount ELSE 0 END), 0) AS bigint) AS posted_held,
    CAST(COALESCE(SUM(CASE WHEN entry.debit LIKE 'acquirer:%:receivable' AND entry.credit LIKE 'merchant:%:pending'
        THEN entry.amount ELSE 0 END), 0) AS bigint) AS posted_captured,
    CAST(COALESCE(SUM(CASE WHEN entry.credit LIKE 'acquirer:%:receivable' AND entry.debit LIKE 'merchant:%:pending'
        THEN entry.amount ELSE 0 END), 0) AS bigint) AS posted_refunded,
    CAST(COALESCE(SUM(CASE WHEN entry.credit LIKE 'chargeback:%' AND entry.debit LIKE 'merchant:%:pending' THEN entry.amount
        WHEN entry.debit LIKE 'chargeback:%' AND entry.credit LIKE 'merchant:%:pending' THEN -entry.amount
        ELSE 0 END), 0) AS bigint) AS posted_disputed
FROM payment
LEFT JOIN ledger_entry AS first ON first.payment_id = payment.id AND first.line = 1
LEFT JOIN ledger_entry AS entry ON entry.transaction_id = first.transaction_id
WHERE payment.id IN (SELECT page.id FROM payment AS page WHERE page.id > $1 ORDER BY page.id LIMIT $2)
GROUP BY payment.id, payment.authorized, payment.captured, payment.refunded, payment.disputed
ORDER BY payment.id";

/// The payments behind an id, in order, with what their entries say.
pub(crate) async fn payment_sums(
    conn: &impl ConnectionTrait,
    after: Uuid,
    limit: i64,
) -> Result<Vec<PaymentSums>, StoreError> {
    ask(conn, PAYMENT_SUMS, vec![after.into(), limit.into()]).await
}
