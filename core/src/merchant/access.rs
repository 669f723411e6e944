//! What a merchant may do with the hub now.

use super::{Mode, Scope};
use crate::clock::Timestamp;
use crate::named::named;

named! {
    /// How far a merchant is let in.
    pub enum Access {
        /// The test world only, perhaps for a time.
        Trial = "trial",
        /// Both worlds.
        Full = "full",
        /// No new live payments; refunds, releases and looking stay possible.
        Suspended = "suspended",
        /// No new payments in either world; refunds, releases and looking stay possible.
        Closed = "closed",
    }
}

/// Why a shop may not ask for money now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShopClosed {
    /// Its time in the test world is over, and it has not applied.
    #[error("the trial is over: apply to go on")]
    TrialOver,
    /// It was not let into the live world yet.
    #[error("the shop is not live yet")]
    NotLive,
    /// It was stopped for a time.
    #[error("the shop is suspended")]
    Suspended,
    /// It ended.
    #[error("the shop is closed")]
    Closed,
}

impl Scope {
    /// Whether money may be asked for in this world at this time.
    ///
    /// # Errors
    ///
    /// [`ShopClosed`] says why not.
    pub fn may_ask_for_money(&self, now: Timestamp) -> Result<(), ShopClosed> {
        self.closed(now).map_or(Ok(()), Err)
    }

    /// Why no money may be asked for in this world at this time, if it may not.
    #[must_use]
    pub fn closed(&self, now: Timestamp) -> Option<ShopClosed> {
        match (self.merchant.access, self.mode) {
            (Access::Full, Mode::Test | Mode::Live) | (Access::Suspended, Mode::Test) => None,
            (Access::Trial, Mode::Test) => {
                self.merchant.test_until.filter(|until| *until <= now).map(|_| ShopClosed::TrialOver)
            }
            (Access::Trial, Mode::Live) => Some(ShopClosed::NotLive),
            (Access::Suspended, Mode::Live) => Some(ShopClosed::Suspended),
            (Access::Closed, Mode::Test | Mode::Live) => Some(ShopClosed::Closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MerchantId;
    use crate::language::Language;
    use crate::merchant::Merchant;

    fn closed(access: Access, mode: Mode, test_until: Option<i64>) -> Option<ShopClosed> {
        let now = Timestamp::from_micros(1_000);
        let merchant = Merchant {
            id: MerchantId::new(now),
            name: "Luna".to_owned(),
            language: Language::En,
            access,
            test_until: test_until.map(Timestamp::from_micros),
        };
        Scope { merchant, mode, key_id: None }.closed(now)
    }

    #[test]
    fn a_trial_has_the_test_world_until_its_end() {
        assert_eq!(closed(Access::Trial, Mode::Test, Some(1_001)), None);
        assert_eq!(closed(Access::Trial, Mode::Test, Some(1_000)), Some(ShopClosed::TrialOver));
        assert_eq!(closed(Access::Trial, Mode::Test, None), None);
        assert_eq!(closed(Access::Trial, Mode::Live, None), Some(ShopClosed::NotLive));
    }

    #[test]
    fn the_suspended_may_test_and_the_closed_may_not() {
        assert_eq!(closed(Access::Full, Mode::Live, Some(1)), None);
        assert_eq!(closed(Access::Suspended, Mode::Live, None), Some(ShopClosed::Suspended));
        assert_eq!(closed(Access::Suspended, Mode::Test, None), None);
        for mode in [Mode::Test, Mode::Live] {
            assert_eq!(closed(Access::Closed, mode, None), Some(ShopClosed::Closed));
        }
    }
}
