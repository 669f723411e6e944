//! The pipeline: lists, then limits. Runs inside the attempt's unit of work.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::money::Money;
use crate::risk::{Attribute, Limits, List, Verdict, Window};
use crate::store::risk::Listed;
use crate::store::{StoreError, Tx, attempt as attempt_rows, risk as rows};

/// What is decided about.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) merchant_id: MerchantId,
    pub(crate) mode: Mode,
    pub(crate) amount: Money,
    /// `None` for a wallet, as the next one.
    pub(crate) card: Option<&'a str>,
    pub(crate) first6: Option<&'a str>,
    pub(crate) country: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) ip: Option<&'a str>,
    /// Who pays in Telegram.
    pub(crate) telegram: Option<&'a str>,
}

/// Whether the buyer must prove to the card's issuer who they are before the bank is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// Not for us.
    NotWanted,
    /// A policy allows the attempt on this condition only.
    Wanted,
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Screening {
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<String>,
    pub(crate) features: BTreeMap<String, String>,
    pub(crate) challenge: Challenge,
}

impl Subject<'_> {
    /// Every value that a list may name.
    fn values(&self) -> Vec<(Attribute, String)> {
        let domain = self.email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| format!("@{domain}"));
        [
            self.card.map(|card| (Attribute::Card, card.to_owned())),
            self.first6.map(|first6| (Attribute::Bin, first6.to_owned())),
            self.country.map(|country| (Attribute::Country, country.to_owned())),
            self.email.map(|email| (Attribute::Email, email.to_owned())),
            domain.map(|domain| (Attribute::Email, domain)),
            self.ip.map(|ip| (Attribute::Ip, ip.to_owned())),
            self.telegram.map(|id| (Attribute::Telegram, id.to_owned())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn value_of(&self, attribute: Attribute) -> Option<&str> {
        match attribute {
            Attribute::Card => self.card,
            Attribute::Email => self.email,
            Attribute::Ip => self.ip,
            Attribute::Bin => self.first6,
            Attribute::Country => self.country,
            Attribute::Telegram => self.telegram,
        }
    }
}

/// Decides. The attempt itself is not in the database yet and counts as one.
///
/// # Errors
///
/// [`StoreError`]; then nothing is decided and nothing is sent.
pub(crate) async fn screen(
    tx: &Tx,
    limits: &Limits,
    subject: &Subject<'_>,
    now: Timestamp,
) -> Result<Screening, StoreError> {
    let values = subject.values();
    let mut features: BTreeMap<String, String> =
        values.iter().map(|(attribute, value)| (attribute.as_str().to_owned(), value.clone())).collect();
    let mut listed = rows::listed(tx.conn(), subject.merchant_id, &values, now).await?;
    // What only cards have cannot be asked of a wallet, nor can a person of Telegram of a card.
    listed.closed.retain(|attribute| match attribute {
        Attribute::Email => true,
        // Telegram does not tell where its people are.
        Attribute::Ip => subject.telegram.is_none(),
        Attribute::Card | Attribute::Bin | Attribute::Country => subject.card.is_some(),
        Attribute::Telegram => subject.telegram.is_some(),
    });
    if let Some((verdict, reasons)) = judge_lists(&listed) {
        return Ok(Screening { verdict, reasons, features, challenge: Challenge::NotWanted });
    }
    let mut verdict = Verdict::Allow;
    let mut reasons = Vec::new();
    let limits = limits.current(tx, now).await?;
    rows::serialize_by(
        tx,
        limits.of(subject.merchant_id).filter_map(|limit| Some((limit.attribute, subject.value_of(limit.attribute)?))),
    )
    .await?;
    for limit in limits.of(subject.merchant_id) {
        let Some(value) = subject.value_of(limit.attribute) else { continue };
        let window = Window {
            attribute: limit.attribute,
            value,
            mode: subject.mode,
            merchant_id: limit.merchant_id,
            currency: limit.amount_max.map_or(subject.amount.currency(), |(_, currency)| currency),
            after: now.before(Duration::from_secs(limit.window_secs.unsigned_abs())),
        };
        // This attempt is not written yet and counts as one.
        let feature = |what: &str| format!("{}_{what}_{}", limit.attribute.as_str(), limit.window_secs);
        let mut exceeded = None;
        if let Some(max) = limit.count_max {
            let count = attempt_rows::count(tx.conn(), &window, max).await? + 1;
            features.insert(feature("count"), count.to_string());
            exceeded = (count > max).then_some("count");
        }
        if let Some((max, _)) = limit.amount_max {
            let before = attempt_rows::sum(tx.conn(), &window).await?;
            let sum = before.saturating_add(counted(subject.amount, &window));
            features.insert(feature("amount"), sum.to_string());
            exceeded = exceeded.or((sum > max).then_some("amount"));
        }
        if let Some(what) = exceeded {
            let reason = format!("limit.{}.{what}.{}", limit.attribute.as_str(), limit.window_secs);
            verdict = verdict.max(limit.verdict);
            reasons.push(reason);
        }
    }
    Ok(Screening { verdict, reasons, features, challenge: Challenge::NotWanted })
}

/// What this attempt adds to a window's sum.
fn counted(amount: Money, window: &Window<'_>) -> i64 {
    if amount.currency() == window.currency { amount.minor() } else { 0 }
}

/// Lists have priorities: trust > allow-only > block > gray. `None` when no list speaks.
fn judge_lists(listed: &Listed) -> Option<(Verdict, Vec<String>)> {
    let hits = |list: List| -> Vec<String> {
        let mut reasons: Vec<String> = listed
            .named
            .iter()
            .filter(|(by, _)| *by == list)
            .map(|(_, attribute)| format!("list.{}.{}", list.as_str(), attribute.as_str()))
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    };
    let trusted = hits(List::Trust);
    if !trusted.is_empty() {
        return Some((Verdict::Allow, trusted));
    }
    let is_listed = |attribute: &Attribute| listed.named.contains(&(List::Allow, *attribute));
    let missing: Vec<String> = listed
        .closed
        .iter()
        .filter(|attribute| !is_listed(attribute))
        .map(|attribute| format!("list.allow.{}", attribute.as_str()))
        .collect();
    if !missing.is_empty() {
        return Some((Verdict::Block, missing));
    }
    let blocked = hits(List::Block);
    if !blocked.is_empty() {
        return Some((Verdict::Block, blocked));
    }
    let gray = hits(List::Gray);
    (!gray.is_empty()).then_some((Verdict::Review, gray))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(named: &[(List, Attribute)], closed: &[Attribute]) -> Listed {
        Listed { named: named.to_vec(), closed: closed.to_vec() }
    }

    #[test]
    fn trust_beats_block_and_block_beats_gray() {
        let (gray, block) = ((List::Gray, Attribute::Country), (List::Block, Attribute::Email));
        let trust = (List::Trust, Attribute::Email);
        assert_eq!(judge_lists(&listed(&[], &[])), None);
        assert_eq!(judge_lists(&listed(&[gray], &[])).unwrap().0, Verdict::Review);
        assert_eq!(judge_lists(&listed(&[gray, block], &[])).unwrap().0, Verdict::Block);
        assert_eq!(judge_lists(&listed(&[gray, block, trust], &[])).unwrap().0, Verdict::Allow);
    }

    #[test]
    fn allow_only_refuses_what_is_not_listed() {
        let spain = (List::Allow, Attribute::Country);
        assert_eq!(judge_lists(&listed(&[spain], &[Attribute::Country])), None);
        let (verdict, reasons) = judge_lists(&listed(&[], &[Attribute::Country])).unwrap();
        assert_eq!((verdict, reasons), (Verdict::Block, vec!["list.allow.country".to_owned()]));
    }
}
