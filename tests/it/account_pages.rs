//! The account's pages in a real browser: every one in three languages, wide and narrow, without scrolling
//! sideways; and the Mini App's script.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use aviso_core::language::Language;
use aviso_tests::actor::{Member, Order, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::chromium::Chromium;
use aviso_tests::database::Kind;
use serde_json::json;
use url::Url;

use crate::account_telegram::init_data;
use crate::saved_cards::saving;

fn picture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/pictures")).join(name)
}

/// A hub that knows the address that a browser finds it at.
async fn hub() -> TestApp {
    let address: SocketAddr =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    TestApp::start_with(Kind::Sqlite, |config| {
        config.server.listen = address;
        config.server.public_url = Url::parse(&format!("http://{address}")).expect("an address");
    })
    .await
}

async fn fits(chromium: &Chromium, page: &str) {
    let script = "return document.documentElement.scrollWidth > window.innerWidth + 1";
    let wide = chromium.page.execute(script, Vec::new()).await.expect("an answer");
    assert_eq!(wide, json!(false), "{page} must not scroll sideways");
    // Every field has a label, and every page one heading.
    let script = "return [...document.querySelectorAll('input:not([type=hidden]),select')].filter(f => !f.labels.length).length \
        + (document.querySelectorAll('h1').length === 1 ? 0 : 100)";
    let bare = chromium.page.execute(script, Vec::new()).await.expect("an answer");
    assert_eq!(bare, json!(0), "{page}: a field without a label, or not one heading");
}

async fn log_in(app: &TestApp, chromium: &Chromium, member: &Member) {
    chromium.page.goto(&app.url("/login")).await.expect("the page");
    chromium.find("#name").await.send_keys(&member.email).await.expect("typing");
    chromium.find("#password").await.send_keys(PASSWORD).await.expect("typing");
    chromium.find("main button").await.click().await.expect("a click");
    chromium.find("nav.tabs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_whole_in_every_language_wide_and_narrow() {
    let app = hub().await;
    let merchant = app.merchant().await;
    for (language, width, height) in [
        (Language::En, 1_200, 1_400),
        (Language::Es, 390, 1_200),
        (Language::Ru, 390, 1_200),
        (Language::Ru, 1_200, 1_400),
    ] {
        let mut member = app.member(language).await;
        let mut order = saving(4_990, &card::numbered(70_000 + member.id as u32), "cust-1");
        order.body["customer"] = json!({ "email": member.email });
        order.body["customer_ref"] = json!(format!("cust-{}", member.id));
        let paid = merchant.pay(&order).await.expect(201);
        merchant.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        merchant.pay(&Order::new(250_000, "4000000000000002").by(&member.email)).await.expect(402);
        member.send("/account/totp", "/account/totp/start", &[("password", PASSWORD)]).await.expect(303);
        let chromium = match language {
            Language::Es => Chromium::open_dark(width, height).await,
            Language::En | Language::Ru => Chromium::open(width, height).await,
        };
        let name = |page: &str| picture(&format!("account-{page}-{}-{width}.png", language.code()));
        chromium.page.goto(&app.url(&format!("/login?lang={}", language.code()))).await.expect("the page");
        chromium.find("#name").await;
        fits(&chromium, "login").await;
        chromium.picture(&name("login")).await;
        log_in(&app, &chromium, &member).await;
        let payment = format!("/account/payments/{}", paid.text_at("/id"));
        for (page, path) in [
            ("overview", "/account"),
            ("security", "/account/security"),
            ("totp", "/account/totp"),
            ("payments", "/account/payments?text=zapatos"),
            ("payment", &payment),
            ("cards", "/account/cards"),
            ("shops", "/account/shops"),
            ("settings", "/account/settings"),
            ("data", "/account/data"),
        ] {
            chromium.page.goto(&app.url(path)).await.expect("the page");
            chromium.find("nav.tabs [aria-current=page]").await;
            fits(&chromium, &format!("{path} in {language:?}")).await;
            chromium.picture(&name(page)).await;
        }
        chromium.close().await;
    }
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mini_app_logs_in_by_its_own_script() {
    let app = hub().await;
    let member = app.member(Language::En).await;
    let chromium = Chromium::open(390, 844).await;
    chromium.page.goto(&app.url("/login/telegram/app")).await.expect("the page");
    chromium.shows("#app-outside", "works inside Telegram").await;
    let data = init_data(&app, &member);
    let hash: String = url::form_urlencoded::byte_serialize(data.as_bytes()).collect();
    // The same page with another # would not be loaded anew.
    chromium.page.goto("about:blank").await.expect("the page");
    chromium
        .page
        .goto(&app.url(&format!("/login/telegram/app#tgWebAppData={hash}&tgWebAppVersion=9.1")))
        .await
        .expect("the page");
    chromium.shows("main", &member.email).await;
    chromium.close().await;
    app.settle().await;
}
