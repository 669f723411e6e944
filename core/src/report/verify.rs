//! Checking: every rollup, with what is not folded yet, against payments, attempts and ledger.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::figures::Cell;
use crate::report::read::{World, everything, tail};
use crate::report::{Cells, Dimension, Figures, Reports, SLOT_SECS, State};
use crate::store::StoreError;
use crate::store::report::{self as rows, recompute, rollup};

/// Differences that are listed.
const LISTED_MAX: usize = 100;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Merchants and modes that were compared.
    pub worlds: usize,
    /// Cells that were compared.
    pub cells: usize,
    /// Whether the rollups are still being built, so that there was nothing to compare.
    pub is_building: bool,
    /// What differs, in words.
    pub differences: Vec<String>,
}

impl Reports {
    /// Compares every figure with what payments and ledger say. Payments may go on meanwhile: each merchant is
    /// looked at in one moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let mut found = Verified::default();
        for world in rollup::worlds(self.store.reader()).await? {
            let compared = self
                .store
                .read_at_once(async |conn| {
                    let head = rows::head(conn).await?;
                    if head.state != State::Ready {
                        return Ok(None);
                    }
                    let mut counted = tail(conn, world, head).await?;
                    // Who is new is written down when it is folded.
                    counted.0.values_mut().for_each(|one| (one.buyers_new, one.buyers_returning) = (0, 0));
                    for dimension in Dimension::ALL {
                        add_rollups(&mut counted, conn, world, *dimension).await?;
                    }
                    let computed = everything(conn, world).await?;
                    Ok(Some((counted, computed, recompute::taken(conn, world).await?)))
                })
                .await?;
            let Some((counted, computed, taken)) = compared else {
                return Ok(Verified { is_building: true, ..Verified::default() });
            };
            found.worlds += 1;
            let differences = compare(world, &counted, &computed);
            found.cells += counted.0.len();
            found.differences.extend(differences);
            found.differences.extend(against_payments(world, &counted, &taken));
            found.differences.truncate(LISTED_MAX);
        }
        Ok(found)
    }
}

async fn add_rollups(
    counted: &mut Cells,
    conn: &impl sea_orm::ConnectionTrait,
    world: World,
    dimension: Dimension,
) -> Result<(), StoreError> {
    for (span, cells) in rollup::both_spans(conn, world, dimension).await? {
        for ((slot, currency, value), figures) in cells {
            let cell = Cell {
                merchant: world.0.as_uuid(),
                mode: world.1.as_str().to_owned(),
                span,
                dimension: dimension.as_str(),
                slot,
                currency,
                value,
            };
            *counted.0.entry(cell).or_default() += figures;
        }
    }
    Ok(())
}

/// Names the cells whose figures are not the computed ones. Who returned is told by who was new.
fn compare(world: World, counted: &Cells, computed: &Cells) -> Vec<String> {
    let cells: BTreeSet<&Cell> = counted.0.keys().chain(computed.0.keys()).collect();
    let mut differences = Vec::new();
    for cell in cells {
        let figures = |cells: &Cells| cells.0.get(cell).copied().unwrap_or_default();
        let (is, should_be) = (figures(counted), figures(computed));
        let without = |figures: Figures| Figures { buyers_returning: 0, ..figures };
        let too_many = cell.dimension == Dimension::Total.as_str() && is.buyers_new + is.buyers_returning > is.approved;
        if without(is) != without(should_be) || too_many {
            differences.push(format!(
                "{} {}, {} {} {} of {} s from {}: counted {:?}, but payments and ledger say {:?}",
                world.0,
                world.1.as_str(),
                cell.dimension,
                cell.value,
                cell.currency,
                cell.span,
                cell.slot,
                is.values(),
                should_be.values()
            ));
        }
    }
    differences
}

/// Names the currencies in which the payments themselves say something else.
fn against_payments(world: World, counted: &Cells, taken: &[recompute::Taken]) -> Vec<String> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let total = |cell: &Cell| cell.dimension == Dimension::Total.as_str() && cell.span == SLOT_SECS;
    for (cell, figures) in counted.0.iter().filter(|(cell, _)| total(cell)) {
        let sum = sums.entry(cell.currency.as_str()).or_default();
        *sum = (sum.0 + figures.captured, sum.1 + figures.refunded);
    }
    let differs = |row: &&recompute::Taken| {
        sums.get(row.currency.as_str()).copied().unwrap_or_default() != (row.captured, row.refunded)
    };
    let words = |row: &recompute::Taken| {
        let (captured, refunded) = sums.get(row.currency.as_str()).copied().unwrap_or_default();
        format!(
            "{} {}, {}: counted {captured} taken and {refunded} gone back, but the payments say {} and {}",
            world.0,
            world.1.as_str(),
            row.currency,
            row.captured,
            row.refunded
        )
    };
    taken.iter().filter(differs).map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MerchantId;
    use crate::merchant::Mode;
    use crate::report::{Fact, Measure};
    use uuid::Uuid;

    #[test]
    fn a_figure_that_is_off_by_one_is_named() {
        let world = (MerchantId::from_uuid(Uuid::nil()), Mode::Test);
        let mut fact = Fact {
            measure: Measure::Captured,
            world: (Uuid::nil(), "test".to_owned()),
            slot: 0,
            currency: "EUR".to_owned(),
            count: 1,
            amount: 5,
            method: Some("visa".to_owned()),
            country: None,
            decline: None,
        };
        let (mut counted, mut computed) = (Cells::default(), Cells::default());
        counted.count(&fact);
        computed.count(&fact);
        assert!(compare(world, &counted, &computed).is_empty());
        fact.amount = 1;
        fact.count = 0;
        computed.count(&fact);
        assert_eq!(compare(world, &counted, &computed).len(), 4, "two spans of two dimensions");
        let taken = recompute::Taken { currency: "EUR".to_owned(), captured: 6, refunded: 0 };
        assert_eq!(against_payments(world, &counted, &[taken]).len(), 1);
    }
}
