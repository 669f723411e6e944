//! A hub with one merchant, and verbs to talk to it.

use std::sync::Arc;

use aviso_acquirers::sandbox::SandboxBank;
use aviso_core::account::Accounts;
use aviso_core::audit::{Actor, Audit};
use aviso_core::bill::Bills;
use aviso_core::clock::{Clock, ShiftedClock};
use aviso_core::delivery::{DeliveryLog, Planner};
use aviso_core::dispute::Disputes;
use aviso_core::event::EventType;
use aviso_core::inbox::{Inbox, Watches};
use aviso_core::issuing::IssuingBanks;
use aviso_core::language::Language;
use aviso_core::ledger::Ledger;
use aviso_core::merchant::endpoint::Endpoints;
use aviso_core::merchant::member::Members;
use aviso_core::merchant::{Merchants, Mode};
use aviso_core::money::Money;
use aviso_core::onboarding::{Contract, Onboardings, Terms};
use aviso_core::payment::{PaymentSettings, Payments};
use aviso_core::refund::Refunds;
use aviso_core::report::Reports;
use aviso_core::risk::Risk;
use aviso_core::routing::Profiles;
use aviso_core::secret::Keyring;
use aviso_core::site::Sites;
use aviso_core::store::{DatabaseUrl, Store};
use aviso_migrations::{Migrator, MigratorTrait};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::mailbox;
use crate::{Limits, WebConfig, WebParts, router};

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Asserts that it is a problem, whole and in form.
    #[track_caller]
    pub(super) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status.as_u16(), body["code"].as_str().unwrap()), (status, code), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        for text in ["type", "title", "detail"] {
            assert!(body[text].as_str().is_some_and(|text| !text.is_empty()), "{text} in {body}");
        }
        body
    }
}

pub(super) struct Hub {
    pub(super) parts: WebParts,
    pub(super) router: Router,
    pub(super) clock: Arc<ShiftedClock>,
    keyring: Keyring,
    pub(super) key: String,
    _folder: tempfile::TempDir,
}

/// What merchants are asked for in these tests.
fn terms() -> Terms {
    Terms {
        trial: std::time::Duration::from_secs(86_400),
        contract: Contract { version: "1".to_owned(), text: "Pay what you owe.".to_owned() },
        fee: Some(Money::new(295_000, "RUB".parse().unwrap()).unwrap()),
        acquirers: vec!["sandbox".to_owned()],
    }
}

impl Hub {
    pub(super) async fn start() -> Self {
        let limits = Limits {
            page: crate::Rate::new(60_000, 10_000),
            form: crate::Rate::new(60_000, 10_000),
            ..Limits::default()
        };
        Self::start_with(limits).await
    }

    pub(super) async fn start_with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("aviso.db"))).await.unwrap();
        Migrator::up(&store.migration_connection(), None).await.unwrap();
        let shifted = Arc::new(ShiftedClock::default());
        let clock: Arc<dyn Clock> = shifted.clone();
        let keyring = Keyring::new([7; 32]);
        let bank = Arc::new(SandboxBank::builder().build().unwrap());
        let settings = PaymentSettings::default();
        let payments = Payments::new(store.clone(), clock.clone(), bank, keyring.clone(), settings);
        let merchants = Merchants::new(store.clone(), clock.clone());
        let config =
            WebConfig { limits, ..WebConfig::new("http://127.0.0.1:8080".parse().unwrap(), "https://t.me/aviso_bot") };
        let parts = WebParts {
            bills: Bills::new(store.clone(), clock.clone(), keyring.clone(), payments.clone()),
            sites: Sites::new(store.clone(), clock.clone(), keyring.clone(), payments.clone()),
            issuing: IssuingBanks::new(store.clone(), clock.clone(), keyring.clone()),
            refunds: Refunds::new(store.clone(), clock.clone(), payments.clone()),
            disputes: Disputes::new(store.clone(), clock.clone(), &payments),
            ledger: Ledger::new(store.clone(), clock.clone(), &payments),
            reports: Reports::new(store.clone(), clock.clone()),
            onboardings: Onboardings::new(store.clone(), clock.clone(), terms()),
            members: Members::new(store.clone(), clock.clone(), keyring.clone()),
            profiles: Profiles::new(store.clone(), clock.clone()),
            risk: Risk::new(store.clone(), clock.clone()),
            audit: Audit::new(store.clone(), clock.clone()),
            endpoints: Endpoints::new(store.clone(), clock.clone(), keyring.clone()),
            accounts: Accounts::new(store.clone(), clock.clone(), keyring.clone()),
            inbox: Inbox::new(store.clone(), clock.clone()),
            watches: Watches::new(store.clone(), clock.clone()),
            deliveries: DeliveryLog::new(store.clone(), clock.clone()),
            endpoint_check: Arc::new(|url| {
                if url.starts_with("https://") {
                    Ok(())
                } else {
                    Err("an endpoint's URL starts with https://".to_owned())
                }
            }),
            header_check: Arc::new(|name, _| Ok(name.to_lowercase())),
            ready: Arc::new(|| Ok(())),
            metrics: Arc::new(|| "aviso_up 1\n".to_owned()),
            keyring: keyring.clone(),
            store,
            clock,
            payments,
            merchants,
            config,
        };
        let mut hub = Self {
            router: router(parts.clone().into_state()),
            parts,
            clock: shifted,
            keyring,
            key: String::new(),
            _folder: folder,
        };
        hub.key = hub.merchant("Café Luna", Mode::Test).await;
        hub
    }

    /// A new merchant's API key.
    pub(super) async fn merchant(&self, name: &str, mode: Mode) -> String {
        let merchant = self.parts.merchants.create(Actor::Operator, name, Language::Es).await.unwrap();
        let key = self.parts.merchants.issue_key(Actor::Operator, merchant.id, mode).await.unwrap();
        key.expose().to_owned()
    }

    /// The token in the newest mail of this kind to an address, as the mail would carry it.
    pub(super) async fn token_mailed(&self, kind: EventType, email: &str) -> String {
        self.plan().await;
        let link = mailbox::link_in(&self.parts, kind, email).await;
        self.keyring.link_token(link).expose().to_owned()
    }

    /// Makes deliveries of the events so far.
    pub(super) async fn plan(&self) {
        Planner::new(self.parts.store.clone(), self.parts.clock.clone()).plan_once().await.unwrap();
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Reply { status: parts.status, headers: parts.headers, text }
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(super) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.key))
    }

    /// A POST with a fresh idempotency key.
    pub(super) async fn post(&self, path: &str, body: Value) -> Reply {
        let key = format!("key-{}", rand::random::<u64>());
        self.post_with_key(path, body, &key).await
    }

    pub(super) async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Reply {
        let request =
            self.request("POST", path).header("content-type", "application/json").header("idempotency-key", key);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A payment with this card, captured as said.
    pub(super) async fn paid(&self, order: &str, card: &str, capture: &str) -> Reply {
        let mut body = new_payment(order);
        body["confirm"] = json!(true);
        body["card"] = json!({"number": card, "exp_month": 12, "exp_year": 2040, "cvc": "123"});
        body["capture"] = json!(capture);
        self.post("/v1/payments", body).await
    }
}

pub(super) const GOOD_CARD: &str = "4242424242424242";

/// The body of a payment of 10.00 EUR.
pub(super) fn new_payment(order: &str) -> Value {
    json!({"order_ref": order, "amount": 1000, "currency": "EUR"})
}
