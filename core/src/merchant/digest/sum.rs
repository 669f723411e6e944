//! What happened in a period: counts and sums, and the lines that matter most.

use std::collections::BTreeMap;

use crate::event::{Event, EventType};

/// Lines that are kept.
const LINES_MAX: usize = 5;

/// How often something happened in one currency, and how much money it was; minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DigestSum {
    /// How often.
    pub count: u64,
    /// How much.
    pub minor: i64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestLine {
    /// What.
    pub kind: EventType,
    /// To which payment or endpoint: its reference or id.
    pub about: String,
    /// How much; minor units.
    pub minor: i64,
    /// ISO 4217 code; empty when it is about no money.
    pub currency: String,
}

/// What happened in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest {
    /// By kind of event, as it is named, and currency; none for what is about no money.
    pub sums: BTreeMap<(String, String), DigestSum>,
    /// The lines that matter most, the most important first.
    pub lines: Vec<DigestLine>,
}

/// The less, the more important. What went wrong comes first.
const fn rank(kind: EventType) -> u8 {
    match kind {
        EventType::EndpointDisabled => 0,
        EventType::EndpointFailing => 1,
        EventType::DisputeOpened => 2,
        EventType::DisputeLost => 3,
        EventType::RefundFailed => 4,
        EventType::DisputeWon => 5,
        EventType::RefundSucceeded => 6,
        EventType::PaymentCaptured => 7,
        _ => 8,
    }
}

impl Digest {
    /// With one more thing that happened.
    pub(super) fn add(&mut self, event: &Event) {
        let line = line_of(event);
        let sum = self.sums.entry((event.kind.as_str().to_owned(), line.currency.clone())).or_default();
        sum.count += 1;
        sum.minor = sum.minor.saturating_add(line.minor);
        let place = |one: &DigestLine| (rank(one.kind), std::cmp::Reverse(one.minor));
        let at = self.lines.partition_point(|one| place(one) <= place(&line));
        if at < LINES_MAX {
            self.lines.insert(at, line);
            self.lines.truncate(LINES_MAX);
        }
    }

    /// As an event carries it.
    pub(super) fn facts(&self) -> BTreeMap<String, String> {
        let sums = self
            .sums
            .iter()
            .map(|((kind, currency), sum)| (format!("sum:{kind}:{currency}"), format!("{} {}", sum.count, sum.minor)));
        let lines = self.lines.iter().enumerate().map(|(number, line)| {
            let DigestLine { kind, about, minor, currency } = line;
            (format!("line:{number}"), format!("{} {about} {minor} {currency}", kind.as_str()))
        });
        sums.chain(lines).collect()
    }

    /// Reads what an event carries. What this version does not understand is left out.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let mut digest = Self::default();
        for (key, value) in &event.audience.facts {
            match key.split(':').collect::<Vec<_>>().as_slice() {
                ["sum", kind, currency] => {
                    let sum = value.split_once(' ').and_then(|(count, minor)| {
                        Some(DigestSum { count: count.parse().ok()?, minor: minor.parse().ok()? })
                    });
                    digest.sums.extend(sum.map(|sum| (((*kind).to_owned(), (*currency).to_owned()), sum)));
                }
                ["line", _] => digest.lines.extend(read_line(value)),
                _ => {}
            }
        }
        digest
    }
}

fn read_line(text: &str) -> Option<DigestLine> {
    let mut parts = text.split(' ');
    Some(DigestLine {
        kind: EventType::from_name(parts.next()?)?,
        about: parts.next()?.to_owned(),
        minor: parts.next()?.parse().ok()?,
        currency: parts.next()?.to_owned(),
    })
}

fn line_of(event: &Event) -> DigestLine {
    let document = &event.document;
    let reference = || document.payment.as_ref().map(|payment| payment.reference.clone()).unwrap_or_default();
    let (about, minor, currency) = match (&document.refund, &document.dispute, &document.payment, &document.endpoint) {
        (Some(refund), ..) => (reference(), refund.amount, refund.currency.clone()),
        (None, Some(dispute), ..) => (dispute.payment.clone(), dispute.amount, dispute.currency.clone()),
        (None, None, Some(payment), _) if event.kind == EventType::PaymentCaptured => {
            (payment.reference.clone(), payment.amount_captured, payment.currency.clone())
        }
        (None, None, Some(payment), _) => (payment.reference.clone(), payment.amount, payment.currency.clone()),
        (None, None, None, Some(endpoint)) => (endpoint.id.clone(), 0, String::new()),
        (None, None, None, None) => (String::new(), 0, String::new()),
    };
    // One word each: that is how they are read back.
    let about: String = about.split_whitespace().collect();
    DigestLine { kind: event.kind, about, minor, currency }
}
