//! What mail servers say of letters after they took them: bounces, delays, complaints.

use crate::delivery::reach::{normal, plan_fallback};
use crate::delivery::record::{ANSWER_BYTES_MAX, unless_unreadable, without_nul};
use crate::delivery::{AttemptRecord, ChannelKind, DeliveryLog};
use crate::id::DeliveryId;
use crate::named::named;
use crate::preference::{Suppression, SuppressionReason};
use crate::store::{StoreError, Tx, delivery as rows, event as events, preference as preferences};

named! {
    /// What a report is about.
    pub enum ReportKind {
        /// The letter cannot be delivered, now or later.
        Hard = "hard",
        /// It is late, or could not be delivered this time.
        Soft = "soft",
        /// Its reader reported it as spam.
        Complaint = "complaint",
    }
}

/// A report about one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailReport {
    /// What it is about.
    pub kind: ReportKind,
    /// The enhanced status code, such as `5.1.1`; empty when there is none.
    pub status: String,
    /// What the other server said.
    pub answer: String,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It was taken down, and what follows from it was done.
    New,
    /// The same was reported before.
    Known,
    /// There is no such letter, or not any more.
    NoDelivery,
}

impl DeliveryLog {
    /// Takes a report about a letter down, once for each kind. A letter that bounced goes by the next channel
    /// instead, and nothing more is sent to the address; after a complaint nothing commercial is.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn heard_of_mail(&self, id: DeliveryId, report: &MailReport) -> Result<Heard, StoreError> {
        let answer = cut(&report.answer);
        let report = MailReport { answer, status: cut(&report.status), ..report.clone() };
        self.store.write(async |tx| self.hear(tx, id, &report).await).await
    }

    async fn hear(&self, tx: &Tx, id: DeliveryId, report: &MailReport) -> Result<Heard, StoreError> {
        let now = self.clock.now();
        let Some(letter) = rows::letter(tx, id).await? else { return Ok(Heard::NoDelivery) };
        if !rows::note_report(tx, id, report, now).await? {
            return Ok(Heard::Known);
        }
        let attempt = AttemptRecord {
            delivery_id: id,
            number: letter.attempt,
            at: now,
            duration_micros: 0,
            outcome: "reported".to_owned(),
            code: code_of(&report.status),
            class: report.kind.as_str().to_owned(),
            answer: report.answer.clone(),
        };
        rows::insert_attempts(tx, &[attempt]).await?;
        let reason = match report.kind {
            ReportKind::Soft => return Ok(Heard::New),
            ReportKind::Hard => SuppressionReason::Bounce,
            ReportKind::Complaint => SuppressionReason::Complaint,
        };
        let suppression = Suppression {
            email_ci: normal(&letter.address),
            reason,
            code: code_of(&report.status),
            answer: format!("{} {}", report.status, report.answer).trim().to_owned(),
            since: now,
        };
        preferences::suppress(tx, &suppression).await?;
        if report.kind == ReportKind::Hard {
            rows::bury(tx, id, now).await?;
            if let Some(event) = events::by_id(tx.conn(), letter.event).await?.filter(|_| !letter.staff) {
                unless_unreadable(plan_fallback(tx, &event, ChannelKind::Email, letter.language, now).await)?;
            }
        }
        Ok(Heard::New)
    }
}

/// Short enough for the table, and without what PostgreSQL refuses.
fn cut(text: &str) -> String {
    let mut text = without_nul(text);
    text.truncate(text.floor_char_boundary(ANSWER_BYTES_MAX));
    text
}

/// An enhanced status as the three digits of a basic one: `5.1.1` is a kind of 550.
fn code_of(status: &str) -> Option<i32> {
    match status.split('.').next()? {
        "4" => Some(450),
        "5" => Some(550),
        _ => None,
    }
}
