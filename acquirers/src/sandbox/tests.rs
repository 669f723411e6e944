use super::card::TEST_CARDS;
use super::entry::Verdict;
use super::*;
use aviso_core::clock::Timestamp;
use aviso_core::id::PaymentId;
use aviso_core::money::Money;
use aviso_core::payment::card::{Card, Cvc};
use aviso_core::payment::operation::OperationKind;
use aviso_core::port::{Initiator, MessageRef, Original};
use aviso_core::secret::Secret;

const TIMEOUT: Duration = Duration::from_millis(5);

struct Customer {
    bank: SandboxBank,
    card: Card,
    cvc: Option<Cvc>,
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_000_000_000_000)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn card(number: &str) -> Card {
    Card::new(&Secret::new(number), 12, 2030, now()).unwrap()
}

fn number(name: &str) -> &'static str {
    TestCard::with_name(name).unwrap().number
}

fn op() -> OperationId {
    OperationId::new(now())
}

impl Customer {
    fn with(number: &str) -> Self {
        Self::at(SandboxBank::builder().timeout(TIMEOUT).build().unwrap(), number)
    }

    fn at(bank: SandboxBank, number: &str) -> Self {
        let card = card(number);
        let cvc = Cvc::new(Secret::new("123"), card.face().brand).ok();
        Self { bank, card, cvc }
    }

    async fn authorize(&self, operation: OperationId, minor: i64) -> Result<AcquirerAnswer, LinkError> {
        self.ask(operation, minor, false).await
    }

    async fn ask(&self, operation: OperationId, minor: i64, capture: bool) -> Result<AcquirerAnswer, LinkError> {
        let payment = PaymentId::from_uuid(operation.as_uuid());
        let (card, cvc) = (&self.card, self.cvc.as_ref());
        let instrument = Instrument::Card { card, cvc, authentication: None, initiator: Initiator::Buyer };
        let message = message(operation);
        self.bank.authorize(AuthorizeRequest { message, payment, amount: eur(minor), capture, instrument }).await
    }

    async fn inquire(&self, operation: OperationId) -> Result<Inquiry, LinkError> {
        inquire(&self.bank, operation).await
    }
}

fn message(operation: OperationId) -> MessageRef {
    MessageRef { operation, trace: 1, at: Timestamp::from_micros(1_795_000_000_000_000) }
}

async fn inquire(bank: &SandboxBank, operation: OperationId) -> Result<Inquiry, LinkError> {
    let request = InquiryRequest {
        message: message(operation),
        kind: OperationKind::Authorize,
        payment: PaymentId::from_uuid(operation.as_uuid()),
        amount: eur(100),
        takes_money: false,
        original: None,
        asked_before: 0,
    };
    bank.inquire(&request).await
}

fn approved_ref(answer: AcquirerAnswer) -> String {
    match answer {
        AcquirerAnswer::Approved { acquirer_ref, approval_code, .. } => {
            assert_eq!((acquirer_ref.len(), approval_code.len()), (12, 6));
            acquirer_ref
        }
        other => panic!("not approved: {other:?}"),
    }
}

fn follow(acquirer_ref: &str, minor: i64) -> FollowUpRequest {
    let first = op();
    FollowUpRequest {
        message: message(op()),
        payment: PaymentId::from_uuid(first.as_uuid()),
        original: Original {
            message: message(first),
            acquirer_ref: Some(acquirer_ref.to_owned()),
            approval_code: None,
            took_money: false,
            amount: eur(minor),
        },
        amount: eur(minor),
    }
}

fn declined(code: DeclineCode) -> AcquirerAnswer {
    AcquirerAnswer::declined(code)
}

#[tokio::test]
async fn each_known_number_is_answered_as_its_documentation_says() {
    for (number, code) in [
        ("4000000000000002", DeclineCode::CardDeclined),
        ("4000000000009995", DeclineCode::InsufficientFunds),
        ("4000000000009987", DeclineCode::LostCard),
        ("4000000000009979", DeclineCode::StolenCard),
        ("4000000000000069", DeclineCode::ExpiredCard),
        ("4000000000000127", DeclineCode::IncorrectCvc),
        ("4000000000000101", DeclineCode::IncorrectCvc),
        ("4000000000000119", DeclineCode::ProcessingError),
        ("4000000000006975", DeclineCode::CardVelocityExceeded),
        ("4000000000000341", DeclineCode::CardDeclined),
    ] {
        assert_eq!(Customer::with(number).authorize(op(), 100).await, Ok(declined(code)), "{number}");
    }
    for known in TEST_CARDS.iter().filter(|card| card.script == Script::SOUND) {
        approved_ref(Customer::with(known.number).authorize(op(), 100).await.unwrap());
    }
    approved_ref(Customer::with("4929000000006").authorize(op(), 100).await.unwrap());
}

#[tokio::test]
async fn a_card_that_fails_its_code_check_is_approved_without_a_code() {
    let mut customer = Customer::with("4000000000000101");
    customer.cvc = None;
    approved_ref(customer.authorize(op(), 100).await.unwrap());
}

#[tokio::test]
async fn money_is_reserved_taken_and_given_back_within_its_bounds() {
    let customer = Customer::with("4242424242424242");
    let bank = &customer.bank;
    let rrn = approved_ref(customer.authorize(op(), 1000).await.unwrap());
    let refused = Ok(declined(DeclineCode::ProcessingError));
    assert_eq!(bank.refund(&follow(&rrn, 1)).await, refused);
    assert_eq!(bank.capture(&follow(&rrn, 1001)).await, refused);
    approved_ref(bank.capture(&follow(&rrn, 600)).await.unwrap());
    approved_ref(bank.capture(&follow(&rrn, 400)).await.unwrap());
    assert_eq!(bank.capture(&follow(&rrn, 1)).await, refused);
    assert_eq!(bank.void(&follow(&rrn, 1000)).await, refused);
    approved_ref(bank.refund(&follow(&rrn, 999)).await.unwrap());
    assert_eq!(bank.refund(&follow(&rrn, 2)).await, refused);
    assert_eq!(bank.refund(&follow("NOSUCHREF000", 2)).await, refused);
    let money = &bank.authorizations()[0];
    assert_eq!((money.authorized_minor, money.captured_minor, money.refunded_minor), (1000, 1000, 999));
}

#[tokio::test]
async fn released_money_cannot_be_taken() {
    let customer = Customer::with("4242424242424242");
    let rrn = approved_ref(customer.authorize(op(), 1000).await.unwrap());
    approved_ref(customer.bank.void(&follow(&rrn, 1000)).await.unwrap());
    for refused in [customer.bank.capture(&follow(&rrn, 1)).await, customer.bank.void(&follow(&rrn, 1000)).await] {
        assert_eq!(refused, Ok(declined(DeclineCode::ProcessingError)));
    }
}

#[tokio::test]
async fn a_repeated_message_gets_the_first_answer_and_moves_no_money() {
    let customer = Customer::with("4242424242424242");
    let operation = op();
    let first = customer.ask(operation, 1000, true).await.unwrap();
    assert_eq!(customer.ask(operation, 1000, true).await, Ok(first.clone()));
    let refund = follow(&approved_ref(first), 400);
    let first = customer.bank.refund(&refund).await;
    assert_eq!(customer.bank.refund(&refund).await, first);
    assert_eq!(customer.bank.book().len(), 2);
    assert_eq!(customer.bank.authorizations()[0].refunded_minor, 400);
}

#[tokio::test]
async fn a_reference_that_is_used_for_another_message_gets_no_answer() {
    let customer = Customer::with("4242424242424242");
    let operation = op();
    customer.authorize(operation, 1000).await.unwrap();
    assert!(matches!(customer.authorize(operation, 1001).await, Err(LinkError::Unknown(_))));
    assert_eq!(customer.bank.authorizations()[0].authorized_minor, 1000);
}

#[tokio::test]
async fn when_the_answer_is_lost_the_money_is_reserved_and_an_inquiry_finds_it() {
    let customer = Customer::with(number("answer_lost"));
    let operation = op();
    let start = tokio::time::Instant::now();
    assert!(matches!(customer.authorize(operation, 700).await, Err(LinkError::Unknown(_))));
    assert!(start.elapsed() >= TIMEOUT);
    let Ok(Inquiry::Found(found)) = customer.inquire(operation).await else { panic!("not found") };
    assert_eq!(customer.authorize(operation, 700).await, Ok(found.clone()));
    assert_eq!(customer.bank.authorizations()[0].acquirer_ref, approved_ref(found));
}

#[tokio::test]
async fn a_caller_that_gives_up_waiting_changes_nothing_in_the_books() {
    let bank = SandboxBank::builder().timeout(Duration::from_secs(3600)).build().unwrap();
    let customer = Customer::at(bank, number("answer_lost"));
    let operation = op();
    let call = tokio::time::timeout(TIMEOUT, customer.authorize(operation, 700));
    assert!(call.await.is_err());
    assert!(matches!(customer.inquire(operation).await, Ok(Inquiry::Found(AcquirerAnswer::Approved { .. }))));
}

#[tokio::test]
async fn when_the_request_is_lost_nothing_happened_and_nothing_will() {
    let mut customer = Customer::with(number("request_lost"));
    let operation = op();
    assert!(matches!(customer.authorize(operation, 700).await, Err(LinkError::Unknown(_))));
    assert_eq!(customer.inquire(operation).await, Ok(Inquiry::NotFound));
    customer.card = card("4242424242424242");
    assert_eq!(customer.authorize(operation, 700).await, Ok(declined(DeclineCode::ProcessingError)));
    assert_eq!(customer.inquire(operation).await, Ok(Inquiry::NotFound));
    assert!(customer.bank.book().is_empty() && customer.bank.authorizations().is_empty());
}

#[tokio::test]
async fn a_late_approval_is_pending_until_the_second_inquiry() {
    let customer = Customer::with(number("approved_late"));
    let operation = op();
    assert_eq!(customer.authorize(operation, 700).await, Ok(AcquirerAnswer::Pending));
    assert_eq!(customer.authorize(operation, 700).await, Ok(AcquirerAnswer::Pending));
    assert_eq!(customer.inquire(operation).await, Ok(Inquiry::Found(AcquirerAnswer::Pending)));
    let Ok(Inquiry::Found(answer)) = customer.inquire(operation).await else { panic!("not found") };
    assert_eq!(customer.authorize(operation, 700).await, Ok(answer.clone()));
    approved_ref(answer);
}

#[tokio::test]
async fn after_a_time_out_the_outcome_may_come_late_either_way() {
    for (name, approved) in [("answer_lost_approved_late", true), ("answer_lost_declined_late", false)] {
        let customer = Customer::with(number(name));
        let operation = op();
        assert!(matches!(customer.authorize(operation, 700).await, Err(LinkError::Unknown(_))));
        assert_eq!(customer.inquire(operation).await, Ok(Inquiry::Found(AcquirerAnswer::Pending)));
        let Ok(Inquiry::Found(answer)) = customer.inquire(operation).await else { panic!("not found") };
        assert_eq!(matches!(answer, AcquirerAnswer::Approved { .. }), approved, "{name}");
        assert_eq!(customer.bank.authorizations().len(), usize::from(approved));
    }
}

#[tokio::test]
async fn another_amount_is_confirmed_and_booked() {
    let customer = Customer::with(number("approved_for_less"));
    let answer = customer.ask(op(), 1001, true).await.unwrap();
    assert!(matches!(&answer, AcquirerAnswer::Approved { amount, .. } if *amount == eur(500)));
    let money = &customer.bank.authorizations()[0];
    assert_eq!((money.authorized_minor, money.captured_minor), (500, 500));
}

#[tokio::test]
async fn over_a_link_that_is_down_nothing_is_sent() {
    let customer = Customer::with(number("link_down"));
    assert!(matches!(customer.authorize(op(), 700).await, Err(LinkError::NotSent(_))));
    assert!(customer.bank.book().is_empty());
}

#[tokio::test]
async fn later_messages_have_faults_of_their_own() {
    for (name, capture) in [("capture_answer_lost", false), ("void_answer_lost", false), ("refund_answer_lost", true)] {
        let customer = Customer::with(number(name));
        let rrn = approved_ref(customer.ask(op(), 700, capture).await.unwrap());
        let request = follow(&rrn, 700);
        let first = match name {
            "capture_answer_lost" => customer.bank.capture(&request).await,
            "void_answer_lost" => customer.bank.void(&request).await,
            _ => customer.bank.refund(&request).await,
        };
        assert!(matches!(first, Err(LinkError::Unknown(_))), "{name}");
        let found = customer.inquire(request.message.operation).await;
        assert!(matches!(found, Ok(Inquiry::Found(AcquirerAnswer::Approved { .. }))), "{name}");
    }
    for (name, capture) in [("capture_request_lost", false), ("refund_request_lost", true)] {
        let customer = Customer::with(number(name));
        let request = follow(&approved_ref(customer.ask(op(), 700, capture).await.unwrap()), 700);
        let first = if capture { customer.bank.refund(&request).await } else { customer.bank.capture(&request).await };
        assert!(matches!(first, Err(LinkError::Unknown(_))), "{name}");
        assert_eq!(customer.inquire(request.message.operation).await, Ok(Inquiry::NotFound), "{name}");
    }
    let customer = Customer::with(number("refund_declined"));
    let rrn = approved_ref(customer.ask(op(), 700, true).await.unwrap());
    assert_eq!(customer.bank.refund(&follow(&rrn, 1)).await, Ok(declined(DeclineCode::CardDeclined)));
    let customer = Customer::with(number("refund_approved_late"));
    let rrn = approved_ref(customer.ask(op(), 700, true).await.unwrap());
    assert_eq!(customer.bank.refund(&follow(&rrn, 1)).await, Ok(AcquirerAnswer::Pending));
}

#[tokio::test]
async fn the_books_outlive_the_bank_and_hold_no_card_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.jsonl");
    let open = || SandboxBank::builder().journal(&path).build().unwrap();
    let customer = Customer::at(open(), "4242424242424242");
    let operation = op();
    let answer = customer.authorize(operation, 1000).await.unwrap();
    let capture = follow(&approved_ref(answer.clone()), 1000);
    let captured = customer.bank.capture(&capture).await.unwrap();
    assert_eq!(customer.inquire(op()).await, Ok(Inquiry::NotFound));
    let before = (customer.bank.book(), customer.bank.authorizations());

    let customer = Customer::at(open(), "4242424242424242");
    assert_eq!((customer.bank.book(), customer.bank.authorizations()), before);
    assert_eq!(customer.authorize(operation, 1000).await, Ok(answer));
    assert_eq!(customer.bank.capture(&capture).await, Ok(captured));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(!text.contains("4242424242424242"));
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off_and_a_damaged_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.jsonl");
    let open = || SandboxBank::builder().journal(&path).build();
    let customer = Customer::at(open().unwrap(), "4242424242424242");
    let (kept, torn) = (op(), op());
    customer.authorize(kept, 1000).await.unwrap();
    let whole = std::fs::metadata(&path).unwrap().len();
    customer.authorize(torn, 2000).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() - 7]).unwrap();

    let customer = Customer::at(open().unwrap(), "4242424242424242");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), whole);
    assert_eq!(customer.bank.book().len(), 1);
    customer.authorize(op(), 3000).await.unwrap();
    assert_eq!(open().unwrap().book().len(), 2);

    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{{}}\n{text}")).unwrap();
    assert!(matches!(open().unwrap_err(), JournalError::Damaged { offset: 0, .. }));
}

#[tokio::test]
async fn two_banks_over_one_file_know_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.jsonl");
    let open = || SandboxBank::builder().journal(&path).build().unwrap();
    let (here, there) = (Customer::at(open(), number("refund_declined")), open());
    let rrn = approved_ref(here.authorize(op(), 1000).await.unwrap());
    approved_ref(there.capture(&follow(&rrn, 1000)).await.unwrap());
    assert_eq!(here.bank.capture(&follow(&rrn, 1)).await, Ok(declined(DeclineCode::ProcessingError)));
    assert_eq!(there.refund(&follow(&rrn, 1)).await, Ok(declined(DeclineCode::CardDeclined)));
    assert_eq!(here.bank.book(), there.book());
}

#[tokio::test]
async fn the_entry_tells_what_was_asked_and_when() {
    let customer = Customer::with("4000000000009995");
    let operation = op();
    customer.authorize(operation, 100).await.unwrap();
    let book = customer.bank.book();
    assert_eq!(book[0].operation, operation);
    assert_eq!(book[0].verdict, Verdict::Declined { code: DeclineCode::InsufficientFunds });
    assert!(
        matches!(&book[0].message, Message::Authorize { last4, first6, .. } if last4 == "9995" && first6 == "400000")
    );
}
