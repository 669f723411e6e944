//! The host link alone, against the bank host stand-in: framing, TLS, codes, and a line that fails.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aviso_acquirers::iso8583::Iso8583;
use aviso_acquirers::iso8583::mac::{MacAlgorithm, MacKey};
use aviso_acquirers::iso8583::profile::{Header, Profile};
use aviso_acquirers::iso8583::settings::{Identity, Settings, TlsSettings};
use aviso_core::clock::{Clock, SystemClock, Timestamp};
use aviso_core::id::{OperationId, PaymentId};
use aviso_core::money::Money;
use aviso_core::payment::card::Card;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::OperationKind;
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Initiator, Inquiry, InquiryRequest, Instrument,
    LinkError, MessageRef, Original,
};
use aviso_core::secret::Secret;
use aviso_sandbox::standin::bankhost::{BankHost, BankHostConfig, Fault};
use aviso_tests::card;
use aviso_tests::until::until;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

struct Line {
    bank: BankHost,
    link: Iso8583,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn settings(address: SocketAddr, config: &BankHostConfig) -> Settings {
    Settings {
        name: "bank".to_owned(),
        host: address.ip().to_string(),
        port: address.port(),
        tls: None,
        profile: config.profile,
        mac: config.mac.clone(),
        identity: Identity {
            terminal_id: "TERM0001".to_owned(),
            merchant_id: "SHOP".to_owned(),
            acquirer_id: "12345".to_owned(),
            merchant_category: None,
            merchant_place: None,
        },
        response_timeout: Duration::from_millis(1_500),
        echo_every: Duration::from_millis(200),
        connect_timeout: Duration::from_secs(5),
        queue_max: 64,
    }
}

async fn start(config: BankHostConfig, change: impl FnOnce(&BankHost, &mut Settings)) -> Line {
    let bank = BankHost::start(SocketAddr::from(([127, 0, 0, 1], 0)), config.clone()).await.expect("a bank host");
    let mut settings = settings(bank.addr(), &config);
    change(&bank, &mut settings);
    let link = Iso8583::new(settings, Arc::new(SystemClock)).expect("a link");
    let stop = CancellationToken::new();
    let task = tokio::spawn(link.clone().run(stop.clone()));
    Line { bank, link, stop, task }
}

async fn connected(config: BankHostConfig) -> Line {
    let line = start(config, |_, _| {}).await;
    line.signed_on(true).await;
    line
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn message(trace: i64) -> MessageRef {
    MessageRef { operation: OperationId::new(now()), trace, at: now() }
}

fn money(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().expect("a currency")).expect("an amount")
}

fn approved(answer: &AcquirerAnswer) -> bool {
    matches!(answer, AcquirerAnswer::Approved { .. })
}

impl Line {
    async fn signed_on(&self, on: bool) {
        until(&format!("the sign-on being {on}"), async || (*self.link.signed_on().borrow() == on).then_some(())).await;
    }

    async fn purchase(&self, message: MessageRef) -> Result<AcquirerAnswer, LinkError> {
        let card = Card::new(&Secret::new(card::GOOD), 12, 2030, now()).expect("a card");
        let instrument = Instrument::Card { card: &card, cvc: None, authentication: None, initiator: Initiator::Buyer };
        let payment = PaymentId::new(now());
        let request = AuthorizeRequest { message, payment, amount: money(900), capture: true, instrument };
        self.link.authorize(request).await
    }

    async fn inquire(&self, message: MessageRef) -> Result<Inquiry, LinkError> {
        let request = InquiryRequest {
            message,
            kind: OperationKind::Authorize,
            payment: PaymentId::new(now()),
            amount: money(900),
            takes_money: true,
            original: None,
            asked_before: 0,
        };
        self.link.inquire(&request).await
    }

    async fn works(&self) {
        assert!(approved(&self.purchase(message(9_000)).await.expect("an answer")));
    }

    fn heard(&self, kind: &str) -> usize {
        self.bank.heard().iter().filter(|heard| heard.starts_with(kind)).count()
    }
}

fn key(algorithm: MacAlgorithm) -> MacKey {
    MacKey::from_hex(algorithm, &Secret::new("0123456789abcdeffedcba9876543210")).expect("a key")
}

#[tokio::test]
async fn every_way_to_write_works() {
    for profile in [Profile::ASCII, Profile::BCD] {
        for header in [Header::Binary2, Header::Packed2, Header::Ascii4] {
            for mac in [None, Some(key(MacAlgorithm::X919)), Some(key(MacAlgorithm::HmacSha256))] {
                let config = BankHostConfig { profile: Profile { header, ..profile }, mac, tls: false };
                connected(config).await.works().await;
            }
        }
    }
}

#[tokio::test]
async fn a_bank_with_another_key_is_not_believed() {
    let theirs = BankHostConfig { mac: Some(key(MacAlgorithm::X919)), ..BankHostConfig::default() };
    let line = start(theirs, |_, settings| settings.mac = Some(key(MacAlgorithm::HmacSha256))).await;
    assert!(matches!(line.purchase(message(1)).await, Err(LinkError::NotSent(_))));
    assert!(line.bank.book().is_empty());
}

#[tokio::test]
async fn tls_holds_only_with_the_banks_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = BankHostConfig { tls: true, ..BankHostConfig::default() };
    let line = start(config.clone(), |bank, settings| {
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, bank.ca_pem().expect("an authority")).expect("a written file");
        settings.tls = Some(TlsSettings { ca_file: Some(ca_file), ..TlsSettings::default() });
    })
    .await;
    line.signed_on(true).await;
    line.works().await;

    let stranger = start(config, |_, settings| settings.tls = Some(TlsSettings::default())).await;
    assert!(matches!(stranger.purchase(message(1)).await, Err(LinkError::NotSent(_))));
    assert!(stranger.bank.heard().is_empty());
}

#[tokio::test]
async fn a_refused_sign_on_is_tried_again() {
    let line = connected(BankHostConfig::default()).await;
    line.bank.refuse_sign_on(true);
    line.bank.cut();
    line.signed_on(false).await;
    until("another sign-on", async || (line.heard("0800") >= 3).then_some(())).await;
    assert!(matches!(line.purchase(message(1)).await, Err(LinkError::NotSent(_))));
    line.bank.refuse_sign_on(false);
    line.signed_on(true).await;
    line.works().await;
}

#[tokio::test]
async fn a_cut_line_leaves_the_outcome_unknown_and_comes_back() {
    let line = connected(BankHostConfig::default()).await;
    line.bank.script(Fault::Cut);
    let sent = message(1);
    assert!(matches!(line.purchase(sent).await, Err(LinkError::Unknown(_))));
    assert!(!line.bank.book()[0].is_reversed);
    line.signed_on(true).await;
    assert_eq!(line.inquire(sent).await, Ok(Inquiry::NotFound));
    assert!(line.bank.book()[0].is_reversed);
    line.works().await;
}

#[tokio::test]
async fn a_reversal_is_repeated_until_it_is_answered() {
    let line = connected(BankHostConfig::default()).await;
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::LoseAnswer] {
        line.bank.script(fault);
    }
    let sent = message(1);
    assert!(matches!(line.purchase(sent).await, Err(LinkError::Unknown(_))));
    assert!(matches!(line.inquire(sent).await, Err(LinkError::Unknown(_))));
    assert!(matches!(line.inquire(sent).await, Err(LinkError::Unknown(_))));
    assert_eq!(line.inquire(sent).await, Ok(Inquiry::NotFound));
    assert_eq!((line.heard("0420"), line.heard("0421")), (1, 2));
    assert!(line.bank.book()[0].is_reversed);
}

#[tokio::test]
async fn a_request_that_comes_after_its_reversal_is_refused() {
    let line = connected(BankHostConfig::default()).await;
    let sent = message(1);
    assert_eq!(line.inquire(sent).await, Ok(Inquiry::NotFound));
    // The bank says that it saw the message before, which is no word on what became of it; asking again is.
    let answer = line.purchase(sent).await;
    assert!(matches!(answer, Err(LinkError::Unknown(_))), "{answer:?}");
    assert_eq!(line.inquire(sent).await, Ok(Inquiry::NotFound));
}

#[tokio::test]
async fn a_late_answer_is_found_once() {
    let line = connected(BankHostConfig::default()).await;
    line.bank.script(Fault::AnswerLate(Duration::from_millis(2_200)));
    let sent = message(1);
    assert!(matches!(line.purchase(sent).await, Err(LinkError::Unknown(_))));
    until("the late answer", async || (line.link.late_answers() == 1).then_some(())).await;
    let found = line.inquire(sent).await.expect("an answer");
    assert!(matches!(&found, Inquiry::Found(answer) if approved(answer)), "{found:?}");
    assert_eq!((line.heard("0420"), line.link.late_answers()), (0, 0));
}

#[tokio::test]
async fn answers_that_do_not_fit_are_not_taken() {
    let line = connected(BankHostConfig::default()).await;
    for (trace, fault) in [(1, Fault::OtherReference), (2, Fault::Noise)] {
        line.bank.script(fault);
        assert!(matches!(line.purchase(message(trace)).await, Err(LinkError::Unknown(_))), "{fault:?}");
    }
    line.bank.script(Fault::AnswerTwice);
    line.works().await;
    assert_eq!(line.link.late_answers(), 0);
    line.bank.script(Fault::OtherAmount);
    let answer = line.purchase(message(3)).await.expect("an answer");
    assert!(matches!(answer, AcquirerAnswer::Approved { amount, .. } if amount == money(899)), "{answer:?}");
    assert!(*line.link.signed_on().borrow(), "the line stays");
}

#[tokio::test]
async fn what_must_not_stand_is_reversed_by_a_message_of_its_own() {
    let line = connected(BankHostConfig::default()).await;
    let sent = message(1);
    let answer = line.purchase(sent).await.expect("an answer");
    let AcquirerAnswer::Approved { acquirer_ref, approval_code, amount } = answer else { panic!("{answer:?}") };
    let original = Original {
        message: sent,
        acquirer_ref: Some(acquirer_ref),
        approval_code: Some(approval_code),
        took_money: true,
        amount,
    };
    let request = FollowUpRequest { message: message(2), payment: PaymentId::new(now()), original, amount };
    for _ in 0..2 {
        assert!(approved(&line.link.reverse(&request).await.expect("an answer")));
    }
    assert!(line.bank.book()[0].is_reversed);
    assert_eq!((line.heard("0420"), line.heard("0421")), (1, 1));
}

#[tokio::test]
async fn a_stop_waits_for_what_is_on_its_way() {
    let patient = |_: &BankHost, settings: &mut Settings| settings.response_timeout = Duration::from_secs(20);
    let line = start(BankHostConfig::default(), patient).await;
    line.signed_on(true).await;
    line.bank.script(Fault::AnswerLate(Duration::from_millis(300)));
    let asked = line.purchase(message(1));
    let stop = async {
        until("the request", async || (line.heard("0200") == 1).then_some(())).await;
        line.stop.cancel();
    };
    let (answer, ()) = tokio::join!(asked, stop);
    assert!(approved(&answer.expect("an answer")));
    until("the sign-off", async || line.task.is_finished().then_some(())).await;
    assert_eq!((line.heard("0800 002"), *line.link.signed_on().borrow()), (1, false));
}

#[tokio::test]
async fn a_wallet_is_not_for_this_bank() {
    let line = connected(BankHostConfig::default()).await;
    let wallet = "luna_pay".parse().expect("a wallet's name");
    let instrument = Instrument::Wallet { wallet: &wallet, return_url: "https://shop.example" };
    let payment = PaymentId::new(now());
    let request = AuthorizeRequest { message: message(1), payment, amount: money(900), capture: true, instrument };
    let answer = line.link.authorize(request).await;
    assert_eq!(answer, Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted)));
}
