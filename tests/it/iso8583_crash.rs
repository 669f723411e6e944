//! SIGKILL while messages are on their way over the host link: nothing was answered, so nothing stands.

use std::net::SocketAddr;
use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::secret::Secret;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_tests::bankhost::BankHost;
use aviso_tests::card;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::{until, until_within};
use serde_json::{Value, json};

/// Payments that are answered, and payments that are not.
const EACH: u32 = 30;

async fn scenario(kind: Kind) {
    let database = TestDatabase::create(kind);
    let smtp = Smtp::start(SocketAddr::from(([127, 0, 0, 1], 0)), SmtpConfig::default()).await.expect("a mail sink");
    let bank = BankHost::start(&[]);
    let mut hub = Hub::new(&database, smtp.addr());
    let key = key(&hub).await;
    for (name, value) in [
        ("PAYMENTS__ACQUIRER", "iso8583"),
        ("PAYMENTS__TEST_ACQUIRER", "iso8583"),
        // More than it takes until all messages have arrived.
        ("PAYMENTS__ACQUIRER_DEADLINE_SECS", "25"),
        ("PAYMENTS__INQUIRY_AFTER_SECS", "26"),
        ("ISO8583__RESPONSE_TIMEOUT_MS", "24000"),
        ("ISO8583__ECHO_SECS", "1"),
        ("ISO8583__HOST", "127.0.0.1"),
        ("ISO8583__TLS", "false"),
        ("ISO8583__TERMINAL_ID", "TERM0001"),
        ("ISO8583__MERCHANT_ID", "1234567"),
        ("ISO8583__ACQUIRER_ID", "00012345"),
    ] {
        hub.set(name, value);
    }
    hub.set("ISO8583__PORT", bank.port);
    hub.start().await;
    // The line is tested only once the bank took the sign-on.
    until("an echo", async || (bank.count("0800") > 1).then_some(())).await;
    let api = Api { http: reqwest::Client::new(), base: hub.url(""), key };
    for n in 0..EACH {
        assert_eq!(api.pay(n).await, Some(201));
    }

    // The bank books the others at once and would answer later than anybody waits.
    bank.tell("delay_ms 600000");
    let waiting = futures::future::join_all((EACH..2 * EACH).map(|n| api.pay(n)));
    let killer = async {
        until("every message having arrived", async || (bank.books().len() == 2 * EACH as usize).then_some(())).await;
        hub.kill();
    };
    let (answers, ()) = tokio::join!(waiting, killer);
    assert!(answers.iter().all(Option::is_none), "{answers:?}");

    bank.tell("delay_ms 0");
    hub.start().await;
    let payments = until_within(Duration::from_secs(90), "every outcome being known", async || {
        let payments = api.payments().await?;
        payments.iter().all(|payment| payment["status"] != "processing").then_some(payments)
    })
    .await;
    hub.stop().await;
    assert_eq!(payments.len(), 2 * EACH as usize);
    let books = bank.books();
    for payment in &payments {
        let id = payment["id"].as_str().expect("an id");
        let booked = books.iter().find(|booked| id.ends_with(&booked.payment)).expect("in the books");
        assert_eq!(booked.stands, payment["status"] == "captured", "{payment}");
        assert_eq!(Some(booked.kept), payment["amount_captured"].as_i64(), "{payment}");
    }
    assert_eq!(books.iter().filter(|booked| booked.stands).count(), EACH as usize);
}

async fn key(hub: &Hub) -> Secret {
    let services = hub.services().await;
    let merchant =
        services.merchants.create(Actor::Operator, "Zapatería Luna", Language::Es).await.expect("a merchant");
    let key = services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await.expect("a key");
    services.store.close().await.expect("a closed database");
    key
}

struct Api {
    http: reqwest::Client,
    base: String,
    key: Secret,
}

impl Api {
    /// Pays once, and gives the answer's status, if there was an answer.
    async fn pay(&self, n: u32) -> Option<u16> {
        let body = json!({
            "order_ref": format!("order-{n}"), "amount": 100 + n, "currency": "EUR", "confirm": true,
            "card": { "number": card::numbered(n), "exp_month": 12, "exp_year": 2030, "cvc": "123" },
        });
        let request = self.http.post(format!("{}/v1/payments", self.base)).bearer_auth(self.key.expose());
        let answer = request.header("idempotency-key", format!("pay-{n}")).json(&body).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Every payment.
    async fn payments(&self) -> Option<Vec<Value>> {
        let url = format!("{}/v1/payments?limit=100", self.base);
        let answer = self.http.get(url).bearer_auth(self.key.expose()).send().await.ok()?;
        let page: Value = answer.json().await.ok()?;
        page["data"].as_array().cloned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_answered_before_a_kill_is_reversed_after_it_sqlite() {
    scenario(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_answered_before_a_kill_is_reversed_after_it_postgres() {
    scenario(Kind::Postgres).await;
}
