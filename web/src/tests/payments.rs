//! The life of a payment over the API.

use serde_json::json;

use super::harness::{GOOD_CARD, Hub, new_payment};

#[tokio::test]
async fn a_payment_is_created_confirmed_captured_and_refunded() {
    let hub = Hub::start().await;
    let mut body = new_payment("A-1");
    body["capture"] = json!("manual");
    body["customer"] = json!({"email": "ana@example.com", "language": "es", "ip": "203.0.113.9"});
    body["metadata"] = json!({"table": "7"});
    body["description"] = json!("Dos cafés");
    let created = hub.post("/v1/payments", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let payment = created.json();
    assert_eq!(payment["status"], "requires_payment_method");
    assert_eq!(payment["metadata"]["table"], "7");
    let path = format!("/v1/payments/{}", payment["id"].as_str().unwrap());

    let card = json!({"card": {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}});
    let confirmed = hub.post(&format!("{path}/confirm"), card).await;
    assert_eq!(
        (confirmed.status.as_u16(), &confirmed.json()["status"]),
        (200, &json!("authorized")),
        "{}",
        confirmed.text
    );
    assert_eq!(confirmed.json()["card"]["last4"], "4242");

    let part = hub.post(&format!("{path}/capture"), json!({"amount": 400})).await;
    assert_eq!((part.status.as_u16(), &part.json()["status"]), (200, &json!("partially_captured")));
    let rest = hub.post(&format!("{path}/capture"), json!({})).await;
    assert_eq!(rest.json()["amount_captured"], 1000);

    let refund = hub
        .post("/v1/refunds", json!({"payment": payment["id"], "amount": 250, "refund_ref": "R-1", "reason": "cold"}))
        .await;
    assert_eq!((refund.status.as_u16(), &refund.json()["status"]), (201, &json!("succeeded")), "{}", refund.text);
    assert_eq!(hub.get(&format!("/v1/refunds/{}", refund.json()["id"].as_str().unwrap())).await.json(), refund.json());
    let now = hub.get(&path).await.json();
    assert_eq!((&now["status"], &now["amount_refunded"]), (&json!("partially_refunded"), &json!(250)));

    let events = hub.get("/v1/events?limit=100").await.json();
    let types: Vec<&str> = events["data"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert!(types.contains(&"payment.created") && types.contains(&"refund.succeeded"), "{types:?}");
    let id = events["data"][0]["id"].as_str().unwrap();
    assert_eq!(hub.get(&format!("/v1/events/{id}")).await.json(), events["data"][0]);
}

#[tokio::test]
async fn a_capture_without_a_body_takes_all_and_a_void_releases_all() {
    let hub = Hub::start().await;
    for (order, verb, status) in [("A-1", "capture", "captured"), ("A-2", "void", "voided")] {
        let payment = hub.paid(order, GOOD_CARD, "manual").await.json();
        let path = format!("/v1/payments/{}/{verb}", payment["id"].as_str().unwrap());
        let request = hub.request("POST", &path).header("idempotency-key", order);
        let answer = hub.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!(status)), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_declined_payment_is_a_problem_with_the_payment_in_it() {
    let hub = Hub::start().await;
    let answer = hub.paid("A-1", "4000000000009995", "auto").await;
    let problem = answer.problem(402, "payment_declined");
    assert_eq!(problem["decline_code"], "insufficient_funds");
    assert_eq!(problem["advice"], "retry_later");
    assert_eq!(problem["payment"]["status"], "requires_payment_method");
    let path = format!("/v1/payments/{}", problem["payment"]["id"].as_str().unwrap());
    let mut payment = hub.get(&path).await.json();
    // It can be paid still: the page to pay it on is shown to who asks for the payment.
    let fields = payment.as_object_mut().unwrap();
    let secret = fields.remove("client_secret").unwrap();
    let url = fields.remove("checkout_url").unwrap();
    assert!(url.as_str().unwrap().ends_with(&format!("/pay/{}", secret.as_str().unwrap())));
    assert_eq!(payment, problem["payment"]);

    let card = json!({"card": {"number": "4000000000009979", "exp_month": 12, "exp_year": 2040, "cvc": "123"}});
    let again = hub.post(&format!("{path}/confirm"), card).await;
    assert_eq!(again.problem(402, "payment_declined")["advice"], "never");

    let card = json!({"card": {"number": GOOD_CARD, "exp_month": 12, "exp_year": 2040, "cvc": "123"}});
    assert_eq!(hub.post(&format!("{path}/confirm"), card).await.json()["status"], "captured");
}

#[tokio::test]
async fn a_refund_that_the_bank_refuses_is_an_answer_and_not_a_problem() {
    let hub = Hub::start().await;
    let payment = hub.paid("A-1", "4000000000009821", "auto").await.json();
    let refund = hub.post("/v1/refunds", json!({"payment": payment["id"]})).await;
    assert_eq!((refund.status.as_u16(), &refund.json()["status"]), (201, &json!("failed")), "{}", refund.text);
}

#[tokio::test]
async fn what_the_payment_does_not_allow_is_a_conflict_or_too_much() {
    let hub = Hub::start().await;
    let payment = hub.paid("A-1", GOOD_CARD, "auto").await.json();
    let id = payment["id"].as_str().unwrap();
    hub.post(&format!("/v1/payments/{id}/void"), json!({})).await.problem(409, "payment_state_conflict");
    let refund = hub.post("/v1/refunds", json!({"payment": id, "amount": 1001})).await;
    assert_eq!(refund.problem(422, "amount_too_large")["param"], "/amount");
    hub.paid("A-1", GOOD_CARD, "auto").await.problem(409, "order_ref_taken");
    let first = json!({"payment": id, "amount": 1, "refund_ref": "R-1"});
    assert_eq!(hub.post("/v1/refunds", first.clone()).await.status, 201);
    assert_eq!(hub.post("/v1/refunds", first).await.problem(409, "refund_ref_taken")["param"], "/refund_ref");
}
