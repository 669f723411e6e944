//! The sandbox as a newcomer meets it: a page in a browser, a click on *Pay*, news everywhere.

use std::net::SocketAddr;
use std::path::PathBuf;

use aviso::config::Config;
use aviso::sandbox::Sandbox;
use aviso_tests::chromium::Chromium;
use fantoccini::Locator;

fn pictures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/pictures"))
}

async fn sandbox(folder: &tempfile::TempDir) -> Sandbox {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    config.server.listen = any;
    config.server.private_listen = any;
    Sandbox::start(config, any).await.expect("a sandbox")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_pays_and_staff_refund_from_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = sandbox(&folder).await;
    let chromium = Chromium::open(1_400, 1_000).await;
    chromium.page.goto(&sandbox.page.url()).await.expect("the page");
    chromium.find("[data-testid=pay-submit]").await.click().await.expect("a click");
    chromium.find("[data-testid=purchase][data-status=captured]").await;
    chromium.shows("[data-testid=chat-buyer-log]", "4242").await;
    chromium.find("[data-testid=mail]").await;
    chromium.picture(&pictures().join("paid.png")).await;
    chromium.find("[data-testid=webhook][data-kind=\"payment.captured\"][data-verified=\"true\"]").await;

    let reference = chromium.find("[data-testid=purchase-reference]").await.text().await.expect("a reference");
    let input = chromium.find("[data-testid=chat-staff-input]").await;
    input.send_keys(&format!("/refund {}", reference.trim())).await.expect("typing");
    chromium.find("[data-testid=chat-staff-send]").await.click().await.expect("a click");
    chromium.shows("[data-testid=chat-staff-log] [data-testid=button]", "Refund 12.00").await;
    let buttons = chromium.page.find_all(Locator::Css("[data-testid=chat-staff-log] [data-testid=button]")).await;
    for button in buttons.expect("buttons") {
        if button.text().await.is_ok_and(|text| text.starts_with("Refund 12.00")) {
            button.click().await.expect("a click");
            break;
        }
    }
    chromium.find("[data-testid=purchase][data-status=refunded]").await;
    chromium.find("[data-testid=webhook][data-kind=\"refund.succeeded\"][data-verified=\"true\"]").await;
    chromium.picture(&pictures().join("sandbox.png")).await;
    chromium.close().await;

    let phone = Chromium::open(390, 844).await;
    phone.page.goto(&sandbox.page.url()).await.expect("the page");
    phone.find("[data-testid=pay-submit]").await;
    let wide =
        phone.page.execute("return document.documentElement.scrollWidth > window.innerWidth + 1", Vec::new()).await;
    assert_eq!(wide.expect("an answer"), serde_json::json!(false), "the page must not scroll sideways on a phone");
    phone.picture(&pictures().join("sandbox-phone.png")).await;
    phone.close().await;
    assert!(sandbox.app.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_is_paid_in_the_chat_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = sandbox(&folder).await;
    let body = serde_json::json!({ "order_ref": "B-1", "amount": 250, "currency": "XTR", "description": "A song" });
    let bills = format!("http://{}/v1/bills", sandbox.app.address);
    let request = reqwest::Client::new().post(bills).bearer_auth(sandbox.key.expose()).json(&body);
    let bill: serde_json::Value = request.send().await.expect("an answer").json().await.expect("a bill");
    let link = bill["url"].as_str().and_then(|url| url.rsplit('/').next()).expect("its secret").to_owned();
    let chromium = Chromium::open(1_400, 1_000).await;
    chromium.page.goto(&sandbox.page.url()).await.expect("the page");
    let input = chromium.find("[data-testid=chat-buyer-input]").await;
    input.send_keys(&format!("/start b_{link}")).await.expect("typing");
    chromium.find("[data-testid=chat-buyer-send]").await.click().await.expect("a click");
    chromium.shows("[data-testid=chat-buyer-log]", "A song").await;
    chromium.find("[data-testid=chat-buyer-log] [data-callback^=\"bt:\"]").await.click().await.expect("a click");
    chromium.find("[data-testid=pay-invoice]").await.click().await.expect("a click");
    chromium.shows("[data-testid=chat-buyer-log]", "Nothing is left to do").await;
    chromium.shows("[data-testid=chat-buyer-log]", "You paid 250 XTR").await;
    chromium.close().await;
    assert!(sandbox.app.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_letter_and_notice_is_shown_in_each_language_with_its_mark() {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = sandbox(&folder).await;
    let page =
        reqwest::get(format!("{}texts", sandbox.page.url())).await.expect("the page").text().await.expect("text");
    for kind in
        ["payment.captured", "refund.succeeded", "account.login", "card.saved", "news.published", "review.opened"]
    {
        assert!(page.contains(&format!("<h2 id=\"{kind}\">")), "{kind}");
    }
    for part in ["You paid", "Pagó", "Вы заплатили", "[TEST]", "Bean &amp; Leaf", "mail · ru · buyer · test"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.matches("data-testid=\"text\"").count() > 300, "{}", page.matches("data-testid").count());
    let first = page.find("/texts/").expect("a letter");
    let path = page[first..].split('"').next().expect("its address");
    let letter = reqwest::get(format!("{}{}", sandbox.page.url().trim_end_matches('/'), path)).await.expect("a letter");
    let policy = letter.headers()["content-security-policy"].to_str().expect("a policy").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert!(letter.text().await.expect("text").contains("<html"));
    assert!(sandbox.app.stop().await);
}
