//! The shop as Aviso meets it.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::json;

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SOON: Duration = Duration::from_secs(10);

async fn shop() -> Shop {
    let shop = Shop::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    shop.trust(SECRET);
    shop
}

async fn send(shop: &Shop, id: &str, body: &Value) -> reqwest::Response {
    let body = body.to_string();
    let signed = signature::sign(SECRET, id, crate::standin::now().timestamp(), body.as_bytes());
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client.post(shop.webhook_url()).body(body);
    let request = request.header("webhook-id", signed.id).header("webhook-timestamp", signed.timestamp);
    request.header("webhook-signature", signed.signature).send().await.unwrap()
}

fn payment(status: &str, updated_at: &str) -> Value {
    let payment = json!({ "id": "pay_1", "order_ref": "A-1", "status": status, "updated_at": updated_at });
    json!({ "type": "payment.captured", "timestamp": "x", "data": { "payment": payment } })
}

fn captured(status: &str) -> Value {
    payment(status, "2026-01-01T00:00:01Z")
}

#[tokio::test]
async fn webhooks_are_verified_and_taken_once() {
    let shop = shop().await;
    assert_eq!(send(&shop, "evt_1", &captured("captured")).await.status(), 204);
    assert_eq!(send(&shop, "evt_1", &captured("captured")).await.status(), 204);
    let forged = reqwest::Client::new().post(shop.webhook_url()).body("{}").send().await.unwrap();
    assert_eq!(forged.status(), 400);
    let received = shop.received();
    let seen: Vec<_> = received.iter().map(|it| (it.verified, it.duplicate, it.accepted)).collect();
    assert_eq!(seen, [(true, false, true), (true, true, true), (false, false, false)]);
    assert_eq!(received[2].distrust, Some(Distrust::MissingHeader));
    assert_eq!(shop.events().len(), 1);
    assert!(shop.wait_for(SOON, |it| it.kind == "payment.captured").await.is_ok());
}

#[tokio::test]
async fn it_misbehaves_as_it_is_told() {
    let shop = shop().await;
    shop.answer_next([
        Answer::Status(503),
        Answer::RetryAfter(7),
        Answer::Redirect(shop.redirect_target()),
        Answer::HugeBody,
    ]);
    assert_eq!(send(&shop, "evt_1", &captured("x")).await.status(), 503);
    let later = send(&shop, "evt_1", &captured("x")).await;
    assert_eq!((later.status().as_u16(), later.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(send(&shop, "evt_1", &captured("x")).await.status(), 302);
    assert_eq!(send(&shop, "evt_1", &captured("x")).await.bytes().await.unwrap().len(), 8 * 1024 * 1024);
    assert!(!shop.received()[3].duplicate, "what was refused is no duplicate when it comes again");
    assert_eq!(shop.followed_redirects(), 0);
    shop.set_answer(Answer::Drip);
    let mut dripping = send(&shop, "evt_2", &captured("x")).await;
    assert_eq!(&dripping.chunk().await.unwrap().unwrap()[..], b".");
    shop.set_answer(Answer::Hang);
    let patience = Duration::from_millis(100);
    let nothing = captured("x");
    assert!(tokio::time::timeout(patience, send(&shop, "evt_3", &nothing)).await.is_err());
}

#[tokio::test]
async fn it_pays_and_learns_from_answers_and_webhooks() {
    let shop = shop().await;
    let order = Order::new("A-1", 1_200, "4242 4242 4242 4242", "ana@shop.test");
    assert!(matches!(shop.pay(&order).await, Err(ShopError::NotConnected)));

    let aviso = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", aviso.local_addr().unwrap());
    let create = async |headers: HeaderMap, Json(body): Json<Value>| {
        assert_eq!(headers["authorization"], "Bearer sk_test_1");
        assert!(headers.contains_key("idempotency-key"));
        assert_eq!(body["card"]["number"], "4242424242424242");
        if body["amount"] == 1 {
            let problem = json!({ "type": "x", "code": "card_declined", "payment": { "id": "pay_2" } });
            return (StatusCode::PAYMENT_REQUIRED, Json(problem));
        }
        (StatusCode::CREATED, Json(json!({ "id": "pay_1", "status": "authorized", "order_ref": "A-1" })))
    };
    let app = axum::Router::new().route("/v1/payments", post(create));
    tokio::spawn(async move { axum::serve(aviso, app).await });
    shop.connect(&url, "sk_test_1");

    assert_eq!(shop.pay(&order).await.unwrap().payment_id(), Some("pay_1"));
    assert_eq!(shop.purchases()[0].status, "authorized");
    send(&shop, "evt_1", &captured("captured")).await;
    assert_eq!(shop.purchases()[0].status, "captured");
    send(&shop, "evt_0", &payment("authorized", "2026-01-01T00:00:00Z")).await;
    assert_eq!(shop.purchases()[0].status, "captured", "a late webhook does not turn time back");
    shop.pay(&Order { amount: 1, ..order }).await.unwrap();
    let declined = shop.purchases().pop().unwrap();
    assert_eq!(
        (declined.status.as_str(), declined.payment_id.as_deref(), declined.card_last4.as_str()),
        ("declined", Some("pay_2"), "4242")
    );

    shop.connect("http://127.0.0.1:1", "sk_test_1");
    assert!(shop.pay(&Order::new("A-2", 5, "4242", "a@b")).await.is_err());
    assert_eq!(shop.purchases().pop().unwrap().status, "unknown");
}
