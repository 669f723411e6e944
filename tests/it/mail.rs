//! Letters, read by somebody else's code.

use aviso_core::audit::Actor;
use aviso_core::delivery::ChannelKind;
use aviso_core::language::Language;
use aviso_core::merchant::logo::{BYTES_MAX, Logo};
use aviso_core::preference::{Category, Choice};
use aviso_core::secret::Secret;
use aviso_notifier::email::config::{DkimKeys, MailTls};
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig, Tls};
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::database::Kind;
use aviso_tests::until::DEADLINE;
use aviso_tests::{card, peer};

use crate::preferences::to_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_implementation_verifies_both_dkim_signatures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (rsa, seed) = (folder.path().join("rsa.pem"), folder.path().join("seed"));
    let records = peer::make_dkim_keys(&rsa, &seed, "example.com");
    let app = TestApp::start_with(Kind::Sqlite, |config| {
        let mail = config.mail.as_mut().expect("a relay");
        mail.dkim = Some(DkimKeys {
            domain: "example.com".to_owned(),
            selector: "rsa".to_owned(),
            ed25519_selector: Some("ed".to_owned()),
            rsa_key_file: Some(rsa.clone()),
            ed25519_seed_file: Some(seed.clone()),
        });
    })
    .await;
    let merchant = app.merchant().await;
    let stranger = app.stranger();
    // The largest picture that a shop may have.
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\0\0\0\x01\0\x08\x06\0\0\0".to_vec();
    picture.extend((0..BYTES_MAX - picture.len() - 8).map(|n| (n * 31 % 251) as u8));
    picture.extend(b"IEND\xaeB`\x82");
    let logo = Logo::read(&picture).expect("a picture");
    let id = merchant.scope.merchant.id;
    app.hub.services.merchants.set_logo(Actor::Operator, id, Some(&logo)).await.expect("a picture");
    merchant.pay(&Order::new(4_990, card::GOOD).by(&stranger.email)).await.expect(201);
    let letter = stranger.opens(|mail| mail.text.contains("49.90")).await;
    assert!(letter.html.contains("src=\"cid:shop-logo\" width=\"128\" height=\"64\""), "{}", letter.html);
    let raw = String::from_utf8_lossy(&letter.raw).into_owned();
    assert!(raw.contains("Content-ID: <shop-logo>") && raw.contains("multipart/related"), "an inline part");
    assert!(letter.raw.len() < 110_000, "{}", letter.raw.len());
    assert!(peer::verifies_dkim(&letter.raw, &records));
    let tampered = String::from_utf8_lossy(&letter.raw).replace("49.90", "94.90").into_bytes();
    assert!(!peer::verifies_dkim(&tampered, &records));
    // RFC 8058: the way out of a letter is signed, too.
    let buyer = app.buyer(Language::En).await;
    let account = app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account").id;
    let preferences = app.hub.services.accounts.preferences();
    let asked = Choice { category: Category::News, channel: ChannelKind::Email, on: true };
    preferences.choose(account, asked).await.expect("a choice");
    preferences.announce(&Actor::Operator, &to_all("signed")).await.expect("a message");
    let letter = buyer.opens(|mail| mail.subject.contains("Something new")).await;
    assert!(peer::verifies_dkim(&letter.raw, &records));
    let tampered = String::from_utf8_lossy(&letter.raw).replace("One-Click", "Two-Click").into_bytes();
    assert_ne!(tampered, letter.raw);
    assert!(!peer::verifies_dkim(&tampered, &records));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_go_through_a_relay_that_wants_starttls_and_a_login() {
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let wishes = SmtpConfig::with_tls(Tls::StartTlsRequired).login("aviso", "the relay's password");
    let relay = Smtp::start(any, wishes).await.expect("a relay");
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, relay.ca_pem()).expect("a written certificate");
    let port = relay.addr().port();
    let app = TestApp::start_with(Kind::Sqlite, |config| {
        let mail = config.mail.as_mut().expect("a relay");
        mail.host = Some("localhost".to_owned());
        mail.port = Some(port);
        mail.tls = MailTls::Starttls;
        mail.username = Some("aviso".to_owned());
        mail.password = Some(Secret::new("the relay's password"));
        mail.extra_ca_pem = Some(authority.clone());
    })
    .await;
    let merchant = app.merchant().await;
    let stranger = app.stranger();
    merchant.pay(&Order::new(4_990, card::GOOD).by(&stranger.email)).await.expect(201);
    let letter =
        relay.wait_for(&stranger.email, DEADLINE, |mail| mail.subject.contains("49.90")).await.expect("a letter");
    assert!(letter.tls, "the letter must travel encrypted");
    assert_eq!(letter.user.as_deref(), Some("aviso"));
}
