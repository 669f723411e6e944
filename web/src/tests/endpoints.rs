//! Webhook endpoints over the API.

use axum::body::Body;
use serde_json::{Value, json};

use super::harness::{GOOD_CARD, Hub, Reply};

async fn send(hub: &Hub, method: &str, path: &str, body: Value) -> Reply {
    let request = hub.request(method, path).header("content-type", "application/json");
    hub.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn an_endpoint_is_added_changed_tested_and_taken_away() {
    let hub = Hub::start().await;
    let created = send(
        &hub,
        "POST",
        "/v1/webhook_endpoints",
        json!({"url": "https://shop.example/h", "events": ["payment.captured"]}),
    )
    .await;
    assert_eq!(created.status, 201, "{}", created.text);
    let mut created = created.json();
    let secret = created.as_object_mut().unwrap().remove("secret").unwrap();
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    let path = format!("/v1/webhook_endpoints/{}", created["id"].as_str().unwrap());
    assert_eq!(hub.get(&path).await.json(), created);
    assert_eq!(hub.get("/v1/webhook_endpoints").await.json()["data"], json!([created]));

    let changed = send(&hub, "PATCH", &path, json!({"status": "disabled", "events": []})).await.json();
    assert_eq!((&changed["status"], &changed["events"]), (&json!("disabled"), &json!([])));
    assert_eq!(send(&hub, "PATCH", &path, json!({"status": "active"})).await.json()["status"], "active");
    let rotated = send(&hub, "POST", &format!("{path}/rotate_secret"), json!({})).await.json();
    assert!(rotated["secret"].as_str().is_some_and(|new| new.starts_with("whsec_") && new != secret));

    let test = send(&hub, "POST", &format!("{path}/test"), json!({})).await;
    assert_eq!(test.status, 202, "{}", test.text);
    hub.paid("A-1", GOOD_CARD, "auto").await;
    hub.plan().await;
    let log = hub.get(&format!("{path}/deliveries")).await.json();
    let types: Vec<&str> = log["data"].as_array().unwrap().iter().filter_map(|d| d["event_type"].as_str()).collect();
    assert!(types.contains(&"endpoint.test") && types.contains(&"payment.captured"), "{log}");
    let delivery = log["data"][0]["id"].as_str().unwrap();
    let again = send(&hub, "POST", &format!("{path}/deliveries/{delivery}/redeliver"), json!({})).await;
    assert_eq!(again.status, 202, "{}", again.text);
    let foreign = format!("{path}/deliveries/dlv_01h455vb4pex5vsknk084sn02q/redeliver");
    send(&hub, "POST", &foreign, json!({})).await.problem(404, "delivery_not_found");

    assert_eq!(send(&hub, "DELETE", &path, json!({})).await.status, 204);
    hub.get(&path).await.problem(404, "endpoint_not_found");
}

#[tokio::test]
async fn every_wrong_field_of_an_endpoint_is_named() {
    let hub = Hub::start().await;
    for (body, code, param) in [
        (json!({}), "field_missing", "/url"),
        (json!({"url": "http://shop.example"}), "field_invalid", "/url"),
        (json!({"url": 7}), "field_invalid", "/url"),
        (
            json!({"url": "https://a.example", "events": ["payment.captured", "account.login"]}),
            "field_invalid",
            "/events/1",
        ),
        (json!({"url": "https://a.example", "events": ["x"]}), "field_invalid", "/events/0"),
        (json!({"url": "https://a.example", "secret": "x"}), "field_invalid", "/secret"),
    ] {
        let answer = send(&hub, "POST", "/v1/webhook_endpoints", body.clone()).await;
        assert_eq!(answer.problem(422, code)["param"], param, "{body}");
    }
}

#[tokio::test]
async fn twenty_endpoints_are_enough() {
    let hub = Hub::start().await;
    for number in 0..20 {
        let answer =
            send(&hub, "POST", "/v1/webhook_endpoints", json!({"url": format!("https://a.example/{number}")})).await;
        assert_eq!(answer.status, 201);
    }
    send(&hub, "POST", "/v1/webhook_endpoints", json!({"url": "https://a.example"}))
        .await
        .problem(409, "endpoint_limit_reached");
}
