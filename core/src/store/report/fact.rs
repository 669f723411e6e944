//! What counts, read row by row: payments, attempts, and entries of the ledger.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::report::{Fact, Happened, Measure, UNKNOWN, Waiting, slot_of};
use crate::secret::sha256_hex;
use crate::store::report::BuyerKey;
use crate::store::{StoreError, ask, places};

/// An attempt that was approved, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bought {
    /// The buyer; `None` for one who cannot be told from others.
    pub(crate) buyer: Option<BuyerKey>,
    /// Its fact, as a first time.
    pub(crate) fact: Fact,
    /// When; microseconds.
    pub(crate) at: i64,
}

#[derive(FromQueryResult)]
struct PaymentRow {
    merchant_id: Uuid,
    mode: String,
    currency: String,
    amount: i64,
    created_at: i64,
}

/// The facts of what waits; and of approved attempts, who bought.
pub(crate) async fn of_waiting(
    conn: &impl ConnectionTrait,
    waiting: &[Waiting],
) -> Result<(Vec<Fact>, Vec<Bought>), StoreError> {
    let subjects = |happened: Happened| -> Vec<Value> {
        waiting.iter().filter(|one| one.happened == happened).map(|one| one.subject.into()).collect()
    };
    let mut facts = created(conn, subjects(Happened::Created)).await?;
    let mut bought = Vec::new();
    for row in attempts(conn, subjects(Happened::Approved)).await? {
        facts.push(row.fact(Measure::Approved));
        let fact = Fact { method: None, country: None, amount: 0, ..row.fact(Measure::BuyerNew) };
        bought.push(Bought { buyer: row.buyer(), fact, at: row.created_at });
    }
    for row in attempts(conn, subjects(Happened::Declined)).await? {
        facts.push(Fact { decline: row.decline_code.clone(), ..row.fact(Measure::Declined) });
    }
    Ok((facts, bought))
}

/// Values per statement: SQLite and PostgreSQL both take 32,767.
const VALUES_MAX: usize = 10_000;

async fn created(conn: &impl ConnectionTrait, ids: Vec<Value>) -> Result<Vec<Fact>, StoreError> {
    let mut facts = Vec::with_capacity(ids.len());
    for ids in ids.chunks(VALUES_MAX) {
        let sql = format!(
            "SELECT merchant_id, mode, currency, amount, created_at FROM payment WHERE id IN ({})",
            places(1, ids.len())
        );
        let rows: Vec<PaymentRow> = ask(conn, &sql, ids.to_vec()).await?;
        facts.extend(rows.into_iter().map(|row| Fact {
            measure: Measure::Created,
            world: (row.merchant_id, row.mode),
            slot: slot_of(row.created_at),
            currency: row.currency,
            count: 1,
            amount: row.amount,
            method: None,
            country: None,
            decline: None,
        }));
    }
    Ok(facts)
}

#[derive(FromQueryResult)]
struct AttemptRow {
    merchant_id: Uuid,
    mode: String,
    currency: String,
    amount: i64,
    brand: String,
    wallet: Option<String>,
    issuer_country: Option<String>,
    merchant_card: String,
    email_ci: Option<String>,
    decline_code: Option<String>,
    created_at: i64,
}

impl AttemptRow {
    fn fact(&self, measure: Measure) -> Fact {
        Fact {
            measure,
            world: (self.merchant_id, self.mode.clone()),
            slot: slot_of(self.created_at),
            currency: self.currency.clone(),
            count: 1,
            amount: self.amount,
            method: Some(method(&self.brand, self.wallet.as_deref())),
            country: Some(country(self.issuer_country.as_deref())),
            decline: None,
        }
    }

    /// By e-mail where there is one, else by card.
    fn buyer(&self) -> Option<BuyerKey> {
        let who = match (&self.email_ci, self.merchant_card.as_str()) {
            (Some(email), _) => format!("email\0{email}"),
            (None, "") => return None,
            (None, card) => format!("card\0{card}"),
        };
        let hash = sha256_hex(format!("{}\0{}\0{who}", self.merchant_id, self.mode).as_bytes());
        // Half of it tells buyers apart as well.
        Some((self.merchant_id, self.mode.clone(), hash.chars().take(32).collect()))
    }
}

fn method(brand: &str, wallet: Option<&str>) -> String {
    wallet.map_or_else(|| brand.to_owned(), |wallet| format!("wallet:{wallet}"))
}

fn country(code: Option<&str>) -> String {
    code.unwrap_or(UNKNOWN).to_owned()
}

async fn attempts(conn: &impl ConnectionTrait, ids: Vec<Value>) -> Result<Vec<AttemptRow>, StoreError> {
    let mut rows = Vec::with_capacity(ids.len());
    for ids in ids.chunks(VALUES_MAX) {
        let sql = format!(
            "SELECT merchant_id, mode, currency, amount, brand, wallet, issuer_country, merchant_card, email_ci,
                decline_code, created_at FROM attempt WHERE id IN ({}) ORDER BY id",
            places(1, ids.len())
        );
        rows.extend(ask::<AttemptRow>(conn, &sql, ids.to_vec()).await?);
    }
    Ok(rows)
}

#[derive(FromQueryResult)]
struct EntryRow {
    debit: String,
    credit: String,
    amount: i64,
    merchant_id: Uuid,
    mode: String,
    currency: String,
    created_at: i64,
    brand: Option<String>,
    wallet: Option<String>,
    issuer_country: Option<String>,
}

impl EntryRow {
    fn fact(self) -> Option<Fact> {
        let (from, to) = (side(&self.debit), side(&self.credit));
        let measure = match (from, to) {
            ("receivable", "pending") => Measure::Captured,
            ("pending", "receivable") => Measure::Refunded,
            ("pending", "fees") => Measure::Fee,
            _ => return None,
        };
        Some(Fact {
            measure,
            world: (self.merchant_id, self.mode),
            slot: slot_of(self.created_at),
            currency: self.currency,
            count: 1,
            amount: self.amount,
            method: Some(method(self.brand.as_deref().unwrap_or(UNKNOWN), self.wallet.as_deref())),
            country: Some(country(self.issuer_country.as_deref())),
            decline: None,
        })
    }
}

/// The last part of an account's name.
fn side(account: &str) -> &str {
    account.rsplit(':').next().unwrap_or_default()
}

/// Entries with the attempt that paid; `{from}` says which.
const ENTRIES: &str = "
SELECT ledger_entry.debit, ledger_entry.credit, ledger_entry.amount, ledger_entry.merchant_id, ledger_entry.mode,
    ledger_entry.currency, ledger_entry.created_at, attempt.brand, attempt.wallet, attempt.issuer_country
FROM {from}
JOIN ledger_entry ON ledger_entry.transaction_id = waiting.transaction_id
    AND ledger_entry.kind IN ('opening', 'capture', 'refund')
LEFT JOIN operation ON operation.payment_id = ledger_entry.payment_id AND operation.kind = 'authorize'
    AND operation.status = 'succeeded'
LEFT JOIN attempt ON attempt.id = operation.attempt_id
WHERE {which}";

/// The facts of sealed transactions: those behind `after` up to `until`.
pub(crate) async fn sealed(conn: &impl ConnectionTrait, after: i64, until: i64) -> Result<Vec<Fact>, StoreError> {
    let sql = ENTRIES
        .replace("{from}", "ledger_seal AS waiting")
        .replace("{which}", "waiting.number > $1 AND waiting.number <= $2");
    let rows: Vec<EntryRow> = ask(conn, &sql, vec![after.into(), until.into()]).await?;
    Ok(rows.into_iter().filter_map(EntryRow::fact).collect())
}

/// The facts of a merchant's transactions that are sealed behind `after`, or not sealed yet.
pub(crate) async fn unfolded(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    after: i64,
) -> Result<Vec<Fact>, StoreError> {
    let theirs = "ledger_entry.merchant_id = $1 AND ledger_entry.mode = $2";
    let world: Vec<Value> = vec![merchant.as_uuid().into(), mode.as_str().into()];
    let sealed = ENTRIES
        .replace("{from}", "ledger_seal AS waiting")
        .replace("{which}", &format!("{theirs} AND waiting.number > $3"));
    let values = world.iter().cloned().chain([after.into()]).collect();
    let mut rows: Vec<EntryRow> = ask(conn, &sealed, values).await?;
    let queued = ENTRIES.replace("{from}", "ledger_queue AS waiting").replace("{which}", theirs);
    rows.extend(ask::<EntryRow>(conn, &queued, world).await?);
    Ok(rows.into_iter().filter_map(EntryRow::fact).collect())
}
