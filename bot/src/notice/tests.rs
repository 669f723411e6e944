//! Every notice in every language, with hostile names.

use std::collections::BTreeMap;

use aviso_core::clock::Timestamp;
use aviso_core::delivery::{Job, Lane};
use aviso_core::document::{
    CardDocument, DeclineDocument, DisputeDocument, Document, EndpointDocument, MandateDocument, PaymentDocument,
    RefundDocument, SavedCardDocument,
};
use aviso_core::event::{Audience, Event, EventType};
use aviso_core::id::{DeliveryId, EventId, LinkId, MerchantId, PaymentId, ReviewId};
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::status::Status;

use super::{compose, payment_screen};
use crate::words::Words;

const HOSTILE: [&str; 6] = [
    "<b>Shop</b> & \"Sons\"",
    "\u{202e}evil\u{2066}\u{200b}",
    "a\nb\r\nRefund 100%",
    "{ $amount } { key-help }",
    "",
    "שלום\u{0}",
];

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_000_000_000_000)
}

fn payment(status: &str, mode: &str) -> PaymentDocument {
    PaymentDocument {
        id: PaymentId::new(now()).to_string(),
        reference: "7K3M-9QX2-4D".to_owned(),
        mode: mode.to_owned(),
        order_ref: "A&<100>".to_owned(),
        status: status.to_owned(),
        amount: 123_456,
        currency: "EUR".to_owned(),
        amount_authorized: 123_456,
        amount_captured: 0,
        amount_refunded: 0,
        amount_disputed: 0,
        capture: "auto".to_owned(),
        description: Some("<i>Shoes</i>".to_owned()),
        metadata: BTreeMap::new(),
        card: Some(CardDocument {
            brand: "visa".to_owned(),
            first6: "424242".to_owned(),
            last4: "4242".to_owned(),
            exp_month: 12,
            exp_year: 2030,
            fingerprint: "x".to_owned(),
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
        decline: None,
        created_at: now().to_string(),
        updated_at: now().to_string(),
        expires_at: now().to_string(),
    }
}

fn event(kind: EventType, shop: &str) -> Event {
    let refund = RefundDocument {
        id: "rfd_x".to_owned(),
        payment: "pay_x".to_owned(),
        amount: 5_000,
        currency: "EUR".to_owned(),
        status: "pending".to_owned(),
        refund_ref: None,
        reason: Some(shop.to_owned()),
        created_at: now().to_string(),
        updated_at: now().to_string(),
    };
    let endpoint = EndpointDocument {
        id: "whk_x".to_owned(),
        url: "https://shop.example/hook".to_owned(),
        events: Vec::new(),
        status: "active".to_owned(),
        disabled_reason: None,
        failing_since: Some(now().to_string()),
        created_at: now().to_string(),
        ..EndpointDocument::default()
    };
    let facts = [
        ("shop", shop.to_owned()),
        ("device", shop.repeat(50)),
        ("network", shop.to_owned()),
        ("options", "13,47,82".to_owned()),
        ("left", "9".to_owned()),
        ("reasons", "list.block.email, ".repeat(40)),
        ("review", ReviewId::new(now()).to_string()),
        ("decision", "approved".to_owned()),
        ("case", "case_x".to_owned()),
        ("month", "2026-03".to_owned()),
        ("sum.EUR", "3 123456 100".to_owned()),
        ("title", shop.repeat(50)),
        ("stage", "in_review".to_owned()),
        ("merchant", MerchantId::new(now()).to_string()),
        ("text", format!("{shop}\n").repeat(400)),
    ];
    Event {
        id: EventId::new(now()),
        kind,
        mode: Mode::Test,
        merchant_id: None,
        payment_id: None,
        sequence: 1,
        created_at: now(),
        document: Document {
            payment: Some(payment("captured", "test")),
            refund: Some(refund),
            operation: None,
            endpoint: Some(endpoint),
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
                ends_at: now().to_string(),
                last_success_at: None,
                created_at: String::new(),
            }),
            dispute: Some(dispute(shop)),
            ..Document::default()
        },
        audience: Audience {
            link_id: Some(LinkId::new(now())),
            facts: facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            ..Audience::default()
        },
    }
}

fn dispute(reason: &str) -> DisputeDocument {
    DisputeDocument {
        id: "dsp_x".to_owned(),
        payment: "pay_x".to_owned(),
        mode: "test".to_owned(),
        amount: 5_000,
        currency: "EUR".to_owned(),
        amount_held: 4_000,
        stage: "dispute".to_owned(),
        status: "opened".to_owned(),
        reason_code: reason.to_owned(),
        respond_by: Some(now().to_string()),
        evidence: Vec::new(),
        created_at: now().to_string(),
        updated_at: now().to_string(),
    }
}

#[test]
fn every_standing_of_a_dispute_has_its_words() {
    let site = "https://pay.example".parse().unwrap();
    for language in Language::ALL {
        let mut seen = std::collections::BTreeSet::new();
        for (from, to, _) in aviso_core::dispute::status::TRANSITIONS {
            for standing in [from, to] {
                let mut job = job(EventType::DisputeUpdated, language, true, "Luna");
                let dispute = job.event.document.dispute.as_mut().unwrap();
                dispute.stage = standing.stage.as_str().to_owned();
                dispute.status = standing.status.as_str().to_owned();
                let notice = compose(&job, &Words::of(language), &site).unwrap();
                assert_sound(&notice.screen.html);
                seen.insert(notice.screen.html);
            }
        }
        assert_eq!(seen.len(), 9, "{language:?}");
    }
}

fn job(kind: EventType, language: Language, staff: bool, shop: &str) -> Job {
    Job {
        id: DeliveryId::new(now()),
        event: event(kind, shop),
        lane: Lane::Transactional,
        address: "7".to_owned(),
        language,
        attempt: 1,
        staff,
        previous: None,
    }
}

/// Telegram's own rules: tags in pairs, no other `<`, 1 to 4096 UTF-16 units.
fn assert_sound(html: &str) {
    for tag in ["b", "code"] {
        let count = |text: &str| html.matches(text).count();
        assert_eq!(count(&format!("<{tag}>")), count(&format!("</{tag}>")), "{html}");
    }
    let ours = html.replace("<b>", "").replace("</b>", "").replace("<code>", "").replace("</code>", "");
    assert!(!ours.contains(['<', '>']), "{html}");
    assert!(!html.contains("{ $") || html.contains("{ $amount } { key-help }"), "{html}");
    assert!((1..=4_096).contains(&html.encode_utf16().count()), "{html}");
    assert!(!html.contains(['\u{202e}', '\u{2066}', '\u{0}', '\r']), "{html}");
}

#[test]
fn every_notice_is_sound_in_every_language() {
    let site = "https://pay.example".parse().unwrap();
    let mut told = 0;
    for shop in HOSTILE {
        for language in Language::ALL {
            for kind in EventType::ALL {
                for staff in [false, true] {
                    let job = job(*kind, language, staff, shop);
                    let Some(notice) = compose(&job, &Words::of(language), &site) else { continue };
                    assert_sound(&notice.screen.html);
                    notice.reply.iter().for_each(|reply| assert_sound(&reply.html));
                    told += 1;
                }
            }
        }
    }
    assert_eq!(told, HOSTILE.len() * Language::ALL.len() * (12 + 15 + 5 + 2 + 10 + 2));
}

#[test]
fn every_status_and_decline_has_its_words() {
    for language in Language::ALL {
        let words = Words::of(language);
        for status in Status::ALL {
            assert_sound(&payment_screen(&payment(status.as_str(), "live"), "Shop", None, &words).html);
        }
        for code in DeclineCode::ALL {
            let mut document = payment("declined", "test");
            document.decline = Some(DeclineDocument { code: code.as_str().to_owned(), advice: String::new() });
            let html = payment_screen(&document, "Shop", None, &words).html;
            assert_sound(&html);
            assert!(html.contains(&words.say("mark-test")));
        }
    }
}

#[test]
fn a_thief_is_not_told_that_the_card_is_stolen() {
    let words = Words::of(Language::En);
    let mut document = payment("declined", "live");
    document.decline = Some(DeclineDocument { code: "stolen_card".to_owned(), advice: "never".to_owned() });
    let html = payment_screen(&document, "Shop", None, &words).html.to_lowercase();
    assert!(!html.contains("stolen") && html.contains("do not repeat"), "{html}");
}

#[test]
fn amounts_are_written_as_people_write_them() {
    let text = |language| payment_screen(&payment("captured", "live"), "S", None, &Words::of(language)).html;
    assert!(text(Language::En).contains("1,234.56\u{a0}EUR"));
    assert!(text(Language::Es).contains("1.234,56\u{a0}EUR"));
    assert!(text(Language::Ru).contains("1\u{a0}234,56\u{a0}EUR"));
}

#[test]
fn a_button_never_leads_to_a_private_address() {
    for site in ["http://127.0.0.1:8080", "https://localhost", "https://10.0.0.1", "http://pay.example"] {
        assert!(super::page_key("x".to_owned(), &site.parse().unwrap(), "account").is_none(), "{site}");
    }
    assert!(super::page_key("x".to_owned(), &"https://pay.example".parse().unwrap(), "account").is_some());
}
