//! Disputes of the sandbox bank: some cards' buyers contest what was taken. The bank decides by the
//! evidence: for the buyer when it contains `losing_evidence`, else for the merchant.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aviso_core::clock::Timestamp;
use aviso_core::money::Money;
use aviso_core::port::{DisputeNotice, DisputeReply, Notice, NoticeSubject};

use super::entry::Authorization;

/// How long a merchant may answer.
const RESPOND_WITHIN: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The text that makes the bank decide for the buyer.
const LOSING: &str = "losing_evidence";

/// What a card's buyer does once money was taken: the name in the table of cards, what the bank says, and
/// the network's reason code.
const BUYERS: [(&str, DisputeNotice, &str); 3] = [
    ("dispute_fraudulent", DisputeNotice::Opened, "10.4"),
    ("dispute_not_received", DisputeNotice::Opened, "13.1"),
    ("dispute_inquiry", DisputeNotice::Asked, "13.1"),
];

/// What was said about disputes, in this process.
#[derive(Debug, Default)]
pub(super) struct DisputeDesk {
    acknowledged: BTreeSet<String>,
    decided: BTreeMap<String, DisputeNotice>,
}

impl DisputeDesk {
    /// The notices that nobody acknowledged yet. They follow from the books, so that none is lost with the
    /// process; whoever heard one before hears it again then.
    pub(super) fn notices(&self, authorizations: &[Authorization], now: Timestamp) -> Vec<Notice> {
        let mut notices = Vec::new();
        for authorization in authorizations {
            let Some((opened, reason_code)) = conduct(authorization) else { continue };
            let Ok(amount) = Money::new(authorization.captured_minor, authorization.currency) else { continue };
            let dispute_ref = format!("D{}", authorization.acquirer_ref);
            let decided = self.decided.get(&dispute_ref).copied();
            for stage in std::iter::once(opened).chain(decided) {
                let id = format!("{dispute_ref}-{stage:?}");
                if self.acknowledged.contains(&id) {
                    continue;
                }
                let about = NoticeSubject::Dispute {
                    acquirer_ref: authorization.acquirer_ref.clone(),
                    dispute_ref: dispute_ref.clone(),
                    reason_code: reason_code.to_owned(),
                    amount,
                    respond_by: Some(now.after(RESPOND_WITHIN)),
                    stage,
                };
                notices.push(Notice { id, about });
            }
        }
        notices
    }

    pub(super) fn acknowledge(&mut self, notice: &str) {
        self.acknowledged.insert(notice.to_owned());
    }

    /// Hears a merchant's answer and decides.
    pub(super) fn hear(&mut self, dispute_ref: &str, reply: DisputeReply<'_>) {
        let decision = match reply {
            DisputeReply::Accepted => return,
            DisputeReply::Challenged(texts) if texts.iter().any(|(_, text)| text.contains(LOSING)) => {
                DisputeNotice::Lost
            }
            DisputeReply::Challenged(_) => DisputeNotice::Won,
        };
        self.decided.entry(dispute_ref.to_owned()).or_insert(decision);
    }
}

fn conduct(authorization: &Authorization) -> Option<(DisputeNotice, &'static str)> {
    let card = authorization.test_card.as_deref()?;
    BUYERS.iter().find(|(name, _, _)| *name == card).map(|(_, opened, code)| (*opened, *code))
}

#[cfg(test)]
mod tests {
    use aviso_core::id::PaymentId;

    use super::*;

    fn taken(card: &str, minor: i64) -> Authorization {
        Authorization {
            acquirer_ref: "R1".into(),
            payment: PaymentId::new(Timestamp::from_micros(1)),
            currency: "EUR".parse().unwrap(),
            authorized_minor: 100,
            captured_minor: minor,
            refunded_minor: 0,
            voided: false,
            test_card: Some(card.to_owned()),
        }
    }

    #[test]
    fn a_buyer_disputes_what_was_taken_and_the_bank_decides_by_the_evidence() {
        let now = Timestamp::from_micros(5);
        let mut desk = DisputeDesk::default();
        assert!(desk.notices(&[taken("dispute_fraudulent", 0), taken("success", 100)], now).is_empty());
        let books = [taken("dispute_fraudulent", 60)];
        let opened = desk.notices(&books, now);
        assert_eq!(opened.len(), 1);
        assert_eq!(desk.notices(&books, now), opened, "said again until it is acknowledged");
        desk.acknowledge(&opened[0].id);
        assert!(desk.notices(&books, now).is_empty());
        desk.hear("DR1", DisputeReply::Challenged(&[("note", "this is losing_evidence")]));
        desk.hear("DR1", DisputeReply::Challenged(&[("note", "never mind")]));
        let decided = desk.notices(&books, now);
        let NoticeSubject::Dispute { stage, amount, .. } = &decided[0].about else { panic!("another subject") };
        assert_eq!((decided.len(), *stage, amount.minor()), (1, DisputeNotice::Lost, 60));
    }
}
