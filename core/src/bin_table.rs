//! Who issued a card: ranges of card numbers with issuer, country and kind.
//!
//! Keyed by ranges, not by digits of a fixed length: issuer numbers have six or eight digits (ISO/IEC
//! 7812-1:2017), and account ranges inside them are longer still. Where ranges overlap the narrowest one
//! counts. This file knows no paths: whoever reads the table gives its text.

mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};

use crate::country::Country;
use crate::payment::card::{Brand, Card};

pub use parse::BinTableError;

/// Digits that ranges are compared by: the longest account ranges that networks publish.
const KEY_DIGITS: u32 = 11;

/// The table that is used when none is configured.
const SAMPLE: &str = include_str!("../data/bins.sample.csv");

/// What a card is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    /// On credit.
    Credit,
    /// From the holder's account.
    Debit,
    /// From money that was loaded before.
    Prepaid,
}

impl CardKind {
    /// The name in API, tables and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Prepaid => "prepaid",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Credit, Self::Debit, Self::Prepaid].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is known of a card's issuer. Each part may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The network, when the table says more than the first digits do.
    pub brand: Option<Brand>,
    /// The issuer's name.
    pub name: Option<String>,
    /// The issuer's country.
    pub country: Option<Country>,
    /// What the card is good for.
    pub kind: Option<CardKind>,
}

/// A range of card numbers by their first eleven digits, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    low: u64,
    high: u64,
    issuer: Arc<Issuer>,
}

impl Range {
    const fn width(&self) -> u64 {
        self.high - self.low
    }
}

/// A piece of the number line on which one range counts.
#[derive(Debug, Clone)]
struct Piece {
    from: u64,
    issuer: Option<Arc<Issuer>>,
}

/// The ranges of a file, cut into pieces so that a look-up is one binary search.
#[derive(Debug, Clone)]
pub struct BinTable {
    pieces: Vec<Piece>,
    ranges: usize,
}

impl BinTable {
    /// Reads a table: CSV with the header `low,high,brand,issuer,country,kind`; lines that begin with `#`
    /// say something to people.
    ///
    /// # Errors
    ///
    /// [`BinTableError`] names the line.
    pub fn parse(text: &str) -> Result<Self, BinTableError> {
        parse::ranges(text).map(Self::of)
    }

    /// The table that comes with Aviso: numbers of test cards only.
    #[must_use]
    pub fn sample() -> Self {
        Self::parse(SAMPLE).expect("a test reads the table that is built in")
    }

    fn of(ranges: Vec<Range>) -> Self {
        let mut begins: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let mut ends: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (place, range) in ranges.iter().enumerate() {
            begins.entry(range.low).or_default().push(place);
            ends.entry(range.high + 1).or_default().push(place);
        }
        let edges: BTreeSet<u64> = begins.keys().chain(ends.keys()).copied().collect();
        // Ordered by width: the first one is the one that counts. Of two equally wide the later counts.
        let mut open: BTreeSet<(u64, std::cmp::Reverse<u64>, usize)> = BTreeSet::new();
        let key = |place: usize| (ranges[place].width(), std::cmp::Reverse(ranges[place].low), place);
        let mut pieces = Vec::with_capacity(edges.len());
        for from in edges {
            for place in ends.get(&from).into_iter().flatten() {
                open.remove(&key(*place));
            }
            for place in begins.get(&from).into_iter().flatten() {
                open.insert(key(*place));
            }
            let issuer = open.first().map(|(.., place)| Arc::clone(&ranges[*place].issuer));
            pieces.push(Piece { from, issuer });
        }
        Self { pieces, ranges: ranges.len() }
    }

    /// How many ranges it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ranges
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ranges == 0
    }

    /// Who issued a card, as far as the table knows.
    #[must_use]
    pub fn issuer_of(&self, card: &Card) -> Issuer {
        self.find(card.number().expose()).map(|issuer| issuer.as_ref().clone()).unwrap_or_default()
    }

    fn find(&self, number: &str) -> Option<&Arc<Issuer>> {
        let key: u64 = number.get(..KEY_DIGITS as usize)?.parse().ok()?;
        let after = self.pieces.partition_point(|piece| piece.from <= key);
        self.pieces.get(after.checked_sub(1)?)?.issuer.as_ref()
    }
}

/// The table in use. Copies share it, and it can be exchanged while the hub runs.
#[derive(Debug, Clone)]
pub struct Bins(Arc<RwLock<Arc<BinTable>>>);

impl Bins {
    /// Uses this table.
    #[must_use]
    pub fn new(table: BinTable) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(table))))
    }

    /// The table as it is now.
    #[must_use]
    pub fn table(&self) -> Arc<BinTable> {
        Arc::clone(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Uses another table from now on.
    pub fn replace(&self, table: BinTable) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(table);
    }
}

impl Default for Bins {
    fn default() -> Self {
        Self::new(BinTable::sample())
    }
}

#[cfg(test)]
mod tests;
