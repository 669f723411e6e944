//! The audit log: who did what, chained by hashes so that nothing can be taken out unnoticed.

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::id::MerchantId;
use crate::payment::Page;
use crate::secret::sha256_hex;
use crate::store::{Store, StoreError, Tx, audit as rows};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, by numeric Telegram id.
    Staff(i64),
    /// A merchant's key (`key_…`).
    Key(crate::id::KeyId),
    /// A person with an account.
    Account(crate::id::AccountId),
    /// Whoever runs `aviso admin` on the machine.
    Operator,
    /// Aviso itself.
    System,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Staff(id) => write!(f, "staff:{id}"),
            Self::Key(id) => write!(f, "{id}"),
            Self::Account(id) => write!(f, "{id}"),
            Self::Operator => f.write_str("operator"),
            Self::System => f.write_str("system"),
        }
    }
}

/// What to write down.
#[derive(Debug, Clone)]
pub struct NewRow {
    /// Who.
    pub actor: Actor,
    /// What, as `subject.verb`.
    pub action: &'static str,
    /// About what: an id.
    pub subject: String,
    /// How it was before.
    pub before: String,
    /// How it is now.
    pub after: String,
    /// Why, in the actor's words.
    pub reason: String,
}

/// A row as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Counts from 1 without gaps.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// About what.
    pub subject: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
    /// Why.
    pub reason: String,
    /// The hash of the row before; empty for the first.
    pub previous_hash: String,
    /// SHA-256 over all of the above.
    pub hash: String,
}

impl AuditRow {
    /// The hash that the row's content gives.
    #[must_use]
    pub fn computed_hash(&self) -> String {
        // Lengths in front, so that moving a character from one field to the next changes the hash.
        let fields = [
            &self.number.to_string(),
            &self.at.as_micros().to_string(),
            &self.actor,
            &self.action,
            &self.subject,
            &self.before,
            &self.after,
            &self.reason,
            &self.previous_hash,
        ];
        let text: String = fields.iter().map(|field| format!("{}:{field};", field.len())).collect();
        sha256_hex(text.as_bytes())
    }
}

/// Writes a row in the unit of work of the action itself.
pub(crate) async fn record(tx: &Tx, new: &NewRow, now: Timestamp) -> Result<(), StoreError> {
    append(tx, None, new, now).await
}

/// The same, for an action that the merchant finds in its own log.
pub(crate) async fn record_for(tx: &Tx, merchant: MerchantId, new: &NewRow, now: Timestamp) -> Result<(), StoreError> {
    append(tx, Some(merchant), new, now).await
}

async fn append(tx: &Tx, merchant: Option<MerchantId>, new: &NewRow, now: Timestamp) -> Result<(), StoreError> {
    let last = rows::lock_last(tx).await?;
    let (number, previous_hash) = last.map_or((1, String::new()), |row| (row.number + 1, row.hash));
    let mut row = AuditRow {
        number,
        at: now,
        actor: new.actor.to_string(),
        action: new.action.to_owned(),
        subject: new.subject.clone(),
        before: new.before.clone(),
        after: new.after.clone(),
        reason: new.reason.clone(),
        previous_hash,
        hash: String::new(),
    };
    row.hash = row.computed_hash();
    rows::insert(tx, &row, merchant).await
}

/// The first row that does not fit into the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenChain {
    /// The row's number.
    pub number: i64,
}

/// The service that reads the log.
#[derive(Debug, Clone)]
pub struct Audit {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Audit {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Writes down an action that changes nothing else: a look at personal data, a search.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn record(&self, row: &NewRow) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| record(tx, row, now).await).await
    }

    /// Writes down an action of a member for a merchant, after it was done.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn record_for(&self, merchant: MerchantId, row: &NewRow) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| record_for(tx, merchant, row, now).await).await
    }

    /// What was done to a merchant or for it, newest first; `before` is the last number of the page before.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_merchant(
        &self,
        merchant: MerchantId,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Page<AuditRow>, StoreError> {
        Ok(Page::cut(rows::of_merchant(self.store.reader(), merchant, before, limit + 1).await?, limit))
    }

    /// The latest rows, newest first, about one subject when given.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn latest(&self, subject: Option<&str>, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
        rows::latest(self.store.reader(), subject, limit).await
    }

    /// Recomputes the whole chain. Gives the number of rows, or the first that does not fit.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn verify(&self) -> Result<Result<i64, BrokenChain>, StoreError> {
        let (mut number, mut previous) = (0, String::new());
        loop {
            let page = rows::after(self.store.reader(), number, 1_000).await?;
            if page.is_empty() {
                return Ok(Ok(number));
            }
            for row in page {
                if row.number != number + 1 || row.previous_hash != previous || row.hash != row.computed_hash() {
                    return Ok(Err(BrokenChain { number: row.number }));
                }
                number = row.number;
                previous = row.hash;
            }
        }
    }
}
