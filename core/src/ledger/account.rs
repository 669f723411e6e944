//! The accounts of the ledger and their names.

use std::fmt;
use std::str::FromStr;

use crate::id::{DisputeId, MerchantId};

/// An account. Its currency and mode are those of the entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// What an acquirer owes for money it took from buyers.
    Receivable(String),
    /// The other side of what is held at an acquirer.
    Holds(String),
    /// Reserved for a merchant and not taken.
    Held(MerchantId),
    /// Taken for a merchant; the acquirer has not paid it yet. Below zero when more went back than came in.
    Pending(MerchantId),
    /// Ready to be paid out to a merchant.
    Available(MerchantId),
    /// What the hub earns.
    Fees,
    /// Held because of a dispute.
    Chargeback(DisputeId),
    /// What acquirers paid and was not paid out.
    Cash,
}

/// A text is not the name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of an account")]
pub struct AccountError(String);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable(acquirer) => write!(f, "acquirer:{acquirer}:receivable"),
            Self::Holds(acquirer) => write!(f, "acquirer:{acquirer}:holds"),
            Self::Held(merchant) => write!(f, "merchant:{merchant}:held"),
            Self::Pending(merchant) => write!(f, "merchant:{merchant}:pending"),
            Self::Available(merchant) => write!(f, "merchant:{merchant}:available"),
            Self::Fees => f.write_str("fees"),
            Self::Chargeback(dispute) => write!(f, "chargeback:{dispute}"),
            Self::Cash => f.write_str("cash"),
        }
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let refuse = || AccountError(text.chars().take(80).collect());
        if let Some(dispute) = text.strip_prefix("chargeback:") {
            return dispute.parse().map(Self::Chargeback).map_err(|_| refuse());
        }
        if let Some((name, part)) = text.strip_prefix("acquirer:").and_then(|rest| rest.rsplit_once(':')) {
            return match part {
                "receivable" => Ok(Self::Receivable(name.to_owned())),
                "holds" => Ok(Self::Holds(name.to_owned())),
                _ => Err(refuse()),
            };
        }
        if let Some((id, part)) = text.strip_prefix("merchant:").and_then(|rest| rest.split_once(':')) {
            let id = id.parse().map_err(|_| refuse())?;
            return match part {
                "held" => Ok(Self::Held(id)),
                "pending" => Ok(Self::Pending(id)),
                "available" => Ok(Self::Available(id)),
                _ => Err(refuse()),
            };
        }
        match text {
            "fees" => Ok(Self::Fees),
            "cash" => Ok(Self::Cash),
            _ => Err(refuse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use proptest::prelude::*;

    #[test]
    fn names_read_back() {
        let merchant = MerchantId::new(Timestamp::from_micros(1));
        for account in [
            Account::Receivable("north:bank".into()),
            Account::Holds("sandbox".into()),
            Account::Held(merchant),
            Account::Pending(merchant),
            Account::Available(merchant),
            Account::Fees,
            Account::Chargeback(DisputeId::new(Timestamp::from_micros(1))),
            Account::Cash,
        ] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
    }

    proptest! {
        #[test]
        fn the_parser_never_panics(text in "(acquirer|merchant|chargeback|fees)?:?.{0,20}:?(held|holds)?") {
            if let Ok(account) = text.parse::<Account>() {
                prop_assert_eq!(account.to_string(), text);
            }
        }
    }
}
