//! Lists for exports: a page at a time, oldest first, behind the last id of the page before.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{MerchantId, OperationId, PaymentId, Reference, RefundId, TransactionId, lowest_at};
use crate::merchant::Mode;
use crate::money::Currency;
use crate::report::{OperationLine, PaymentLine, RefundLine, UNKNOWN};
use crate::store::report::minute::CLOCKS_DIFFER;
use crate::store::{StoreError, ask};

/// Which rows a page is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) world: (MerchantId, Mode),
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl Span {
    /// Merchant, mode, the ids that may be in it behind `after`, the times, the limit.
    fn values(&self, after: Option<Uuid>, limit: i64) -> Vec<Value> {
        vec![
            self.world.0.as_uuid().into(),
            self.world.1.as_str().into(),
            after.unwrap_or_else(|| lowest_at(self.from.before(CLOCKS_DIFFER))).into(),
            lowest_at(self.until.after(CLOCKS_DIFFER)).into(),
            self.from.as_micros().into(),
            self.until.as_micros().into(),
            limit.into(),
        ]
    }
}

fn currency(code: &str, table: &'static str) -> Result<Currency, StoreError> {
    code.parse().map_err(|_| StoreError::Unreadable { table, column: "currency" })
}

fn method(brand: Option<String>, wallet: Option<String>) -> String {
    match (brand, wallet) {
        (_, Some(wallet)) => format!("wallet:{wallet}"),
        (Some(brand), None) => brand,
        (None, None) => UNKNOWN.to_owned(),
    }
}

#[derive(FromQueryResult)]
struct PaymentRow {
    id: Uuid,
    reference: String,
    order_ref: String,
    status: String,
    amount: i64,
    currency: String,
    authorized: i64,
    captured: i64,
    refunded: i64,
    disputed: i64,
    decline_code: Option<String>,
    created_at: i64,
    updated_at: i64,
    brand: Option<String>,
    wallet: Option<String>,
    last4: Option<String>,
    issuer_country: Option<String>,
}

/// A page of payments, each with its last attempt.
pub(crate) async fn payments(
    conn: &impl ConnectionTrait,
    span: &Span,
    after: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<PaymentLine>, StoreError> {
    const SQL: &str = "SELECT payment.id, payment.reference, payment.order_ref, payment.status, payment.amount,
            payment.currency, payment.authorized, payment.captured, payment.refunded, payment.disputed,
            payment.decline_code, payment.created_at, payment.updated_at, attempt.brand, attempt.wallet,
            attempt.last4, attempt.issuer_country
        FROM payment LEFT JOIN attempt ON attempt.payment_id = payment.id AND attempt.number = payment.attempts
        WHERE payment.merchant_id = $1 AND payment.mode = $2 AND payment.id > $3 AND payment.id < $4
            AND payment.created_at >= $5 AND payment.created_at < $6
        ORDER BY payment.id LIMIT $7";
    let rows: Vec<PaymentRow> = ask(conn, SQL, span.values(after.map(PaymentId::as_uuid), limit)).await?;
    let line = |row: PaymentRow| {
        let reference: Reference =
            row.reference.parse().map_err(|_| StoreError::Unreadable { table: "payment", column: "reference" })?;
        Ok(PaymentLine {
            id: PaymentId::from_uuid(row.id),
            reference: reference.to_string(),
            order_ref: row.order_ref,
            status: row.status,
            amount: row.amount,
            currency: currency(&row.currency, "payment")?,
            authorized: row.authorized,
            captured: row.captured,
            refunded: row.refunded,
            disputed: row.disputed,
            decline: row.decline_code,
            method: method(row.brand, row.wallet),
            last4: row.last4.unwrap_or_default(),
            country: row.issuer_country.unwrap_or_default(),
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    };
    rows.into_iter().map(line).collect()
}

#[derive(FromQueryResult)]
struct RefundRow {
    id: Uuid,
    payment_id: Uuid,
    order_ref: String,
    refund_ref: Option<String>,
    amount: i64,
    currency: String,
    status: String,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

/// A page of refunds.
pub(crate) async fn refunds(
    conn: &impl ConnectionTrait,
    span: &Span,
    after: Option<RefundId>,
    limit: i64,
) -> Result<Vec<RefundLine>, StoreError> {
    const SQL: &str = "SELECT refund.id, refund.payment_id, payment.order_ref, refund.refund_ref, refund.amount,
            refund.currency, refund.status, refund.reason, refund.created_at, refund.updated_at
        FROM refund JOIN payment ON payment.id = refund.payment_id
        WHERE refund.merchant_id = $1 AND refund.mode = $2 AND refund.id > $3 AND refund.id < $4
            AND refund.created_at >= $5 AND refund.created_at < $6
        ORDER BY refund.id LIMIT $7";
    let rows: Vec<RefundRow> = ask(conn, SQL, span.values(after.map(RefundId::as_uuid), limit)).await?;
    let line = |row: RefundRow| {
        Ok(RefundLine {
            id: RefundId::from_uuid(row.id),
            payment: PaymentId::from_uuid(row.payment_id),
            order_ref: row.order_ref,
            refund_ref: row.refund_ref.unwrap_or_default(),
            amount: row.amount,
            currency: currency(&row.currency, "refund")?,
            status: row.status,
            reason: row.reason.unwrap_or_default(),
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    };
    rows.into_iter().map(line).collect()
}

#[derive(FromQueryResult)]
struct OperationRow {
    transaction_id: Uuid,
    kind: String,
    amount: i64,
    fee: Option<i64>,
    currency: String,
    payment_id: Option<Uuid>,
    reference: Option<String>,
    order_ref: Option<String>,
    operation_id: Option<Uuid>,
    acquirer: Option<String>,
    acquirer_ref: Option<String>,
    approval_code: Option<String>,
    subject: Option<String>,
    created_at: i64,
}

/// A page of what moved, from the ledger: its first line carries the amount.
pub(crate) async fn operations(
    conn: &impl ConnectionTrait,
    span: &Span,
    after: Option<TransactionId>,
    limit: i64,
) -> Result<Vec<OperationLine>, StoreError> {
    const SQL: &str = "SELECT entry.transaction_id, entry.kind, entry.amount, fee.amount AS fee, entry.currency,
            entry.payment_id, payment.reference, payment.order_ref, entry.operation_id, operation.acquirer,
            operation.acquirer_ref, operation.approval_code, entry.subject, entry.created_at
        FROM ledger_entry AS entry
        LEFT JOIN ledger_entry AS fee ON fee.transaction_id = entry.transaction_id AND fee.credit = 'fees'
        LEFT JOIN payment ON payment.id = entry.payment_id
        LEFT JOIN operation ON operation.id = entry.operation_id
        WHERE entry.merchant_id = $1 AND entry.mode = $2 AND entry.transaction_id > $3 AND entry.transaction_id < $4
            AND entry.created_at >= $5 AND entry.created_at < $6 AND entry.line = 1
            AND entry.kind NOT IN ('opening', 'settlement', 'payout')
        ORDER BY entry.transaction_id LIMIT $7";
    let rows: Vec<OperationRow> = ask(conn, SQL, span.values(after.map(TransactionId::as_uuid), limit)).await?;
    let line = |row: OperationRow| {
        let reference: Option<Reference> = row.reference.and_then(|text| text.parse().ok());
        Ok(OperationLine {
            id: TransactionId::from_uuid(row.transaction_id),
            kind: row.kind,
            amount: row.amount,
            fee: row.fee.unwrap_or(0),
            currency: currency(&row.currency, "ledger_entry")?,
            payment: row.payment_id.map(PaymentId::from_uuid),
            reference: reference.map(|reference| reference.to_string()).unwrap_or_default(),
            order_ref: row.order_ref.unwrap_or_default(),
            operation: row.operation_id.map(OperationId::from_uuid),
            acquirer: row.acquirer.unwrap_or_default(),
            acquirer_ref: row.acquirer_ref.unwrap_or_default(),
            approval_code: row.approval_code.unwrap_or_default(),
            subject: row.subject.unwrap_or_default(),
            created_at: Timestamp::from_micros(row.created_at),
        })
    };
    rows.into_iter().map(line).collect()
}
