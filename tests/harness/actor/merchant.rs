//! A merchant: an API key and HTTP.

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::secret::Secret;
use reqwest::Method;
use serde_json::{Value, json};

use crate::actor::next_number;
use crate::app::TestApp;
use crate::until::DEADLINE;

/// A merchant with a test key.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// The hub.
    pub app: TestApp,
    /// The merchant's world, for looking at services.
    pub scope: Scope,
    /// The API key.
    pub key: Secret,
}

/// What the API answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body, as text: replays are compared byte for byte.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON ({}): {}", self.status, self.text))
    }

    /// A text in the body by JSON pointer; empty when there is none.
    #[must_use]
    pub fn text_at(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Checks the status.
    ///
    /// # Panics
    ///
    /// When it is another one; shows the body.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// What a buyer orders.
#[derive(Debug, Clone)]
pub struct Order {
    /// The request's body.
    pub body: Value,
}

impl Order {
    /// An order of an amount in euro cents, paid with a card.
    #[must_use]
    pub fn new(amount: i64, pan: &str) -> Self {
        let body = json!({
            "order_ref": format!("order-{}", next_number()),
            "amount": amount,
            "currency": "EUR",
            "description": "Zapatos de piel",
            "confirm": true,
            "card": { "number": pan, "exp_month": 12, "exp_year": 2030, "cvc": "123" },
        });
        Self { body }
    }

    /// By this buyer.
    #[must_use]
    pub fn by(mut self, email: &str) -> Self {
        self.body["customer"] = json!({ "email": email });
        self
    }

    /// Money is reserved first and taken later.
    #[must_use]
    pub fn reserved(mut self) -> Self {
        self.body["capture"] = json!("manual");
        self
    }

    /// With another field at the body's top.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.body[field] = value;
        self
    }

    /// Paid with a wallet instead of a card.
    #[must_use]
    pub fn from_wallet(mut self, wallet: &str) -> Self {
        if let Some(body) = self.body.as_object_mut() {
            body.remove("card");
            body.insert("wallet".to_owned(), json!(wallet));
        }
        self
    }

    /// Nobody pays it yet.
    #[must_use]
    pub fn unpaid(mut self) -> Self {
        if let Some(body) = self.body.as_object_mut() {
            body.remove("card");
            body.remove("confirm");
        }
        self
    }
}

impl TestApp {
    /// A new merchant with a test key.
    ///
    /// # Panics
    ///
    /// When it is not created.
    pub async fn merchant(&self) -> Merchant {
        let merchants = &self.hub.services.merchants;
        let name = format!("Zapatería Luna {}", next_number());
        let merchant = merchants.create(Actor::Operator, &name, Language::Es).await.expect("a merchant");
        let key = merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await.expect("a key");
        let scope = Scope { merchant, mode: Mode::Test, key_id: None };
        Merchant { app: self.clone(), scope, key }
    }
}

impl Merchant {
    /// A request with this idempotency key, or none.
    ///
    /// # Panics
    ///
    /// When the hub does not answer.
    pub async fn send(&self, method: Method, path: &str, key: Option<&str>, body: Option<&Value>) -> Answer {
        let mut request = self.app.http.request(method, self.app.url(path)).bearer_auth(self.key.expose());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await
    }

    /// Posts under a fresh idempotency key.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(&format!("key-{}", next_number())), Some(body)).await
    }

    /// Creates a payment.
    pub async fn pay(&self, order: &Order) -> Answer {
        self.post("/v1/payments", &order.body).await
    }

    /// Refunds part of a payment, or all of it.
    pub async fn refund(&self, payment: &str, amount: Option<i64>) -> Answer {
        let mut body = json!({ "payment": payment });
        if let Some(amount) = amount {
            body["amount"] = json!(amount);
        }
        self.post("/v1/refunds", &body).await
    }

    /// The status of a payment.
    pub async fn status(&self, payment: &str) -> String {
        self.get(&format!("/v1/payments/{payment}")).await.expect(200).text_at("/status")
    }

    /// Waits until the shop's server heard of something of this kind. Gives the event.
    ///
    /// # Panics
    ///
    /// When it does not hear of it.
    pub async fn hears(&self, kind: &str) -> Value {
        let heard = self.app.shop.wait_for(DEADLINE, |event| event.kind == kind).await;
        heard.unwrap_or_else(|there| panic!("no {kind}: {there}")).body
    }

    /// Of how many events of this kind the shop's server heard; its own clock, which a test does not
    /// move, may be too far away to trust them.
    #[must_use]
    pub fn heard(&self, kind: &str) -> usize {
        let received = self.app.shop.received();
        let ids = received.iter().filter(|event| event.kind == kind).map(|event| &event.headers.id);
        ids.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Adds an endpoint at the shop's server, which trusts its secret from then on. Gives its id.
    pub async fn listen(&self) -> String {
        let body = json!({ "url": self.app.shop.webhook_url() });
        let answer = self.send(Method::POST, "/v1/webhook_endpoints", None, Some(&body)).await.expect(201);
        self.app.shop.trust(&answer.text_at("/secret"));
        answer.text_at("/id")
    }
}
