//! The sandbox bank's books: what arrived, by the caller's reference, and the money, by the bank's own.
//! Deciding is pure; [`Books::record`] is the only thing that changes them, for new entries and for
//! those that are read back from the journal alike.

use std::collections::HashMap;

use aviso_core::clock::Timestamp;
use aviso_core::id::OperationId;
use aviso_core::money::Money;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::AcquirerAnswer;
use aviso_core::secret::sha256_hex;

use super::card::{Conduct, Ruling, Script, TestCard, Then};
use super::entry::{Authorization, BookEntry, Message, Verdict};

/// What the bank knows.
#[derive(Debug, Default)]
pub(super) struct Books {
    entries: Vec<BookEntry>,
    by_operation: HashMap<OperationId, usize>,
    authorizations: HashMap<String, Authorization>,
    /// Inquiries that will still hear "pending", where there are any.
    pending: HashMap<OperationId, u8>,
}

/// How the bank rules, given the card and what came along.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) conduct: Conduct,
    pub(super) shown: Shown,
}

/// What came along with a card.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown {
    pub(super) cvc: bool,
    pub(super) authenticated: bool,
    pub(super) by_merchant: bool,
}

impl Books {
    /// Every entry, oldest first.
    pub(super) fn entries(&self) -> &[BookEntry] {
        &self.entries
    }

    /// Every authorization, in no order.
    pub(super) fn authorizations(&self) -> impl Iterator<Item = &Authorization> {
        self.authorizations.values()
    }

    /// The entry with the caller's reference.
    pub(super) fn find(&self, operation: OperationId) -> Option<&BookEntry> {
        self.by_operation.get(&operation).map(|index| &self.entries[*index])
    }

    /// How messages about an authorization are treated.
    pub(super) fn script(&self, acquirer_ref: &str) -> Script {
        let test_card = self.authorizations.get(acquirer_ref).and_then(|known| known.test_card.as_deref());
        test_card.and_then(TestCard::with_name).map_or(Script::SOUND, |card| card.script)
    }

    /// What is said now about an entry.
    pub(super) fn answer(&self, entry: &BookEntry) -> AcquirerAnswer {
        match self.pending.get(&entry.operation) {
            Some(1..) => AcquirerAnswer::Pending,
            Some(0) | None => entry.verdict.to_answer(),
        }
    }

    /// Counts an inquiry that was answered.
    pub(super) fn count_inquiry(&mut self, operation: OperationId) {
        if let Some(left) = self.pending.get_mut(&operation) {
            *left = left.saturating_sub(1);
        }
    }

    /// What the bank makes of a message that it has not seen. Changes nothing.
    pub(super) fn decide(&self, operation: OperationId, message: Message, terms: Terms, at: Timestamp) -> BookEntry {
        let approved = self.allowed(&message).and_then(|most| rule(terms, most));
        let verdict = match approved {
            Ok(amount) => {
                let digest = sha256_hex(operation.to_string().as_bytes()).to_ascii_uppercase();
                let acquirer_ref = message.acquirer_ref().map_or_else(|| self.free_ref(&digest), str::to_owned);
                Verdict::Approved { acquirer_ref, approval_code: digest[12..18].to_owned(), amount }
            }
            Err(code) => Verdict::Declined { code },
        };
        BookEntry { operation, at, message, verdict, pending_inquiries: terms.conduct.pending_inquiries }
    }

    /// Writes an entry down and moves its money. A reference that is known already changes nothing.
    pub(super) fn record(&mut self, entry: BookEntry) {
        if self.by_operation.contains_key(&entry.operation) {
            return;
        }
        if let Verdict::Approved { acquirer_ref, amount, .. } = &entry.verdict {
            self.move_money(acquirer_ref, &entry.message, *amount);
        }
        if entry.pending_inquiries > 0 {
            self.pending.insert(entry.operation, entry.pending_inquiries);
        }
        self.by_operation.insert(entry.operation, self.entries.len());
        self.entries.push(entry);
    }

    /// The most that the books allow, or the refusal.
    fn allowed(&self, message: &Message) -> Result<Money, DeclineCode> {
        let refuse = DeclineCode::ProcessingError;
        let (acquirer_ref, amount) = match message {
            Message::Authorize { amount, .. } => return Ok(*amount),
            Message::NeverArrived => return Err(refuse),
            Message::Capture { acquirer_ref, amount }
            | Message::Void { acquirer_ref, amount }
            | Message::Refund { acquirer_ref, amount } => (acquirer_ref, *amount),
        };
        let known = self.authorizations.get(acquirer_ref).ok_or(refuse)?;
        if known.currency != amount.currency() || known.voided {
            return Err(refuse);
        }
        let (most, granted) = match message {
            Message::Capture { .. } => (known.authorized_minor - known.captured_minor, amount.minor()),
            Message::Refund { .. } => (known.captured_minor - known.refunded_minor, amount.minor()),
            // Releases whatever is still reserved, also what a partial capture left.
            Message::Void { .. } => {
                let reserved = known.authorized_minor - known.captured_minor;
                (reserved, reserved)
            }
            Message::Authorize { .. } | Message::NeverArrived => return Err(refuse),
        };
        if granted > most {
            return Err(refuse);
        }
        Money::new(granted, known.currency).map_err(|_| refuse)
    }

    fn move_money(&mut self, acquirer_ref: &str, message: &Message, amount: Money) {
        if let Message::Authorize { payment, capture, test_card, .. } = message {
            let authorization = Authorization {
                acquirer_ref: acquirer_ref.to_owned(),
                payment: *payment,
                currency: amount.currency(),
                authorized_minor: amount.minor(),
                captured_minor: if *capture { amount.minor() } else { 0 },
                refunded_minor: 0,
                voided: false,
                test_card: test_card.clone(),
            };
            self.authorizations.insert(acquirer_ref.to_owned(), authorization);
            return;
        }
        let Some(known) = self.authorizations.get_mut(acquirer_ref) else { return };
        match message {
            Message::Capture { .. } => known.captured_minor += amount.minor(),
            Message::Refund { .. } => known.refunded_minor += amount.minor(),
            Message::Void { .. } => {
                // What was never taken is gone as a whole; after a part was taken, only the rest is.
                if known.captured_minor == 0 {
                    known.voided = true;
                } else {
                    known.authorized_minor = known.captured_minor;
                }
            }
            Message::Authorize { .. } | Message::NeverArrived => {}
        }
    }

    /// A reference that is not taken. It follows from the caller's, so that a bank that starts with empty
    /// books does not give out again what it gave out before.
    fn free_ref(&self, digest: &str) -> String {
        let mut candidate = digest[..12].to_owned();
        while self.authorizations.contains_key(&candidate) {
            candidate = sha256_hex(candidate.as_bytes())[..12].to_ascii_uppercase();
        }
        candidate
    }
}

impl Message {
    /// The authorization that the message is about, if it is about an earlier one.
    fn acquirer_ref(&self) -> Option<&str> {
        match self {
            Self::Capture { acquirer_ref, .. }
            | Self::Void { acquirer_ref, .. }
            | Self::Refund { acquirer_ref, .. } => Some(acquirer_ref),
            Self::Authorize { .. } | Self::NeverArrived => None,
        }
    }
}

fn rule(terms: Terms, asked: Money) -> Result<Money, DeclineCode> {
    match terms.conduct.ruling {
        Ruling::Approve => Ok(asked),
        Ruling::ApproveHalf => Ok(Money::new(asked.minor() / 2, asked.currency()).unwrap_or(asked)),
        Ruling::Decline(code) => Err(code),
        Ruling::DeclineWithCvc(code) if terms.shown.cvc => Err(code),
        Ruling::DeclineWithCvc(_) => Ok(asked),
        Ruling::AfterAuthenticationOfBuyer if terms.shown.by_merchant => Ok(asked),
        Ruling::AfterAuthentication(_) | Ruling::AfterAuthenticationOfBuyer if !terms.shown.authenticated => {
            Err(DeclineCode::AuthenticationRequired)
        }
        Ruling::AfterAuthentication(Then::Decline(code)) => Err(code),
        Ruling::AfterAuthentication(Then::Approve) | Ruling::AfterAuthenticationOfBuyer => Ok(asked),
    }
}

#[cfg(test)]
mod tests;
