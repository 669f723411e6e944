//! Folding: adds what waits to the rollups, each thing once. Safe in several processes: one row, the head,
//! is taken by one at a time, and what was added is taken from the queue in the same unit.

use std::collections::BTreeSet;

use crate::report::{Cells, Fact, Measure, Reports, State, Waiting};
use crate::store::ledger::seal;
use crate::store::report::fact::{self, Bought};
use crate::store::report::{self as rows, BuyerKey, Head, rollup};
use crate::store::{StoreError, Tx};

/// Things folded in one unit of work: few enough that writers of SQLite do not wait long.
const BATCH: i64 = 500;

/// What was new in a batch.
struct Met {
    facts: Vec<Fact>,
    buyers: Vec<(BuyerKey, String, i64)>,
}

impl Reports {
    /// Folds everything that waits. Gives how many things; 0 also when another process is at it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn fold(&self) -> Result<u64, StoreError> {
        let mut folded = 0;
        loop {
            let batch = self.fold_batch().await?;
            folded += batch;
            if batch == 0 {
                return Ok(folded);
            }
        }
    }

    /// Counts everything again from the beginning: at the first start, and when an operator wants it. Until it
    /// is done reports are computed from payments and ledger.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn rebuild(&self) -> Result<(), StoreError> {
        self.store.write(async |tx| rows::move_head(tx, Head { state: State::New, seal: 0 }).await).await?;
        self.fold().await.map(|_| ())
    }

    async fn fold_batch(&self) -> Result<u64, StoreError> {
        let head = rows::head(self.store.reader()).await?;
        let sealed = seal::head(self.store.reader()).await?.number;
        let is_idle = head.seal == sealed && !rows::any_queued(self.store.reader()).await?;
        if head.state == State::Ready && is_idle {
            return Ok(0);
        }
        if head.state == State::New {
            self.store.write(async |tx| begin(tx).await).await?;
        }
        self.store
            .write(async |tx| {
                let Some(head) = rows::take_head(tx).await?.filter(|head| head.state != State::New) else {
                    return Ok(0);
                };
                let waiting = rows::queued(tx, BATCH).await?;
                let sealed = seal::head(tx.conn()).await?.number;
                let until = Ord::min(head.seal + BATCH, sealed);
                let is_done = waiting.is_empty() && until == head.seal;
                if is_done && head.state == State::Ready {
                    return Ok(0);
                }
                let mut cells = Cells::default();
                if until > head.seal {
                    fact::sealed(tx.conn(), head.seal, until).await?.iter().for_each(|fact| cells.count(fact));
                }
                let (positions, waiting): (Vec<i64>, Vec<Waiting>) = waiting.into_iter().unzip();
                if !waiting.is_empty() {
                    let met = meet(tx, &waiting).await?;
                    met.facts.iter().for_each(|fact| cells.count(fact));
                    rows::put_buyers(tx, &met.buyers).await?;
                    rows::unqueue(tx, &positions).await?;
                }
                rollup::add(tx, &cells).await?;
                let state = if is_done { State::Ready } else { head.state };
                rows::move_head(tx, Head { state, seal: until }).await?;
                Ok(positions.len() as u64 + u64::try_from(until - head.seal).unwrap_or(0))
            })
            .await
    }
}

/// Queues everything that there is. It sees one moment: what commits meanwhile is told of by events that are not
/// planned yet.
async fn begin(tx: &Tx) -> Result<(), StoreError> {
    rows::freeze(tx).await?;
    match rows::take_head(tx).await? {
        Some(Head { state: State::New, .. }) => {
            rows::restart(tx).await?;
            rows::move_head(tx, Head { state: State::Building, seal: 0 }).await
        }
        // Another process began.
        Some(_) | None => Ok(()),
    }
}

/// The facts of what waits, and the buyers who bought for the first time.
async fn meet(tx: &Tx, waiting: &[Waiting]) -> Result<Met, StoreError> {
    let (mut facts, bought) = fact::of_waiting(tx.conn(), waiting).await?;
    let keys: Vec<BuyerKey> = bought.iter().filter_map(|one| one.buyer.clone()).collect();
    let known = rows::known_buyers(tx.conn(), &keys).await?;
    let (more, buyers) = tell_apart(bought, known);
    facts.extend(more);
    Ok(Met { facts, buyers })
}

/// Who is new, and who is not: a buyer's first approved attempt counts as new, each other one as returning.
pub(super) fn tell_apart(bought: Vec<Bought>, known: Vec<BuyerKey>) -> (Vec<Fact>, Vec<(BuyerKey, String, i64)>) {
    let mut known: BTreeSet<BuyerKey> = known.into_iter().collect();
    let (mut facts, mut buyers) = (Vec::new(), Vec::new());
    for Bought { buyer, fact, at } in bought {
        let Some(buyer) = buyer else { continue };
        if known.insert(buyer.clone()) {
            buyers.push((buyer, fact.currency.clone(), at));
            facts.push(fact);
        } else {
            facts.push(Fact { measure: Measure::BuyerReturning, ..fact });
        }
    }
    (facts, buyers)
}
