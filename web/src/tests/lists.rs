//! Lists come a page at a time, newest first.

use serde_json::Value;

use super::harness::{Hub, new_payment};

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let hub = Hub::start().await;
    let mut made = Vec::new();
    for number in 0..5 {
        hub.clock.advance(std::time::Duration::from_millis(2));
        let answer = hub.post("/v1/payments", new_payment(&format!("A-{number}"))).await;
        made.push(answer.json()["id"].as_str().unwrap().to_owned());
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/payments?limit=2".to_owned();
    for has_more in [true, true, false] {
        let page = hub.get(&path).await.json();
        assert_eq!((page["object"].as_str(), page["has_more"].as_bool()), (Some("list"), Some(has_more)));
        seen.extend(ids(&page));
        path = format!("/v1/payments?limit=2&starting_after={}", seen.last().unwrap());
    }
    assert_eq!(seen, made);

    assert_eq!(ids(&hub.get("/v1/payments?order_ref=A-3").await.json()), [made[1].clone()]);
    assert!(ids(&hub.get("/v1/payments?status=captured").await.json()).is_empty());
    assert_eq!(ids(&hub.get("/v1/payments?status=requires_payment_method").await.json()).len(), 5);
    assert_eq!(ids(&hub.get("/v1/events?type=payment.created&limit=3").await.json()).len(), 3);
}
