//! What stands around every route: ids, fallbacks, probes, the description.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt;

use super::harness::Hub;
use crate::{Code, ROUTES, openapi, private_router, router};

#[tokio::test]
async fn every_answer_has_a_request_id_and_takes_over_a_plain_one() {
    let hub = Hub::start().await;
    let given = hub.request("GET", "/v1/account").header("x-request-id", "shop-42").body(Body::empty()).unwrap();
    assert_eq!(hub.send(given).await.header("x-request-id"), "shop-42");
    let given = hub.request("GET", "/v1/nothing").header("x-request-id", "a b").body(Body::empty()).unwrap();
    let answer = hub.send(given).await;
    assert_ne!(answer.header("x-request-id"), "a b");
    answer.problem(404, "route_not_found");
}

#[tokio::test]
async fn wrong_methods_are_told_the_right_ones() {
    let hub = Hub::start().await;
    let answer = hub.send(hub.request("PUT", "/v1/payments").body(Body::empty()).unwrap()).await;
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST,GET,HEAD");
}

#[tokio::test]
async fn probes_say_what_is() {
    let mut hub = Hub::start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(hub.get(path).await.status, 200);
    }
    hub.get("/metrics").await.problem(404, "route_not_found");
    hub.parts.ready = Arc::new(|| Err("migrations are pending".to_owned()));
    let state = hub.parts.clone().into_state();
    hub.router = router(state.clone());
    assert_eq!(hub.get("/readyz").await.problem(503, "unavailable")["detail"], "migrations are pending");
    assert_eq!(hub.get("/livez").await.status, 200);
    hub.router = private_router(state);
    assert_eq!(hub.get("/metrics").await.text, "aviso_up 1\n");
    hub.get("/v1/payments").await.problem(404, "route_not_found");
}

#[tokio::test]
async fn a_panic_is_a_problem() {
    let hub = Hub::start().await;
    let mut parts = hub.parts.clone();
    parts.endpoint_check = Arc::new(|_| panic!("a broken invariant"));
    let request = hub.request("POST", "/v1/webhook_endpoints").header("content-type", "application/json");
    let request: Request<Body> = request.body(Body::from(r#"{"url":"https://a.example"}"#)).unwrap();
    let response = router(parts.into_state()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 500);
    assert!(response.headers().contains_key("x-request-id"));
}

#[test]
fn the_document_and_the_router_have_the_same_operations() {
    let document = serde_json::to_value(openapi()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert((method.clone(), path.clone()));
        }
    }
    let routed: BTreeSet<_> = ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(described, routed);
}

#[test]
fn the_document_refers_only_to_what_is_in_it_and_knows_every_code_of_the_api() {
    let document = serde_json::to_value(openapi()).unwrap();
    let text = document.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
    }
    for (path, field) in [("payments", "amount_captured"), ("refunds", "refund_ref"), ("events", "sequence")] {
        let page = &document["paths"][format!("/v1/{path}")]["get"]["responses"]["200"]["content"]["application/json"];
        let name = page["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let items = &document["components"]["schemas"][name]["properties"]["data"]["items"];
        assert!(items["properties"][field].is_object(), "{path}: {items}");
    }
    let beside_the_api = [
        Code::AcquirerNotFound,
        Code::CallbackForged,
        Code::CallbackUnreadable,
        Code::NoticeNotOurs,
        Code::CredentialsWrong,
        Code::CodeWrong,
        Code::EmailUnconfirmed,
        Code::FormForged,
        Code::LastWayIn,
        Code::LastKeeper,
        Code::MemberNotFound,
        Code::KeyNotFound,
        Code::RightMissing,
        Code::TelegramForged,
        Code::TelegramUnknown,
        Code::ShopNotFound,
        Code::ShopStateConflict,
        Code::OrderForged,
        Code::OrderLate,
        Code::RouteNotFound,
        Code::LinkInvalid,
        Code::MethodNotAllowed,
        Code::ReviewNotOpen,
        Code::OperationNotOpen,
        Code::TelegramTaken,
        Code::AccountBound,
    ];
    for code in Code::ALL.iter().filter(|code| !beside_the_api.contains(code)) {
        assert!(text.contains(&format!("`{}`", code.as_str())), "{}", code.as_str());
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let hub = Hub::start().await;
    assert_eq!(hub.get("/openapi.json").await.json(), serde_json::to_value(openapi()).unwrap());
}
