//! From the domain to the published documents and events.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::document::{
    ActionDocument, AuthenticationDocument, CardDocument, DeclineDocument, Document, OperationDocument,
    PaymentDocument, RefundDocument,
};
use crate::event::{Audience, Event, EventType};
use crate::id::EventId;
use crate::payment::Payment;
use crate::payment::attempt::{Attempt, Method};
use crate::payment::decline::DeclineCode;
use crate::payment::operation::Operation;
use crate::payment::status::Status;
use crate::refund::Refund;
use crate::report::{ATTEMPT_FACT, decides};

/// What the merchant sees of a payment.
#[must_use]
pub fn document_of(payment: &Payment, latest: Option<&Attempt>) -> PaymentDocument {
    PaymentDocument {
        id: payment.id.to_string(),
        reference: payment.reference.to_string(),
        mode: payment.mode.as_str().to_owned(),
        order_ref: payment.order_ref.clone(),
        status: payment.status().as_str().to_owned(),
        amount: payment.amount.minor(),
        currency: payment.currency().code().to_owned(),
        amount_authorized: payment.authorized,
        amount_captured: payment.captured,
        amount_refunded: payment.refunded,
        amount_disputed: payment.disputed,
        capture: payment.capture.as_str().to_owned(),
        description: payment.description.clone(),
        metadata: payment.metadata.clone(),
        card: latest.and_then(card_document),
        wallet: latest.and_then(wallet_of),
        action: latest.filter(|_| payment.status() == Status::RequiresAction).and_then(action_document),
        authentication: latest.and_then(authentication_document),
        saved_card: latest.filter(|_| vault_shows(payment)).and_then(|one| one.vault.card).map(|id| id.to_string()),
        mandate: latest.filter(|_| vault_shows(payment)).and_then(|one| one.vault.mandate).map(|id| id.to_string()),
        bill: payment.bill.map(|id| id.to_string()),
        capture_before: payment.capture_before.map(|at| at.to_string()),
        outcome_due_at: payment.outcome_due_at.map(|at| at.to_string()),
        decline: payment.decline.map(decline_document),
        created_at: payment.created_at.to_string(),
        updated_at: payment.updated_at.to_string(),
        expires_at: payment.expires_at.to_string(),
    }
}

/// What the merchant sees of a message to the bank.
pub(crate) fn operation_document(operation: &Operation) -> OperationDocument {
    OperationDocument {
        id: operation.id.to_string(),
        kind: operation.kind.as_str().to_owned(),
        status: operation.status.as_str().to_owned(),
        amount: operation.amount.minor(),
        currency: operation.amount.currency().code().to_owned(),
        decline: operation.decline.map(decline_document),
    }
}

fn decline_document(code: DeclineCode) -> DeclineDocument {
    DeclineDocument { code: code.as_str().to_owned(), advice: code.advice().as_str().to_owned() }
}

/// Until the bank said yes or no, a card that was prepared is not kept yet.
fn vault_shows(payment: &Payment) -> bool {
    match payment.status() {
        Status::RequiresAction | Status::InReview | Status::Processing => false,
        Status::RequiresPaymentMethod
        | Status::Authorized
        | Status::PartiallyCaptured
        | Status::Captured
        | Status::PartiallyRefunded
        | Status::Refunded
        | Status::Voided
        | Status::Declined
        | Status::Expired => true,
    }
}

fn card_document(attempt: &Attempt) -> Option<CardDocument> {
    let Method::Card { face, merchant_card, .. } = &attempt.method else { return None };
    Some(CardDocument {
        brand: face.brand.as_str().to_owned(),
        first6: face.first6.clone(),
        last4: face.last4.clone(),
        exp_month: face.exp_month,
        exp_year: face.exp_year,
        fingerprint: merchant_card.clone(),
        issuer: attempt.issuer.name.clone(),
        issuer_country: attempt.issuer.country.map(|country| country.to_string()),
        kind: attempt.issuer.kind.map(|kind| kind.as_str().to_owned()),
    })
}

fn action_document(attempt: &Attempt) -> Option<ActionDocument> {
    let action = attempt.action.as_ref()?;
    Some(ActionDocument {
        kind: action.kind.as_str().to_owned(),
        url: action.url.clone(),
        expires_at: action.expires_at.to_string(),
    })
}

fn authentication_document(attempt: &Attempt) -> Option<AuthenticationDocument> {
    let found = attempt.authentication.as_ref()?;
    Some(AuthenticationDocument {
        status: found.status.as_str().to_owned(),
        eci: found.eci.clone(),
        liability_shift: found.status.shifts_liability(),
    })
}

fn wallet_of(attempt: &Attempt) -> Option<String> {
    match &attempt.method {
        Method::Card { .. } => None,
        Method::Wallet(wallet) => Some(wallet.to_string()),
    }
}

/// What the merchant sees of a refund.
#[must_use]
pub(crate) fn refund_document(refund: &Refund) -> RefundDocument {
    RefundDocument {
        id: refund.id.to_string(),
        payment: refund.payment_id.to_string(),
        amount: refund.amount.minor(),
        currency: refund.amount.currency().code().to_owned(),
        status: refund.status.as_str().to_owned(),
        refund_ref: refund.refund_ref.clone(),
        reason: refund.reason.clone(),
        created_at: refund.created_at.to_string(),
        updated_at: refund.updated_at.to_string(),
    }
}

/// Who hears of a payment's events besides the merchant.
fn audience(payment: &Payment, shop: &str) -> Audience {
    Audience {
        account_id: payment.account_id,
        email: payment.email.clone(),
        language: payment.language,
        facts: BTreeMap::from([("shop".to_owned(), shop.to_owned())]),
        ..Audience::default()
    }
}

/// The next event of a payment. Counts the payment's sequence up, so the payment is written after it.
pub(crate) fn payment_event(
    kind: EventType,
    payment: &mut Payment,
    latest: Option<&Attempt>,
    shop: &str,
    now: Timestamp,
) -> Event {
    payment.sequence += 1;
    let mut audience = audience(payment, shop);
    if let Some(attempt) = latest.filter(|_| decides(kind)) {
        audience.facts.insert(ATTEMPT_FACT.to_owned(), attempt.id.to_string());
    }
    Event {
        id: EventId::new(now),
        kind,
        mode: payment.mode,
        merchant_id: Some(payment.merchant_id),
        payment_id: Some(payment.id),
        sequence: payment.sequence,
        created_at: now,
        document: Document { payment: Some(document_of(payment, latest)), ..Document::default() },
        audience,
    }
}

/// An event about a payment for staff eyes only.
pub(crate) fn staff_event(
    kind: EventType,
    payment: &mut Payment,
    latest: Option<&Attempt>,
    shop: &str,
    facts: &[(&str, String)],
    now: Timestamp,
) -> Event {
    let mut event = payment_event(kind, payment, latest, shop, now);
    event.audience = Audience { staff: true, ..Audience::default() };
    event.audience.facts.insert("shop".to_owned(), shop.to_owned());
    event.audience.facts.extend(facts.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    event
}

/// The next event of a payment that is about one of its refunds.
pub(crate) fn refund_event(
    kind: EventType,
    payment: &mut Payment,
    refund: &Refund,
    latest: Option<&Attempt>,
    shop: &str,
    now: Timestamp,
) -> Event {
    let mut event = payment_event(kind, payment, latest, shop, now);
    event.document.refund = Some(refund_document(refund));
    event
}
