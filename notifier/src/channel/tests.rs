//! Letters through a real socket: what the relay says, and what the delivery learns from it.

use aviso_core::clock::SystemClock;
use aviso_core::event::EventType;
use aviso_core::language::Language;

use super::*;
use crate::email::sink::{Script, Sink};
use crate::sample::{job, keyring};

/// Small against the channel's 30 s, large against a loopback exchange on a busy machine.
const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(20);

fn open(config: serde_json::Value) -> EmailChannel {
    let config: MailConfig = serde_json::from_value(config).unwrap();
    let url = Url::parse("https://pay.example").unwrap();
    EmailChannel::new(&config, url, keyring(), Arc::new(SystemClock)).unwrap()
}

fn smtp(port: u16) -> serde_json::Value {
    serde_json::json!({
        "transport": "smtp", "host": "127.0.0.1", "port": port, "tls": "none",
        "from": "Aviso <pay@pay.example>", "reply_to": "help@pay.example",
    })
}

fn captured() -> Job {
    job(EventType::PaymentCaptured, Language::Ru, "Кофейня")
}

async fn sent_to(script: Script) -> Outcome {
    let sink = Sink::start(script).await;
    open(smtp(sink.port)).with_limit(LONG).send(&captured()).await
}

#[tokio::test]
async fn a_letter_arrives_with_its_headers() {
    let sink = Sink::start(Script::default()).await;
    let job = captured();
    let outcome = open(smtp(sink.port)).send(&job).await;
    let id = format!("<{}@pay.example>", job.id);
    let Outcome::Sent { provider_ref, answer } = outcome else { panic!("{outcome:?}") };
    assert_eq!(provider_ref.as_deref(), Some(id.as_str()));
    assert_eq!((answer.class, answer.text.as_str()), ("ok", "2.0.0 queued as 42"));
    let letter = sink.seen().letters.remove(0);
    assert!(id.starts_with("<dlv_"));
    for header in [
        &format!("Message-ID: {id}\r\n"),
        "Auto-Submitted: auto-generated\r\n",
        "To: ana@example.com\r\n",
        "From: Aviso <pay@pay.example>\r\n",
        "Reply-To: help@pay.example\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(letter.contains(header), "{header} in\n{letter}");
    }
    assert!(letter.is_ascii() && letter.lines().all(|line| line.len() <= 998));
}

#[tokio::test]
async fn letters_share_a_connection() {
    let sink = Sink::start(Script::default()).await;
    let channel = open(smtp(sink.port));
    for _ in 0..3 {
        assert!(matches!(channel.send(&captured()).await, Outcome::Sent { .. }));
    }
    sink.follow(Script { rcpt: "550 5.1.1 no such user", ..Script::default() });
    assert!(matches!(channel.send(&captured()).await, Outcome::RecipientGone(_)));
    sink.follow(Script::default());
    assert!(matches!(channel.send(&captured()).await, Outcome::Sent { .. }));
    assert_eq!((sink.seen().connections, sink.seen().letters.len()), (1, 4));
}

#[tokio::test]
async fn a_dead_mailbox_is_told_from_a_passing_trouble() {
    let gone = sent_to(Script { rcpt: "550 5.1.1 <ana@example.com>: no such user", ..Script::default() }).await;
    let Outcome::RecipientGone(answer) = gone else { panic!("{gone:?}") };
    assert_eq!((answer.code, answer.class), (Some(550), "mailbox"));
    assert!(answer.text.contains("no such user") && !answer.text.contains("ana@"), "{}", answer.text);

    let later = sent_to(Script { rcpt: "451 4.7.1 greylisted", ..Script::default() }).await;
    assert!(matches!(later, Outcome::Failed(ref answer) if answer.code == Some(451)), "{later:?}");
    let blocked = sent_to(Script { rcpt: "550 5.7.1 your address is on a list", ..Script::default() }).await;
    assert!(matches!(blocked, Outcome::Failed(ref answer) if answer.class == "policy"), "{blocked:?}");
    let full = sent_to(Script { rcpt: "552 5.2.2 mailbox full", ..Script::default() }).await;
    assert!(matches!(full, Outcome::Rejected(ref answer) if answer.code == Some(552)), "{full:?}");
    let sender = sent_to(Script { mail: "550 5.1.0 sender unknown", ..Script::default() }).await;
    assert!(matches!(sender, Outcome::Failed(ref answer) if answer.class == "sender"), "{sender:?}");
    let spam = sent_to(Script { content: Some("554 5.6.0 no"), ..Script::default() }).await;
    assert!(matches!(spam, Outcome::Rejected(ref answer) if answer.code == Some(554)), "{spam:?}");
}

#[tokio::test]
async fn a_wrong_password_is_a_failure_of_ours() {
    let sink = Sink::start(Script { auth: "535 5.7.8 wrong", ..Script::default() }).await;
    let mut config = smtp(sink.port);
    config["username"] = "pay".into();
    config["password"] = "wrong".into();
    let outcome = open(config).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.class == "auth"), "{outcome:?}");
}

#[tokio::test]
async fn a_silent_relay_is_given_up_at_the_limit() {
    let sink = Sink::start(Script { greeting: None, ..Script::default() }).await;
    let before = tokio::time::Instant::now();
    let outcome = open(smtp(sink.port)).with_limit(SHORT).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.class == "timeout"), "{outcome:?}");
    assert!(before.elapsed() >= SHORT && before.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_connection_that_owes_an_answer_is_never_used_again() {
    let sink = Sink::start(Script { content: None, ..Script::default() }).await;
    let channel = open(smtp(sink.port)).with_limit(SHORT);
    let lost = channel.send(&captured()).await;
    assert!(matches!(lost, Outcome::Failed(ref answer) if answer.class == "timeout"), "{lost:?}");
    sink.follow(Script::default());
    let channel = channel.with_limit(LONG);
    assert!(matches!(channel.send(&captured()).await, Outcome::Sent { .. }));
    assert_eq!(sink.seen().connections, 2);
}

#[tokio::test]
async fn a_relay_that_hangs_up_in_the_letter_is_tried_again() {
    let outcome = sent_to(Script { hang_up_in_letter: true, ..Script::default() }).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.code.is_none()), "{outcome:?}");
}

#[tokio::test]
async fn a_relay_that_is_not_there_or_speaks_no_tls_fails_with_its_class() {
    let sink = Sink::start(Script::default()).await;
    let mut config = smtp(sink.port);
    config["tls"] = "implicit".into();
    let outcome = open(config.clone()).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.class == "tls"), "{outcome:?}");
    config["tls"] = "starttls".into();
    let outcome = open(config.clone()).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.class == "tls"), "{outcome:?}");
    config["tls"] = "none".into();
    config["port"] = 1.into();
    let outcome = open(config).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.class == "connect"), "{outcome:?}");
}

/// A certificate authority in PEM, and an acceptor with a certificate of its for 127.0.0.1.
fn authority() -> (String, tokio_rustls::TlsAcceptor) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(params, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key).unwrap();
    (authority.pem(), Arc::new(config).into())
}

#[tokio::test]
async fn a_relay_is_trusted_by_its_authority_only() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, acceptor) = authority();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, pem).unwrap();
    let sink = Sink::start_tls(Script::default(), acceptor).await;
    let mut config = smtp(sink.port);
    config["tls"] = "implicit".into();
    let outcome = open(config.clone()).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Failed(ref answer) if answer.class == "tls"), "{outcome:?}");
    config["extra_ca_pem"] = ca.to_str().unwrap().into();
    let outcome = open(config).send(&captured()).await;
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(sink.seen().letters.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_is_known_without_a_relay() {
    let channel = open(smtp(1));
    let nowhere = channel.send(&Job { address: "nobody".to_owned(), ..captured() }).await;
    assert!(matches!(nowhere, Outcome::RecipientGone(ref answer) if answer.class == "address"), "{nowhere:?}");
    let wordless = channel.send(&job(EventType::PaymentCreated, Language::En, "Shop")).await;
    assert!(matches!(wordless, Outcome::Rejected(ref answer) if answer.class == "no_text"), "{wordless:?}");
    let mut empty = captured();
    empty.event.document.payment = None;
    let empty = channel.send(&empty).await;
    assert!(matches!(empty, Outcome::Rejected(ref answer) if answer.class == "document"), "{empty:?}");
}

#[tokio::test]
async fn the_file_transport_writes_one_file_per_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("mail");
    let channel = open(serde_json::json!({ "transport": "file", "file_dir": dir, "from": "pay@pay.example" }));
    let job = captured();
    for _ in 0..2 {
        assert!(matches!(channel.send(&job).await, Outcome::Sent { .. }));
    }
    let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, [format!("{}.eml", job.id).as_str()]);
}

#[test]
fn the_pace_follows_the_pool() {
    let mut config = smtp(25);
    config["pool_max"] = 7.into();
    let pace = open(config).pace();
    assert_eq!((pace.in_flight_max, pace.burst_per_recipient, pace.schedule.len()), (7, 4, 8));
    assert!(pace.recipient_interval.is_zero() && pace.deadline == Duration::from_secs(30));
}
