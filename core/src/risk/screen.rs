//! The pipeline: lists, then limits. Runs inside the attempt's unit of work.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::money::Money;
use crate::risk::{Attribute, Limit, List, ListEntry, Verdict, Window};
use crate::store::{StoreError, Tx, risk as rows};

/// What is decided about.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) merchant_id: MerchantId,
    pub(crate) mode: Mode,
    pub(crate) amount: Money,
    pub(crate) card: &'a str,
    pub(crate) first6: &'a str,
    pub(crate) country: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) ip: Option<&'a str>,
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Screening {
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<String>,
    pub(crate) features: BTreeMap<String, String>,
}

impl Subject<'_> {
    /// Every value that a list may name.
    fn values(&self) -> Vec<(Attribute, String)> {
        let domain = self.email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| format!("@{domain}"));
        [
            Some((Attribute::Card, self.card.to_owned())),
            Some((Attribute::Bin, self.first6.to_owned())),
            self.country.map(|country| (Attribute::Country, country.to_owned())),
            self.email.map(|email| (Attribute::Email, email.to_owned())),
            domain.map(|domain| (Attribute::Email, domain)),
            self.ip.map(|ip| (Attribute::Ip, ip.to_owned())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn value_of(&self, attribute: Attribute) -> Option<&str> {
        match attribute {
            Attribute::Card => Some(self.card),
            Attribute::Email => self.email,
            Attribute::Ip => self.ip,
            Attribute::Bin => Some(self.first6),
            Attribute::Country => self.country,
        }
    }
}

/// Decides. The attempt itself is not in the database yet and counts as one.
///
/// # Errors
///
/// [`StoreError`]; then nothing is decided and nothing is sent.
pub(crate) async fn screen(tx: &Tx, subject: &Subject<'_>, now: Timestamp) -> Result<Screening, StoreError> {
    let values = subject.values();
    let mut features: BTreeMap<String, String> =
        values.iter().map(|(attribute, value)| (attribute.as_str().to_owned(), value.clone())).collect();
    let entries = rows::matching_entries(tx.conn(), subject.merchant_id, &values, now).await?;
    if let Some((verdict, reasons)) = judge_lists(&entries, &values) {
        return Ok(Screening { verdict, reasons, features });
    }
    let mut verdict = Verdict::Allow;
    let mut reasons = Vec::new();
    let limits = rows::limits(tx.conn(), Some(subject.merchant_id)).await?;
    rows::serialize_by(
        tx,
        limits.iter().filter_map(|limit| Some((limit.attribute, subject.value_of(limit.attribute)?))),
    )
    .await?;
    for limit in &limits {
        let Some(value) = subject.value_of(limit.attribute) else { continue };
        let window = Window {
            attribute: limit.attribute,
            value,
            mode: subject.mode,
            merchant_id: limit.merchant_id,
            currency: limit.amount_max.map_or(subject.amount.currency(), |(_, currency)| currency),
            after: now.before(Duration::from_secs(limit.window_secs.unsigned_abs())),
            until: now,
        };
        let (count, sum) = crate::store::payment::velocity(tx.conn(), &window).await?;
        let (count, sum) = (count + 1, sum + counted(subject.amount, &window));
        features.insert(format!("{}_count_{}", limit.attribute.as_str(), limit.window_secs), count.to_string());
        if let Some(reason) = exceeded(limit, count, sum) {
            verdict = verdict.max(limit.verdict);
            reasons.push(reason);
        }
    }
    Ok(Screening { verdict, reasons, features })
}

/// What this attempt adds to a window's sum.
fn counted(amount: Money, window: &Window<'_>) -> i64 {
    if amount.currency() == window.currency { amount.minor() } else { 0 }
}

fn exceeded(limit: &Limit, count: i64, sum: i64) -> Option<String> {
    let name = limit.attribute.as_str();
    if limit.count_max.is_some_and(|max| count > max) {
        return Some(format!("limit.{name}.count.{}", limit.window_secs));
    }
    if limit.amount_max.is_some_and(|(max, _)| sum > max) {
        return Some(format!("limit.{name}.amount.{}", limit.window_secs));
    }
    None
}

/// Lists have priorities: trust > allow-only > block > gray. `None` when no list speaks.
fn judge_lists(entries: &[ListEntry], values: &[(Attribute, String)]) -> Option<(Verdict, Vec<String>)> {
    let hits = |list: List| -> Vec<String> {
        let named = |entry: &&ListEntry| {
            entry.list == list && values.iter().any(|(a, value)| *a == entry.attribute && *value == entry.value)
        };
        let mut reasons: Vec<String> = entries
            .iter()
            .filter(named)
            .map(|entry| format!("list.{}.{}", list.as_str(), entry.attribute.as_str()))
            .collect();
        reasons.dedup();
        reasons
    };
    let trusted = hits(List::Trust);
    if !trusted.is_empty() {
        return Some((Verdict::Allow, trusted));
    }
    let missing: Vec<String> = Attribute::ALL
        .into_iter()
        .filter(|attribute| {
            let mut only = entries.iter().filter(|e| e.list == List::Allow && e.attribute == *attribute).peekable();
            only.peek().is_some()
                && !only.any(|entry| values.iter().any(|(a, value)| a == attribute && *value == entry.value))
        })
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
    use crate::id::ListEntryId;

    fn entry(list: List, attribute: Attribute, value: &str) -> ListEntry {
        let now = Timestamp::from_micros(0);
        ListEntry {
            id: ListEntryId::new(now),
            merchant_id: None,
            list,
            attribute,
            value: value.into(),
            reason: String::new(),
            author: String::new(),
            created_at: now,
            expires_at: None,
        }
    }

    fn values() -> Vec<(Attribute, String)> {
        vec![
            (Attribute::Email, "ana@example.com".into()),
            (Attribute::Email, "@example.com".into()),
            (Attribute::Country, "ES".into()),
        ]
    }

    #[test]
    fn trust_beats_block_and_block_beats_gray() {
        let gray = entry(List::Gray, Attribute::Country, "ES");
        let block = entry(List::Block, Attribute::Email, "@example.com");
        let trust = entry(List::Trust, Attribute::Email, "ana@example.com");
        assert_eq!(judge_lists(&[], &values()), None);
        assert_eq!(judge_lists(&[gray.clone()], &values()).unwrap().0, Verdict::Review);
        assert_eq!(judge_lists(&[gray.clone(), block.clone()], &values()).unwrap().0, Verdict::Block);
        assert_eq!(judge_lists(&[gray, block, trust], &values()).unwrap().0, Verdict::Allow);
    }

    #[test]
    fn allow_only_refuses_what_is_not_listed() {
        let spain = entry(List::Allow, Attribute::Country, "ES");
        let france = entry(List::Allow, Attribute::Country, "FR");
        assert_eq!(judge_lists(&[france.clone(), spain], &values()), None);
        let (verdict, reasons) = judge_lists(&[france], &values()).unwrap();
        assert_eq!((verdict, reasons), (Verdict::Block, vec!["list.allow.country".to_owned()]));
    }
}
