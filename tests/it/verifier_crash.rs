//! The hub is killed while a buyer is asked to confirm, and right after the answer: the money moves once, or not at all.

use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_tests::card;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::{until, until_within};
use serde_json::{Value, json};

const EMAIL: &str = "ana@example.com";

/// A browser that only knows its cookies.
fn browser() -> reqwest::Client {
    let jar = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    jar.timeout(Duration::from_secs(10)).build().expect("a client")
}

/// The code in the letter.
async fn mailed(smtp: &Smtp) -> String {
    until("the letter", async || {
        let mails = smtp.mails_to(EMAIL);
        let subject = mails.into_iter().find(|mail| mail.subject.contains("confirms your payment"))?.subject;
        let code = subject.trim_start_matches("[TEST] ").chars().take_while(char::is_ascii_digit).collect::<String>();
        (code.len() == 6).then_some(code)
    })
    .await
}

/// Gives the code at the payment's page. `None` when the hub died over it.
async fn gives(hub: &Hub, url: &str, code: &str) -> Option<u16> {
    let client = browser();
    let path = |url: &str| aviso_tests::browser::path_of(url);
    let back = client.get(hub.url(&path(url))).send().await.ok()?;
    let page = back.headers().get("location")?.to_str().ok()?.to_owned();
    let form = client.get(hub.url(&page)).send().await.ok()?;
    let lines = form.headers().get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let cookies: Vec<String> = lines.filter_map(|line| line.split(';').next()).map(str::to_owned).collect();
    let text = form.text().await.ok()?;
    let token = text.split_once("name=\"form_token\" value=\"")?.1.split_once('"')?.0.to_owned();
    let sent = client
        .post(hub.url(&format!("{page}/code")))
        .header("cookie", cookies.join("; "))
        .form(&[("code", code), ("form_token", &token)])
        .send()
        .await
        .ok()?;
    Some(sent.status().as_u16())
}

async fn scenario(kind: Kind, crash_at: Option<&str>, ends: &str, taken: &[i64]) {
    let database = TestDatabase::create(kind);
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("a mail sink");
    let mut hub = Hub::new(&database, smtp.addr());
    let services = hub.services().await;
    let merchant = services.merchants.create(Actor::Operator, "Luna", Language::En).await.expect("a merchant");
    let key = services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await.expect("a key");
    services.store.close().await.expect("closed");
    drop(services);
    hub.crash_at(crash_at);
    hub.start().await;
    let client = browser();
    let body = json!({
        "order_ref": "A-1", "amount": 900, "currency": "EUR", "confirm": true, "verification": "required",
        "customer": { "email": EMAIL },
        "card": { "number": card::GOOD, "exp_month": 12, "exp_year": 2030, "cvc": "739" },
    });
    let request = client.post(hub.url("/v1/payments")).bearer_auth(key.expose()).header("idempotency-key", "k");
    let asked: Value = request.json(&body).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(asked["action"]["kind"], "verification", "{asked}");
    let (code, url) = (mailed(&smtp).await, asked["action"]["url"].as_str().expect("a page").to_owned());
    match crash_at {
        None => {
            hub.kill();
            hub.start().await;
            assert_eq!(gives(&hub, &url, &code).await, Some(303));
        }
        Some(_) => {
            assert_eq!(gives(&hub, &url, &code).await, None, "the hub died");
            hub.crash_at(None);
            hub.kill();
            hub.start().await;
        }
    }
    let path = format!("/v1/payments/{}", asked["id"].as_str().expect("an id"));
    let ended = until_within(Duration::from_secs(60), ends, async || {
        let payment = client.get(hub.url(&path)).bearer_auth(key.expose()).send().await.ok()?;
        let payment: Value = payment.json().await.ok()?;
        (payment["status"] == ends).then_some(payment)
    })
    .await;
    assert_eq!(ended["amount"], 900);
    hub.stop().await;
    assert_eq!(hub.bank_books(), taken);
}

/// A place where the process dies, how the payment ends, and what the bank took.
const DEATHS: [(Option<&str>, &str, &[i64]); 3] = [
    // While the buyer looks for the letter: the payment goes on without its security code, which nobody wrote down.
    (None, "captured", &[900]),
    // After the answer, before the bank was asked: it never was, and the buyer may try again.
    (Some("attempt.stored"), "requires_payment_method", &[]),
    // The bank took the money, and nobody wrote it down.
    (Some("attempt.answered"), "captured", &[900]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_around_the_answer_moves_the_money_once_on_sqlite() {
    for (crash_at, ends, taken) in DEATHS {
        scenario(Kind::Sqlite, crash_at, ends, taken).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_around_the_answer_moves_the_money_once_on_postgres() {
    for (crash_at, ends, taken) in DEATHS {
        scenario(Kind::Postgres, crash_at, ends, taken).await;
    }
}
