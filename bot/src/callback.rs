//! What a pressed button says: parsed once, at the door. Telegram carries at most 64 bytes.

mod setting;

use std::fmt;
use std::str::FromStr;

use aviso_core::id::{ButtonId, CardId, LinkId, MerchantId, OperationId, PaymentId, RefundId, ReviewId, SessionId};
use aviso_core::language::Language;
use aviso_core::payment::Narrowed;
use aviso_core::preference::Month;

pub(crate) use setting::Setting;

/// The most that a button may carry.
pub(crate) const BYTES_MAX: usize = 64;

/// A place in the list of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Counts from 1.
    pub(crate) page: u32,
    /// The page shows what is older than this; the newest when absent.
    pub(crate) before: Option<PaymentId>,
}

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Menu {
    /// The list of payments.
    Payments,
    /// The saved cards.
    Cards,
    /// What a person is told.
    Settings,
    /// The languages.
    Language,
    /// The help.
    Help,
    /// The beginning.
    Start,
}

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Press {
    /// Opens an entry of the menu.
    Menu(Menu),
    /// Answers and notices in this language.
    Language(Language),
    /// Answers a deep link with a number; `None` says *not me*.
    Number(LinkId, Option<i32>),
    /// Turns the pages of the payments.
    Payments(Place),
    /// Shows a payment; back leads to this page of the list, 0 to the notice.
    Details(PaymentId, u32),
    /// Shows the notice of a payment again.
    Notice(PaymentId),
    /// Asks whether a payment is really not theirs.
    NotMe(PaymentId),
    /// It really is not theirs.
    NotMeSure(PaymentId),
    /// Asks whether a saved card is to be taken away.
    CardRemove(CardId),
    /// It is.
    CardRemoveSure(CardId),
    /// Turns the pages of a part of the payments.
    Narrowed(Narrowed, Place),
    /// Asks what to look for among the payments.
    Search,
    /// The refunds that are older than this; the newest when absent.
    Refunds(Option<RefundId>),
    /// Sends a receipt.
    Receipt(PaymentId),
    /// Sends the table of a month.
    Statement(Month),
    /// Ends a session, or all of them.
    SessionEnd(Option<SessionId>),
    /// Shows or changes what a person is told.
    Setting(Setting),
    /// The only effect of a button that shows a number.
    Nothing,
    /// A button that works once: what it does is in the bot's memory.
    Once(ButtonId),
    /// Staff: the card of a payment.
    Card(PaymentId),
    /// Staff: why antifraud and bank decided as they did.
    Why(PaymentId),
    /// Staff: the data that is masked otherwise.
    Reveal(PaymentId),
    /// Staff: the first step of a refund of all that is left.
    Refund(PaymentId),
    /// Staff: a held payment goes to the bank.
    Approve(ReviewId),
    /// Staff: a held payment is declined.
    Reject(ReviewId),
    /// Staff: the queue of reviews.
    Reviews,
    /// Staff: the card of one review.
    Review(ReviewId),
    /// Staff: the bank is asked again about a message.
    AskBank(OperationId),
    /// Staff: the shops that wait for a step of ours.
    Applications,
    /// Staff: the card of a shop on its way.
    Applicant(MerchantId),
    /// Staff: approves what waits for a decision, as it stood at this version.
    Admit(MerchantId, i32),
}

/// The data of a button that this version does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this button is not known")]
pub(crate) struct UnknownPress;

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Menu(Menu::Payments) => f.write_str("m:payments"),
            Self::Menu(Menu::Cards) => f.write_str("m:cards"),
            Self::Menu(Menu::Settings) => f.write_str("m:settings"),
            Self::Menu(Menu::Language) => f.write_str("m:language"),
            Self::Menu(Menu::Help) => f.write_str("m:help"),
            Self::Menu(Menu::Start) => f.write_str("m:start"),
            Self::Language(language) => write!(f, "l:{}", language.code()),
            Self::Number(link, Some(number)) => write!(f, "n:{link}:{number}"),
            Self::Number(link, None) => write!(f, "n:{link}:x"),
            Self::Payments(Place { page, before: Some(before) }) => write!(f, "p:{page}:{before}"),
            Self::Payments(Place { page, before: None }) => write!(f, "p:{page}:"),
            Self::Details(payment, page) => write!(f, "d:{payment}:{page}"),
            Self::Notice(payment) => write!(f, "o:{payment}"),
            Self::NotMe(payment) => write!(f, "x:{payment}"),
            Self::NotMeSure(payment) => write!(f, "xx:{payment}"),
            Self::CardRemove(card) => write!(f, "k:{card}"),
            Self::CardRemoveSure(card) => write!(f, "kk:{card}"),
            Self::Narrowed(part, Place { page, before }) => {
                let before = before.map(|id| id.to_string()).unwrap_or_default();
                write!(f, "pn:{}:{page}:{before}", part.as_str())
            }
            Self::Search => f.write_str("ps"),
            Self::Refunds(Some(before)) => write!(f, "rf:{before}"),
            Self::Refunds(None) => f.write_str("rf"),
            Self::Receipt(payment) => write!(f, "rp:{payment}"),
            Self::Statement(month) => write!(f, "st:{month}"),
            Self::SessionEnd(Some(session)) => write!(f, "se:{session}"),
            Self::SessionEnd(None) => f.write_str("se"),
            Self::Setting(setting) => setting.fmt(f),
            Self::Nothing => f.write_str("-"),
            Self::Once(button) => write!(f, "b:{button}"),
            Self::Card(payment) => write!(f, "sc:{payment}"),
            Self::Why(payment) => write!(f, "sw:{payment}"),
            Self::Reveal(payment) => write!(f, "sv:{payment}"),
            Self::Refund(payment) => write!(f, "sr:{payment}"),
            Self::Approve(review) => write!(f, "ra:{review}"),
            Self::Reject(review) => write!(f, "rr:{review}"),
            Self::Reviews => f.write_str("rq"),
            Self::Review(review) => write!(f, "rc:{review}"),
            Self::AskBank(operation) => write!(f, "ob:{operation}"),
            Self::Applications => f.write_str("aq"),
            Self::Applicant(merchant) => write!(f, "ac:{merchant}"),
            Self::Admit(merchant, version) => write!(f, "aa:{merchant}:{version}"),
        }
    }
}

impl FromStr for Press {
    type Err = UnknownPress;

    fn from_str(text: &str) -> Result<Self, UnknownPress> {
        fn read<T: FromStr>(text: &str) -> Result<T, UnknownPress> {
            text.parse().map_err(|_| UnknownPress)
        }
        if text.len() > BYTES_MAX {
            return Err(UnknownPress);
        }
        let parts: Vec<&str> = text.split(':').collect();
        Ok(match parts.as_slice() {
            ["m", "payments"] => Self::Menu(Menu::Payments),
            ["m", "cards"] => Self::Menu(Menu::Cards),
            ["m", "settings"] => Self::Menu(Menu::Settings),
            ["m", "language"] => Self::Menu(Menu::Language),
            ["m", "help"] => Self::Menu(Menu::Help),
            ["m", "start"] => Self::Menu(Menu::Start),
            ["l", code] => Self::Language(Language::from_code(code).ok_or(UnknownPress)?),
            ["n", link, "x"] => Self::Number(read(link)?, None),
            ["n", link, number] => Self::Number(read(link)?, Some(read(number)?)),
            ["p", page, ""] => Self::Payments(Place { page: read(page)?, before: None }),
            ["p", page, before] => Self::Payments(Place { page: read(page)?, before: Some(read(before)?) }),
            ["d", payment, page] => Self::Details(read(payment)?, read(page)?),
            ["o", payment] => Self::Notice(read(payment)?),
            ["x", payment] => Self::NotMe(read(payment)?),
            ["xx", payment] => Self::NotMeSure(read(payment)?),
            ["k", card] => Self::CardRemove(read(card)?),
            ["kk", card] => Self::CardRemoveSure(read(card)?),
            ["pn", part, page, before] => Self::Narrowed(
                Narrowed::from_name(part).ok_or(UnknownPress)?,
                Place { page: read(page)?, before: if before.is_empty() { None } else { Some(read(before)?) } },
            ),
            ["ps"] => Self::Search,
            ["rf"] => Self::Refunds(None),
            ["rf", before] => Self::Refunds(Some(read(before)?)),
            ["rp", payment] => Self::Receipt(read(payment)?),
            ["st", month] => Self::Statement(read(month)?),
            ["se"] => Self::SessionEnd(None),
            ["se", session] => Self::SessionEnd(Some(read(session)?)),
            ["g" | "gq" | "gz" | "gm", ..] => Self::Setting(read(text)?),
            ["-"] => Self::Nothing,
            ["b", button] => Self::Once(read(button)?),
            ["sc", payment] => Self::Card(read(payment)?),
            ["sw", payment] => Self::Why(read(payment)?),
            ["sv", payment] => Self::Reveal(read(payment)?),
            ["sr", payment] => Self::Refund(read(payment)?),
            ["ra", review] => Self::Approve(read(review)?),
            ["rr", review] => Self::Reject(read(review)?),
            ["rq"] => Self::Reviews,
            ["rc", review] => Self::Review(read(review)?),
            ["ob", operation] => Self::AskBank(read(operation)?),
            ["aq"] => Self::Applications,
            ["ac", merchant] => Self::Applicant(read(merchant)?),
            ["aa", merchant, version] => Self::Admit(read(merchant)?, read(version)?),
            _ => return Err(UnknownPress),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aviso_core::clock::Timestamp;

    fn longest() -> Vec<Press> {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let (payment, review) = (PaymentId::new(now), ReviewId::new(now));
        let link = LinkId::new(now);
        let mut all = vec![
            Press::Menu(Menu::Payments),
            Press::Menu(Menu::Language),
            Press::Menu(Menu::Help),
            Press::Menu(Menu::Start),
            Press::Number(link, Some(i32::MIN)),
            Press::Number(link, None),
            Press::Payments(Place { page: u32::MAX, before: Some(payment) }),
            Press::Payments(Place { page: 1, before: None }),
            Press::Details(payment, u32::MAX),
            Press::Notice(payment),
            Press::NotMe(payment),
            Press::NotMeSure(payment),
            Press::Search,
            Press::Refunds(Some(RefundId::new(now))),
            Press::Refunds(None),
            Press::Receipt(payment),
            Press::Statement("2026-03".parse().unwrap()),
            Press::SessionEnd(Some(SessionId::new(now))),
            Press::SessionEnd(None),
            Press::Nothing,
            Press::Once(ButtonId::new(now)),
            Press::Card(payment),
            Press::Why(payment),
            Press::Reveal(payment),
            Press::Refund(payment),
            Press::Approve(review),
            Press::Reject(review),
            Press::Reviews,
            Press::Review(review),
            Press::AskBank(OperationId::new(now)),
            Press::Applications,
            Press::Applicant(MerchantId::new(now)),
            Press::Admit(MerchantId::new(now), i32::MIN),
        ];
        for part in Narrowed::ALL {
            all.push(Press::Narrowed(*part, Place { page: 1_000_000, before: Some(payment) }));
            all.push(Press::Narrowed(*part, Place { page: 1, before: None }));
        }
        all.extend(Language::ALL.map(Press::Language));
        all
    }

    #[test]
    fn every_button_fits_and_reads_back() {
        for press in longest() {
            let text = press.to_string();
            assert!((1..=BYTES_MAX).contains(&text.len()), "{text}");
            assert_eq!(text.parse(), Ok(press));
        }
    }

    #[test]
    fn hostile_data_is_refused() {
        for text in
            ["", ":", "d:pay_x:1", "d:1", "p:-1:", "p:99999999999:", "l:xx", "ra:pay_1", &"d:".repeat(40), "drop"]
        {
            assert_eq!(text.parse::<Press>(), Err(UnknownPress), "{text}");
        }
    }
}
