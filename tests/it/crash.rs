//! SIGKILL during a run of payments: nothing accepted is lost, nothing is doubled.

use std::collections::BTreeSet;
use std::time::Duration;

use aviso_sandbox::standin::shop::Shop;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_tests::card;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::{until, until_within};
use futures::StreamExt;
use serde_json::{Value, json};

/// Deliveries that were in flight at a kill wait for their leases to run out.
const LEASES_RETURN: Duration = Duration::from_secs(120);
/// Payments in the run.
const PAYMENTS: u32 = 1_000;
/// The hub is killed when the shop has heard of so many events; there are two for each payment.
const KILL_AFTER: [usize; 4] = [100, 500, 1_000, 1_500];

async fn scenario(kind: Kind) {
    let database = TestDatabase::create(kind);
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let shop = Shop::start(any).await.expect("a shop");
    let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("a mail sink");
    let mut hub = Hub::new(&database, smtp.addr());
    let (_, key) = hub.open_shop(&shop).await;
    hub.start().await;
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client");

    let base = hub.url("");
    let killer = async {
        for heard in KILL_AFTER {
            until_within(LEASES_RETURN, &format!("{heard} deliveries"), async || {
                (shop.events().len() >= heard).then_some(())
            })
            .await;
            // Kill in the thick of it, then come back.
            hub.kill();
            hub.start().await;
        }
    };
    let load = futures::stream::iter(0..PAYMENTS)
        .map(|n| {
            let (http, key, base) = (http.clone(), key.clone(), base.clone());
            async move { pay_until_answered(&http, &base, &key, n).await }
        })
        .buffer_unordered(16)
        .collect::<Vec<String>>();
    let (answers, ()) = tokio::join!(load, killer);

    // Every payment that was asked for ends captured, once: at the hub, at the bank and at the shop.
    let ids: BTreeSet<String> = answers.into_iter().collect();
    assert_eq!(ids.len(), PAYMENTS as usize, "each order is one payment");
    for id in &ids {
        until(&format!("{id} being captured"), async || {
            let payment = get(&http, &base, &key, id).await?;
            (payment["status"] == "captured").then_some(())
        })
        .await;
    }
    until_within(LEASES_RETURN, "the shop hearing of every payment", async || {
        let heard: BTreeSet<String> = shop
            .events()
            .iter()
            .filter(|event| event.kind == "payment.captured")
            .filter_map(|event| event.body["data"]["payment"]["id"].as_str().map(str::to_owned))
            .collect();
        (heard == ids).then_some(())
    })
    .await;
    until_within(LEASES_RETURN, "a letter for every payment", async || {
        (smtp.mails().len() >= PAYMENTS as usize).then_some(())
    })
    .await;
    let captured_events = shop.events().iter().filter(|event| event.kind == "payment.captured").count();
    assert_eq!(captured_events, PAYMENTS as usize, "one event for each payment");
    hub.stop().await;
    let books = hub.bank_books();
    assert_eq!(books.len(), PAYMENTS as usize, "the bank took each payment once");
    assert!(books.iter().all(|minor| *minor == 100));
}

/// Sends the same request under the same key until it is answered, and tries the card again when the
/// hub says that the bank never got the message: what a careful shop does.
async fn pay_until_answered(http: &reqwest::Client, base: &str, key: &str, n: u32) -> String {
    let card = json!({ "number": card::numbered(n), "exp_month": 12, "exp_year": 2030, "cvc": "123" });
    let mut path = "/v1/payments".to_owned();
    let mut body = json!({
        "order_ref": format!("order-{n}"), "amount": 100, "currency": "EUR", "confirm": true,
        "customer": { "email": format!("buyer{n}@example.com") }, "card": card,
    });
    for attempt in 1..=5 {
        let (status, answer) = until(&format!("an answer for order {n}"), async || {
            let request = http.post(format!("{base}{path}")).bearer_auth(key).json(&body);
            let answer = request.header("idempotency-key", format!("key-{n}-{attempt}")).send().await.ok()?;
            let status = answer.status().as_u16();
            let answer: Value = answer.json().await.ok()?;
            // Still under way, or the hub was just coming up.
            (!matches!(status, 409 | 429 | 503)).then_some((status, answer))
        })
        .await;
        match (status, answer["decline_code"].as_str()) {
            (200 | 201, _) => return answer["id"].as_str().expect("an id").to_owned(),
            (402, Some("processing_error")) => {
                let id = answer["payment"]["id"].as_str().expect("an id");
                path = format!("/v1/payments/{id}/confirm");
                body = json!({ "card": card });
            }
            _ => panic!("order {n} was answered {status}: {answer}"),
        }
    }
    panic!("order {n} was refused five times");
}

async fn get(http: &reqwest::Client, base: &str, key: &str, id: &str) -> Option<Value> {
    http.get(format!("{base}/v1/payments/{id}")).bearer_auth(key).send().await.ok()?.json().await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite() {
    scenario(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgres() {
    scenario(Kind::Postgres).await;
}
