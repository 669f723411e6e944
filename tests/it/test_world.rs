//! The test world: who hears of payments that never were, and how it shows.

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::database::Kind;

async fn scenario(kind: Kind) {
    let app = TestApp::start_with(kind, |config| {
        config.notices.test_addresses = vec!["@shop.example".to_owned()];
    })
    .await;
    let (merchant, buyer, stranger) = (app.merchant().await, app.buyer(Language::En).await, app.stranger());
    for email in [buyer.email.as_str(), &stranger.email, "QA@shop.example"] {
        merchant.pay(&Order::new(4_990, card::GOOD).by(email)).await.expect(201);
    }
    // Whoever confirmed the address hears of it by both channels, and reads that it is a test.
    let message = buyer.reads(|message| message.text.contains("49.90")).await;
    assert!(message.text.contains("[TEST]"), "{}", message.text);
    let letter = buyer.opens(|mail| mail.text.contains("49.90")).await;
    assert!(letter.subject.starts_with("[TEST] ") && letter.html.contains("[TEST]"), "{}", letter.subject);
    app.settle().await;
    let of_the_shop = app.smtp.mails_to("qa@shop.example");
    assert!(of_the_shop.first().is_some_and(|mail| mail.subject.starts_with("[TEST] ")), "{of_the_shop:?}");
    assert!(app.smtp.mails_to(&stranger.email).is_empty(), "a stranger hears nothing of it");
    // Real money is told to whoever paid.
    let live = app.hub.services.merchants.issue_key(Actor::Operator, merchant.scope.merchant.id, Mode::Live).await;
    let order = Order::new(5_990, card::GOOD).by(&stranger.email);
    let paid = app.http.post(app.url("/v1/payments")).bearer_auth(live.expect("a key").expose());
    let paid = paid.header("idempotency-key", "live-1").json(&order.body).send().await;
    assert_eq!(paid.expect("an answer").status(), 201);
    let letter = stranger.opens(|mail| mail.text.contains("59.90")).await;
    assert!(!letter.subject.contains("[TEST]") && !letter.html.contains("[TEST]"));
    drop((merchant, buyer, stranger));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_hear_nothing_of_test_payments_sqlite() {
    scenario(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_hear_nothing_of_test_payments_postgres() {
    scenario(Kind::Postgres).await;
}
