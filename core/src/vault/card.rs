//! A saved card.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};

use crate::account::email::EmailAddress;
use crate::clock::Timestamp;
use crate::id::{AccountId, CardId, DataKeyId, MerchantId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::payment::card::CardFace;
use crate::vault::customer::CustomerRef;

/// The text that a buyer agrees to when a merchant sends `save_card`: docs/payments.md holds it.
pub const CONSENT_TEXT: &str = "saved-card/1";
/// How long before a card's last day its buyer is told.
pub const EXPIRY_NOTICE: Duration = Duration::from_secs(30 * 86_400);

/// Where a saved card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    /// To be kept if the payment is approved.
    Pending,
    /// It may be paid with.
    Active,
    /// Kept, but it pays nothing until somebody clears it up.
    Frozen,
    /// Its last month is over; the number was erased.
    Expired,
    /// Taken away; the number was erased.
    Removed,
}

impl CardState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Active, Self::Frozen, Self::Expired, Self::Removed];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether its number is kept and people see it.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        match self {
            Self::Active | Self::Frozen => true,
            Self::Pending | Self::Expired | Self::Removed => false,
        }
    }
}

/// A saved card, without its number: that is in `sealed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCard {
    /// Its id.
    pub id: CardId,
    /// Whose customer's it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// The merchant's name for the customer.
    pub customer: CustomerRef,
    /// The buyer's account, when the buyer had one at the time.
    pub account_id: Option<AccountId>,
    /// The buyer's e-mail in lower case.
    pub email: Option<String>,
    /// The language to write in.
    pub language: Option<Language>,
    /// What may be shown.
    pub face: CardFace,
    /// Its pseudonym on this install.
    pub card: String,
    /// Its pseudonym for this merchant.
    pub merchant_card: String,
    /// The data key that sealed it.
    pub key_id: DataKeyId,
    pub(crate) sealed: Option<Vec<u8>>,
    /// Where it stands.
    pub state: CardState,
    /// Which text the buyer agreed to.
    pub consent_text: String,
    /// When the buyer agreed.
    pub consent_at: Timestamp,
    /// The first moment after its last month.
    pub usable_until: Timestamp,
    pub(crate) expiry_told: bool,
    /// When it last paid.
    pub last_used_at: Timestamp,
    /// When it was saved.
    pub created_at: Timestamp,
}

impl SavedCard {
    /// Whom a seal belongs to: the same card of the same customer, and nobody else.
    pub(crate) fn owner(&self) -> String {
        format!("{} {} {} {}", self.merchant_id, self.mode.as_str(), self.merchant_card, self.customer)
    }

    /// The buyer's address, as far as it is known.
    pub(crate) fn address(&self) -> Option<String> {
        self.email.as_deref().and_then(|text| EmailAddress::new(text).ok()).map(|email| email.normal().to_owned())
    }
}

/// The first moment after a card's last month, in UTC.
#[must_use]
pub fn usable_until(face: &CardFace) -> Timestamp {
    let (year, month) = match face.exp_month {
        12.. => (i32::from(face.exp_year) + 1, 1),
        month => (i32::from(face.exp_year), u32::from(month) + 1),
    };
    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
    Timestamp::from_micros(first.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::card::Brand;

    #[test]
    fn a_card_is_usable_to_the_end_of_its_month() {
        let face = |exp_month, exp_year| CardFace {
            brand: Brand::Visa,
            first6: "424242".to_owned(),
            last4: "4242".to_owned(),
            exp_month,
            exp_year,
        };
        assert_eq!(usable_until(&face(12, 2030)).to_string(), "2031-01-01T00:00:00.000Z");
        assert_eq!(usable_until(&face(2, 2028)).to_string(), "2028-03-01T00:00:00.000Z");
    }
}
