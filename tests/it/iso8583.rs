//! The host link to a bank, end to end: the whole hub against a bank host that shares no code with it.

use std::time::Duration;

use aviso::config::Config;
use aviso_acquirers::iso8583::mac::MacAlgorithm;
use aviso_acquirers::iso8583::profile::ProfileName;
use aviso_core::secret::Secret;
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::bankhost::{BankHost, Booked};
use aviso_tests::card;
use aviso_tests::database::Kind;
use aviso_tests::until::{until, until_within};
use serde_json::json;

/// Runs a scenario on both databases, each with a hub and a bank host of its own.
macro_rules! with_a_bank {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident, $bank:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn scenario($app: &TestApp, $bank: &BankHost) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(Kind::Sqlite, |_| {}, async |app, bank| scenario(app, bank).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run(Kind::Postgres, |_| {}, async |app, bank| scenario(app, bank).await).await;
            }
        }
    )*};
}

async fn run(kind: Kind, change: fn(&mut Config), scenario: impl AsyncFnOnce(&TestApp, &BankHost)) {
    run_with(kind, &[], change, scenario).await;
}

async fn run_with(
    kind: Kind,
    args: &[&str],
    change: impl FnOnce(&mut Config),
    scenario: impl AsyncFnOnce(&TestApp, &BankHost),
) {
    let bank = BankHost::start(args);
    let app = TestApp::start_with(kind, |config| {
        bank.configure(config);
        change(config);
    })
    .await;
    signed_on(&app).await;
    scenario(&app, &bank).await;
    app.finish().await;
}

async fn signed_on(app: &TestApp) {
    let link = app.hub.services.iso8583.as_ref().expect("a link");
    until("the sign-on", async || link.signed_on().borrow().then_some(())).await;
}

async fn ends_as(app: &TestApp, merchant: &Merchant, id: &str, status: &str) {
    until(&format!("{id} becoming {status}"), async || {
        app.clock.advance(Duration::from_secs(3));
        (merchant.status(id).await == status).then_some(())
    })
    .await;
}

fn only(bank: &BankHost) -> Booked {
    let mut books = bank.books();
    assert_eq!(books.len(), 1, "{books:?}");
    books.remove(0)
}

with_a_bank! {
    async fn a_payment_is_approved_and_refunded(app, bank) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        assert_eq!(paid.text_at("/status"), "captured");
        let id = paid.text_at("/id");
        assert!(id.ends_with(&only(bank).payment) && only(bank).kept == 4_990);
        merchant.refund(&id, Some(990)).await.expect(201);
        assert_eq!(merchant.status(&id).await, "partially_refunded");
        merchant.refund(&id, None).await.expect(201);
        assert_eq!((merchant.status(&id).await.as_str(), only(bank).kept), ("refunded", 0));
        assert!(app.hub.services.bank.book().is_empty(), "the sandbox bank was not asked");
    }

    async fn a_decline_keeps_the_networks_code(app, bank) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&Order::new(1_000, card::POOR)).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "insufficient_funds");
        let id = declined.text_at("/payment/id");
        let details = app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details");
        assert_eq!(details.operations[0].network_code.as_deref(), Some("51"));
        assert_eq!(details.operations[0].acquirer, "iso8583");
        assert_eq!(bank.count("0200"), 1);
    }

    async fn reserved_money_is_taken_in_part_and_the_rest_released(app, bank) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(10_000, card::GOOD).reserved()).await.expect(201);
        assert_eq!((paid.text_at("/status").as_str(), only(bank).kept), ("authorized", 0));
        let path = format!("/v1/payments/{}", paid.text_at("/id"));
        merchant.post(&format!("{path}/capture"), &json!({ "amount": 4_000 })).await.expect(200);
        merchant.post(&format!("{path}/capture"), &json!({ "amount": 2_000 })).await.expect(200);
        let closed = merchant.post(&format!("{path}/void"), &json!({})).await.expect(200);
        assert_eq!(closed.text_at("/status"), "captured");
        let booked = only(bank);
        assert!(booked.is_void && booked.kept == 6_000, "{booked:?}");
        assert_eq!((bank.count("0100"), bank.count("0220"), bank.count("0400")), (1, 2, 1));
    }

    async fn a_reservation_is_voided(app, bank) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(700, card::GOOD).reserved()).await.expect(201).text_at("/id");
        let void = merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(200);
        assert_eq!(void.text_at("/status"), "voided");
        assert!(only(bank).is_void);
    }

    async fn a_lost_answer_ends_in_a_reversal(app, bank) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::ANSWER_LOST)).await.expect(201).text_at("/id");
        assert_eq!(merchant.status(&id).await, "processing");
        assert!(only(bank).stands);
        ends_as(app, &merchant, &id, "requires_payment_method").await;
        assert!(!only(bank).stands);
        assert_eq!(bank.count("0420"), 1);
    }

    async fn a_request_that_never_arrived_is_reversed_all_the_same(app, bank) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::REQUEST_LOST)).await.expect(201).text_at("/id");
        ends_as(app, &merchant, &id, "requires_payment_method").await;
        assert!(bank.books().is_empty());
    }

    async fn an_answer_that_comes_late_is_matched(app, bank) {
        bank.tell("late_ms 2500");
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::APPROVED_LATE)).await.expect(201).text_at("/id");
        assert_eq!(merchant.status(&id).await, "processing");
        // The clock stands until the answer is here: nobody asks before.
        let link = app.hub.services.iso8583.as_ref().expect("a link");
        until("the late answer", async || (link.late_answers() == 1).then_some(())).await;
        ends_as(app, &merchant, &id, "captured").await;
        assert_eq!((only(bank).kept, bank.count("0420")), (900, 0));
    }

    async fn answers_that_come_twice_change_nothing(app, bank) {
        bank.tell("twice on");
        let merchant = app.merchant().await;
        let mut ids = Vec::new();
        for amount in 1..=5 {
            let paid = merchant.pay(&Order::new(amount * 100, &card::numbered(7))).await.expect(201);
            assert_eq!(paid.text_at("/status"), "captured");
            ids.push(paid.text_at("/id"));
        }
        merchant.refund(&ids[0], None).await.expect(201);
        let details = app.hub.services.payments.details(ids[0].parse().expect("an id")).await.expect("details");
        assert_eq!(details.operations.len(), 3, "authorization, capture and refund");
        assert_eq!(bank.books().iter().map(|booked| booked.kept).sum::<i64>(), 1_400);
    }

    async fn an_approval_for_another_amount_is_reversed(app, bank) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&Order::new(900, card::APPROVED_FOR_LESS)).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "amount_mismatch");
        until("the reversal", async || {
            app.clock.advance(Duration::from_secs(3));
            (!only(bank).stands).then_some(())
        })
        .await;
    }

    async fn a_refund_whose_answer_was_lost_is_undone(app, bank) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::REFUND_ANSWER_LOST)).await.expect(201).text_at("/id");
        let refund = merchant.refund(&id, Some(900)).await.expect(201).text_at("/id");
        assert_eq!(only(bank).kept, 0);
        until("the refund failing", async || {
            app.clock.advance(Duration::from_secs(3));
            let answer = merchant.get(&format!("/v1/refunds/{refund}")).await.expect(200);
            (answer.text_at("/status") == "failed").then_some(())
        })
        .await;
        assert_eq!((merchant.status(&id).await.as_str(), only(bank).kept), ("captured", 900));
        // The money is free to be given back, and now it is.
        merchant.refund(&id, Some(900)).await.expect(201);
        ends_as(app, &merchant, &id, "refunded").await;
        assert_eq!(only(bank).kept, 0);
    }

    async fn captures_and_voids_without_answer_are_repeated(app, bank) {
        let merchant = app.merchant().await;
        for (pan, verb, ends, kept) in [
            ("4000000000009805", "capture", "captured", 800),
            ("4000000000009862", "capture", "captured", 800),
            ("4000000000009839", "void", "voided", 0),
        ] {
            let id = merchant.pay(&Order::new(800, pan).reserved()).await.expect(201).text_at("/id");
            merchant.post(&format!("/v1/payments/{id}/{verb}"), &json!({})).await.expect(202);
            assert_eq!(merchant.status(&id).await, "authorized");
            ends_as(app, &merchant, &id, ends).await;
            let books = bank.books();
            let booked = books.iter().find(|booked| id.ends_with(&booked.payment)).expect("in the books");
            assert_eq!((booked.kept, booked.is_void), (kept, verb == "void"));
        }
        assert_eq!((bank.count("0221"), bank.count("0401"), bank.count("0420")), (2, 1, 0));
    }

    async fn a_line_that_is_down_says_so_at_once(app, bank) {
        bank.tell("refuse_sign_on on");
        bank.tell("cut");
        let link = app.hub.services.iso8583.as_ref().expect("a link");
        until("the line being down", async || (!*link.signed_on().borrow()).then_some(())).await;
        let merchant = app.merchant().await;
        let declined = merchant.pay(&Order::new(900, card::GOOD)).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "bank_unavailable");
        assert!(bank.books().is_empty());
        bank.tell("refuse_sign_on off");
        signed_on(app).await;
        merchant.pay(&Order::new(900, card::GOOD)).await.expect(201);
        // The line is tested from both sides, and stays.
        let before = bank.count("0800");
        bank.tell("echo");
        until("an echo", async || (bank.count("0800") > before).then_some(())).await;
        until("the answer to the bank's own echo", async || (bank.count("0810") == 1).then_some(())).await;
        assert!(*link.signed_on().borrow());
    }
}

mod three_hundred_payments_at_once_survive_a_cut_cable {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        run(Kind::Sqlite, patient, survive).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        run(Kind::Postgres, patient, survive).await;
    }
}

/// Time enough for all messages to be on their way together.
fn patient(config: &mut Config) {
    config.payments.acquirer_deadline_secs = 25;
    config.payments.inquiry_after_secs = 30;
    config.limits.api_per_second = 100_000;
    config.limits.api_burst = 100_000;
    if let Some(link) = &mut config.iso8583 {
        link.response_timeout_ms = 20_000;
        link.connect_timeout_ms = 20_000;
    }
}

async fn survive(app: &TestApp, bank: &BankHost) {
    const PAYMENTS: u32 = 300;
    // All arrive; 200 reach the books, 100 of those are answered; then the cable is cut.
    bank.tell("storm 100 200 300");
    let merchant = app.merchant().await;
    let pay = async |n: u32| {
        let order = Order::new(i64::from(100 + n), &card::numbered(n));
        let order = if n.is_multiple_of(3) { order.reserved() } else { order };
        merchant.pay(&order).await.expect(201).text_at("/id")
    };
    let ids: Vec<String> = futures::future::join_all((0..PAYMENTS).map(pay)).await;
    assert_eq!(bank.books().iter().filter(|booked| booked.stands).count(), 200);
    signed_on(app).await;
    // The reversals, too, lose their line once.
    bank.tell("cut_after 50");
    until_within(Duration::from_secs(120), "every outcome being known", async || {
        app.clock.advance(Duration::from_secs(3));
        (app.hub.services.payments.backlog().await.ok()?.0 == 0).then_some(())
    })
    .await;
    // One that was written when the line broke comes again as a repeat.
    assert!(bank.count("0420") + bank.count("0421") >= 200);
    assert!(bank.count("connections") >= 3);

    let books = bank.books();
    let mut ours = 0;
    let mut standing = 0;
    for id in &ids {
        let payment = merchant.get(&format!("/v1/payments/{id}")).await.expect(200);
        let (status, taken) = (payment.text_at("/status"), payment.json()["amount_captured"].as_i64());
        let booked: Vec<_> = books.iter().filter(|booked| id.ends_with(&booked.payment)).collect();
        assert!(booked.len() <= 1, "{id} twice");
        let stands = booked.iter().any(|booked| booked.stands);
        assert_eq!(stands, matches!(status.as_str(), "captured" | "authorized"), "{id} {status} {booked:?}");
        let kept: i64 = booked.iter().map(|booked| booked.kept).sum();
        assert_eq!(Some(kept), taken, "{id} {status}");
        ours += kept;
        standing += u32::from(stands);
    }
    assert_eq!(standing, 100, "who was answered is paid, nobody else is");
    assert_eq!(ours, books.iter().map(|booked| booked.kept).sum::<i64>());
    // The line works again.
    let paid = merchant.pay(&Order::new(100, &card::numbered(PAYMENTS))).await.expect(201);
    assert_eq!(paid.text_at("/status"), "captured");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printable_messages_with_authentication_codes_are_understood() {
    pay_and_refund(ProfileName::Ascii, "ascii").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packed_messages_with_authentication_codes_are_understood() {
    pay_and_refund(ProfileName::Bcd, "bcd").await;
}

async fn pay_and_refund(profile: ProfileName, name: &str) {
    const KEY: &str = "000102030405060708090a0b0c0d0e0f";
    let change = |config: &mut Config| {
        if let Some(link) = &mut config.iso8583 {
            link.profile = profile;
            link.mac_algorithm = MacAlgorithm::HmacSha256;
            link.mac_key = Some(Secret::new(KEY));
        }
    };
    run_with(Kind::Sqlite, &["--profile", name, "--mac", KEY], change, async |app, bank| {
        let merchant = app.merchant().await;
        // Fifteen digits: an odd number is padded.
        let mut order = Order::new(4_990, "378282246310005");
        order.body["card"]["cvc"] = json!("1234");
        let id = merchant.pay(&order).await.expect(201).text_at("/id");
        merchant.refund(&id, Some(90)).await.expect(201);
        assert_eq!(only(bank).kept, 4_900);
        let declined = merchant.pay(&Order::new(500, "4000000000000101")).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "incorrect_cvc", "the security code arrived");
    })
    .await;
}
