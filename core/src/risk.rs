//! Antifraud before the money moves: lists and velocity limits, decided before any acquirer is asked.
//!
//! Every decision is journaled with what it saw. Nothing here calls a network.

mod limit;
mod list;
mod own;
mod screen;
mod service;

use crate::clock::Timestamp;
use crate::id::{DecisionId, LimitId, ListEntryId, MerchantId};
use crate::merchant::Mode;
use crate::money::Currency;

pub(crate) use limit::Limits;
pub use list::{ListError, NewEntry};
pub(crate) use screen::{Challenge, Screening, Subject, screen};
pub use service::Risk;

/// What antifraud says. The order is the order of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It goes to the bank.
    Allow,
    /// The buyer confirms it first.
    Verify,
    /// Staff decide first.
    Review,
    /// It is refused.
    Block,
}

impl Verdict {
    /// The name in tables and docs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Verify => "verify",
            Self::Review => "review",
            Self::Block => "block",
        }
    }

    /// The verdict with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Allow, Self::Verify, Self::Review, Self::Block].into_iter().find(|verdict| verdict.as_str() == name)
    }
}

/// What lists and limits look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The card's pseudonym.
    Card,
    /// The buyer's e-mail, or `@domain`.
    Email,
    /// The buyer's address.
    Ip,
    /// The card number's first six digits.
    Bin,
    /// The country of the card's issuer, ISO 3166-1 alpha-2.
    Country,
    /// The numeric id of a person of Telegram who pays there.
    Telegram,
}

impl Attribute {
    /// Every attribute.
    pub const ALL: [Self; 6] = [Self::Card, Self::Email, Self::Ip, Self::Bin, Self::Country, Self::Telegram];

    /// The name in tables, commands and docs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::Bin => "bin",
            Self::Country => "country",
            Self::Telegram => "telegram",
        }
    }

    /// The attribute with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| attribute.as_str() == name)
    }
}

/// The four kinds of lists, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// Let through whatever else is known.
    Trust,
    /// Only what is listed passes, for attributes that have such entries.
    Allow,
    /// Refused.
    Block,
    /// Held for staff.
    Gray,
}

impl List {
    /// Every list.
    pub const ALL: [Self; 4] = [Self::Trust, Self::Allow, Self::Block, Self::Gray];

    /// The name in tables, commands and docs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Allow => "allow",
            Self::Block => "block",
            Self::Gray => "gray",
        }
    }

    /// The list with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == name)
    }
}

/// An entry in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Its id.
    pub id: ListEntryId,
    /// Whose list; `None` for the platform's.
    pub merchant_id: Option<MerchantId>,
    /// Which list.
    pub list: List,
    /// What it looks at.
    pub attribute: Attribute,
    /// The value in its normal form.
    pub value: String,
    /// Why.
    pub reason: String,
    /// Who put it there.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it counts.
    pub expires_at: Option<Timestamp>,
}

/// A velocity limit: more than this in the window `(now - window, now]` and the verdict applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Its id.
    pub id: LimitId,
    /// Whose limit; `None` for the platform's.
    pub merchant_id: Option<MerchantId>,
    /// What is counted by: card, e-mail or IP.
    pub attribute: Attribute,
    /// The window's length, 60 seconds to 30 days.
    pub window_secs: i64,
    /// Attempts allowed.
    pub count_max: Option<i64>,
    /// Sum allowed, minor units, with its currency.
    pub amount_max: Option<(i64, Currency)>,
    /// What happens above.
    pub verdict: Verdict,
}

/// A limit to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLimit {
    /// Whose limit; `None` for the platform's.
    pub merchant_id: Option<MerchantId>,
    /// What is counted by: card, e-mail or IP.
    pub attribute: Attribute,
    /// The window's length, 60 seconds to 30 days.
    pub window_secs: i64,
    /// Attempts allowed.
    pub count_max: i64,
    /// What happens above.
    pub verdict: Verdict,
}

/// A window of time over the attempts that share a value: everything after `after`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) attribute: Attribute,
    pub(crate) value: &'a str,
    pub(crate) mode: Mode,
    pub(crate) merchant_id: Option<MerchantId>,
    pub(crate) currency: Currency,
    pub(crate) after: Timestamp,
}

/// A journaled decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// What was said.
    pub verdict: Verdict,
    /// Stable codes of what spoke: `list.block.email`, `limit.card.count.3600`.
    pub reasons: Vec<String>,
    /// What was seen: attribute values and counters.
    pub features: std::collections::BTreeMap<String, String>,
    /// When.
    pub created_at: Timestamp,
}
