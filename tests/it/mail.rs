//! Letters, read by somebody else's code.

use aviso_notifier::email::config::DkimKeys;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::database::Kind;
use aviso_tests::{card, peer};

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
    merchant.pay(&Order::new(4_990, card::GOOD).by(&stranger.email)).await.expect(201);
    let letter = stranger.opens(|mail| mail.text.contains("49.90")).await;
    assert!(peer::verifies_dkim(&letter.raw, &records));
    let tampered = String::from_utf8_lossy(&letter.raw).replace("49.90", "94.90").into_bytes();
    assert!(!peer::verifies_dkim(&tampered, &records));
}
