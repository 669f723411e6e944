//! The verifier: before a payment goes to the bank, the person whom it would be charged to confirms it, with a second
//! secret that is theirs at every shop.
//!
//! Whom to ask and how is decided once, when the payment has to be confirmed: in the chat of an account that has a
//! secret code, else by a one-time code sent to an e-mail address. What is shown (amount, shop, card) is what is
//! confirmed: its digest stands in the record, and nothing else goes to the bank.
//!
//! Here is what such a question is; [`crate::payment`] asks it and goes on with the answer.

pub mod code;
pub(crate) mod enrol;
pub(crate) mod keypad;

use std::time::Duration;

use crate::account::Account;
use crate::clock::Timestamp;
use crate::id::{AccountId, AttemptId, EnrolledCardId, PaymentId, VerificationId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::money::Money;
use crate::named::named;
use crate::secret::sha256_hex;

pub use enrol::VerifierState;

/// How long a question waits for its answer.
pub const WAIT: Duration = Duration::from_secs(180);
/// Codes that may be given to one question.
pub const TRIES_MAX: i32 = 3;
/// Questions to one person within [`ASKED_WITHIN`]: nobody's chat or mailbox is flooded, and codes that are mailed
/// cannot be guessed by asking again and again.
pub(crate) const ASKED_MAX: u64 = 10;
/// The time for [`ASKED_MAX`].
pub(crate) const ASKED_WITHIN: Duration = Duration::from_secs(3_600);

named! {
    /// Whether a merchant wants a payment confirmed.
    pub enum Wish {
        /// When antifraud or the card's bank wants it.
        Automatic = "automatic",
        /// In any case, when it is paid with a card.
        Required = "required",
    }
}

named! {
    /// Where a question stands.
    pub enum State {
        /// Asked.
        Pending = "pending",
        /// Somebody began to give the code.
        Confirmed = "confirmed",
        /// The right code was given.
        Passed = "passed",
        /// The person says that the payment is not theirs.
        Refused = "refused",
        /// Too many wrong codes.
        Failed = "failed",
        /// Nobody answered in time.
        Expired = "expired",
        /// The payment ended before.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Whether an answer is still taken.
    #[must_use]
    pub const fn is_live(self) -> bool {
        match self {
            Self::Pending | Self::Confirmed => true,
            Self::Passed | Self::Refused | Self::Failed | Self::Expired | Self::Withdrawn => false,
        }
    }
}

named! {
    /// How a person is asked.
    pub enum Way {
        /// In the chat; the answer is their secret code.
        Chat = "telegram",
        /// By a letter; the answer is the code in it.
        Mail = "email",
    }
}

named! {
    /// Who wants a payment confirmed.
    pub enum DemandedBy {
        /// The merchant.
        Merchant = "merchant",
        /// The bank that issued the card.
        Issuer = "issuer",
        /// Antifraud.
        Risk = "risk",
    }
}

/// Something that a person was asked to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The attempt that waits for the answer.
    pub attempt_id: AttemptId,
    /// Who is asked, when they have an account.
    pub account_id: Option<AccountId>,
    /// The address that a code was sent to, or that the account has.
    pub email: Option<String>,
    /// How they are asked.
    pub way: Way,
    /// Who wants it.
    pub demanded_by: DemandedBy,
    /// The card, when its bank enrolled it.
    pub enrolled_card: Option<EnrolledCardId>,
    /// Test or live.
    pub mode: Mode,
    /// The amount that was shown.
    pub amount: Money,
    /// The shop's name that was shown.
    pub shop: String,
    /// The card's last four digits that were shown.
    pub last4: String,
    /// A pseudonym of the person that says nothing outside this merchant.
    pub holder: String,
    /// SHA-256 of what was shown, hexadecimal: see [`digest`](Self::digest_of_shown).
    pub digest: String,
    /// Where it stands.
    pub state: State,
    /// Codes that were given.
    pub tries: i32,
    /// Counts the keypads that were shown: buttons of an earlier one do nothing.
    pub round: i32,
    /// What was typed on the keypad so far, sealed.
    pub(crate) entered: Option<Vec<u8>>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Until when an answer is taken.
    pub expires_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Verification {
    /// The digest of what the person saw, bound to the question and its payment.
    #[must_use]
    pub fn digest_of_shown(&self) -> String {
        let Self { id, payment_id, amount, shop, last4, .. } = self;
        let (minor, currency) = (amount.minor(), amount.currency());
        sha256_hex(format!("aviso verification 1\n{id}\n{payment_id}\n{minor}\n{currency}\n{last4}\n{shop}").as_bytes())
    }

    /// Whether an answer is taken at this time.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state.is_live() && now < self.expires_at
    }

    /// Codes that may still be given.
    #[must_use]
    pub const fn tries_left(&self) -> i32 {
        TRIES_MAX - self.tries
    }

    /// What a dispute shows of it: a text for the issuer of the card.
    pub(crate) fn evidence(&self) -> String {
        let Self { amount, shop, last4, holder, digest, demanded_by, .. } = self;
        let at = self.ended_at.unwrap_or(self.created_at);
        let how = match self.way {
            Way::Chat => "with their secret code in their Telegram chat",
            Way::Mail => "with a one-time code sent to their e-mail address",
        };
        let (id, asked) = (self.id, self.created_at);
        format!(
            "The buyer confirmed this payment {how}.\nShown: {amount} to {shop}, card ending in {last4}.\n\
             Asked: {asked}. Confirmed: {at}. Asked for by: {by}.\nPerson: {holder} (the same for the same person at this \
             merchant).\nRecord: {id}. SHA-256 of what was shown: {digest}.",
            by = demanded_by.as_str()
        )
    }
}

/// Who is asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) account: Option<AccountId>,
    pub(crate) email: Option<String>,
    pub(crate) language: Option<Language>,
    pub(crate) way: Way,
}

/// How a person can be asked. A chat that cannot be written to, or an account without a code that may be given now,
/// leaves the mailbox.
pub(crate) fn holder_of(account: Option<&Account>, email: Option<&str>, may_give_code: bool) -> Option<Holder> {
    let confirmed =
        account.filter(|account| account.email_confirmed_at.is_some()).map(|account| account.email.as_str());
    let email = confirmed.or(email).map(str::to_lowercase);
    let chat = account.and_then(|account| account.telegram.as_ref()).is_some_and(|chat| chat.gone_at.is_none());
    let way = match (chat && may_give_code, &email) {
        (true, _) => Way::Chat,
        (false, Some(_)) => Way::Mail,
        (false, None) => return None,
    };
    Some(Holder { account: account.map(|account| account.id), email, language: account.map(|a| a.language), way })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::TelegramIdentity;
    use crate::preference::TimeZone;

    fn account(confirmed: bool, chat: Option<bool>) -> Account {
        let now = Timestamp::from_micros(1);
        Account {
            id: AccountId::new(now),
            email: "Ana@example.com".to_owned(),
            email_confirmed_at: confirmed.then_some(now),
            has_password: true,
            language: Language::Es,
            time_zone: TimeZone::default(),
            quiet: None,
            telegram: chat.map(|gone| TelegramIdentity {
                tg_user_id: 7,
                chat_id: 7,
                username: None,
                first_name: "Ana".to_owned(),
                gone_at: gone.then_some(now),
            }),
        }
    }

    #[test]
    fn the_chat_is_asked_where_a_code_may_be_given_and_else_the_mailbox() {
        let way = |account: Option<&Account>, email, code| holder_of(account, email, code).map(|holder| holder.way);
        let (whole, gone, none) = (account(true, Some(false)), account(true, Some(true)), account(false, None));
        assert_eq!(way(Some(&whole), None, true), Some(Way::Chat));
        assert_eq!(way(Some(&whole), None, false), Some(Way::Mail));
        assert_eq!(way(Some(&gone), None, true), Some(Way::Mail));
        assert_eq!(way(Some(&none), None, true), None);
        assert_eq!(way(None, Some("bob@example.com"), false), Some(Way::Mail));
        assert_eq!(way(None, None, true), None);
        let asked = holder_of(Some(&whole), Some("other@example.com"), false).unwrap();
        assert_eq!(asked.email.as_deref(), Some("ana@example.com"), "a confirmed address counts before a given one");
    }

    #[test]
    fn names_read_back() {
        assert!(State::ALL.iter().all(|state| State::from_name(state.as_str()) == Some(*state)));
        assert!(Way::ALL.iter().all(|way| Way::from_name(way.as_str()) == Some(*way)));
        assert!(DemandedBy::ALL.iter().all(|by| DemandedBy::from_name(by.as_str()) == Some(*by)));
        assert!(Wish::ALL.iter().all(|wish| Wish::from_name(wish.as_str()) == Some(*wish)));
    }
}
