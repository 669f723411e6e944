use aviso_core::id::DeliveryId;
use proptest::prelude::*;

use super::*;
use crate::sample::keyring;

fn paths() -> ReturnPath {
    ReturnPath::new(&"bounce@pay.example".parse().unwrap(), keyring())
}

fn letter() -> DeliveryId {
    "dlv_01h455vb4pex5vsknk084sn02q".parse().unwrap()
}

fn return_path() -> String {
    paths().of(letter()).unwrap().to_string()
}

fn dsn(to: &str, fields: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Your payment\r\n\r\nHello\r\n--b--\r\n"
    )
}

fn arf(to: &str, kind: &str, inside: &str) -> String {
    format!(
        "From: fbl@provider.example\r\nTo: {to}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThis is a report.\r\n\
         --b\r\nContent-Type: message/feedback-report\r\n\r\n\
         Feedback-Type: {kind}\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n{inside}\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: News\r\n\r\nHello\r\n--b--\r\n"
    )
}

#[test]
fn what_servers_write_is_understood() {
    let hard = "Final-Recipient: rfc822; ana@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\
                Diagnostic-Code: smtp; 550 5.1.1 <ana@example.com>: no\r\n such user\r\n";
    let (id, report) = read(dsn(&return_path(), hard).as_bytes(), &paths()).unwrap();
    assert_eq!((id, report.kind, report.status.as_str()), (letter(), ReportKind::Hard, "5.1.1"));
    assert_eq!(report.answer, "550 5.1.1 <…> no such user");
    for (fields, kind) in [
        ("Action: delayed\r\nStatus: 4.4.7\r\n", ReportKind::Soft),
        ("Action: failed\r\nStatus: 4.2.2\r\n", ReportKind::Soft),
        ("ACTION: Failed\r\nSTATUS: 5.7.1 (blocked)\r\n", ReportKind::Hard),
    ] {
        let (_, report) = read(dsn(&return_path(), fields).as_bytes(), &paths()).unwrap();
        assert_eq!(report.kind, kind, "{fields}");
    }
    // It arrived, or went on: nothing to do.
    for fields in
        ["Action: delivered\r\nStatus: 2.0.0\r\n", "Action: relayed\r\nStatus: 2.0.0\r\n", "Status: 5.1.1\r\n", ""]
    {
        assert_eq!(read(dsn(&return_path(), fields).as_bytes(), &paths()), None, "{fields}");
    }
}

#[test]
fn where_it_came_to_is_read_from_what_the_last_server_wrote_too() {
    let hard = "Action: failed\r\nStatus: 5.1.1\r\n";
    let file = dsn("undisclosed-recipients:;", hard);
    let delivered = format!("Delivered-To: {}\r\n{file}", return_path());
    assert_eq!(read(delivered.as_bytes(), &paths()).unwrap().0, letter());
    assert_eq!(read(file.as_bytes(), &paths()), None);
}

#[test]
fn complaints_are_understood_wherever_the_return_path_stands() {
    let named = format!("Original-Mail-From: <{}>", return_path());
    for file in [arf(&return_path(), "abuse", ""), arf("fbl@pay.example", "abuse", &named)] {
        let (id, report) = read(file.as_bytes(), &paths()).unwrap();
        assert_eq!((id, report.kind), (letter(), ReportKind::Complaint));
    }
    let quoted =
        arf("fbl@pay.example", "abuse", "").replace("Subject: News", &format!("Return-Path: <{}>", return_path()));
    assert_eq!(read(quoted.as_bytes(), &paths()).unwrap().0, letter());
    assert_eq!(read(arf(&return_path(), "not-spam", "").as_bytes(), &paths()), None);
    assert_eq!(read(arf("fbl@pay.example", "abuse", "").as_bytes(), &paths()), None);
}

#[test]
fn what_was_forged_or_broken_says_nothing() {
    let hard = "Action: failed\r\nStatus: 5.1.1\r\n";
    let whole = dsn(&return_path(), hard);
    let (own, at) = (return_path(), return_path().find('@').unwrap());
    let last = if &own[at - 1..at] == "0" { "1" } else { "0" };
    let forged = whole.replace(&own, &format!("{}{last}{}", &own[..at - 1], &own[at..]));
    assert_ne!(forged, whole);
    assert_eq!(read(forged.as_bytes(), &paths()), None);
    assert_eq!(read(dsn("bounce@pay.example", hard).as_bytes(), &paths()), None);
    assert_eq!(read(b"", &paths()), None);
    assert_eq!(read(format!("To: {}\r\n\r\nI am on holiday.", return_path()).as_bytes(), &paths()), None);
    // Broken off anywhere: understood or not, but never more than what stands there.
    for end in 0..whole.len() {
        if let Some((id, report)) = read(&whole.as_bytes()[..end], &paths()) {
            assert_eq!((id, report.kind), (letter(), ReportKind::Hard), "{end}");
        }
    }
}

proptest! {
    #[test]
    fn no_file_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert_eq!(read(&bytes, &paths()), None);
    }

    #[test]
    fn no_field_is_too_strange(fields in "(?s).{0,400}", cut in 0_usize..3_000) {
        let file = dsn(&return_path(), &fields);
        let file = file.as_bytes();
        let _ = read(&file[..cut.min(file.len())], &paths());
        let _ = read(arf(&fields, &fields, &fields).as_bytes(), &paths());
    }
}
