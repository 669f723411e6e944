//! Both signatures are there and list what they should. Another implementation verifies them in
//! the project's test suite.

use super::*;
use lettre::message::MultiPart;
use lettre::message::header::HeaderValue;

fn signer(folder: &Path) -> Signer {
    let seed = folder.join("seed");
    std::fs::write(&seed, "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n").unwrap();
    Signer::open(&DkimKeys {
        domain: "example.com".to_owned(),
        selector: "rsa1".to_owned(),
        ed25519_selector: Some("ed1".to_owned()),
        rsa_key_file: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/dkim-rsa.pem")),
        ed25519_seed_file: Some(seed),
    })
    .unwrap()
}

fn message(list: bool) -> Message {
    let mut builder = Message::builder()
        .from("a@example.com".parse().unwrap())
        .to("b@example.org".parse().unwrap())
        .date(std::time::SystemTime::UNIX_EPOCH)
        .message_id(Some("<dlv_1@example.com>".to_owned()))
        .subject("Оплата прошла, спасибо за покупку в нашем магазине");
    if list {
        let name = HeaderName::new_from_ascii_str("List-Unsubscribe");
        builder = builder.raw_header(HeaderValue::new(name, "<https://pay.example/u/1>".to_owned()));
    }
    builder.multipart(MultiPart::alternative_plain_html("Привет".to_owned(), "<p>Привет</p>".to_owned())).unwrap()
}

/// The `DKIM-Signature` headers, unfolded.
fn signatures(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (headers, _) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = headers.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .lines()
        .filter(|line| line.to_ascii_lowercase().starts_with("dkim-signature:"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_letter_carries_both_signatures_over_the_same_headers() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = signer(folder.path()).sign(&message(false));
    let [rsa, ed25519] = signatures(&bytes).try_into().unwrap();
    assert!(rsa.contains("a=rsa-sha256") && rsa.contains("s=rsa1"), "{rsa}");
    assert!(ed25519.contains("a=ed25519-sha256") && ed25519.contains("s=ed1"), "{ed25519}");
    for signature in [rsa, ed25519] {
        assert!(signature.contains("c=relaxed/relaxed") && signature.contains("d=example.com"), "{signature}");
        assert!(signature.contains("h=from:to:subject:date:message-id:mime-version;"), "{signature}");
    }
    assert!(bytes.is_ascii());
    assert!(bytes.ends_with(&message_tail(&bytes)));
}

/// What follows the signatures is the message itself: it starts with `From`.
fn message_tail(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let at = text.find("\r\nFrom: ").unwrap() + 2;
    text.as_bytes()[at..].to_vec()
}

#[test]
fn list_headers_are_signed_when_present() {
    let folder = tempfile::tempdir().unwrap();
    for signature in signatures(&signer(folder.path()).sign(&message(true))) {
        assert!(signature.contains(":list-unsubscribe:list-unsubscribe-post;"), "{signature}");
    }
}
