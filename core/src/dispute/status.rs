//! Where a dispute stands, and the legal changes as one table.

/// How far a dispute went at the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The issuer only asks: an inquiry or an alert. No money is held.
    PreDispute,
    /// The issuer took the money back; it is held until it decides.
    Dispute,
    /// The issuer contests what it decided for the merchant; the money is held again.
    PreArbitration,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 3] = [Self::PreDispute, Self::Dispute, Self::PreArbitration];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreDispute => "pre_dispute",
            Self::Dispute => "dispute",
            Self::PreArbitration => "pre_arbitration",
        }
    }

    /// The stage with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }
}

/// What became of it in this stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The merchant may answer.
    Opened,
    /// The merchant answered with evidence; the issuer decides.
    Challenged,
    /// The merchant does not contest it.
    Accepted,
    /// The issuer decided for the merchant.
    Won,
    /// The issuer decided for the buyer.
    Lost,
    /// The merchant did not answer in time.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] = [Self::Opened, Self::Challenged, Self::Accepted, Self::Won, Self::Lost, Self::Expired];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Challenged => "challenged",
            Self::Accepted => "accepted",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Expired => "expired",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// Stage and status together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// How far it went.
    pub stage: Stage,
    /// What became of it there.
    pub status: Status,
}

/// A change that a dispute's standing does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {} that is {} cannot be {}", from.stage.as_str(), from.status.as_str(), to.status.as_str())]
pub struct IllegalDisputeMove {
    /// Where it stands.
    pub from: Standing,
    /// What was tried.
    pub to: Standing,
}

impl Standing {
    /// A standing.
    #[must_use]
    pub const fn new(stage: Stage, status: Status) -> Self {
        Self { stage, status }
    }

    /// Whether the disputed money is held.
    #[must_use]
    pub const fn holds(self) -> bool {
        !matches!(self.stage, Stage::PreDispute) && matches!(self.status, Status::Opened | Status::Challenged)
    }

    /// Whether the merchant lost the disputed money.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        !matches!(self.stage, Stage::PreDispute)
            && matches!(self.status, Status::Accepted | Status::Lost | Status::Expired)
    }

    /// Goes on, if the table allows it.
    ///
    /// # Errors
    ///
    /// [`IllegalDisputeMove`].
    pub fn go(self, stage: Stage, status: Status) -> Result<Self, IllegalDisputeMove> {
        let to = Self { stage, status };
        let legal = TRANSITIONS.iter().any(|(from, next, _)| (*from, *next) == (self, to));
        if legal { Ok(to) } else { Err(IllegalDisputeMove { from: self, to }) }
    }
}

const fn at(stage: Stage, status: Status) -> Standing {
    Standing::new(stage, status)
}

/// The legal changes of a dispute and what causes each. Printed into `docs/payments.md`.
pub const TRANSITIONS: &[(Standing, Standing, &str)] = {
    use Stage::{Dispute, PreArbitration, PreDispute};
    use Status::{Accepted, Challenged, Expired, Lost, Opened, Won};
    &[
        (at(PreDispute, Opened), at(PreDispute, Challenged), "the merchant answers the issuer's question"),
        (at(PreDispute, Opened), at(PreDispute, Won), "the issuer lets it rest"),
        (at(PreDispute, Opened), at(PreDispute, Expired), "the merchant does not answer in time"),
        (at(PreDispute, Opened), at(Dispute, Opened), "the issuer takes the money back"),
        (at(PreDispute, Challenged), at(PreDispute, Won), "the issuer lets it rest"),
        (at(PreDispute, Challenged), at(Dispute, Opened), "the issuer takes the money back all the same"),
        (at(PreDispute, Expired), at(Dispute, Opened), "the issuer takes the money back"),
        (at(Dispute, Opened), at(Dispute, Challenged), "the merchant sends evidence"),
        (at(Dispute, Opened), at(Dispute, Accepted), "the merchant does not contest it"),
        (at(Dispute, Opened), at(Dispute, Expired), "the merchant does not answer in time"),
        (at(Dispute, Opened), at(Dispute, Won), "the issuer decides for the merchant"),
        (at(Dispute, Opened), at(Dispute, Lost), "the issuer decides for the buyer"),
        (at(Dispute, Expired), at(Dispute, Won), "the issuer decides for the merchant all the same"),
        (at(Dispute, Challenged), at(Dispute, Won), "the issuer decides for the merchant"),
        (at(Dispute, Challenged), at(Dispute, Lost), "the issuer decides for the buyer"),
        (at(Dispute, Won), at(PreArbitration, Opened), "the issuer contests its decision"),
        (at(PreArbitration, Opened), at(PreArbitration, Challenged), "the merchant sends evidence"),
        (at(PreArbitration, Opened), at(PreArbitration, Accepted), "the merchant does not contest it"),
        (at(PreArbitration, Opened), at(PreArbitration, Expired), "the merchant does not answer in time"),
        (at(PreArbitration, Opened), at(PreArbitration, Won), "the network decides for the merchant"),
        (at(PreArbitration, Opened), at(PreArbitration, Lost), "the network decides for the buyer"),
        (at(PreArbitration, Expired), at(PreArbitration, Won), "the network decides for the merchant all the same"),
        (at(PreArbitration, Challenged), at(PreArbitration, Won), "the network decides for the merchant"),
        (at(PreArbitration, Challenged), at(PreArbitration, Lost), "the network decides for the buyer"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_no_duplicates_and_money_once_lost_stays_lost() {
        for (place, (from, to, _)) in TRANSITIONS.iter().enumerate() {
            assert!(!TRANSITIONS[..place].iter().any(|(f, t, _)| (f, t) == (from, to)));
            // The issuer may still decide for a merchant that did not answer.
            assert!(!from.is_loss() || (from.status, to.status) == (Status::Expired, Status::Won), "{from:?} is final");
            assert_ne!(from, to);
        }
    }

    #[test]
    fn every_standing_with_money_held_has_ways_to_win_and_to_lose() {
        for stage in Stage::ALL {
            for status in Status::ALL {
                let standing = Standing::new(stage, status);
                if standing.holds() {
                    assert!(standing.go(stage, Status::Won).is_ok() && standing.go(stage, Status::Lost).is_ok());
                }
            }
        }
    }

    #[test]
    fn names_read_back() {
        assert!(Stage::ALL.into_iter().all(|stage| Stage::from_name(stage.as_str()) == Some(stage)));
        assert!(Status::ALL.into_iter().all(|status| Status::from_name(status.as_str()) == Some(status)));
    }
}
