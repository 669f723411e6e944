//! A past written in bulk: payments as the hub would have left them, without a request for each. For questions of
//! size; what payments do is tested through the API.

use std::time::Duration;

use aviso_core::clock::Timestamp;
use aviso_core::id::{AttemptId, MerchantId, OperationId, PaymentId, Reference, TransactionId};
use aviso_core::ledger::account::Account;
use aviso_core::merchant::Mode;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};

/// Payments written by one statement.
const BATCH: usize = 400;
/// Brands and countries that take turns.
const BRANDS: [&str; 3] = ["visa", "mastercard", "mir"];
const COUNTRIES: [&str; 4] = ["ES", "FR", "DE", "RU"];

/// What to write.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// Whose.
    pub merchant: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// How many payments. Every sixth is declined, the others are captured.
    pub payments: usize,
    /// When the first one was.
    pub from: Timestamp,
    /// The time from one to the next.
    pub step: Duration,
}

impl Past {
    /// Writes it. Order numbers are `seed-0`, `seed-1`, and so on.
    ///
    /// # Panics
    ///
    /// When the database refuses it.
    pub async fn write(&self, connection: &DatabaseConnection) {
        let mut at = self.from;
        for first in (0..self.payments).step_by(BATCH) {
            let mut rows = Rows::default();
            for number in first..Ord::min(first + BATCH, self.payments) {
                rows.payment(self, number, at);
                at = at.after(self.step);
            }
            rows.insert(connection).await;
        }
    }
}

#[derive(Default)]
struct Rows {
    payments: Vec<Vec<Value>>,
    attempts: Vec<Vec<Value>>,
    operations: Vec<Vec<Value>>,
    entries: Vec<Vec<Value>>,
}

impl Rows {
    fn payment(&mut self, past: &Past, number: usize, at: Timestamp) {
        let (payment, attempt) = (PaymentId::new(at), AttemptId::new(at));
        let operation = OperationId::new(at);
        let (merchant, mode, time) = (past.merchant.as_uuid(), past.mode.as_str(), at.as_micros());
        let amount = 1_000 + (number as i64 * 37) % 9_000;
        let paid = number % 6 != 5;
        let decline = (!paid).then_some("insufficient_funds");
        let (captured, status) = if paid { (amount, "captured") } else { (0, "requires_payment_method") };
        let email = format!("buyer-{}@example.com", number % 997);
        self.payments.push(vec![
            payment.as_uuid().into(),
            Reference::random().as_str().into(),
            merchant.into(),
            mode.into(),
            format!("seed-{number}").into(),
            status.into(),
            amount.into(),
            "EUR".into(),
            captured.into(),
            captured.into(),
            0_i64.into(),
            0_i64.into(),
            "auto".into(),
            "{}".into(),
            email.clone().into(),
            1_i32.into(),
            decline.into(),
            if paid { "bank" } else { "open" }.into(),
            2_i32.into(),
            2_i32.into(),
            time.into(),
            time.into(),
            (time + 86_400_000_000).into(),
        ]);
        self.attempts.push(vec![
            attempt.as_uuid().into(),
            payment.as_uuid().into(),
            1_i32.into(),
            merchant.into(),
            mode.into(),
            amount.into(),
            "EUR".into(),
            BRANDS[number % BRANDS.len()].into(),
            "424242".into(),
            "4242".into(),
            12_i32.into(),
            2030_i32.into(),
            format!("card-{}", number % 991).into(),
            format!("mcard-{}", number % 991).into(),
            COUNTRIES[number % COUNTRIES.len()].into(),
            email.into(),
            "allow".into(),
            decline.into(),
            time.into(),
        ]);
        self.operations.push(vec![
            operation.as_uuid().into(),
            payment.as_uuid().into(),
            attempt.as_uuid().into(),
            "authorize".into(),
            if paid { "succeeded" } else { "failed" }.into(),
            amount.into(),
            1_i32.into(),
            "sandbox".into(),
            format!("rrn-{number:012}").into(),
            decline.into(),
            1_i32.into(),
            0_i32.into(),
            time.into(),
            time.into(),
        ]);
        if paid {
            self.entries.push(vec![
                TransactionId::new(at).as_uuid().into(),
                1_i32.into(),
                "capture".into(),
                mode.into(),
                "EUR".into(),
                Account::Receivable("sandbox".to_owned()).to_string().into(),
                Account::Pending(past.merchant).to_string().into(),
                amount.into(),
                merchant.into(),
                payment.as_uuid().into(),
                operation.as_uuid().into(),
                time.into(),
            ]);
        }
    }

    async fn insert(self, connection: &DatabaseConnection) {
        const PAYMENT: &str = "payment (id, reference, merchant_id, mode, order_ref, status, amount, currency,
            authorized, captured, refunded, refund_pending, capture, metadata, email_ci, attempts, decline_code, stage,
            sequence, version, created_at, updated_at, expires_at)";
        const ATTEMPT: &str = "attempt (id, payment_id, number, merchant_id, mode, amount, currency, brand, first6,
            last4, exp_month, exp_year, card, merchant_card, issuer_country, email_ci, verdict, decline_code,
            created_at)";
        const OPERATION: &str = "operation (id, payment_id, attempt_id, kind, status, amount, takes_money, acquirer,
            acquirer_ref, decline_code, acknowledged, inquiries, created_at, updated_at)";
        const ENTRY: &str = "ledger_entry (transaction_id, line, kind, mode, currency, debit, credit, amount,
            merchant_id, payment_id, operation_id, created_at)";
        let parts =
            [(PAYMENT, self.payments), (ATTEMPT, self.attempts), (OPERATION, self.operations), (ENTRY, self.entries)];
        for (table, rows) in parts {
            insert(connection, table, rows).await;
        }
    }
}

async fn insert(connection: &DatabaseConnection, table: &str, rows: Vec<Vec<Value>>) {
    let mut next = 0;
    let places: Vec<String> = rows
        .iter()
        .map(|row| {
            let places: Vec<String> = row
                .iter()
                .map(|_| {
                    next += 1;
                    format!("${next}")
                })
                .collect();
            format!("({})", places.join(", "))
        })
        .collect();
    if places.is_empty() {
        return;
    }
    let sql = format!("INSERT INTO {table} VALUES {}", places.join(", "));
    let values: Vec<Value> = rows.into_iter().flatten().collect();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await.expect("a past as the hub would have left it");
}
