//! The status of a payment: a pure function of its facts, and the one table of legal changes.

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Created, or the last attempt was declined and another is allowed.
    RequiresPaymentMethod,
    /// Waits for the buyer: verifier, 3-D Secure, wallet.
    RequiresAction,
    /// Held by antifraud for staff; nothing was sent to the bank.
    InReview,
    /// Sent to the bank, outcome not known yet.
    Processing,
    /// Money reserved, waits for capture.
    Authorized,
    /// Part captured, the rest still reserved.
    PartiallyCaptured,
    /// Done.
    Captured,
    /// Part of the money went back.
    PartiallyRefunded,
    /// All of the money went back.
    Refunded,
    /// Released before capture.
    Voided,
    /// Final: blocked, refused, or attempts used up.
    Declined,
    /// Nobody finished it in time.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 12] = [
        Self::RequiresPaymentMethod,
        Self::RequiresAction,
        Self::InReview,
        Self::Processing,
        Self::Authorized,
        Self::PartiallyCaptured,
        Self::Captured,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::Voided,
        Self::Declined,
        Self::Expired,
    ];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::InReview => "in_review",
            Self::Processing => "processing",
            Self::Authorized => "authorized",
            Self::PartiallyCaptured => "partially_captured",
            Self::Captured => "captured",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::Voided => "voided",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the table allows this change. Staying is always allowed.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == next || TRANSITIONS.iter().any(|(from, to, _)| (*from, *to) == (self, next))
    }
}

/// The legal changes of status and what causes each. Printed into `docs/payments.md`.
pub const TRANSITIONS: &[(Status, Status, &str)] = &[
    (Status::RequiresPaymentMethod, Status::Processing, "antifraud allows the attempt, it is sent to the bank"),
    (Status::RequiresPaymentMethod, Status::InReview, "antifraud holds the attempt for staff"),
    (Status::RequiresPaymentMethod, Status::Declined, "antifraud blocks the attempt, or attempts are used up"),
    (Status::RequiresPaymentMethod, Status::Voided, "the merchant cancels it"),
    (Status::RequiresPaymentMethod, Status::Expired, "nobody pays in time"),
    (
        Status::RequiresPaymentMethod,
        Status::RequiresAction,
        "the buyer must act first: verification, 3-D Secure, wallet",
    ),
    (Status::RequiresAction, Status::Processing, "the buyer did it, the attempt is sent to the bank"),
    (Status::RequiresAction, Status::Authorized, "the wallet reserves the money"),
    (Status::RequiresAction, Status::Captured, "the wallet takes the money"),
    (Status::RequiresAction, Status::RequiresPaymentMethod, "the buyer failed or refused, another attempt is allowed"),
    (
        Status::RequiresAction,
        Status::Declined,
        "the buyer failed or refused and attempts are used up, or says that it is not theirs",
    ),
    (Status::RequiresAction, Status::Voided, "the merchant cancels it"),
    (Status::RequiresAction, Status::Expired, "the buyer does not act in time"),
    (Status::InReview, Status::RequiresAction, "staff approve, the buyer must act first"),
    (Status::InReview, Status::Processing, "staff approve, the attempt is sent to the bank"),
    (Status::InReview, Status::Declined, "staff reject"),
    (Status::InReview, Status::Voided, "the merchant cancels it"),
    (Status::InReview, Status::Expired, "staff do not decide in time"),
    (Status::Processing, Status::Authorized, "the bank reserves the money"),
    (Status::Processing, Status::Captured, "the bank reserves and takes the money in one message"),
    (Status::Processing, Status::RequiresAction, "the bank or wallet wants the buyer to act first"),
    (Status::Processing, Status::RequiresPaymentMethod, "the bank declines, another attempt is allowed"),
    (Status::Processing, Status::Declined, "the bank declines, attempts are used up"),
    (Status::Authorized, Status::Captured, "all of the money is taken"),
    (Status::Authorized, Status::PartiallyCaptured, "part of the money is taken"),
    (Status::Authorized, Status::Voided, "the money is released"),
    (Status::Authorized, Status::Expired, "nobody took the money in time, it is released"),
    (Status::PartiallyCaptured, Status::Captured, "the rest is taken or released"),
    (Status::PartiallyCaptured, Status::PartiallyRefunded, "part of what was taken goes back"),
    (Status::PartiallyCaptured, Status::Refunded, "all that was taken goes back"),
    (Status::Captured, Status::PartiallyRefunded, "part of the money goes back"),
    (Status::Captured, Status::Refunded, "all of the money goes back"),
    (Status::PartiallyRefunded, Status::Refunded, "the rest of the money goes back"),
    (
        Status::Refunded,
        Status::PartiallyRefunded,
        "more of the reserved money is taken after all that was taken went back",
    ),
];

/// What a payment is in the middle of, or how it ended, besides its amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Nothing is under way.
    Open,
    /// Staff decide.
    Review,
    /// The first message is with the bank.
    Bank,
    /// The buyer must act: 3-D Secure, wallet.
    Action,
    /// Ended: released or cancelled.
    Voided,
    /// Ended: refused.
    Declined,
    /// Ended: too late.
    Expired,
}

impl Stage {
    /// The name in the table. [`Self::Action`] is a bank's stage with the mark that it waits for the buyer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Review => "review",
            Self::Bank | Self::Action => "bank",
            Self::Voided => "voided",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }

    /// The stage with this name and mark.
    #[must_use]
    pub fn from_name(name: &str, waits_for_buyer: bool) -> Option<Self> {
        let known = [Self::Open, Self::Review, Self::Bank, Self::Voided, Self::Declined, Self::Expired];
        let stage = known.into_iter().find(|stage| stage.as_str() == name)?;
        match (stage, waits_for_buyer) {
            (Self::Bank, true) => Some(Self::Action),
            (_, true) => None,
            (stage, false) => Some(stage),
        }
    }
}

/// All that the status depends on. Amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What is under way.
    pub stage: Stage,
    /// Reserved and not released.
    pub authorized: i64,
    /// Taken.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
}

impl Facts {
    /// The status that follows from the facts.
    #[must_use]
    pub const fn status(self) -> Status {
        match self.stage {
            Stage::Voided => return Status::Voided,
            Stage::Declined => return Status::Declined,
            Stage::Expired => return Status::Expired,
            Stage::Review => return Status::InReview,
            Stage::Bank => return Status::Processing,
            Stage::Action => return Status::RequiresAction,
            Stage::Open => {}
        }
        if self.authorized == 0 {
            Status::RequiresPaymentMethod
        } else if self.captured == 0 {
            Status::Authorized
        } else if self.refunded == self.captured {
            Status::Refunded
        } else if self.refunded > 0 {
            Status::PartiallyRefunded
        } else if self.captured == self.authorized {
            Status::Captured
        } else {
            Status::PartiallyCaptured
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_no_duplicates_and_no_way_out_of_an_end() {
        for (place, (from, to, _)) in TRANSITIONS.iter().enumerate() {
            assert!(!TRANSITIONS[..place].iter().any(|(f, t, _)| (f, t) == (from, to)));
            assert!(!matches!(from, Status::Voided | Status::Declined | Status::Expired), "{from:?} is final");
        }
    }

    #[test]
    fn names_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.as_str()), Some(status));
        }
    }
}
