//! What a member may do for a merchant, as a set.

use std::fmt;
use std::str::FromStr;

use crate::named::named;

named! {
    /// One thing that a member may do.
    pub enum Right {
        /// See payments, refunds and saved cards.
        View = "view",
        /// Give money back.
        Refund = "refund",
        /// Take reserved money, or release it.
        Capture = "capture",
        /// Ask for money by links.
        Bills = "bills",
        /// Keep webhook endpoints.
        Webhooks = "webhooks",
        /// Keep API keys.
        Keys = "keys",
        /// Invite members, change their rights, take them away.
        Members = "members",
        /// Keep lists and limits against fraud.
        Risk = "risk",
        /// Change how the merchant works.
        Settings = "settings",
        /// Read reports.
        Reports = "reports",
        /// See balances and payouts.
        Money = "money",
    }
}

impl Right {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What a member may do. Never empty: somebody without rights is no member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rights(u16);

/// Why a list of rights is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RightsError {
    /// Nothing is in it.
    #[error("a member has at least one right")]
    Empty,
    /// It names something else.
    #[error("`{0}` is no right; expected `all`, or some of {known} with commas between", known = names())]
    Unknown(String),
}

fn names() -> String {
    Right::ALL.iter().map(|right| right.as_str()).collect::<Vec<_>>().join(",")
}

impl Rights {
    /// These rights.
    ///
    /// # Errors
    ///
    /// [`RightsError::Empty`].
    pub fn new(rights: impl IntoIterator<Item = Right>) -> Result<Self, RightsError> {
        match rights.into_iter().fold(0, |bits, right| bits | right.bit()) {
            0 => Err(RightsError::Empty),
            bits => Ok(Self(bits)),
        }
    }

    /// Every right.
    #[must_use]
    pub fn all() -> Self {
        Self(Right::ALL.iter().fold(0, |bits, right| bits | right.bit()))
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// Each of them, in the order of the declaration.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |right| self.has(*right))
    }

    /// The first of them that is missing in the other set.
    #[must_use]
    pub fn beyond(self, other: Self) -> Option<Right> {
        self.iter().find(|right| !other.has(*right))
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Right::as_str).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Rights {
    type Err = RightsError;

    /// Reads `all`, or names with commas between.
    fn from_str(text: &str) -> Result<Self, RightsError> {
        if text.trim() == "all" {
            return Ok(Self::all());
        }
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let rights = names.map(|name| Right::from_name(name).ok_or_else(|| RightsError::Unknown(name.to_owned())));
        Self::new(rights.collect::<Result<Vec<_>, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_back_as_it_is_written() {
        for right in Right::ALL {
            let one = Rights::new([*right]).unwrap();
            assert_eq!(one.to_string().parse(), Ok(one));
            assert!(one.has(*right) && one.iter().count() == 1);
        }
        assert_eq!(Rights::all().to_string().parse(), Ok(Rights::all()));
        assert_eq!("all".parse(), Ok(Rights::all()));
        assert_eq!(" refund, view ".parse::<Rights>().unwrap().to_string(), "view,refund");
    }

    #[test]
    fn what_is_no_right_is_named_and_nothing_is_no_set() {
        assert_eq!(Rights::from_str("view,fly"), Err(RightsError::Unknown("fly".to_owned())));
        assert_eq!(Rights::from_str(" , "), Err(RightsError::Empty));
        assert!(RightsError::Unknown("fly".to_owned()).to_string().contains("view,refund,capture"));
    }

    #[test]
    fn what_goes_beyond_is_found() {
        let (less, more): (Rights, Rights) = ("view".parse().unwrap(), "view,keys".parse().unwrap());
        assert_eq!((less.beyond(more), more.beyond(less)), (None, Some(Right::Keys)));
    }
}
