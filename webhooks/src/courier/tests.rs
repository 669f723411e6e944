//! Against real sockets: each test is a receiver with its own manners.

use super::*;
use crate::address::Policy;
use crate::client::Settings;
use aviso_core::clock::{SystemClock, Timestamp};
use aviso_core::document::{Document, EndpointDocument};
use aviso_core::event::{Audience, EventType};
use aviso_core::id::EventId;
use aviso_core::merchant::Mode;
use aviso_core::merchant::endpoint::{CustomHeader, Payload};
use aviso_core::secret::Secret;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, Mac};
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

pub(crate) fn event() -> Event {
    let now = Timestamp::from_micros(1_795_000_000_123_000);
    let endpoint = EndpointDocument {
        id: "whk_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        url: "https://shop.example/".to_owned(),
        events: Vec::new(),
        status: "active".to_owned(),
        disabled_reason: None,
        failing_since: None,
        created_at: now.to_string(),
        ..EndpointDocument::default()
    };
    Event {
        id: EventId::new(now),
        kind: EventType::EndpointTest,
        mode: Mode::Test,
        merchant_id: None,
        payment_id: None,
        sequence: 3,
        created_at: now,
        document: Document { endpoint: Some(endpoint), ..Document::default() },
        audience: Audience::default(),
    }
}

pub(crate) fn target(url: &str) -> EndpointTarget {
    let secrets = vec![Secret::new(NEW), Secret::new(OLD)];
    EndpointTarget { url: url.to_owned(), payload: Payload::Full, secrets, key: None, headers: Vec::new() }
}

fn courier(change: impl FnOnce(&mut Settings)) -> Courier {
    let policy = Policy { allow_loopback: true, allow_http: false };
    let mut settings = Settings { policy, ..Settings::default() };
    change(&mut settings);
    let clock = Arc::new(SystemClock);
    Courier::new(Client::new(&settings, clock.clone()).unwrap(), clock)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Serves a router and gives its URL.
async fn serve(router: Router) -> String {
    let (listener, address) = listen().await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/hook")
}

/// A receiver that answers everything alike.
async fn answering(status: u16, headers: &'static [(&'static str, &'static str)], body: &'static str) -> String {
    serve(Router::new().fallback(move || async move {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(Body::from(body)).expect("status and headers of the test are valid")
    }))
    .await
}

/// Takes one connection and reads the request's headers.
async fn accept(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut seen = Vec::new();
    while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
        seen.push(stream.read_u8().await.expect("a request"));
    }
    stream
}

type Seen = Arc<Mutex<Vec<(Uri, HeaderMap, Bytes)>>>;

async fn recording(seen: Seen) -> String {
    let record = |State(seen): State<Seen>, uri: Uri, headers: HeaderMap, body: Bytes| async move {
        seen.lock().expect("no test panics here").push((uri, headers, body));
        StatusCode::NO_CONTENT
    };
    serve(Router::new().fallback(record).with_state(seen)).await
}

/// Written apart from `sign`, as a receiver would.
fn verifies(secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let text = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("any length");
    mac.update(format!("{}.{}.", text("webhook-id"), text("webhook-timestamp")).as_bytes());
    mac.update(body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    text("webhook-signature").split(' ').any(|one| one == expected)
}

#[tokio::test]
async fn a_receiver_can_verify_what_it_gets_with_either_secret() {
    let seen = Seen::default();
    let url = recording(seen.clone()).await;
    let event = event();
    let outcome = courier(|_| {}).deliver(&event, &target(&format!("{url}?shop=7"))).await;
    assert_eq!(outcome, Outcome::Sent { provider_ref: None, answer: Answer::ok(204) });

    let (uri, headers, body) = seen.lock().unwrap().pop().unwrap();
    assert_eq!(uri.to_string(), "/hook?shop=7");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["user-agent"], format!("Aviso/{}", env!("CARGO_PKG_VERSION")));
    assert_eq!(headers["content-length"], body.len().to_string());
    assert_eq!(headers["webhook-id"], event.id.to_string());
    assert!(!headers.contains_key("accept-encoding"));
    let timestamp: i64 = headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
    assert!((SystemClock.now().as_secs() - timestamp).abs() < 60);
    assert!(verifies(NEW, &headers, &body) && verifies(OLD, &headers, &body));
    assert!(!verifies("whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &headers, &body));
    assert!(!verifies(NEW, &headers, &[&body[..], b" "].concat()));

    let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(json["id"], event.id.to_string());
    assert_eq!(json["type"], "endpoint.test");
    assert_eq!(json["timestamp"], event.created_at.to_string());
    assert_eq!(json["sequence"], 3);
    assert_eq!(json["data"]["endpoint"]["id"], "whk_01h2xcejqtf2nbrexx3vqjhp41");
}

#[tokio::test]
async fn the_status_decides_what_becomes_of_the_delivery() {
    let courier = courier(|_| {});
    for (status, class) in [(200, "ok"), (299, "ok"), (400, "status"), (404, "status"), (500, "status"), (410, "gone")]
    {
        let outcome = courier.deliver(&event(), &target(&answering(status, &[], "said").await)).await;
        let answer = outcome.answer();
        assert_eq!((answer.code, answer.class), (Some(status.into()), class));
        assert_eq!(answer.text, "said");
        assert_eq!(matches!(outcome, Outcome::Sent { .. }), class == "ok");
        assert_eq!(matches!(outcome, Outcome::Failed(_)), class == "status");
        assert_eq!(matches!(outcome, Outcome::RecipientGone(_)), class == "gone");
    }
}

#[tokio::test]
async fn a_receiver_can_ask_to_wait_to_stop_or_to_skip() {
    let courier = courier(|_| {});
    for status in [429, 503] {
        let url = answering(status, &[("retry-after", "120")], "").await;
        let outcome = courier.deliver(&event(), &target(&url)).await;
        assert!(matches!(outcome, Outcome::Failed(_)));
        assert_eq!(outcome.answer().retry_after, Some(Duration::from_secs(120)));
    }
    let url = answering(500, &[("retry-after", "120")], "").await;
    assert_eq!(courier.deliver(&event(), &target(&url)).await.answer().retry_after, None);
    for status in [200, 500] {
        let url = answering(status, &[("webhook-delivery", "disable")], "").await;
        assert!(matches!(courier.deliver(&event(), &target(&url)).await, Outcome::RecipientGone(_)));
    }
    let url = answering(422, &[("webhook-delivery", "abort-message")], "").await;
    let outcome = courier.deliver(&event(), &target(&url)).await;
    assert!(matches!(outcome, Outcome::Rejected(Answer { class: "aborted", .. })));
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let seen = Seen::default();
    let elsewhere = recording(seen.clone()).await;
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = elsewhere.clone();
        let url = serve(Router::new().fallback(move || async move {
            Response::builder().status(status).header("location", elsewhere).body(Body::empty()).expect("valid")
        }))
        .await;
        let outcome = courier(|_| {}).deliver(&event(), &target(&url)).await;
        assert!(matches!(outcome, Outcome::Failed(Answer { class: "redirect", .. })), "{status}");
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_receiver_that_hangs_or_drips_costs_the_deadline_and_no_more() {
    let brief = Duration::from_millis(200);
    let courier = courier(|settings| settings.deadline = brief);
    for drips in [false, true] {
        let (listener, address) = listen().await;
        tokio::spawn(async move {
            let mut stream = accept(&listener).await;
            if drips {
                let mut tick = tokio::time::interval(Duration::from_millis(10));
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
                while stream.write_all(b"x").await.is_ok() {
                    tick.tick().await;
                }
            }
            let _ = stream.read(&mut [0; 1]).await;
            std::future::pending::<()>().await;
        });
        let start = tokio::time::Instant::now();
        let outcome = courier.deliver(&event(), &target(&format!("http://{address}/"))).await;
        assert!(matches!(outcome, Outcome::Failed(Answer { class: "timeout", .. })), "{outcome:?}");
        assert!(start.elapsed() >= brief);
    }
}

#[tokio::test]
async fn of_a_huge_answer_only_the_start_is_taken() {
    let (listener, address) = listen().await;
    let (report, reported) = oneshot::channel();
    tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        let chunk = [b'x'; 64 * 1024];
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 536870912\r\n\r\n").await;
        let mut sent = 0;
        while sent < 536_870_912 && stream.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
        }
        let _ = report.send(sent);
    });
    let outcome = courier(|_| {}).deliver(&event(), &target(&format!("http://{address}/"))).await;
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(outcome.answer().text, "x".repeat(1024));
    // What was sent beyond 16 KiB lies in the kernel's buffers of both ends.
    let sent = reported.await.unwrap();
    assert!(sent < 32 * 1024 * 1024, "the receiver could send {sent} bytes");
}

#[tokio::test]
async fn compressed_answers_are_not_unpacked() {
    let url = answering(200, &[("content-encoding", "gzip")], "not gzip at all").await;
    let outcome = courier(|_| {}).deliver(&event(), &target(&url)).await;
    assert_eq!(outcome.answer().text, "not gzip at all");
}

#[tokio::test]
async fn failures_before_an_answer_have_classes_of_their_own() {
    let courier = courier(|settings| settings.policy.allow_http = true);
    let class = async |url: &str| {
        let outcome = courier.deliver(&event(), &target(url)).await;
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        let answer = outcome.answer().clone();
        assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
        answer.class
    };
    let (listener, refused) = listen().await;
    drop(listener);
    assert_eq!(class(&format!("http://{refused}/")).await, "connect");
    // A label of more than 63 characters is refused before any name server is asked.
    let over = |scheme| format!("{scheme}://{}.example/", "a".repeat(64));
    assert_eq!((class(&over("https")).await, class(&over("http")).await), ("dns", "dns"));
    assert_eq!(class("https://169.254.169.254/").await, "blocked_address");
    assert_eq!(class("https://user:pass@127.0.0.1/").await, "blocked_address");

    let (listener, address) = listen().await;
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    });
    assert_eq!(class(&format!("https://{address}/")).await, "tls");
    plain.await.unwrap();

    let (listener, address) = listen().await;
    let silent = tokio::spawn(async move { drop(accept(&listener).await) });
    assert_eq!(class(&format!("http://{address}/")).await, "closed");
    silent.await.unwrap();
}

/// A TLS receiver with a certificate that it signed itself; gives its port and the certificate.
async fn self_signed() -> (u16, Vec<u8>) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("the key fits");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    (address.port(), cert.pem().into_bytes())
}

#[tokio::test]
async fn only_certificates_that_are_trusted_and_fit_the_name_are_taken() {
    let (port, pem) = self_signed().await;
    let trusting = courier(|settings| settings.trusted_pem = Some(pem));
    let by_name = target(&format!("https://localhost:{port}/"));
    let by_address = target(&format!("https://127.0.0.1:{port}/"));
    assert!(matches!(trusting.deliver(&event(), &by_name).await, Outcome::Sent { .. }));
    for (courier, target) in [(&trusting, &by_address), (&courier(|_| {}), &by_name)] {
        let outcome = courier.deliver(&event(), target).await;
        assert!(matches!(outcome, Outcome::Failed(Answer { class: "tls", .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_thin_message_has_ids_only_and_what_the_merchant_wants_goes_along() {
    let seen = Seen::default();
    let url = recording(seen.clone()).await;
    let value = Secret::new("Bearer of news");
    let headers = vec![CustomHeader { name: "authorization".to_owned(), value }];
    let thin = EndpointTarget { payload: Payload::Thin, headers, ..target(&url) };
    assert!(matches!(courier(|_| {}).deliver(&event(), &thin).await, Outcome::Sent { .. }));
    let (_, headers, body) = seen.lock().unwrap()[0].clone();
    assert_eq!(headers["authorization"], "Bearer of news");
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["data"], serde_json::json!({ "endpoint": { "id": "whk_01h2xcejqtf2nbrexx3vqjhp41" } }));
}

#[tokio::test]
async fn what_cannot_be_signed_or_is_too_large_is_never_sent() {
    let seen = Seen::default();
    let url = recording(seen.clone()).await;
    let courier = courier(|_| {});
    for secrets in [Vec::new(), vec![Secret::new("v1,whsec_AAAA")], vec![Secret::new(NEW), Secret::new("")]] {
        let outcome = courier.deliver(&event(), &EndpointTarget { secrets, ..target(&url) }).await;
        assert!(matches!(outcome, Outcome::Rejected(Answer { class: "unsignable", .. })), "{outcome:?}");
    }
    let mut large = event();
    large.document.endpoint.as_mut().unwrap().url = "a".repeat(20 * 1024);
    let outcome = courier.deliver(&large, &target(&url)).await;
    assert!(matches!(outcome, Outcome::Rejected(Answer { class: "too_large", .. })), "{outcome:?}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn connections_are_used_again() {
    let peers = Arc::new(Mutex::new(Vec::new()));
    let record = |State(peers): State<Arc<Mutex<Vec<SocketAddr>>>>, ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
        peers.lock().expect("no test panics here").push(peer);
        "taken"
    };
    let router = Router::new().fallback(record).with_state(peers.clone());
    let (listener, address) = listen().await;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let courier = courier(|_| {});
    for _ in 0..3 {
        courier.deliver(&event(), &target(&format!("http://{address}/"))).await;
    }
    let peers = peers.lock().unwrap();
    assert_eq!(*peers, [peers[0]; 3]);
}
