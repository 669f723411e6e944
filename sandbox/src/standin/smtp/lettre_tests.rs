//! The sink through the real client, and through a raw socket for what no client would say.

use std::time::Duration;

use lettre::message::{MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as ClientTls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const SOON: Duration = Duration::from_secs(10);

type Mailer = AsyncSmtpTransport<Tokio1Executor>;

async fn start(config: SmtpConfig) -> Smtp {
    Smtp::start("127.0.0.1:0".parse().unwrap(), config).await.unwrap()
}

fn mailer(smtp: &Smtp, tls: fn(TlsParameters) -> ClientTls) -> Mailer {
    let authority = Certificate::from_pem(smtp.ca_pem().as_bytes()).unwrap();
    let parameters =
        TlsParameters::builder("localhost".to_owned()).add_root_certificate(authority).build_rustls().unwrap();
    Mailer::builder_dangerous("127.0.0.1")
        .port(smtp.addr().port())
        .tls(tls(parameters))
        .credentials(Credentials::new("aviso".to_owned(), "secret".to_owned()))
        .build()
}

fn plain(smtp: &Smtp) -> Mailer {
    Mailer::builder_dangerous("127.0.0.1").port(smtp.addr().port()).build()
}

fn message(to: &str) -> Message {
    Message::builder()
        .from("Aviso <no-reply@aviso.test>".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Оплата 12,00 € — заказ №7, очень длинная тема письма для переноса строки")
        .multipart(
            MultiPart::mixed()
                .multipart(MultiPart::alternative_plain_html(
                    "Здравствуйте!\n.точка\nhttp://127.0.0.1:8080/confirm?t=1.".to_owned(),
                    "<p>Здравствуйте &lt;b&gt;</p>".to_owned(),
                ))
                .singlepart(
                    SinglePart::builder()
                        .header(lettre::message::header::ContentType::parse("application/pdf").unwrap())
                        .body(vec![0_u8, 255, 10]),
                ),
        )
        .unwrap()
}

#[tokio::test]
async fn mail_arrives_decoded_over_every_kind_of_connection() {
    for (tls, client) in [
        (Tls::StartTls, ClientTls::Required as fn(TlsParameters) -> ClientTls),
        (Tls::StartTlsRequired, ClientTls::Required),
        (Tls::Implicit, ClientTls::Wrapper),
    ] {
        let smtp = start(SmtpConfig::with_tls(tls).login("aviso", "secret")).await;
        let mailer = mailer(&smtp, client);
        let (waiting, sent) = tokio::join!(
            smtp.wait_for("ANA@shop.test", SOON, |mail| mail.subject.contains("№7")),
            mailer.send(message("ana@shop.test")),
        );
        sent.unwrap();
        let mail = waiting.unwrap();
        assert!(mail.tls && mail.user.as_deref() == Some("aviso"), "{tls:?}");
        assert_eq!(mail.subject, "Оплата 12,00 € — заказ №7, очень длинная тема письма для переноса строки");
        assert!(mail.text.as_deref().unwrap().contains("\n.точка"));
        assert_eq!(mail.html.as_deref(), Some("<p>Здравствуйте &lt;b&gt;</p>"));
        assert_eq!(mail.links, ["http://127.0.0.1:8080/confirm?t=1"]);
        assert_eq!(mail.attachments[0].bytes, [0, 255, 10]);
        assert_eq!(mail.header("from"), Some("Aviso <no-reply@aviso.test>"));
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let smtp = start(SmtpConfig::with_tls(Tls::Implicit).login("aviso", "other")).await;
    let error = mailer(&smtp, ClientTls::Wrapper).send(message("ana@shop.test")).await.unwrap_err();
    assert!(error.is_permanent(), "{error}");
    let smtp = start(SmtpConfig::default().login("aviso", "x")).await;
    assert_eq!(plain(&smtp).send(message("ana@shop.test")).await.unwrap_err().status().unwrap().to_string(), "530");
    assert!(smtp.mails().is_empty());
}

#[tokio::test]
async fn scripted_refusals_reach_the_client_and_are_used_up() {
    let smtp = start(SmtpConfig::default()).await;
    let mailer = plain(&smtp);
    smtp.fail_next(Mishap::Recipient("ANA@shop.test".to_owned(), 450), 1);
    smtp.fail_next(Mishap::Recipient("ana@shop.test".to_owned(), 550), 1);
    assert!(mailer.send(message("ana@shop.test")).await.unwrap_err().is_transient());
    assert!(mailer.send(message("ana@shop.test")).await.unwrap_err().is_permanent());
    smtp.fail_next(Mishap::Data(552), 1);
    assert!(mailer.send(message("ana@shop.test")).await.unwrap_err().is_permanent());
    smtp.fail_next(Mishap::CloseAtGreeting, 1);
    assert!(plain(&smtp).send(message("ana@shop.test")).await.is_err());
    smtp.fail_next(Mishap::CloseAtData, 1);
    assert!(plain(&smtp).send(message("ana@shop.test")).await.is_err());
    assert!(smtp.mails().is_empty());
    smtp.fail_next(Mishap::LostAnswer, 1);
    assert!(plain(&smtp).send(message("ana@shop.test")).await.is_err());
    assert_eq!(smtp.mails_to("ana@shop.test").len(), 1);
    mailer.send(message("ana@shop.test")).await.unwrap();
}

#[tokio::test]
async fn a_silent_server_is_silent() {
    let smtp = start(SmtpConfig::default()).await;
    for mishap in [Mishap::SilentGreeting, Mishap::HangAtData] {
        smtp.fail_next(mishap, 1);
        let patience = Duration::from_millis(200);
        assert!(tokio::time::timeout(patience, plain(&smtp).send(message("ana@shop.test"))).await.is_err());
    }
    assert!(smtp.mails().is_empty());
}

async fn raw(smtp: &Smtp, said: &[u8]) -> String {
    let mut stream = TcpStream::connect(smtp.addr()).await.unwrap();
    stream.write_all(said).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = String::new();
    tokio::time::timeout(SOON, stream.read_to_string(&mut heard)).await.unwrap().unwrap();
    heard
}

#[tokio::test]
async fn pipelined_and_stuffed_mail_is_taken() {
    let smtp = start(SmtpConfig { size_max: 100, ..SmtpConfig::default() }).await;
    let said = b"EHLO x\r\nMAIL FROM:<> BODY=8BITMIME\r\nRCPT TO:<a@b>\r\nDATA\r\n\
        Subject: s\r\n\r\n..dot\r\nnot the end\n.\n..\r\n.\r\nRSET\r\nNOOP\r\nQUIT\r\n";
    let heard = raw(&smtp, said).await;
    assert!(heard.contains("250-SIZE 100") && heard.ends_with("221 2.0.0 bye\r\n"), "{heard}");
    let mail = smtp.mails().pop().unwrap();
    assert_eq!(mail.text.as_deref(), Some(".dot\r\nnot the end\n.\n..\r\n"));

    let big = [
        b"HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n",
        "y".repeat(200_000).as_bytes(),
        b"\r\n.\r\nQUIT\r\n",
    ]
    .concat();
    assert!(raw(&smtp, &big).await.contains("552 "));
    assert!(raw(&smtp, b"MAIL FROM:<a@b> SIZE=101\r\nQUIT\r\n").await.contains("552 "));
    assert_eq!(smtp.mails().len(), 1);
}

#[tokio::test]
async fn nonsense_is_answered_and_ends() {
    let smtp = start(SmtpConfig::default()).await;
    for said in
        [&b"\xff\xff\r\n"[..], b"RCPT TO:<a@b>\r\n", b"MAIL a@b\r\n", b"DATA\r\n", b"AUTH PLAIN x\r\n", b"STARTTLS\r\n"]
    {
        let heard = raw(&smtp, said).await;
        let answer = heard.lines().nth(1).unwrap();
        assert!(answer.starts_with('5'), "{said:?}: {answer}");
    }
    assert!(raw(&smtp, &[b'x'; 100_000]).await.starts_with("220"));
    assert!(raw(&smtp, &b"?\r\n".repeat(50)).await.contains("421"));
}
