//! Sealing: numbers the transactions, chains them, folds balances. Safe on several instances: one row,
//! the head, is taken by one at a time.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::ledger::{Entry, Ledger, seal_hash};
use crate::store::ledger::seal::{self as rows, BalanceKey, Head, Seal};
use crate::store::{StoreError, Tx, ledger as entries};

/// Transactions sealed in one unit of work: few enough that writers of SQLite do not wait long.
const BATCH: u64 = 200;

impl Ledger {
    /// Seals everything that waits. Gives how many transactions; 0 also when another instance is at it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn seal(&self) -> Result<u64, StoreError> {
        let mut sealed = 0;
        loop {
            let batch = self.seal_batch().await?;
            sealed += batch;
            if batch < BATCH {
                return Ok(sealed);
            }
        }
    }

    async fn seal_batch(&self) -> Result<u64, StoreError> {
        if !rows::any_queued(self.store.reader()).await? {
            return Ok(0);
        }
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let Some(head) = rows::take_head(tx).await? else { return Ok(0) };
                let queued = rows::queued(tx, BATCH).await?;
                if queued.is_empty() {
                    return Ok(0);
                }
                let ids: Vec<Uuid> = queued.iter().map(|(_, id)| *id).collect();
                let mut found = by_transaction(entries::of_transactions(tx.conn(), &ids).await?);
                let (head, seals) = chain(head, &ids, &found);
                rows::insert(tx, &seals, now).await?;
                fold(tx, found.drain().flat_map(|(_, entries)| entries)).await?;
                let positions: Vec<i64> = queued.iter().map(|(position, _)| *position).collect();
                rows::unqueue(tx, &positions).await?;
                rows::move_head(tx, &head).await?;
                Ok(seals.len() as u64)
            })
            .await
    }
}

/// Entries by transaction, each in the order of its lines.
pub(super) fn by_transaction(entries: Vec<Entry>) -> HashMap<Uuid, Vec<Entry>> {
    let mut found: HashMap<Uuid, Vec<Entry>> = HashMap::new();
    for entry in entries {
        found.entry(entry.id.transaction.as_uuid()).or_default().push(entry);
    }
    found
}

fn chain(mut head: Head, ids: &[Uuid], found: &HashMap<Uuid, Vec<Entry>>) -> (Head, Vec<Seal>) {
    let mut seals = Vec::with_capacity(ids.len());
    for id in ids {
        let number = head.number + 1;
        let hash = seal_hash(number, &head.hash, found.get(id).map_or(&[], Vec::as_slice));
        seals.push(Seal { number, transaction: *id, hash: hash.clone() });
        head = Head { number, hash };
    }
    (head, seals)
}

/// Adds entries to the folded balances.
async fn fold(tx: &Tx, entries: impl Iterator<Item = Entry>) -> Result<(), StoreError> {
    let mut moved: BTreeMap<BalanceKey, i64> = BTreeMap::new();
    for entry in entries {
        let Entry { merchant_id, mode, currency, debit, credit, amount, .. } = entry;
        let merchant = merchant_id.as_uuid();
        *moved.entry((merchant, mode.clone(), currency.clone(), debit)).or_default() -= amount;
        *moved.entry((merchant, mode, currency, credit)).or_default() += amount;
    }
    let keys: Vec<&BalanceKey> = moved.keys().collect();
    for (key, balance) in rows::folded(tx, &keys).await? {
        if let Some(moved) = moved.get_mut(&key) {
            *moved += balance;
        }
    }
    let balances: Vec<(BalanceKey, i64)> = moved.into_iter().collect();
    rows::put_folded(tx, &balances).await
}
