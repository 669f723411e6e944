//! Jobs for tests and previews: one event of each type, with whatever names somebody wants.

use std::collections::BTreeMap;

use aviso_core::clock::Timestamp;
use aviso_core::delivery::{Job, Lane};
use aviso_core::document::{
    BillDocument, CardDocument, DeclineDocument, DisputeDocument, Document, EndpointDocument, MandateDocument,
    PaymentDocument, RefundDocument, SavedCardDocument,
};
use aviso_core::event::{Audience, Event, EventType};
use aviso_core::id::{AccountId, DeliveryId, EventId, LinkId, VerificationId};
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::secret::Keyring;

/// The reference of the sample payment.
pub(crate) const REFERENCE: &str = "7K3M-9QX2-4D";
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_772_719_500_000_000);

/// A keyring that everybody knows: it proves nothing anywhere else.
pub(crate) fn keyring() -> Keyring {
    Keyring::new([7; 32])
}

/// A live event of this type for a person with an account.
pub(crate) fn job(kind: EventType, language: Language, shop: &str) -> Job {
    let names = ["shop", "name", "device", "reason", "title"].map(|key| (key, shop.to_owned()));
    // Only an operator writes this one, and paragraphs are theirs to make.
    let text = ("text", shop.replace(['\r', '\n'], " "));
    let step = [("stage", "contract".to_owned()), ("merchant", "mer_x".to_owned()), ("until", NOW.to_string())];
    let sums = [("month", "2026-02".to_owned()), ("sum.EUR", "3 123450 5000".to_owned())];
    let asked = ("verification", VerificationId::new(NOW).to_string());
    let day = [("day", "2026-02-28".to_owned()), ("zone", "Europe/Madrid".to_owned())];
    let facts = names.into_iter().chain([text, asked]).chain(step).chain(sums).chain(day);
    Job {
        id: DeliveryId::new(NOW),
        event: Event {
            id: EventId::new(NOW),
            kind,
            mode: Mode::Live,
            merchant_id: None,
            payment_id: None,
            sequence: 1,
            created_at: NOW,
            document: document(shop),
            audience: Audience {
                account_id: Some(AccountId::new(NOW)),
                link_id: Some(LinkId::new(NOW)),
                facts: facts.map(|(key, value)| (key.to_owned(), value)).collect(),
                ..Audience::default()
            },
        },
        lane: Lane::Transactional,
        address: "ana@example.com".to_owned(),
        language,
        attempt: 1,
        staff: false,
        previous: None,
    }
}

fn document(shop: &str) -> Document {
    Document {
        payment: Some(payment(shop)),
        refund: Some(refund(shop)),
        endpoint: Some(endpoint()),
        saved_card: Some(SavedCardDocument {
            id: "card_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            mode: "test".to_owned(),
            customer_ref: "<c>".to_owned(),
            state: "removed".to_owned(),
            card: CardDocument {
                brand: "visa".to_owned(),
                first6: "424242".to_owned(),
                last4: "4242".to_owned(),
                exp_month: 12,
                exp_year: 2030,
                fingerprint: "x".to_owned(),
                issuer: None,
                issuer_country: None,
                kind: None,
            },
            consent_at: String::new(),
            consent_text: String::new(),
            last_used_at: String::new(),
            created_at: String::new(),
        }),
        mandate: Some(MandateDocument {
            id: "man_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            mode: "test".to_owned(),
            saved_card: "card_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            state: "active".to_owned(),
            ended_reason: None,
            amount_min: 100,
            amount_max: 123_456,
            currency: "EUR".to_owned(),
            period_days: 30,
            ends_at: NOW.to_string(),
            last_success_at: None,
            created_at: String::new(),
        }),
        dispute: Some(DisputeDocument {
            id: "dsp_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            payment: "pay_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            mode: "live".to_owned(),
            amount: 123_450,
            currency: "EUR".to_owned(),
            amount_held: 123_450,
            stage: "dispute".to_owned(),
            status: "opened".to_owned(),
            reason_code: "10.4".to_owned(),
            respond_by: Some(NOW.to_string()),
            evidence: Vec::new(),
            created_at: NOW.to_string(),
            updated_at: NOW.to_string(),
        }),
        bill: Some(BillDocument {
            id: "bill_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            mode: "live".to_owned(),
            order_ref: shop.to_owned(),
            state: "open".to_owned(),
            amount: 123_450,
            currency: "EUR".to_owned(),
            description: Some(shop.to_owned()),
            payment: None,
            created_at: NOW.to_string(),
            updated_at: NOW.to_string(),
            expires_at: NOW.to_string(),
        }),
        ..Document::default()
    }
}

fn payment(shop: &str) -> PaymentDocument {
    PaymentDocument {
        id: "pay_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        reference: REFERENCE.to_owned(),
        mode: "live".to_owned(),
        order_ref: shop.to_owned(),
        status: "captured".to_owned(),
        amount: 123_450,
        currency: "EUR".to_owned(),
        amount_authorized: 123_450,
        amount_captured: 123_450,
        amount_refunded: 0,
        amount_disputed: 0,
        capture: "auto".to_owned(),
        description: Some(shop.to_owned()),
        metadata: BTreeMap::new(),
        card: Some(CardDocument {
            brand: "visa".to_owned(),
            first6: "424242".to_owned(),
            last4: "4242".to_owned(),
            exp_month: 12,
            exp_year: 2030,
            fingerprint: "fp".to_owned(),
            issuer: None,
            issuer_country: None,
            kind: None,
        }),
        wallet: None,
        action: None,
        authentication: None,
        saved_card: None,
        mandate: None,
        bill: None,
        capture_before: None,
        outcome_due_at: None,
        decline: Some(DeclineDocument { code: "insufficient_funds".to_owned(), advice: "retry_later".to_owned() }),
        created_at: NOW.to_string(),
        updated_at: NOW.to_string(),
        expires_at: NOW.to_string(),
    }
}

fn refund(shop: &str) -> RefundDocument {
    RefundDocument {
        id: "rfd_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        payment: "pay_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        amount: 123_450,
        currency: "EUR".to_owned(),
        status: "pending".to_owned(),
        refund_ref: None,
        reason: Some(shop.to_owned()),
        created_at: NOW.to_string(),
        updated_at: NOW.to_string(),
    }
}

fn endpoint() -> EndpointDocument {
    EndpointDocument {
        id: "whk_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        url: "https://shop.example/hook?token=secret".to_owned(),
        events: Vec::new(),
        status: "active".to_owned(),
        disabled_reason: None,
        failing_since: Some("2026-03-04T10:00:00Z".to_owned()),
        created_at: NOW.to_string(),
        ..EndpointDocument::default()
    }
}
