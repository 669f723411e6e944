//! The real executable dies at every labelled crash point; what it was doing is finished by the next one.
//!
//! Decisions of staff come over the bot only: the simulation dies there (`review.*`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aviso_acquirers::sandbox::SandboxBank;
use aviso_core::clock::SystemClock;
use aviso_core::crash::Point;
use aviso_core::id::PaymentId;
use aviso_core::merchant::Scope;
use aviso_core::payment::recompute::discrepancies;
use aviso_core::payment::status::Status;
use aviso_core::payment::{PaymentDetails, PaymentSettings, Payments};
use aviso_core::secret::Keyring;
use aviso_core::store::Store;
use aviso_sandbox::standin::shop::Shop;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_tests::card;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::until_within;
use serde_json::{Value, json};

/// How long until the process comes by its crash point.
const DEATH: Duration = Duration::from_secs(60);
/// Deliveries that were in flight at a death wait for their leases to run out.
const LEASES_RETURN: Duration = Duration::from_secs(150);

/// What a shop does to lead the process to its crash point.
#[derive(Debug, Clone, Copy)]
enum Errand {
    Pay,
    CaptureAndVoid,
    Refund,
    LoseAnAnswer,
    PayTooLittle,
}

/// Where the process dies, and on which errand.
fn places() -> Vec<(String, Errand)> {
    let mut places = Vec::new();
    for point in Point::ALL {
        let errand = match point {
            Point::AttemptBegin | Point::AttemptStored | Point::AttemptAnswered | Point::AttemptDone => Errand::Pay,
            Point::PlanBegin | Point::PlanDone => Errand::Pay,
            Point::DeliveryClaimed | Point::DeliverySent | Point::DeliveryRecorded => Errand::Pay,
            Point::FollowUpBegin | Point::FollowUpStored | Point::FollowUpAnswered | Point::FollowUpDone => {
                Errand::CaptureAndVoid
            }
            Point::RefundBegin | Point::RefundStored | Point::RefundAnswered | Point::RefundDone => Errand::Refund,
            Point::InquiryTaken | Point::InquiryAnswered | Point::InquiryDone => Errand::LoseAnAnswer,
            Point::ReversalTaken | Point::ReversalAnswered | Point::ReversalDone => Errand::PayTooLittle,
            Point::ReviewBegin | Point::ReviewStored | Point::ReviewAnswered | Point::ReviewDone => continue,
            Point::UnitWritten | Point::UnitCommitted => {
                // The first ones are passed before the hub is ready.
                places.extend([1, 5, 9].map(|pass| (format!("{point}:{pass}"), Errand::CaptureAndVoid)));
                continue;
            }
        };
        places.push((point.to_string(), errand));
    }
    places
}

/// A shop that asks again until it is answered, whatever happens to the hub.
#[derive(Debug, Clone)]
struct Shopkeeper {
    http: reqwest::Client,
    base: String,
    key: String,
    name: String,
}

impl Shopkeeper {
    /// The final answer to a request: asked under one idempotency key until there is one.
    async fn ask(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let (url, key) = (format!("{}{path}", self.base), format!("{} {key}", self.name));
        let (began, mut last) = (Instant::now(), None);
        // Not `until_within`: the future of an async closure that borrows is not known to be `Send`.
        loop {
            match self.ask_once(&url, &key, body).await {
                // Under way, or another operation of the payment is; or the hub is going down.
                Some((409 | 429 | 500.., answer)) => last = Some(answer),
                Some(answer) => return answer,
                None => {}
            }
            assert!(began.elapsed() < DEATH, "{key} has no final answer, but {last:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn ask_once(&self, url: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.http.post(url).bearer_auth(&self.key).header("idempotency-key", key).json(body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// With a card of its own: antifraud stops one that pays ten times in an hour.
    async fn pay_well(&self, capture: &str, n: u32) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        self.pay(&card::numbered(NEXT.fetch_add(1, Ordering::SeqCst)), capture, n).await
    }

    async fn pay(&self, number: &str, capture: &str, n: u32) -> String {
        let order = format!("{} {capture} {n}", self.name);
        let card = json!({ "number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123" });
        let body = json!({
            "order_ref": order, "amount": 100, "currency": "EUR", "confirm": true, "capture": capture, "card": card,
        });
        let (status, answer) = self.ask("/v1/payments", &format!("pay {capture} {n}"), &body).await;
        let id = match status {
            200 | 201 => return answer["id"].as_str().expect("an id").to_owned(),
            402 => answer["payment"]["id"].as_str().expect("an id").to_owned(),
            other => panic!("{order} was answered {other}: {answer}"),
        };
        if answer["decline_code"] == "processing_error" {
            // It never reached the bank: the careful shop tries again.
            let confirm = format!("/v1/payments/{id}/confirm");
            self.ask(&confirm, &format!("confirm {capture} {n}"), &json!({ "card": card })).await;
        }
        id
    }

    /// Gives the payments it made.
    async fn run(self, errand: Errand, n: u32) -> Vec<String> {
        match errand {
            Errand::Pay => vec![self.pay_well("auto", n).await],
            Errand::LoseAnAnswer => vec![self.pay(card::ANSWER_LOST, "auto", n).await],
            Errand::PayTooLittle => vec![self.pay(card::APPROVED_FOR_LESS, "auto", n).await],
            Errand::CaptureAndVoid => {
                let id = self.pay_well("manual", n).await;
                let path = format!("/v1/payments/{id}");
                self.ask(&format!("{path}/capture"), &format!("capture {n}"), &json!({ "amount": 60 })).await;
                self.ask(&format!("{path}/void"), &format!("void {n}"), &json!({})).await;
                vec![id]
            }
            Errand::Refund => {
                let id = self.pay_well("auto", n).await;
                for part in 0..2 {
                    let body = json!({ "payment": id, "amount": 30 });
                    self.ask("/v1/refunds", &format!("refund {n} {part}"), &body).await;
                }
                vec![id]
            }
        }
    }
}

async fn sweep(kind: Kind) {
    let database = TestDatabase::create(kind);
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let shop = Shop::start(any).await.expect("a shop");
    let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("a mail sink");
    let mut hub = Hub::new(&database, smtp.addr());
    let (scope, key) = hub.open_shop(&shop).await;
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client");

    let mut ids = BTreeSet::new();
    for (place, errand) in places() {
        hub.crash_at(Some(&place));
        hub.start().await;
        let keeper = Shopkeeper { http: http.clone(), base: hub.url(""), key: key.clone(), name: place.clone() };
        let (mut n, mut began) = (0, Instant::now());
        let mut running = tokio::spawn(keeper.clone().run(errand, n));
        until_within(DEATH, &format!("the death at {place}"), async || {
            if hub.has_died() {
                return Some(());
            }
            // It got by: once more. What the janitor does takes a moment.
            if running.is_finished() && began.elapsed() > Duration::from_secs(4) {
                (n, began) = (n + 1, Instant::now());
                let next = tokio::spawn(keeper.clone().run(errand, n));
                ids.extend(std::mem::replace(&mut running, next).await.expect("an errand"));
            }
            None
        })
        .await;
        hub.kill();
        hub.crash_at(None);
        hub.start().await;
        ids.extend(running.await.expect("an errand"));
        hub.stop().await;
    }
    hub.start().await;
    check(&database, hub, &shop, &scope, ids).await;
}

/// Everything has ended, once, and bank, hub and shop agree.
async fn check(database: &TestDatabase, mut hub: Hub, shop: &Shop, scope: &Scope, ids: BTreeSet<String>) {
    let store = Store::open(&database.url).await.expect("the database");
    let bank = Arc::new(SandboxBank::builder().build().expect("a bank that nobody asks"));
    let keyring = Keyring::new([0; 32]);
    let payments = Payments::new(store.clone(), Arc::new(SystemClock), bank, keyring, PaymentSettings::default());
    until_within(DEATH, "the janitor to finish", async || {
        payments.backlog().await.ok().filter(|(open, _)| *open == 0).map(|_| ())
    })
    .await;
    until_within(LEASES_RETURN, "the shop to hear of everything", async || {
        let told = payments.events(scope, None, None, 10_000).await.ok()?.items;
        let heard: BTreeSet<String> = shop.events().into_iter().map(|event| event.headers.id).collect();
        told.iter().all(|event| heard.contains(&event.id.to_string())).then_some(())
    })
    .await;
    let listed = payments.list(scope, None, None, None, 10_000).await.expect("a list").items;
    let listed: BTreeSet<String> = listed.into_iter().map(|payment| payment.id).collect();
    assert_eq!(listed, ids, "each order is one payment, and each is known to the shop");
    let mut all = Vec::new();
    for id in &ids {
        let id: PaymentId = id.parse().expect("an id");
        all.push(payments.details(id).await.expect("details"));
    }
    store.close().await.expect("closed");
    hub.stop().await;
    let bank = hub.bank();
    for details in &all {
        assert_eq!(discrepancies(details), []);
        same_books(details, &bank);
    }
}

fn same_books(details: &PaymentDetails, bank: &SandboxBank) {
    let ours = &details.payment;
    assert_ne!(ours.status(), Status::Processing, "{details:#?}");
    let holds = bank.authorizations().into_iter().filter(|hold| hold.payment == ours.id);
    let (mut taken, mut back) = (0, 0);
    for hold in holds {
        let undone = hold.voided || hold.captured_minor == hold.refunded_minor;
        assert!(undone || ours.authorized() > 0, "the bank holds money of {details:#?}");
        if ours.captured() > 0 {
            taken += hold.captured_minor;
            back += hold.refunded_minor;
        }
    }
    assert_eq!((ours.captured(), ours.refunded()), (taken, back), "{details:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_anywhere_loses_and_doubles_nothing_on_sqlite() {
    sweep(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_anywhere_loses_and_doubles_nothing_on_postgres() {
    sweep(Kind::Postgres).await;
}
