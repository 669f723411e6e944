//! Every bad body gets an answer of its own that names the field, and changes nothing.

use axum::body::Body;
use serde_json::{Value, json};

use super::harness::{Hub, new_payment};

fn with(changes: Value) -> Value {
    let mut body = new_payment("A-1");
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn card(changes: Value) -> Value {
    let mut card = json!({"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"});
    for (key, value) in changes.as_object().unwrap() {
        card[key] = value.clone();
    }
    with(json!({"confirm": true, "card": card}))
}

#[tokio::test]
async fn every_wrong_field_of_a_payment_is_named() {
    let hub = Hub::start().await;
    let many: serde_json::Map<String, Value> = (0..21).map(|n| (n.to_string(), json!("x"))).collect();
    for (body, code, param) in [
        (with(json!({"order_ref": null})), "field_missing", "/order_ref"),
        (with(json!({"amount": null})), "field_missing", "/amount"),
        (with(json!({"currency": null})), "field_missing", "/currency"),
        (with(json!({"order_ref": ""})), "field_invalid", "/order_ref"),
        (with(json!({"order_ref": 7})), "field_invalid", "/order_ref"),
        (with(json!({"amount": 0})), "field_invalid", "/amount"),
        (with(json!({"amount": -5})), "field_invalid", "/amount"),
        (with(json!({"amount": 10.5})), "field_invalid", "/amount"),
        (with(json!({"amount": "1000"})), "field_invalid", "/amount"),
        (with(json!({"amount": 2_000_000_000_000_000_i64})), "field_invalid", "/amount"),
        (with(json!({"amount": 1e30})), "field_invalid", "/amount"),
        (with(json!({"currency": "eur"})), "field_invalid", "/currency"),
        (with(json!({"currency": "ZZZ"})), "field_invalid", "/currency"),
        (with(json!({"capture": "later"})), "field_invalid", "/capture"),
        (with(json!({"description": "two\nlines"})), "field_invalid", "/description"),
        (with(json!({"metadata": many})), "field_invalid", "/metadata"),
        (with(json!({"metadata": {"a": 1}})), "field_invalid", "/metadata/a"),
        (with(json!({"customer": {"email": "ana"}})), "field_invalid", "/customer/email"),
        (with(json!({"customer": {"language": "fr"}})), "field_invalid", "/customer/language"),
        (with(json!({"customer": {"ip": "300.1.1.1"}})), "field_invalid", "/customer/ip"),
        (with(json!({"customer": {"phone": "1"}})), "field_invalid", "/customer/phone"),
        (with(json!({"ammount": 5})), "field_invalid", "/ammount"),
        (with(json!({"confirm": true})), "field_missing", "/card"),
        (with(json!({"card": {}})), "field_invalid", "/card"),
        (card(json!({"number": null})), "field_missing", "/card/number"),
        (card(json!({"number": "4242424242424241"})), "field_invalid", "/card/number"),
        (card(json!({"number": 4_242_424_242_424_242_u64})), "field_invalid", "/card/number"),
        (card(json!({"exp_month": 13})), "field_invalid", "/card/exp_month"),
        (card(json!({"exp_month": 256})), "field_invalid", "/card/exp_month"),
        (card(json!({"exp_year": 2020})), "field_invalid", "/card/exp_year"),
        (card(json!({"exp_year": 30})), "field_invalid", "/card/exp_year"),
        (card(json!({"cvc": "12"})), "field_invalid", "/card/cvc"),
        (card(json!({"cvc": null})), "field_missing", "/card/cvc"),
        (card(json!({"pin": "1234"})), "field_invalid", "/card/pin"),
        (json!([1, 2]), "field_invalid", ""),
        (json!("text"), "field_invalid", ""),
    ] {
        let answer = hub.post("/v1/payments", body.clone()).await;
        assert_eq!(answer.problem(422, code)["param"], param, "{body}");
        assert!(!answer.text.contains("424242424242424"), "{}", answer.text);
    }
    assert_eq!(hub.get("/v1/payments").await.json()["data"], json!([]));
}

#[tokio::test]
async fn every_wrong_field_of_a_refund_is_named() {
    let hub = Hub::start().await;
    let id = "pay_01h455vb4pex5vsknk084sn02q";
    for (body, code, param) in [
        (json!({}), "field_missing", "/payment"),
        (json!({"payment": "rfd_01h455vb4pex5vsknk084sn02q"}), "field_invalid", "/payment"),
        (json!({"payment": id, "amount": 0}), "field_invalid", "/amount"),
        (json!({"payment": id, "refund_ref": " "}), "field_invalid", "/refund_ref"),
        (json!({"payment": id, "reason": ""}), "field_invalid", "/reason"),
        (json!({"payment": id, "why": "x"}), "field_invalid", "/why"),
    ] {
        assert_eq!(hub.post("/v1/refunds", body.clone()).await.problem(422, code)["param"], param, "{body}");
    }
    hub.post("/v1/refunds", json!({"payment": id})).await.problem(404, "payment_not_found");
}

#[tokio::test]
async fn bodies_that_are_no_json_are_told_so() {
    let hub = Hub::start().await;
    let send = async |media_type: Option<&str>, body: Vec<u8>| {
        let mut request = hub.request("POST", "/v1/payments").header("idempotency-key", "k");
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        hub.send(request.body(Body::from(body)).unwrap()).await
    };
    let json = Some("application/json");
    for text in ["", "{", "{]", "{\"a\":}", "nul", "{} {}"] {
        send(json, text.into()).await.problem(400, "malformed_json");
    }
    send(json, vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']).await.problem(400, "malformed_json");
    send(json, "[".repeat(10_000).into_bytes()).await.problem(400, "malformed_json");
    send(json, vec![b' '; 1024 * 1024 + 1]).await.problem(413, "body_too_large");
    send(None, b"{}".to_vec()).await.problem(415, "content_type_unsupported");
    send(Some("text/plain"), b"{}".to_vec()).await.problem(415, "content_type_unsupported");
    send(Some("Application/JSON; charset=utf-8"), b"{}".to_vec()).await.problem(422, "field_missing");
    assert_eq!(hub.get("/v1/payments").await.json()["data"], serde_json::json!([]));
}

#[tokio::test]
async fn ids_and_queries_of_the_wrong_shape_are_named() {
    let hub = Hub::start().await;
    hub.get("/v1/payments/42").await.problem(400, "id_invalid");
    hub.get("/v1/payments/%ff").await.problem(400, "id_invalid");
    hub.get("/v1/refunds/pay_01h455vb4pex5vsknk084sn02q").await.problem(400, "id_invalid");
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("starting_after=42", "starting_after"),
        ("status=paid", "status"),
        ("page=2", "page"),
    ] {
        let problem = hub.get(&format!("/v1/payments?{query}")).await.problem(422, "query_invalid");
        assert_eq!(problem["param"], param, "{query}");
    }
    hub.get("/v1/events?type=account.login").await.problem(422, "query_invalid");
}
