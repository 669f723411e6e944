//! What may happen in a step, and how often, by what the run is mostly about.

/// What may happen in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Confirm,
    Capture,
    Void,
    Refund,
    Retry,
    OtherBody,
    Answer,
    Deliver,
    Decide,
    Janitor,
    Expire,
    Warn,
    Release,
    Escalate,
    Notice,
    Forward,
    Back,
    Crash,
    Fuse,
    FusedJanitor,
    Pair,
    BankDecides,
    Arrive,
    Overtake,
    Issuers,
    AtPage,
    Return,
    RemoveCard,
    EndMandate,
    NotMe,
    SweepVault,
    Contest,
    ClaimNotice,
    ClaimAnswer,
    Disputes,
    Ledger,
}

/// What a run is mostly about: the other things happen in it, too, but seldom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Banks and the janitor.
    Banks,
    /// Buyers at pages of issuers and of the wallet.
    Pages,
    /// Saved cards and mandates.
    Vault,
    /// Disputes.
    Disputes,
}

impl Theme {
    pub(crate) const ALL: [Self; 4] = [Self::Banks, Self::Pages, Self::Vault, Self::Disputes];
}

impl Act {
    /// What an act belongs to; `None` when it belongs to everything.
    const fn theme(self) -> Option<Theme> {
        match self {
            Self::Create
            | Self::Confirm
            | Self::Capture
            | Self::Void
            | Self::Retry
            | Self::OtherBody
            | Self::Answer
            | Self::Decide
            | Self::Janitor
            | Self::Expire
            | Self::Forward
            | Self::Back
            | Self::Crash
            | Self::Fuse
            | Self::Pair
            | Self::Ledger => None,
            Self::Refund
            | Self::Deliver
            | Self::Warn
            | Self::Release
            | Self::Escalate
            | Self::Notice
            | Self::FusedJanitor
            | Self::BankDecides
            | Self::Arrive
            | Self::Overtake => Some(Theme::Banks),
            Self::Issuers | Self::AtPage | Self::Return => Some(Theme::Pages),
            Self::RemoveCard | Self::EndMandate | Self::NotMe | Self::SweepVault => Some(Theme::Vault),
            Self::Contest | Self::ClaimNotice | Self::ClaimAnswer | Self::Disputes => Some(Theme::Disputes),
        }
    }

    /// How often it happens in a run about this.
    pub(super) fn weight(self, weight: u32, theme: Theme) -> u32 {
        match self.theme() {
            None => 3 * weight,
            Some(mine) if mine == theme => 6 * weight,
            Some(_) => weight,
        }
    }
}

pub(super) const WEIGHTS: [(Act, u32); 37] = [
    (Act::Create, 14),
    (Act::Confirm, 12),
    (Act::Capture, 14),
    (Act::Void, 4),
    (Act::Refund, 14),
    (Act::Retry, 7),
    (Act::OtherBody, 2),
    (Act::Answer, 60),
    (Act::Deliver, 6),
    (Act::Decide, 8),
    (Act::Janitor, 10),
    (Act::Expire, 3),
    (Act::Warn, 1),
    (Act::Release, 3),
    (Act::Escalate, 2),
    (Act::Notice, 8),
    (Act::Forward, 8),
    (Act::Back, 2),
    (Act::Crash, 4),
    (Act::Fuse, 10),
    (Act::FusedJanitor, 4),
    (Act::Pair, 8),
    (Act::BankDecides, 4),
    (Act::Arrive, 5),
    (Act::Overtake, 8),
    (Act::Issuers, 4),
    (Act::AtPage, 24),
    (Act::Return, 5),
    (Act::RemoveCard, 3),
    (Act::EndMandate, 3),
    (Act::NotMe, 5),
    (Act::SweepVault, 2),
    (Act::Contest, 8),
    (Act::ClaimNotice, 10),
    (Act::ClaimAnswer, 6),
    (Act::Disputes, 3),
    (Act::Ledger, 3),
];
