//! The page's routes.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{PageConfig, StandIns, asset, guard, stream, texts};
use crate::standin::shop::Order;

const BODY_BYTES_MAX: usize = 64 * 1024;
const VIEWERS_MAX: usize = 32;
const ORDERS_AT_ONCE_MAX: usize = 16;
const AMOUNT_MINOR_MAX: i64 = 100_000_000;

/// Mail is shown as a mail program shows it: styled, without scripts, forms or anything fetched.
pub(super) const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

#[derive(Clone)]
pub(super) struct Desk {
    stand_ins: StandIns,
    pub(super) config: Arc<PageConfig>,
    stop: CancellationToken,
    viewers: Arc<Semaphore>,
    orders: Arc<Semaphore>,
}

#[derive(Deserialize)]
struct Pay {
    amount: i64,
    card: String,
    #[serde(default)]
    reserve_only: bool,
}

#[derive(Deserialize)]
struct Capture {
    payment_id: String,
}

pub(crate) fn router(stand_ins: StandIns, config: PageConfig, stop: CancellationToken) -> Router {
    let sim = stand_ins.telegram.sim_router();
    let desk = Desk {
        stand_ins,
        config: Arc::new(config),
        stop,
        viewers: Arc::new(Semaphore::new(VIEWERS_MAX)),
        orders: Arc::new(Semaphore::new(ORDERS_AT_ONCE_MAX)),
    };
    asset::router()
        .route("/config", get(show_config))
        .route("/events", get(events))
        .route("/pay", post(pay))
        .route("/capture", post(capture))
        .route("/mail/{id}/html", get(mail_html))
        .route("/mail/{id}/raw", get(mail_raw))
        .merge(texts::router())
        .with_state(desk)
        .merge(sim)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn(guard::guard))
}

async fn show_config(State(desk): State<Desk>) -> Json<Value> {
    let mut config = json!(*desk.config);
    config["bot_username"] = json!(desk.stand_ins.telegram.bot_username());
    Json(config)
}

async fn events(State(desk): State<Desk>) -> Response {
    let Ok(place) = desk.viewers.try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many open pages").into_response();
    };
    let events = stream::events(desk.stand_ins, desk.config, desk.stop, place);
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// Orders in the background: the answer may take as long as the bank does, and the page shows it.
async fn pay(State(desk): State<Desk>, Json(pay): Json<Pay>) -> Response {
    if !(1..=AMOUNT_MINOR_MAX).contains(&pay.amount) {
        return refuse(StatusCode::BAD_REQUEST, "the amount must be between 0.01 and 1,000,000.00");
    }
    if !desk.config.cards.iter().any(|card| card.number == pay.card) {
        return refuse(StatusCode::BAD_REQUEST, "choose one of the test cards");
    }
    let Ok(place) = Arc::clone(&desk.orders).try_acquire_owned() else {
        return refuse(StatusCode::TOO_MANY_REQUESTS, "too many orders at once; wait for one to end");
    };
    let order_ref = format!("A-{:08X}", rand::random::<u32>());
    let mut order = Order::new(order_ref.clone(), pay.amount, &pay.card, &desk.config.buyer_email);
    order.currency.clone_from(&desk.config.currency);
    order.language = Some(desk.config.buyer_language.clone());
    order.capture_now = !pay.reserve_only;
    let shop = desk.stand_ins.shop;
    tokio::spawn(async move {
        // The shop remembers the outcome, also when there is no answer.
        if let Err(error) = shop.pay(&order).await {
            tracing::info!(%error, "the sandbox shop could not pay");
        }
        drop(place);
    });
    (StatusCode::ACCEPTED, Json(json!({ "ok": true, "order_ref": order_ref }))).into_response()
}

/// Takes the money of a payment that was only reserved.
async fn capture(State(desk): State<Desk>, Json(capture): Json<Capture>) -> Response {
    let is_ours = desk
        .stand_ins
        .shop
        .purchases()
        .iter()
        .any(|purchase| purchase.payment_id.as_ref() == Some(&capture.payment_id));
    if !is_ours {
        return refuse(StatusCode::NOT_FOUND, "the shop has no such payment");
    }
    let path = format!("/v1/payments/{}/capture", capture.payment_id);
    match desk.stand_ins.shop.call(reqwest::Method::POST, &path, Some(&json!({}))).await {
        Ok(answered) if answered.payment().is_some() => Json(json!({ "ok": true })).into_response(),
        Ok(answered) => {
            let detail = answered.body.get("detail").and_then(Value::as_str).unwrap_or("Aviso refused");
            refuse(StatusCode::CONFLICT, detail)
        }
        Err(error) => refuse(StatusCode::BAD_GATEWAY, &error.to_string()),
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "ok": false, "error": error }))).into_response()
}

async fn mail_html(State(desk): State<Desk>, Path(id): Path<u64>) -> Response {
    let mail = desk.stand_ins.smtp.mails().into_iter().find(|mail| mail.id == id);
    match mail.and_then(|mail| mail.html) {
        Some(html) => ([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(opening_links_outside(&html))).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn mail_raw(State(desk): State<Desk>, Path(id): Path<u64>) -> Response {
    match desk.stand_ins.smtp.mails().into_iter().find(|mail| mail.id == id) {
        Some(mail) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], mail.raw).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Links in a mail open a new tab, not the little frame.
fn opening_links_outside(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    match html.find("<head>") {
        Some(at) => format!("{}{BASE}{}", &html[..at + 6], &html[at + 6..]),
        None => format!("{BASE}{html}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::page::Page;
    use crate::standin::shop::Shop;
    use crate::standin::smtp::{Smtp, SmtpConfig};
    use crate::standin::telegram::{Telegram, User};

    const SOON: Duration = Duration::from_secs(10);

    async fn start() -> (Page, StandIns) {
        let any = "127.0.0.1:0".parse().unwrap();
        let telegram = Telegram::start(any, "1:x").await.unwrap();
        telegram.add_user(User::new(7, "<script>alert(1)</script>"));
        telegram.add_user(User::new(8, "Staff"));
        let smtp = Smtp::start(any, SmtpConfig::default()).await.unwrap();
        let stand_ins = StandIns { telegram, smtp, shop: Shop::start(any).await.unwrap() };
        let page = Page::start(any, stand_ins.clone(), PageConfig::new(7, 8, "ana@shop.test")).await.unwrap();
        (page, stand_ins)
    }

    #[tokio::test]
    async fn every_asset_is_served_under_a_strict_policy() {
        let (page, _stand_ins) = start().await;
        let index = reqwest::get(page.url()).await.unwrap();
        let policy = index.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"));
        let html = index.text().await.unwrap();
        assert!(!html.contains("style=") && !html.contains("onclick") && !html.contains("http"));
        let assets: Vec<&str> = html.split(['"']).filter(|part| part.starts_with('/') && part.contains('.')).collect();
        assert!(assets.len() >= 3, "{assets:?}");
        for asset in assets {
            assert_eq!(reqwest::get(format!("{}{}", page.url(), &asset[1..])).await.unwrap().status(), 200, "{asset}");
        }
    }

    #[tokio::test]
    async fn panes_arrive_and_change_live() {
        let (page, stand_ins) = start().await;
        let mut events = reqwest::get(format!("{}events", page.url())).await.unwrap();
        let mut heard = String::new();
        while !heard.contains("event: mail") {
            heard.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        let client = reqwest::Client::new();
        let said = json!({ "user_id": 7, "text": "hello there" });
        assert_eq!(client.post(format!("{}sim/message", page.url())).json(&said).send().await.unwrap().status(), 200);
        let paid = json!({ "amount": 1200, "card": "4242424242424242" });
        assert_eq!(client.post(format!("{}pay", page.url())).json(&paid).send().await.unwrap().status(), 202);
        let changed = async {
            while !(heard.contains("hello there") && heard.contains("\"amount\":1200")) {
                heard.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
            }
        };
        // The shop is not connected: nothing is bought, and the page says so in its log only.
        stand_ins.shop.connect("http://127.0.0.1:1", "sk_test_x");
        client.post(format!("{}pay", page.url())).json(&paid).send().await.unwrap();
        tokio::time::timeout(SOON, changed).await.unwrap();
    }

    #[tokio::test]
    async fn wrong_orders_and_strangers_are_refused() {
        let (page, _stand_ins) = start().await;
        let client = reqwest::Client::new();
        let pay = format!("{}pay", page.url());
        for (body, status) in [
            (json!({ "amount": 0, "card": "4242424242424242" }), 400),
            (json!({ "amount": i64::MAX, "card": "4242424242424242" }), 400),
            (json!({ "amount": 5, "card": "1" }), 400),
            (json!({ "amount": "5" }), 422),
            (json!([]), 422),
        ] {
            assert_eq!(client.post(&pay).json(&body).send().await.unwrap().status(), status, "{body}");
        }
        let form = client.post(&pay).header("content-type", "text/plain").body("{}").send().await.unwrap();
        assert_eq!(form.status(), 415);
        let stranger = client.get(page.url()).header("host", "evil.test").send().await.unwrap();
        assert_eq!(stranger.status(), 403);
        let unknown = json!({ "payment_id": "../x" });
        assert_eq!(client.post(format!("{}capture", page.url())).json(&unknown).send().await.unwrap().status(), 404);
        assert_eq!(client.get(format!("{}mail/1/html", page.url())).send().await.unwrap().status(), 404);
    }

    #[test]
    fn links_of_a_mail_open_outside() {
        assert_eq!(opening_links_outside("<html><head><title>"), "<html><head><base target=\"_blank\"><title>");
        assert_eq!(opening_links_outside("<p>"), "<base target=\"_blank\"><p>");
    }
}
