//! 3-D Secure: the issuer is asked when the merchant or the bank wants it, the buyer acts at the issuer's
//! page, and exactly one authorization follows, whoever hears of the result first.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_acquirers::sandbox::entry::Message;
use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::id::AttemptId;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::payment::action::ThreeDs;
use aviso_core::payment::card::{Brand, Card, Cvc};
use aviso_core::payment::{Confirmation, PaymentDetails, PaymentMethod, PaymentSettings, Payments};
use aviso_core::port::{Acquirer, AuthenticationAnswer, AuthenticationRequest, Authenticator, LinkError};
use aviso_core::secret::Secret;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_tests::actor::{Answer, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page, path_of};
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::{Value, json};

const BACK: &str = "https://shop.example/thanks?basket=7";

/// A payment whose buyer must go to the issuer's page.
async fn challenged(merchant: &Merchant, pan: &str) -> Answer {
    let order = Order::new(2_500, pan).with("return_url", json!(BACK));
    let answer = merchant.pay(&order).await.expect(201);
    assert_eq!(answer.text_at("/status"), "requires_action");
    assert_eq!(answer.text_at("/action/kind"), "three_ds");
    answer
}

/// Sends a form of the issuer's page.
async fn at_issuer(browser: &mut Browser, answer: &Answer, fields: &[(&str, &str)]) -> Page {
    browser.post(&path_of(&answer.text_at("/action/url")), fields).await.expect(303)
}

async fn enter(browser: &mut Browser, answer: &Answer, code: &str) -> Page {
    at_issuer(browser, answer, &[("deed", "enter"), ("code", code)]).await
}

async fn come_back(browser: &mut Browser, from: &Page) -> String {
    let ours = from.location.clone().expect("the way back");
    assert!(ours.contains("/pay/return/"), "{ours}");
    browser.visit(&ours).await.expect(303).location.expect("the way to the shop")
}

async fn details(app: &TestApp, id: &str) -> PaymentDetails {
    app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details")
}

/// The electronic commerce indicators of the authorizations that reached the bank.
fn indicators(app: &TestApp) -> Vec<Option<String>> {
    let book = app.hub.services.bank.book();
    let eci = book.into_iter().filter_map(|entry| match entry.message {
        Message::Authorize { eci, .. } => Some(eci),
        _ => None,
    });
    eci.collect()
}

async fn becomes(app: &TestApp, merchant: &Merchant, id: &str, status: &str) {
    until(&format!("{id} becoming {status}"), async || {
        app.clock.advance(Duration::from_secs(16));
        (merchant.status(id).await == status).then_some(())
    })
    .await;
}

on_both_databases! {
    async fn a_buyer_whom_the_issuer_knows_sees_no_page(app: TestApp) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(900, card::GOOD).with("three_ds", json!("always"))).await.expect(201);
        assert_eq!(paid.text_at("/status"), "captured");
        assert_eq!(paid.text_at("/authentication/status"), "authenticated");
        assert_eq!(paid.text_at("/authentication/eci"), "05");
        assert_eq!(paid.json()["authentication"]["liability_shift"], true);
        assert_eq!(indicators(&app), [Some("05".to_owned())]);
        let kept = details(&app, &paid.text_at("/id")).await.attempts[0].authentication.clone().expect("a record");
        assert_eq!(kept.cavv_sha256.expect("a digest").len(), 64);
        assert!(kept.ds_trans_id.is_some());
    }

    async fn a_buyer_confirms_at_the_issuers_page(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let asked = challenged(&merchant, card::CHALLENGE).await;
        let id = asked.text_at("/id");
        let mut browser = Browser::new(&app);
        let page = browser.visit(&asked.text_at("/action/url")).await.expect(200);
        assert!(page.text.contains("25.00") && page.text.contains("3220") && page.text.contains("Zapater"));
        let again = enter(&mut browser, &asked, "123456").await;
        assert!(!again.location.as_deref().unwrap_or_default().contains("/pay/return/"));
        let page = browser.visit(&asked.text_at("/action/url")).await.expect(200);
        assert!(page.text.contains("Tries left: 2"), "{}", page.text);
        let done = enter(&mut browser, &asked, "111111").await;
        let shop = come_back(&mut browser, &done).await;
        assert_eq!(shop, format!("{BACK}&payment={id}&status=captured"));
        assert_eq!(merchant.status(&id).await, "captured");
        // The bank declined until the buyer was authenticated, within one attempt.
        assert_eq!(indicators(&app), [None, Some("05".to_owned())]);
        assert_eq!(details(&app, &id).await.attempts.len(), 1);
        until("the shop hearing of both", async || {
            let kinds: Vec<String> = app.shop.events().into_iter().map(|event| event.kind).collect();
            let heard = |kind: &str| kinds.iter().any(|one| one == kind);
            (heard("payment.action_required") && heard("payment.captured")).then_some(())
        })
        .await;
        assert!(!merchant.get(&format!("/v1/payments/{id}")).await.text.contains("action"));
    }

    async fn a_buyer_who_fails_or_gives_up_may_pay_with_another_card(app: TestApp) {
        let merchant = app.merchant().await;
        let mut browser = Browser::new(&app);
        let asked = challenged(&merchant, card::CHALLENGE).await;
        let id = asked.text_at("/id");
        for _ in 0..2 {
            enter(&mut browser, &asked, "0").await;
        }
        let failed = enter(&mut browser, &asked, "0").await;
        let shop = come_back(&mut browser, &failed).await;
        assert!(shop.ends_with("&status=requires_payment_method"), "{shop}");
        let payment = merchant.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(payment.text_at("/decline/code"), "authentication_failed");
        assert_eq!(payment.json()["authentication"]["liability_shift"], false);
        let body = json!({ "card": { "number": card::CHALLENGE, "exp_month": 1, "exp_year": 2031, "cvc": "999" } });
        let again = merchant.post(&format!("/v1/payments/{id}/confirm"), &body).await.expect(200);
        let cancelled = at_issuer(&mut browser, &again, &[("deed", "cancel")]).await;
        let back = browser.visit(&cancelled.location.expect("the way back")).await.expect(303);
        let page = browser.follow(back).await.expect(200);
        assert!(page.text.contains("Your bank could not make sure that it was you. You can try again"), "{}", page.text);
        let body = json!({ "card": { "number": card::GOOD, "exp_month": 1, "exp_year": 2031, "cvc": "999" } });
        let paid = merchant.post(&format!("/v1/payments/{id}/confirm"), &body).await.expect(200);
        assert_eq!(paid.text_at("/status"), "captured");
    }

    async fn a_buyer_who_confirms_and_does_not_come_back_has_paid(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = challenged(&merchant, card::CHALLENGE).await;
        enter(&mut Browser::new(&app), &asked, "111111").await;
        becomes(&app, &merchant, &asked.text_at("/id"), "captured").await;
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
    }

    async fn a_buyer_who_does_not_act_has_not_paid(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = challenged(&merchant, card::CHALLENGE).await;
        let id = asked.text_at("/id");
        app.clock.advance(Duration::from_secs(601));
        becomes(&app, &merchant, &id, "requires_payment_method").await;
        let payment = merchant.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(payment.text_at("/decline/code"), "action_expired");
        // Too late, and nothing changes any more.
        let mut browser = Browser::new(&app);
        enter(&mut browser, &asked, "111111").await;
        assert!(browser.visit(&asked.text_at("/action/url")).await.expect(200).text.contains("Too late"));
        assert_eq!(merchant.status(&id).await, "requires_payment_method");
        assert!(app.hub.services.bank.authorizations().is_empty());
    }

    async fn whoever_hears_first_sends_the_one_authorization(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = challenged(&merchant, card::CHALLENGE).await;
        let id = asked.text_at("/id");
        let done = enter(&mut Browser::new(&app), &asked, "111111").await;
        let back = path_of(&done.location.expect("the way back"));
        // The janitor is due at the same time.
        app.clock.advance(Duration::from_secs(16));
        let returns = (0..8).map(|_| {
            let (app, back) = (app.clone(), back.clone());
            async move { app.http.get(app.url(&back)).send().await.expect("an answer").status().as_u16() }
        });
        for status in futures::future::join_all(returns).await {
            assert_eq!(status, 303);
        }
        becomes(&app, &merchant, &id, "captured").await;
        assert_eq!(indicators(&app).len(), 2, "the one that asked for authentication, and the one that followed it");
        let captured = details(&app, &id).await.timeline.iter().filter(|e| e.kind.as_str() == "payment.captured").count();
        assert_eq!(captured, 1);
    }

    async fn each_test_card_does_what_is_written(app: TestApp) {
        let merchant = app.merchant().await;
        let away = merchant.pay(&Order::new(100, card::ISSUER_AWAY)).await.expect(402);
        assert_eq!(away.text_at("/decline_code"), "authentication_required");
        let never = merchant.pay(&Order::new(100, card::CHALLENGE).with("three_ds", json!("never"))).await.expect(402);
        assert_eq!(never.text_at("/decline_code"), "authentication_required");
        let optional = merchant.pay(&Order::new(100, card::CHALLENGE_OPTIONAL)).await.expect(201);
        assert_eq!((optional.text_at("/status").as_str(), optional.json().get("authentication")), ("captured", None));
        let order = Order::new(100, card::OPTIONAL_ISSUER_AWAY).with("three_ds", json!("always"));
        let without = merchant.pay(&order).await.expect(201);
        assert_eq!(without.text_at("/status"), "captured");
        assert_eq!(without.text_at("/authentication/status"), "unavailable");
        assert_eq!(without.json()["authentication"]["liability_shift"], false);
        let poor = challenged(&merchant, card::CHALLENGE_THEN_POOR).await;
        let mut browser = Browser::new(&app);
        let done = enter(&mut browser, &poor, "111111").await;
        come_back(&mut browser, &done).await;
        let payment = merchant.get(&format!("/v1/payments/{}", poor.text_at("/id"))).await;
        assert_eq!(payment.text_at("/decline/code"), "insufficient_funds");
        assert_eq!(payment.text_at("/authentication/status"), "authenticated");
    }

    async fn a_merchant_may_cancel_while_the_buyer_is_at_the_issuer(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = challenged(&merchant, card::CHALLENGE).await;
        let id = asked.text_at("/id");
        let voided = merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(200);
        assert_eq!(voided.text_at("/status"), "voided");
        let mut browser = Browser::new(&app);
        let done = enter(&mut browser, &asked, "111111").await;
        assert!(come_back(&mut browser, &done).await.ends_with("&status=voided"));
        assert!(app.hub.services.bank.authorizations().is_empty());
    }

    async fn the_same_key_is_told_of_the_same_page(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(2_500, card::CHALLENGE);
        let first = merchant.send(reqwest::Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(201);
        let again = merchant.send(reqwest::Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(201);
        assert_eq!(first.text, again.text);
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }

    async fn a_request_that_died_at_the_issuer_is_taken_up_again(app: TestApp) {
        let merchant = app.merchant().await;
        let services = &app.hub.services;
        let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
        let settings = PaymentSettings { acquirer_deadline: Duration::from_secs(3_600), ..PaymentSettings::default() };
        let bank = Arc::clone(&services.bank) as Arc<dyn Acquirer>;
        // Another process, which asks the issuer and is never heard of again.
        let payments = Payments::new(services.store.clone(), clock, bank, services.keyring.clone(), settings)
            .with_actions(Some(Arc::new(Silence)), &app.config.server.public_url);
        let id = merchant.pay(&Order::new(700, card::CHALLENGE).unpaid()).await.expect(201).text_at("/id");
        let card = Card::new(&Secret::new(card::CHALLENGE), 12, 2040, app.clock.now()).expect("a card");
        let cvc = Cvc::new(Secret::new("123"), Brand::Visa).ok();
        let confirmation = Confirmation {
            three_ds: ThreeDs::Always,
            ..Confirmation::with(PaymentMethod::Card { card, cvc })
        };
        let (scope, payment) = (merchant.scope.clone(), id.parse().expect("an id"));
        let lost = tokio::spawn(async move { payments.confirm(scope, payment, confirmation, None).await });
        let asked = until("the page", async || {
            app.clock.advance(Duration::from_secs(16));
            let answer = merchant.get(&format!("/v1/payments/{id}")).await;
            (!answer.text_at("/action/url").is_empty()).then_some(answer)
        })
        .await;
        assert_eq!(asked.text_at("/status"), "requires_action");
        let mut browser = Browser::new(&app);
        let done = enter(&mut browser, &asked, "111111").await;
        browser.visit(&done.location.expect("the way back")).await.expect(303);
        assert_eq!(merchant.status(&id).await, "captured");
        assert_eq!(indicators(&app).len(), 1);
        lost.abort();
    }

    async fn a_way_back_that_was_made_up_leads_nowhere(app: TestApp) {
        let mut browser = Browser::new(&app);
        for path in ["/pay/return/x", "/pay/return/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/sandbox/acs/x"] {
            browser.get(path).await.expect(404);
        }
    }
}

/// A 3-D Secure server that never answers.
#[derive(Debug)]
struct Silence;

#[async_trait]
impl Authenticator for Silence {
    async fn authenticate(&self, _: AuthenticationRequest<'_>) -> Result<AuthenticationAnswer, LinkError> {
        std::future::pending().await
    }

    async fn result(&self, _: AttemptId) -> Result<AuthenticationAnswer, LinkError> {
        std::future::pending().await
    }
}

/// The hub is killed while the buyer is at the issuer's page: the payment goes on, without its security
/// code, which nobody wrote down.
async fn killed_meanwhile(kind: Kind) {
    let database = TestDatabase::create(kind);
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("a mail sink");
    let mut hub = Hub::new(&database, smtp.addr());
    let services = hub.services().await;
    let merchant = services.merchants.create(Actor::Operator, "Luna", Language::En).await.expect("a merchant");
    let key = services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await.expect("a key");
    services.store.close().await.expect("closed");
    drop(services);
    hub.start().await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let body = json!({
        "order_ref": "A-1", "amount": 900, "currency": "EUR", "confirm": true, "three_ds": "always",
        "card": { "number": card::CHALLENGE_OPTIONAL, "exp_month": 12, "exp_year": 2030, "cvc": "739" },
    });
    let request = client.post(hub.url("/v1/payments")).bearer_auth(key.expose()).header("idempotency-key", "k");
    let asked: Value = request.json(&body).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(asked["status"], "requires_action", "{asked}");
    hub.kill();
    hub.start().await;
    let page = hub.url(&path_of(asked["action"]["url"].as_str().expect("a page")));
    let done = client.post(page).form(&[("deed", "enter"), ("code", "111111")]).send().await.expect("an answer");
    let back = done.headers()["location"].to_str().expect("an address").to_owned();
    let returned = client.get(hub.url(&path_of(&back))).send().await.expect("an answer");
    assert_eq!(returned.status().as_u16(), 303);
    let path = format!("/v1/payments/{}", asked["id"].as_str().expect("an id"));
    let paid = client.get(hub.url(&path)).bearer_auth(key.expose()).send().await.expect("an answer");
    let paid: Value = paid.json().await.expect("JSON");
    assert_eq!((&paid["status"], &paid["authentication"]["eci"]), (&json!("captured"), &json!("05")), "{paid}");
    hub.stop().await;
    assert_eq!(hub.bank_books(), [900]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_the_buyer_is_at_the_issuer_loses_nothing_on_sqlite() {
    killed_meanwhile(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_the_buyer_is_at_the_issuer_loses_nothing_on_postgres() {
    killed_meanwhile(Kind::Postgres).await;
}
