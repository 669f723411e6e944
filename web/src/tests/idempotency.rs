//! The same request twice has one effect and one answer.

use axum::body::Body;
use serde_json::json;

use super::harness::{GOOD_CARD, Hub, new_payment};

#[tokio::test]
async fn a_repeated_request_is_answered_with_the_same_bytes() {
    let hub = Hub::start().await;
    let mut body = new_payment("A-1");
    body["confirm"] = json!(true);
    for (order, card, status) in [("A-1", GOOD_CARD, 201), ("A-2", "4000000000000002", 402)] {
        body["order_ref"] = json!(order);
        body["card"] = json!({"number": card, "exp_month": 12, "exp_year": 2040, "cvc": "123"});
        let first = hub.post_with_key("/v1/payments", body.clone(), order).await;
        let second = hub.post_with_key("/v1/payments", body.clone(), order).await;
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (status, status));
        assert_eq!(first.text, second.text);
        assert_eq!(first.header("content-type"), second.header("content-type"));
        assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
    }
    assert_eq!(hub.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_order_of_fields_does_not_make_another_request() {
    let hub = Hub::start().await;
    let send = async |text: &'static str| {
        let request = hub
            .request("POST", "/v1/payments")
            .header("idempotency-key", "k")
            .header("content-type", "application/json");
        hub.send(request.body(Body::from(text)).unwrap()).await
    };
    assert_eq!(send(r#"{"order_ref":"A","amount":5,"currency":"EUR"}"#).await.status, 201);
    let again = send(r#"{ "currency":"EUR", "amount":5, "order_ref":"A" }"#).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
}

#[tokio::test]
async fn a_key_cannot_be_reused_for_another_amount_path_or_card() {
    let hub = Hub::start().await;
    let first = hub.post_with_key("/v1/payments", new_payment("A-1"), "k").await;
    let mut other = new_payment("A-1");
    other["amount"] = json!(1001);
    let problem = hub.post_with_key("/v1/payments", other, "k").await.problem(422, "idempotency_key_reused");
    assert_eq!(problem["param"], "Idempotency-Key");
    let path = format!("/v1/payments/{}/void", first.json()["id"].as_str().unwrap());
    hub.post_with_key(&path, json!({}), "k").await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn what_is_refused_leaves_the_key_free() {
    let hub = Hub::start().await;
    let mut wrong = new_payment("A-1");
    wrong["amount"] = json!(0);
    hub.post_with_key("/v1/payments", wrong, "k").await.problem(422, "field_invalid");
    assert_eq!(hub.post_with_key("/v1/payments", new_payment("A-1"), "k").await.status, 201);

    hub.post_with_key("/v1/payments", new_payment("A-1"), "l").await.problem(409, "order_ref_taken");
    assert_eq!(hub.post_with_key("/v1/payments", new_payment("A-2"), "l").await.status, 201);
}

#[tokio::test]
async fn keys_of_the_wrong_shape_are_refused_on_every_route_that_moves_money() {
    let hub = Hub::start().await;
    let id = hub.paid("A-1", GOOD_CARD, "manual").await.json()["id"].as_str().unwrap().to_owned();
    for path in ["/v1/payments", "/v1/refunds"]
        .map(str::to_owned)
        .into_iter()
        .chain(["confirm", "capture", "void"].map(|verb| format!("/v1/payments/{id}/{verb}")))
    {
        let send = async |keys: &[&str]| {
            let mut request = hub.request("POST", &path).header("content-type", "application/json");
            for key in keys {
                request = request.header("idempotency-key", *key);
            }
            hub.send(request.body(Body::from("{}")).unwrap()).await
        };
        send(&[]).await.problem(400, "idempotency_key_missing");
        for wrong in [&["", ""][..], &["  "], &["a", "a"], &["x".repeat(256).as_str()], &["a\tb"]] {
            let problem = send(wrong).await.problem(400, "idempotency_key_invalid");
            assert_eq!(problem["param"], "Idempotency-Key");
        }
    }
}

#[tokio::test]
async fn fifty_requests_with_one_key_have_one_effect() {
    let hub = Hub::start().await;
    let mut body = new_payment("A-1");
    body["confirm"] = json!(true);
    body["card"] = json!({"number": GOOD_CARD, "exp_month": 12, "exp_year": 2040, "cvc": "123"});
    let replies =
        futures::future::join_all((0..50).map(|_| hub.post_with_key("/v1/payments", body.clone(), "k"))).await;
    let done: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert!(!done.is_empty() && done.iter().all(|reply| reply.text == done[0].text));
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.problem(409, "idempotency_key_in_use");
        assert_eq!(reply.header("retry-after"), "1");
    }
    assert_eq!(done.iter().filter(|reply| reply.header("idempotency-replayed").is_empty()).count(), 1);
    assert_eq!(hub.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1);
}
