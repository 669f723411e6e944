//! Nothing of the API answers without a key, and no key sees another world.

use aviso_core::audit::Actor;
use aviso_core::merchant::Mode;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::harness::{GOOD_CARD, Hub};
use crate::{BANK_ROUTES, Limits, ROUTES, Rate};

const FOREIGN: &str = "01h455vb4pex5vsknk084sn02q";

fn filled(path: &str) -> String {
    let id = if path.contains("refunds") {
        "rfd_"
    } else if path.contains("events") {
        "evt_"
    } else if path.contains("bank/cards") {
        "ecd_"
    } else if path.contains("cards") {
        "card_"
    } else if path.contains("mandates") {
        "man_"
    } else if path.contains("disputes") {
        "dsp_"
    } else if path.contains("webhook") {
        "whk_"
    } else {
        "pay_"
    };
    path.replace("{id}", &format!("{id}{FOREIGN}"))
        .replace("{customer_ref}", "cust-1")
        .replace("{delivery}", &format!("dlv_{FOREIGN}"))
}

fn anonymous(method: &str, path: &str, authorization: Option<&str>) -> Request<Body> {
    let request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn no_route_of_the_table_answers_without_a_valid_key() {
    let limits = Limits { anonymous: Rate::new(60_000, 10_000), ..Limits::default() };
    let hub = Hub::start_with(limits).await;
    for route in ROUTES.iter().chain(BANK_ROUTES) {
        let path = filled(route.path);
        let none = hub.send(anonymous(route.method, &path, None)).await;
        none.problem(401, "api_key_missing");
        assert_eq!(none.header("www-authenticate"), "Bearer realm=\"aviso\"");
        hub.send(anonymous(route.method, &path, Some("Basic abc"))).await.problem(401, "api_key_missing");
        for wrong in ["Bearer sk_test_wrong", "Bearer ", "Bearer pk_test_x"] {
            let refused = hub.send(anonymous(route.method, &path, Some(wrong))).await;
            refused.problem(401, "api_key_invalid");
            assert!(refused.header("www-authenticate").contains("invalid_token"));
        }
    }
}

#[tokio::test]
async fn a_merchants_key_opens_nothing_of_banks_and_a_banks_key_nothing_else() {
    let limits = Limits { anonymous: Rate::new(60_000, 10_000), ..Limits::default() };
    let hub = Hub::start_with(limits).await;
    let (_, bank) = hub.parts.issuing.add(Actor::Operator, "Banco Sol", Mode::Test).await.unwrap();
    let (merchant, bank) = (format!("Bearer {}", hub.key), format!("Bearer {}", bank.expose()));
    for route in BANK_ROUTES {
        let path = filled(route.path);
        hub.send(anonymous(route.method, &path, Some(&merchant))).await.problem(401, "api_key_invalid");
        assert_ne!(hub.send(anonymous(route.method, &path, Some(&bank))).await.status, 401, "{path}");
    }
    for route in ROUTES {
        hub.send(anonymous(route.method, &filled(route.path), Some(&bank))).await.problem(401, "api_key_invalid");
    }
}

#[tokio::test]
async fn another_merchants_things_and_the_other_mode_do_not_exist() {
    let mut hub = Hub::start().await;
    let payment = hub.paid("A-1", GOOD_CARD, "auto").await.json();
    let id = payment["id"].as_str().unwrap().to_owned();
    let refund = hub.post("/v1/refunds", json!({"payment": id, "amount": 1})).await.json();
    let event = hub.get("/v1/events").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let endpoint = hub.post("/v1/webhook_endpoints", json!({"url": "https://shop.example/h"})).await.json();
    let endpoint = endpoint["id"].as_str().unwrap().to_owned();
    for mode in [Mode::Test, Mode::Live] {
        hub.key = hub.merchant("Other", mode).await;
        hub.get(&format!("/v1/payments/{id}")).await.problem(404, "payment_not_found");
        hub.get(&format!("/v1/refunds/{}", refund["id"].as_str().unwrap())).await.problem(404, "refund_not_found");
        hub.get(&format!("/v1/events/{event}")).await.problem(404, "event_not_found");
        for verb in ["capture", "void"] {
            hub.post(&format!("/v1/payments/{id}/{verb}"), json!({})).await.problem(404, "payment_not_found");
        }
        hub.post("/v1/refunds", json!({"payment": id})).await.problem(404, "payment_not_found");
        for (method, rest) in
            [("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate_secret"), ("GET", "/deliveries")]
        {
            let request = hub.request(method, &format!("/v1/webhook_endpoints/{endpoint}{rest}"));
            hub.send(request.body(Body::empty()).unwrap()).await.problem(404, "endpoint_not_found");
        }
        for path in ["/v1/payments", "/v1/refunds", "/v1/events", "/v1/webhook_endpoints"] {
            assert_eq!(hub.get(path).await.json()["data"], json!([]), "{path}");
        }
    }
}

#[tokio::test]
async fn the_account_says_whose_key_it_is() {
    let hub = Hub::start().await;
    let account = hub.get("/v1/account").await.json();
    assert_eq!((&account["name"], &account["mode"]), (&json!("Café Luna"), &json!("test")));
}

#[tokio::test]
async fn a_key_that_asks_too_often_waits_and_others_do_not() {
    let limits = Limits { api_key: Rate::new(60, 3), anonymous: Rate::new(60, 2), ..Limits::default() };
    let mut hub = Hub::start_with(limits).await;
    for left in ["2", "1", "0"] {
        let answer = hub.get("/v1/account").await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit-remaining")), (200, left));
        assert_eq!(answer.header("ratelimit-limit"), "3");
    }
    let refused = hub.get("/v1/account").await;
    refused.problem(429, "rate_limited");
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit-remaining")), ("1", "0"));
    hub.key = hub.merchant("Other", Mode::Test).await;
    assert_eq!(hub.get("/v1/account").await.status, 200);
    for _ in 0..2 {
        hub.send(anonymous("GET", "/v1/account", None)).await.problem(401, "api_key_missing");
    }
    hub.send(anonymous("GET", "/v1/account", None)).await.problem(429, "rate_limited");
    assert_eq!(hub.get("/v1/account").await.status, 200);
}
