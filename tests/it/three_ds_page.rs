//! The issuer's page in a real browser: a wrong code, the right one, a way out; wide and narrow; and as a
//! newcomer finds it in the sandbox.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use aviso::config::Config;
use aviso::sandbox::Sandbox;
use aviso_acquirers::sandbox_wallet::NAME;
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::chromium::Chromium;
use aviso_tests::database::Kind;
use serde_json::json;
use url::Url;

fn picture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/pictures")).join(name)
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// A hub that knows the address that a browser finds it at.
async fn hub() -> TestApp {
    let address = free_address();
    TestApp::start_with(Kind::Sqlite, |config| {
        config.server.listen = address;
        config.server.public_url = Url::parse(&format!("http://{address}")).expect("an address");
    })
    .await
}

async fn challenge(app: &TestApp, merchant: &Merchant) -> (String, String) {
    let order = Order::new(4_250, card::CHALLENGE).with("return_url", json!(app.url("/openapi.json?from=shop")));
    let asked = merchant.pay(&order).await.expect(201);
    (asked.text_at("/id"), asked.text_at("/action/url"))
}

async fn fits(chromium: &Chromium) {
    let script = "return document.documentElement.scrollWidth > window.innerWidth + 1";
    let wide = chromium.page.execute(script, Vec::new()).await.expect("an answer");
    assert_eq!(wide, json!(false), "the page must not scroll sideways");
}

async fn enter(chromium: &Chromium, code: &str) {
    chromium.find("#code").await.send_keys(code).await.expect("typing");
    chromium.find("button[value=enter]").await.click().await.expect("a click");
}

/// Waits until the browser is back at the shop; gives the address.
async fn at_the_shop(chromium: &Chromium) -> String {
    aviso_tests::until::until("the shop's page", async || {
        let url = chromium.page.current_url().await.ok()?.to_string();
        url.contains("from=shop").then_some(url)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_confirms_or_gives_up_in_a_browser() {
    let app = hub().await;
    let merchant = app.merchant().await;
    let wide = Chromium::open(1_200, 900).await;
    let (id, url) = challenge(&app, &merchant).await;
    wide.page.goto(&url).await.expect("the page");
    wide.find("#code").await;
    wide.picture(&picture("acs.png")).await;
    enter(&wide, "222222").await;
    wide.shows("[role=alert]", "Tries left: 2").await;
    wide.picture(&picture("acs-wrong.png")).await;
    enter(&wide, "111111").await;
    let back = at_the_shop(&wide).await;
    assert!(back.ends_with(&format!("&payment={id}&status=captured")), "{back}");
    assert_eq!(merchant.status(&id).await, "captured");
    wide.page.goto(&url).await.expect("the page");
    wide.shows("[role=status]", "The answer was given").await;
    wide.close().await;

    let phone = Chromium::open(390, 844).await;
    let (id, url) = challenge(&app, &merchant).await;
    phone.page.goto(&format!("{url}?lang=ru")).await.expect("the page");
    phone.shows("h1", "Подтвердите платёж").await;
    fits(&phone).await;
    phone.picture(&picture("acs-phone.png")).await;
    phone.find("button[value=cancel]").await.click().await.expect("a click");
    let back = at_the_shop(&phone).await;
    assert!(back.ends_with("&status=requires_payment_method"), "{back}");
    assert_eq!(merchant.status(&id).await, "requires_payment_method");

    let asked = merchant
        .pay(&Order::new(4_250, card::GOOD).from_wallet(NAME).with("customer", json!({ "language": "es" })))
        .await
        .expect(201);
    phone.page.goto(&format!("{}?lang=es", asked.text_at("/action/url"))).await.expect("the page");
    phone.shows("h1", "Pague con su monedero").await;
    phone.find("summary").await.click().await.expect("a click");
    fits(&phone).await;
    phone.picture(&picture("wallet-phone.png")).await;
    phone.find("button[value=approve]").await.click().await.expect("a click");
    phone.shows("h1", "El pago está hecho").await;
    phone.picture(&picture("returned-phone.png")).await;
    assert_eq!(merchant.status(&asked.text_at("/id")).await, "captured");
    phone.close().await;
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_confirms_a_payment_of_the_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    config.server.listen = free_address();
    config.server.private_listen = any;
    let sandbox = Sandbox::start(config, any).await.expect("a sandbox");
    let chromium = Chromium::open(1_400, 1_000).await;
    chromium.page.goto(&sandbox.page.url()).await.expect("the page");
    chromium.find("[data-testid=card-4000000000003220]").await.click().await.expect("a click");
    chromium.find("[data-testid=pay-submit]").await.click().await.expect("a click");
    let action = chromium.find("[data-testid=purchase-action]").await;
    chromium.picture(&picture("sandbox-action.png")).await;
    let url = action.attr("href").await.expect("an answer").expect("an address");
    chromium.page.goto(&url).await.expect("the issuer's page");
    enter(&chromium, "111111").await;
    chromium.shows("h1", "The payment was made").await;
    chromium.page.goto(&sandbox.page.url()).await.expect("the page");
    chromium.find("[data-testid=purchase][data-status=captured]").await;
    chromium.close().await;
    assert!(sandbox.app.stop().await);
}
