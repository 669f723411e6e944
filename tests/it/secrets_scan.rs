//! No card number and no security code stands in anything that a run writes: database, its log,
//! a dump, the hub's log at its most talkative, letters, chats, webhooks, the bank's journal.

use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::payment::ReviewDecision;
use aviso_core::payment::text::Reason;
use aviso_core::risk::{Attribute, List, NewEntry};
use aviso_core::secret::Secret;
use aviso_tests::app::TestApp;
use aviso_tests::card::with_check_digit;
use aviso_tests::database::{Kind, TestDatabase, dump};
use aviso_tests::process::Hub;
use aviso_tests::scan::{Artifact, Used, files};
use aviso_tests::until::until;
use reqwest::Method;
use serde_json::{Value, json};

/// American Express has four digits, which turn up by chance ten times less often.
const CODE: &str = "7391";
/// Payments with the code, so that it would pile up.
const PAYMENTS: u32 = 30;

/// An American Express number, another one for each `n`.
fn amex(n: u32) -> String {
    with_check_digit(&format!("3739{n:010}"))
}

/// A client of the API that notes what it sends.
struct Shopper<'a> {
    http: reqwest::Client,
    base: &'a str,
    key: String,
    used: Used,
    orders: u32,
}

impl Shopper<'_> {
    async fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.orders += 1;
        let request = self.http.request(Method::POST, format!("{}{path}", self.base)).bearer_auth(&self.key);
        let request = request.header("idempotency-key", format!("key-{}", self.orders)).json(body);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// Pays with a card of its own; `more` is added to the body.
    async fn pay(&mut self, pan: &str, email: &str, more: Value) -> (u16, Value) {
        self.used.pans.push(pan.to_owned());
        self.used.codes[0].1 += 1;
        let mut body = json!({
            "order_ref": format!("scan-{}", self.orders), "amount": 1_000, "currency": "EUR", "confirm": true,
            "customer": {"email": email},
            "card": {"number": pan, "exp_month": 12, "exp_year": 2030, "cvc": CODE},
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.post("/v1/payments", &body).await
    }

    /// Pays on the checkout page: with a wrong expiry first, then as it should be.
    async fn pay_on_the_page(&mut self, pan: &str) {
        self.used.pans.push(pan.to_owned());
        self.used.codes[0].1 += 1;
        let order = json!({"order_ref": format!("page-{}", self.orders), "amount": 1_000, "currency": "EUR"});
        let (status, created) = self.post("/v1/payments", &order).await;
        assert_eq!(status, 201, "{created}");
        let url = format!("{}/pay/{}", self.base, created["client_secret"].as_str().unwrap_or_default());
        let page = self.http.get(&url).send().await.expect("the page");
        let cookie = page.headers()["set-cookie"].to_str().expect("a cookie").split(';').next().unwrap_or_default();
        let cookie = cookie.to_owned();
        let text = page.text().await.expect("the page");
        let token = text.split_once("name=\"form_token\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        let token = token.expect("a form").0;
        for (expiry, status) in [("99/99", 422), ("12/30", 200)] {
            let form = [("number", pan), ("expiry", expiry), ("cvc", CODE), ("attempt", "0"), ("form_token", token)];
            let sent = self.http.post(&url).header("cookie", &cookie).form(&form).send().await.expect("an answer");
            assert_eq!(sent.status().as_u16(), status);
            let bytes = sent.bytes().await.expect("a page").to_vec();
            let artifact = Artifact { name: "a checkout page".to_owned(), bytes };
            assert_eq!(self.used.findings(&[artifact]), Vec::<String>::new());
        }
    }

    /// Payments, saved cards, a mandate, refusals of every kind: what a day brings.
    async fn run(&mut self, email: &str) {
        for n in 0..PAYMENTS {
            // An address that pays too often would be held.
            let other = format!("buyer{n}@example.com");
            let email = if n < 10 { email } else { &other };
            let (status, body) = self.pay(&amex(1_000_000 + n), email, json!({})).await;
            assert_eq!(status, 201, "{body}");
        }
        self.pay_on_the_page(&amex(3_000_000)).await;
        // With a wrong check digit, one digit too many, and inside a body that is not JSON.
        let (status, _) = self.pay("373900000000001", email, json!({})).await;
        assert_eq!(status, 422);
        self.used.pans.pop();
        let pan = amex(2_000_000);
        let terms = json!({"amount_max": 5_000, "period_days": 1, "ends_at": "2030-01-01T00:00:00Z"});
        let keep = json!({"save_card": true, "customer_ref": "cust-1", "mandate": terms});
        let (status, saved) = self.pay(&pan, email, keep).await;
        assert_eq!(status, 201, "{saved}");
        let body = json!({
            "order_ref": "one-click", "amount": 1_000, "currency": "EUR", "confirm": true,
            "saved_card": saved["saved_card"], "cvc": CODE,
        });
        assert_eq!(self.post("/v1/payments", &body).await.0, 201);
        let body = json!({
            "order_ref": "too-soon", "amount": 1_000, "currency": "EUR", "confirm": true, "mandate": saved["mandate"],
        });
        assert_eq!(self.post("/v1/payments", &body).await.0, 422);
        let (status, _) = self.pay(&amex(2_000_001), "blocked@example.com", json!({})).await;
        assert_eq!(status, 402);
        let (status, held) = self.pay(&amex(2_000_002), "held@example.com", json!({})).await;
        assert_eq!((status, held["status"].as_str()), (201, Some("in_review")));
        let (status, held) =
            self.pay(&amex(2_000_003), "held@example.com", json!({"save_card": true, "customer_ref": "h"})).await;
        assert_eq!((status, held["status"].as_str()), (201, Some("in_review")));
        // Bodies that are refused must not be quoted.
        let pan = amex(2_000_004);
        self.used.pans.push(pan.clone());
        for wrong in [
            json!({"order_ref": pan, "amount": "x", "card": pan, "cvc": CODE}),
            json!({"card": {"number": pan, "cvc": CODE, "track2": pan}}),
            json!([pan, {"cvc": CODE}]),
        ] {
            let (status, answer) = self.post("/v1/payments", &wrong).await;
            assert!(matches!(status, 400 | 422), "{answer}");
            let artifact = Artifact { name: "an answer".to_owned(), bytes: answer.to_string().into_bytes() };
            assert_eq!(self.used.findings(&[artifact]), Vec::<String>::new());
        }
    }
}

async fn entry(services: &aviso::app::Services, list: List, email: &str) {
    let entry = NewEntry {
        merchant_id: None,
        list,
        attribute: Attribute::Email,
        value: email.to_owned(),
        reason: Reason::new("a rehearsal").expect("a reason"),
        author: "test".to_owned(),
        expires_at: None,
    };
    services.risk.add_entry(&Actor::Operator, &entry).await.expect("an entry");
}

async fn seed(services: &aviso::app::Services) -> Secret {
    entry(services, List::Block, "blocked@example.com").await;
    entry(services, List::Gray, "held@example.com").await;
    let merchant = services.merchants.create(Actor::Operator, "Zapatería", Language::Es).await.expect("a merchant");
    services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await.expect("a key")
}

fn shopper<'a>(base: &'a str, key: &Secret) -> Shopper<'a> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().expect("a client");
    let used = Used { pans: Vec::new(), codes: vec![(CODE.to_owned(), 0)] };
    Shopper { http, base, key: key.expose().to_owned(), used, orders: 0 }
}

/// The database as bytes: the files themselves, or a dump.
fn database(database: &TestDatabase) -> Vec<Artifact> {
    let mut artifacts = files(database.folder());
    if let Some(bytes) = dump(database) {
        artifacts.push(Artifact { name: "pg_dump".to_owned(), bytes });
    }
    artifacts
}

/// The hub as a process of its own that logs everything it can.
async fn talkative(kind: Kind) {
    let place = TestDatabase::create(kind);
    let smtp = aviso_sandbox::standin::smtp::Smtp::start(([127, 0, 0, 1], 0).into(), Default::default());
    let smtp = smtp.await.expect("a mail sink");
    let mut hub = Hub::new(&place, smtp.addr());
    let log = place.folder().join("hub.log");
    hub.log_to(&log, "trace");
    let services = hub.services().await;
    let key = seed(&services).await;
    services.store.close().await.expect("closed");
    drop(services);
    hub.start().await;
    let base = hub.url("");
    let mut shopper = shopper(&base, &key);
    shopper.run("ana@example.com").await;
    until("the letters", async || (smtp.mails().len() > PAYMENTS as usize).then_some(())).await;
    // Before it stops: SQLite's log is folded back at the end.
    let mut artifacts = database(&place);
    hub.stop().await;
    artifacts.extend(database(&place));
    artifacts.extend(smtp.mails().into_iter().map(|mail| Artifact { name: "a letter".to_owned(), bytes: mail.raw }));
    let lines = std::fs::read(&log).expect("the log");
    assert!(lines.windows(12).any(|part| part == b"the hub runs"), "{}", String::from_utf8_lossy(&lines));
    // It must see what is there: the last four digits are, and a number that is planted is found.
    let seen = artifacts.iter().filter(|artifact| artifact.bytes.windows(6).any(|part| part == b"cust-1")).count();
    assert!(seen > 0, "the scan reads the database");
    assert_eq!(shopper.used.findings(&artifacts), Vec::<String>::new());
    let planted = format!("{{\"note\":\"{}\"}}", amex(2_000_000)).into_bytes();
    artifacts.push(Artifact { name: "planted".to_owned(), bytes: planted });
    assert_eq!(shopper.used.findings(&artifacts).len(), 1);
}

/// The hub with its bot, a shop that listens and staff who decide.
async fn with_people(app: TestApp) {
    let merchant = app.merchant().await;
    merchant.listen().await;
    let buyer = app.buyer(Language::En).await;
    let services = &app.hub.services;
    entry(services, List::Block, "blocked@example.com").await;
    entry(services, List::Gray, "held@example.com").await;
    let base = app.url("");
    let mut shopper = shopper(&base, &merchant.key);
    shopper.run(&buyer.email).await;
    let open = services.payments.open_reviews(10).await.expect("reviews");
    for (review, decision) in open.iter().zip([ReviewDecision::Approve, ReviewDecision::Reject]) {
        services.payments.decide_review(Actor::Operator, review.id, decision).await.expect("decided");
    }
    buyer.say("/cards");
    buyer.reads(|message| message.text.contains("American Express")).await;
    app.settle().await;
    let mut artifacts = database(&app.database);
    let chat = app.telegram.transcript(buyer.id);
    artifacts.push(Artifact { name: "the chat".to_owned(), bytes: chat.into_bytes() });
    let letters = app.smtp.mails().into_iter();
    artifacts.extend(letters.map(|mail| Artifact { name: "a letter".to_owned(), bytes: mail.raw }));
    let webhooks = app.shop.received().into_iter();
    artifacts.extend(
        webhooks.map(|sent| Artifact { name: "a webhook".to_owned(), bytes: sent.body.to_string().into_bytes() }),
    );
    let events = merchant.get("/v1/events?limit=100").await.expect(200);
    artifacts.push(Artifact { name: "the events".to_owned(), bytes: events.text.into_bytes() });
    assert!(artifacts.iter().any(|artifact| artifact.name.ends_with("sandbox-bank.jsonl")), "the bank's journal");
    assert!(artifacts.iter().filter(|artifact| artifact.name == "a webhook").count() > PAYMENTS as usize);
    assert_eq!(shopper.used.findings(&artifacts), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talkative_hub_on_sqlite_writes_no_card_data() {
    talkative(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talkative_hub_on_postgres_writes_no_card_data() {
    talkative(Kind::Postgres).await;
}

aviso_tests::on_both_databases! {
    async fn nobody_is_shown_card_data(app: TestApp) {
        with_people(app).await;
    }
}
