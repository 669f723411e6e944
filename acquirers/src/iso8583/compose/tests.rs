use super::*;
use crate::iso8583::private::sub_field;
use crate::iso8583::profile::Profile;
use aviso_core::clock::Timestamp;
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::card::Brand;
use aviso_core::secret::Secret;
use std::time::Duration;

fn settings() -> Settings {
    Settings {
        name: "bank".to_owned(),
        host: "localhost".to_owned(),
        port: 1,
        tls: None,
        profile: Profile::BCD,
        mac: None,
        identity: Identity {
            terminal_id: "TERM1".to_owned(),
            merchant_id: "SHOP".to_owned(),
            acquirer_id: "12345".to_owned(),
            merchant_category: Some("5661".to_owned()),
            merchant_place: Some("Zapateria Luna, Sevilla".to_owned()),
        },
        response_timeout: Duration::from_secs(1),
        echo_every: Duration::from_secs(60),
        connect_timeout: Duration::from_secs(1),
        queue_max: 16,
    }
}

/// 2026-11-24 09:30:00 UTC.
fn at() -> Timestamp {
    Timestamp::from_micros(1_795_512_600_000_000)
}

fn reference(trace: i64) -> MessageRef {
    MessageRef { operation: OperationId::new(at()), trace, at: at() }
}

fn money(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn follow_up(minor: i64) -> FollowUpRequest {
    let original = Original {
        message: reference(122),
        acquirer_ref: Some("AAAAAAAAAAAA".to_owned()),
        approval_code: Some("A1B2".to_owned()),
        took_money: false,
        amount: money(10_000),
    };
    FollowUpRequest { message: reference(7), payment: PaymentId::new(at()), original, amount: money(minor) }
}

fn text(message: &Message, field: u8) -> &str {
    message.text(field).unwrap_or("absent")
}

#[test]
fn an_authorization_carries_card_code_and_proof() {
    let card = Card::new(&Secret::new("378282246310005"), 3, 2030, at()).unwrap();
    let cvc = Cvc::new(Secret::new("1234"), Brand::Amex).unwrap();
    let proof = Authentication {
        status: AuthenticationStatus::Authenticated,
        eci: Some("05".to_owned()),
        cavv: Some(Secret::new("AAABBEg0VhI0VniQEjRWAAAAAAA=")),
        ds_trans_id: Some("f25084f0-5b16-4c0a-ae5d-b24808a95e4b".to_owned()),
    };
    let payer = Payer { card: &card, cvc: Some(&cvc), authentication: Some(&proof), initiator: Initiator::Buyer };
    let (message, payment) = (reference(122), PaymentId::new(at()));
    let sent = authorization(&settings(), message, (payment, money(4_990), true), &payer).unwrap();
    assert_eq!(sent.mti, Mti::FINANCIAL);
    for (field, value) in [
        (2, "378282246310005"),
        (3, "000000"),
        (4, "000000004990"),
        (7, "1124093000"),
        (11, "000123"),
        (12, "093000"),
        (13, "1124"),
        (14, "3003"),
        (18, "5661"),
        (22, "012"),
        (25, "59"),
        (32, "12345"),
        (41, "TERM1   "),
        (42, "SHOP           "),
        (43, "Zapateria Luna, Sevilla                 "),
        (49, "978"),
    ] {
        assert_eq!(text(&sent, field), value, "field {field}");
    }
    let private = text(&sent, 48);
    for (tag, value) in [
        ("92", "1234"),
        ("42", "05"),
        ("43", "AAABBEg0VhI0VniQEjRWAAAAAAA="),
        ("66", "f25084f0-5b16-4c0a-ae5d-b24808a95e4b"),
    ] {
        assert_eq!(sub_field(private, tag), Some(value));
    }
    assert!(payment.to_string().ends_with(sub_field(private, "99").unwrap()));
    let reserved = Payer { cvc: None, authentication: None, initiator: Initiator::Merchant, ..payer };
    let sent = authorization(&settings(), message, (payment, money(1), false), &reserved).unwrap();
    assert_eq!((sent.mti, text(&sent, 22), text(&sent, 25)), (Mti::AUTHORIZATION, "102", "08"));
    assert_eq!(sub_field(text(&sent, 48), "92"), None);
}

#[test]
fn an_amount_of_more_than_twelve_digits_is_not_cut() {
    let card = Card::new(&Secret::new("4242424242424242"), 3, 2030, at()).unwrap();
    let payer = Payer { card: &card, cvc: None, authentication: None, initiator: Initiator::Buyer };
    let what = (PaymentId::new(at()), money(1_000_000_000_000), true);
    let error = authorization(&settings(), reference(1), what, &payer).unwrap_err();
    assert_eq!(error.field, 4);
}

#[test]
fn later_messages_name_the_authorization() {
    let original = "010000012311240930000000001234500000000000";
    let request = follow_up(4_000);
    let sent = capture(&settings(), &request).unwrap();
    assert_eq!((sent.mti, text(&sent, 4), text(&sent, 11)), (Mti::ADVICE, "000000004000", "000008"));
    assert_eq!((text(&sent, 37), text(&sent, 38), text(&sent, 90)), ("AAAAAAAAAAAA", "A1B2  ", original));

    let sent = refund(&settings(), &request).unwrap();
    assert_eq!((sent.mti, text(&sent, 3), text(&sent, 90)), (Mti::FINANCIAL, "200000", original));
    assert_eq!(text(&sent, 37), retrieval_reference(request.message.operation));
    assert_eq!(sub_field(text(&sent, 48), "98"), Some("AAAAAAAAAAAA"));
}

#[test]
fn a_void_says_what_stays_taken() {
    let whole = void(&settings(), &follow_up(10_000)).unwrap();
    assert_eq!((whole.mti, text(&whole, 4), text(&whole, 95)), (Mti::REVERSAL, "000000010000", "absent"));
    let rest = void(&settings(), &follow_up(4_000)).unwrap();
    assert_eq!(text(&rest, 4), "000000010000");
    assert_eq!(text(&rest, 95), "000000006000000000000000000000000000000000");
}

#[test]
fn a_reversal_and_its_repeat_are_the_same_but_for_their_type() {
    let message = reference(122);
    let earlier = Earlier { mti: Mti::FINANCIAL, message };
    let undo = Undo { message, earlier, amount: money(900), is_refund: true };
    let first = reversal_advice(&settings(), &undo).unwrap();
    assert_eq!(first, reversal_advice(&settings(), &undo).unwrap());
    assert_eq!((first.mti, text(&first, 3), text(&first, 11)), (Mti::REVERSAL_ADVICE, "200000", "000123"));
    assert_eq!(text(&first, 90), "020000012311240930000000001234500000000000");
    assert_eq!(text(&first, 37), retrieval_reference(message.operation));
}

#[test]
fn trace_numbers_are_never_zero_and_references_differ() {
    for (trace, number) in [(0, "000001"), (999_998, "999999"), (999_999, "000001"), (1_000_000, "000002")] {
        assert_eq!(trace_number(&reference(trace)), number);
    }
    let (one, other) = (retrieval_reference(OperationId::new(at())), retrieval_reference(OperationId::new(at())));
    assert_ne!(one, other);
    assert_eq!(one.len(), 12);
}
