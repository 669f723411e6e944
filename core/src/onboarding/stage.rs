//! Where a shop stands on its way to live payments, and the one table of steps.

use std::time::Duration;

use crate::merchant::Access;
use crate::named::named;

named! {
    /// A stage of the way.
    pub enum Stage {
        /// Tries the hub out in the test world.
        Trial = "trial",
        /// Applied; staff look at it.
        InReview = "in_review",
        /// Staff approved; the acquirer decides.
        BankReview = "bank_review",
        /// Refused, with a reason; may apply again.
        Declined = "declined",
        /// Approved; the contract waits to be accepted.
        Contract = "contract",
        /// The contract is accepted; the connection fee is awaited.
        Fee = "fee",
        /// Takes real money.
        Live = "live",
        /// Stopped for a time.
        Suspended = "suspended",
        /// Ended.
        Closed = "closed",
    }
}

const DAY: u64 = 86_400;

/// The legal steps. The table `onboarding_step` has the same rows.
pub const STEPS: &[(Stage, Stage)] = &[
    (Stage::Trial, Stage::InReview),
    (Stage::Trial, Stage::Closed),
    (Stage::InReview, Stage::BankReview),
    (Stage::InReview, Stage::Declined),
    (Stage::InReview, Stage::Closed),
    (Stage::BankReview, Stage::Contract),
    (Stage::BankReview, Stage::Declined),
    (Stage::BankReview, Stage::Closed),
    (Stage::Declined, Stage::InReview),
    (Stage::Declined, Stage::Closed),
    (Stage::Contract, Stage::Fee),
    (Stage::Contract, Stage::Closed),
    (Stage::Fee, Stage::Live),
    (Stage::Fee, Stage::Closed),
    (Stage::Live, Stage::Suspended),
    (Stage::Live, Stage::Closed),
    (Stage::Suspended, Stage::Live),
    (Stage::Suspended, Stage::Closed),
];

impl Stage {
    /// Whether the table has this step.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        STEPS.contains(&(self, next))
    }

    /// How far a shop at this stage is let in.
    #[must_use]
    pub const fn access(self) -> Access {
        match self {
            Self::Trial | Self::InReview | Self::BankReview | Self::Declined | Self::Contract | Self::Fee => {
                Access::Trial
            }
            Self::Live => Access::Full,
            Self::Suspended => Access::Suspended,
            Self::Closed => Access::Closed,
        }
    }

    /// How long whoever must act next takes at most, where that is told to the applicant. Together 14 to 45
    /// days, as acquirers need.
    #[must_use]
    pub const fn expected(self) -> Option<Duration> {
        match self {
            Self::InReview => Some(Duration::from_secs(3 * DAY)),
            Self::BankReview => Some(Duration::from_secs(30 * DAY)),
            Self::Fee => Some(Duration::from_secs(5 * DAY)),
            Self::Trial | Self::Declined | Self::Contract | Self::Live | Self::Suspended | Self::Closed => None,
        }
    }

    /// Whether staff must act next.
    #[must_use]
    pub const fn waits_for_staff(self) -> bool {
        match self {
            Self::InReview | Self::BankReview | Self::Fee => true,
            Self::Trial | Self::Declined | Self::Contract | Self::Live | Self::Suspended | Self::Closed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_is_reached_only_by_way_of_every_stage_before() {
        let into_live: Vec<Stage> = STEPS.iter().filter(|(_, to)| *to == Stage::Live).map(|(from, _)| *from).collect();
        assert_eq!(into_live, [Stage::Fee, Stage::Suspended]);
        let into = |stage| STEPS.iter().filter(|(_, to)| *to == stage).map(|(from, _)| *from).collect::<Vec<_>>();
        assert_eq!(into(Stage::Fee), [Stage::Contract]);
        assert_eq!(into(Stage::Contract), [Stage::BankReview]);
        assert_eq!(into(Stage::BankReview), [Stage::InReview]);
        assert_eq!(into(Stage::Suspended), [Stage::Live]);
        assert_eq!(into(Stage::Trial), []);
    }

    #[test]
    fn whatever_is_not_over_may_end() {
        for stage in Stage::ALL {
            assert_eq!(stage.may_become(Stage::Closed), *stage != Stage::Closed, "{stage:?}");
            assert!(!stage.may_become(*stage));
        }
    }
}
