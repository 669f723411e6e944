//! The checkout page in a real browser: wide and narrow, three languages, and judged by axe-core, another
//! project's reader of accessibility. The page has no script, and its policy allows none: what is seen here is
//! what a browser without JavaScript shows.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aviso_core::language::Language;
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::chromium::Chromium;
use aviso_tests::database::Kind;
use serde_json::{Value, json};
use url::Url;

use crate::checkout::{PASSWORD, give_password};

pub(crate) fn picture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/pictures")).join(name)
}

/// A hub that knows the address that a browser finds it at.
pub(crate) async fn hub() -> TestApp {
    let address: SocketAddr =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    TestApp::start_with(Kind::Sqlite, |config| {
        config.server.listen = address;
        config.server.public_url = Url::parse(&format!("http://{address}")).expect("an address");
        config.limits.forms_per_minute = 200;
    })
    .await
}

/// A payment that waits for its buyer; gives its id and page.
async fn asked(merchant: &Merchant, minor: i64) -> (String, String) {
    let order = Order::new(minor, card::GOOD).unpaid();
    let created = merchant.pay(&order.with("return_url", json!("http://127.0.0.1:9/shop"))).await.expect(201);
    (created.text_at("/id"), created.text_at("/checkout_url"))
}

async fn type_into(chromium: &Chromium, css: &str, text: &str) {
    chromium.find(css).await.send_keys(text).await.expect("typing");
}

async fn fill_in(chromium: &Chromium, number: &str) {
    type_into(chromium, "#number", number).await;
    type_into(chromium, "#expiry", "12/30").await;
    type_into(chromium, "#cvc", "123").await;
}

async fn press(chromium: &Chromium) {
    chromium.find("form:has(#number) button").await.click().await.expect("a click");
}

async fn pay(chromium: &Chromium, number: &str) {
    fill_in(chromium, number).await;
    press(chromium).await;
}

pub(crate) async fn fits(chromium: &Chromium) {
    let script = "return document.documentElement.scrollWidth > window.innerWidth + 1";
    let wide = chromium.page.execute(script, Vec::new()).await.expect("an answer");
    assert_eq!(wide, json!(false), "the page must not scroll sideways");
}

/// What axe-core finds wrong with the page.
pub(crate) async fn is_accessible(chromium: &Chromium, what: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/axe/node_modules/axe-core/axe.min.js"));
    let reader = std::fs::read_to_string(path).expect("axe-core; scripts/test installs it");
    chromium.page.execute(&reader, Vec::new()).await.expect("axe-core in the page");
    let script = "const done = arguments[arguments.length - 1];
        axe.run(document).then(found => done(found.violations.map(one => one.id + ': ' + one.nodes.map(n => n.html).join(' '))),
            error => done([String(error)]));";
    let found: Value = chromium.page.execute_async(script, Vec::new()).await.expect("an answer");
    assert_eq!(found, json!([]), "{what}");
}

async fn made(chromium: &Chromium, merchant: &Merchant, id: &str) {
    chromium.shows("h1", "The payment was made").await;
    assert_eq!(merchant.status(id).await, "captured");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_pays_with_a_double_click_and_nothing_is_paid_twice() {
    let app = hub().await;
    let merchant = app.merchant().await;
    let chromium = Chromium::open(1_200, 1_000).await;
    let (id, url) = asked(&merchant, 4_250).await;
    chromium.page.goto(&url).await.expect("the page");
    chromium.find("#number").await;
    is_accessible(&chromium, "to pay").await;
    // A wrong card first: each field says what is wrong, and nothing of the card is written back.
    fill_in(&chromium, "4242 4242 4242 4241").await;
    press(&chromium).await;
    chromium.shows(".error", "Check its digits").await;
    let kept = chromium.find("#number").await.prop("value").await.expect("an answer");
    assert_eq!(kept.as_deref(), Some(""));
    is_accessible(&chromium, "a wrong field").await;
    chromium.picture(&picture("pay-wrong.png")).await;
    fill_in(&chromium, card::GOOD).await;
    let script = "const button = document.querySelector('form:has(#number) button'); button.click(); button.click();";
    chromium.page.execute(script, Vec::new()).await.expect("a double click");
    made(&chromium, &merchant, &id).await;
    is_accessible(&chromium, "paid").await;
    chromium.picture(&picture("pay-paid.png")).await;
    let back = chromium.find("main a").await.attr("href").await.expect("an answer").unwrap_or_default();
    assert_eq!(back, format!("http://127.0.0.1:9/shop?payment={id}"));
    assert_eq!(app.hub.services.bank.authorizations().len(), 1);
    // The browser's own way back, and reloading, show how things stand.
    chromium.page.back().await.expect("a way back");
    chromium.page.refresh().await.expect("a reload");
    chromium.shows("h1", "The payment was made").await;
    chromium.close().await;
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_is_refused_tries_again_and_goes_to_the_issuer_and_back() {
    let app = hub().await;
    let merchant = app.merchant().await;
    let phone = Chromium::open(500, 900).await;
    let (id, url) = asked(&merchant, 4_250).await;
    phone.page.goto(&url).await.expect("the page");
    pay(&phone, card::POOR).await;
    phone.shows("[role=alert]", "There is not enough money on the card.").await;
    is_accessible(&phone, "declined").await;
    phone.picture(&picture("pay-declined-phone.png")).await;
    pay(&phone, card::CHALLENGE).await;
    type_into(&phone, "#code", "111111").await;
    phone.find("button[value=enter]").await.click().await.expect("a click");
    made(&phone, &merchant, &id).await;
    // The buyer looks back from the issuer's page: the page says what is awaited, and leads on by a link.
    let (id, url) = asked(&merchant, 900).await;
    phone.page.goto(&url).await.expect("the page");
    pay(&phone, card::CHALLENGE).await;
    phone.find("#code").await;
    phone.page.goto(&url).await.expect("the page");
    phone.shows("h1", "Your bank wants to know that it is you").await;
    is_accessible(&phone, "at the issuer").await;
    phone.picture(&picture("pay-issuer-phone.png")).await;
    phone.find("main a.button").await.click().await.expect("a click");
    type_into(&phone, "#code", "111111").await;
    phone.find("button[value=enter]").await.click().await.expect("a click");
    made(&phone, &merchant, &id).await;
    let (id, url) = asked(&merchant, 900).await;
    phone.page.goto(&url).await.expect("the page");
    phone.find("button[name=wallet]").await.click().await.expect("a click");
    phone.find("button[value=approve]").await.click().await.expect("a click");
    made(&phone, &merchant, &id).await;
    phone.close().await;
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_pay_once_and_a_saved_card_needs_its_code_only() {
    let app = hub().await;
    let merchant = app.merchant().await;
    let chromium = Chromium::open(1_200, 1_000).await;
    let (id, url) = asked(&merchant, 4_250).await;
    chromium.page.goto(&url).await.expect("the page");
    fill_in(&chromium, card::GOOD).await;
    let first = chromium.page.window().await.expect("a tab");
    let second = chromium.page.new_window(true).await.expect("a tab").handle;
    chromium.page.switch_to_window(second).await.expect("the other tab");
    chromium.page.goto(&url).await.expect("the page");
    pay(&chromium, card::GOOD).await;
    made(&chromium, &merchant, &id).await;
    chromium.page.switch_to_window(first).await.expect("the first tab");
    press(&chromium).await;
    made(&chromium, &merchant, &id).await;
    assert_eq!(app.hub.services.bank.authorizations().len(), 1);
    // Logged in, the card can be kept, and pays with its code from then on.
    let buyer = app.buyer(Language::En).await;
    give_password(&app, &buyer).await;
    chromium.page.goto(&app.url("/login")).await.expect("the page");
    type_into(&chromium, "#name", &buyer.email).await;
    type_into(&chromium, "#password", PASSWORD).await;
    chromium.find("main form button").await.click().await.expect("a click");
    chromium.shows("dd", &buyer.email).await;
    let (id, url) = asked(&merchant, 900).await;
    chromium.page.goto(&url).await.expect("the page");
    chromium.find("#save").await.click().await.expect("a click");
    pay(&chromium, card::GOOD).await;
    made(&chromium, &merchant, &id).await;
    let (id, url) = asked(&merchant, 1_100).await;
    chromium.page.goto(&url).await.expect("the page");
    chromium.shows("h2", "Visa •• 4242").await;
    is_accessible(&chromium, "a saved card").await;
    chromium.picture(&picture("pay-saved.png")).await;
    type_into(&chromium, "form:has([name=saved]) input[name=cvc]", "123").await;
    chromium.find("form:has([name=saved]) button").await.click().await.expect("a click");
    made(&chromium, &merchant, &id).await;
    // Too late.
    let (_, url) = asked(&merchant, 1_100).await;
    chromium.page.goto(&url).await.expect("the page");
    fill_in(&chromium, card::GOOD).await;
    app.clock.advance(Duration::from_secs(25 * 3_600));
    press(&chromium).await;
    chromium.shows("h1", "The time to pay is over").await;
    is_accessible(&chromium, "too late").await;
    chromium.close().await;
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_fits_a_phone_and_speaks_three_languages() {
    let app = hub().await;
    let merchant = app.merchant().await;
    let (_, url) = asked(&merchant, 123_456).await;
    for (shape, width, height) in [("desktop", 1_200, 1_000), ("phone", 390, 900)] {
        let chromium = Chromium::open(width, height).await;
        for (code, title) in [("en", "Pay 1,234.56"), ("es", "Pagar 1.234,56"), ("ru", "Оплатить 1 234,56")] {
            chromium.page.goto(&format!("{url}?lang={code}")).await.expect("the page");
            chromium.shows("h1", title).await;
            fits(&chromium).await;
            is_accessible(&chromium, code).await;
            chromium.picture(&picture(&format!("pay-{shape}-{code}.png"))).await;
        }
        chromium.close().await;
    }
    app.settle().await;
}
