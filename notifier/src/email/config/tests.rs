//! What is refused, and that the message names the key.

use super::*;
use crate::email::dkim::Signer;
use crate::email::folder::Folder;
use crate::email::relay::Relay;

fn config(json: serde_json::Value) -> MailConfig {
    serde_json::from_value(json).unwrap()
}

fn refused(json: serde_json::Value) -> String {
    let config = config(json);
    Relay::open(&config).map(|_| ()).and_then(|()| config.limit().map(|_| ())).unwrap_err().to_string()
}

#[test]
fn defaults_fill_what_is_not_written() {
    let config = config(serde_json::json!({ "transport": "smtp", "host": "mail.example", "from": "a@example.com" }));
    assert_eq!((config.tls, config.relay_port().unwrap()), (MailTls::Implicit, 465));
    assert_eq!((config.connections_max().unwrap(), config.limit().unwrap()), (4, Duration::from_secs(20)));
    assert!(config.dkim.is_none() && config.answers().unwrap().is_none() && config.log_in().unwrap().is_none());
}

#[test]
fn unknown_keys_are_refused() {
    let unknown = serde_json::json!({ "transport": "smtp", "from": "a@example.com", "hots": "mail.example" });
    assert!(serde_json::from_value::<MailConfig>(unknown).unwrap_err().to_string().contains("hots"));
}

#[test]
fn each_refusal_names_its_key() {
    let base = serde_json::json!({ "transport": "smtp", "host": "mail.example", "from": "a@example.com" });
    let with = |key: &str, value: serde_json::Value| {
        let mut json = base.clone();
        json[key] = value;
        refused(json)
    };
    assert!(with("host", "".into()).contains("mail.host"));
    assert!(with("tls", "none".into()).contains("mail.tls"));
    assert!(with("port", 0.into()).contains("mail.port"));
    assert!(with("pool_max", 0.into()).contains("mail.pool_max"));
    assert!(with("timeout_secs", 29.into()).contains("mail.timeout_secs"));
    assert!(with("username", "me".into()).contains("mail.password"));
    assert!(with("password", "pw".into()).contains("mail.username"));
    assert!(with("extra_ca_pem", "/nowhere/ca.pem".into()).contains("mail.extra_ca_pem"));
    let mut bad_sender = config(base.clone());
    bad_sender.from = "nobody".to_owned();
    bad_sender.reply_to = Some("nobody".to_owned());
    assert!(bad_sender.sender().unwrap_err().to_string().contains("mail.from"));
    assert!(bad_sender.answers().unwrap_err().to_string().contains("mail.reply_to"));
    assert!(Folder::open(&bad_sender).unwrap_err().to_string().contains("mail.file_dir"));
}

#[test]
fn an_unencrypted_relay_must_be_on_this_machine() {
    for (host, allowed) in [("127.0.0.1", true), ("::1", true), ("localhost", true), ("10.0.0.1", false)] {
        let json = serde_json::json!({ "transport": "smtp", "host": host, "tls": "none", "from": "a@example.com" });
        assert_eq!(Relay::open(&config(json)).is_ok(), allowed, "{host}");
    }
}

#[test]
fn keys_of_signatures_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed");
    std::fs::write(&seed, "bm90IDMyIGJ5dGVz").unwrap();
    let testdata = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    let refused = |keys: DkimKeys| Signer::open(&keys).unwrap_err().to_string();
    let none = DkimKeys {
        domain: "example.com".to_owned(),
        selector: "a".to_owned(),
        ed25519_selector: None,
        rsa_key_file: None,
        ed25519_seed_file: None,
    };
    assert!(refused(none.clone()).contains("mail.dkim is missing"));
    assert!(refused(DkimKeys { domain: "a;b".to_owned(), ..none.clone() }).contains("mail.dkim.domain"));
    assert!(refused(DkimKeys { selector: String::new(), ..none.clone() }).contains("mail.dkim.selector"));
    let pkcs8 = DkimKeys { rsa_key_file: Some(testdata("dkim-rsa-pkcs8.pem")), ..none.clone() };
    assert!(refused(pkcs8).contains("openssl rsa -traditional"));
    let short_seed = DkimKeys { ed25519_seed_file: Some(seed), ..none.clone() };
    assert!(refused(short_seed.clone()).contains("mail.dkim.ed25519_seed_file"));
    let one_name = DkimKeys { rsa_key_file: Some(testdata("dkim-rsa.pem")), ..short_seed };
    assert!(refused(one_name.clone()).contains("mail.dkim.ed25519_selector is missing"));
    let same_name = DkimKeys { ed25519_selector: Some("a".to_owned()), ..one_name };
    assert!(refused(same_name).contains("mail.dkim.ed25519_selector"));
}
