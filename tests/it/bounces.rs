//! Reports of mail servers about letters that they had taken: bounces, delays, complaints.

use std::path::Path;

use aviso_core::account::email::EmailAddress;
use aviso_core::delivery::ChannelKind;
use aviso_core::language::Language;
use aviso_core::preference::{Category, Choice, SuppressionReason};
use aviso_notifier::email::config::BounceConfig;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::database::Kind;
use aviso_tests::until::until;

/// Puts a file into a maildir as a mail server does: whole, by renaming.
fn arrives(folder: &Path, name: &str, content: &str) {
    let beside = folder.join("tmp-file");
    std::fs::write(&beside, content).expect("a file");
    std::fs::rename(beside, folder.join("new").join(name)).expect("a file in the maildir");
}

fn dsn(to: &str, action: &str, status: &str, said: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nTo: {to}\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nI'm sorry.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
         Final-Recipient: rfc822; somebody@example.com\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; {said}\n--b--\n"
    )
}

fn complaint(to: &str) -> String {
    format!(
        "From: fbl@provider.example\nTo: {to}\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n\
         --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Provider/1.0\n--b--\n"
    )
}

async fn moved(folder: &Path, part: &str, name: &str) {
    until(&format!("{name} in {part}"), async || {
        let mut entries = std::fs::read_dir(folder.join(part)).ok()?;
        let found = entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(name)));
        found.then_some(())
    })
    .await;
}

async fn suppressed(app: &TestApp, email: &str) -> Option<SuppressionReason> {
    let found = app.hub.services.accounts.preferences().suppressions(100).await.expect("a look");
    found.into_iter().find(|one| one.email_ci == email).map(|one| one.reason)
}

async fn scenario(kind: Kind) {
    let maildir = tempfile::tempdir().expect("a folder");
    let folder = maildir.path().to_owned();
    std::fs::create_dir(folder.join("new")).expect("a maildir");
    let app = TestApp::start_with(kind, |config| {
        let mail = config.mail.as_mut().expect("a relay");
        mail.bounces = Some(BounceConfig { address: "bounce@example.com".to_owned(), folder: Some(folder.clone()) });
    })
    .await;
    let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
    let account = app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account").id;
    let preferences = app.hub.services.accounts.preferences();
    // Receipts by mail only; the chat is there for what is mandatory.
    let chat_off = Choice { category: Category::Payments, channel: ChannelKind::Telegram, on: false };
    preferences.choose(account, chat_off).await.expect("a choice");
    merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
    let letter = buyer.opens(|mail| mail.text.contains("49.90")).await;
    let own = letter.sender.clone();
    assert!(own.starts_with("bounce+") && own.ends_with("@example.com") && own.len() < 64 + 12, "{own}");
    assert!(String::from_utf8_lossy(&letter.raw).contains("From: Aviso <aviso@example.com>"), "people see the sender");

    // What is forged, garbage or huge is set aside, and nothing follows.
    let forged = own.replacen(|c: char| c.is_ascii_digit(), "x", 1);
    for (name, content) in [
        ("forged", dsn(&forged, "failed", "5.1.1", "550 no")),
        ("garbage", "\u{0}\u{1}not a letter".to_owned()),
        ("holiday", format!("To: {own}\nSubject: Out of office\n\nI am away.")),
        ("huge", format!("To: {own}\n\n{}", "x".repeat(2_000_000))),
    ] {
        arrives(&folder, name, &content);
        moved(&folder, "aside", name).await;
    }
    // A delay is counted, and that is all.
    arrives(&folder, "late", &dsn(&own, "delayed", "4.4.1", "450 try later"));
    moved(&folder, "cur", "late").await;
    assert_eq!(suppressed(&app, &buyer.email).await, None);

    // A complaint stops what is commercial, and only that.
    arrives(&folder, "spam", &complaint(&own));
    moved(&folder, "cur", "spam").await;
    assert_eq!(suppressed(&app, &buyer.email).await, Some(SuppressionReason::Complaint));
    merchant.pay(&Order::new(5_990, card::GOOD).by(&buyer.email)).await.expect(201);
    let second = buyer.opens(|mail| mail.text.contains("59.90")).await;
    preferences.lift(&EmailAddress::new(&buyer.email).expect("an address")).await.expect("mail again");

    // A bounce: no more mail, and the same event goes by the next channel that is wanted.
    let chat_on = Choice { on: true, ..chat_off };
    preferences.choose(account, chat_on).await.expect("a choice");
    arrives(&folder, "gone", &dsn(&second.sender, "failed", "5.1.1", "550 5.1.1 no such user"));
    buyer.reads(|message| message.text.contains("59.90")).await;
    moved(&folder, "cur", "gone").await;
    assert_eq!(suppressed(&app, &buyer.email).await, Some(SuppressionReason::Bounce));
    // The same report again changes nothing more.
    preferences.lift(&EmailAddress::new(&buyer.email).expect("an address")).await.expect("mail again");
    arrives(&folder, "again", &dsn(&second.sender, "failed", "5.1.1", "550 5.1.1 no such user"));
    moved(&folder, "cur", "again").await;
    assert_eq!(suppressed(&app, &buyer.email).await, None);
    app.settle().await;
    let told = app.telegram.messages(buyer.id).into_iter().filter(|message| message.text.contains("59.90")).count();
    assert_eq!(told, 1);
    drop((merchant, buyer));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_mail_servers_report_later_is_acted_on_sqlite() {
    scenario(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_mail_servers_report_later_is_acted_on_postgres() {
    scenario(Kind::Postgres).await;
}
