use std::collections::BTreeMap;

use super::*;
use aviso_core::clock::ShiftedClock;
use aviso_core::id::PaymentId;
use aviso_core::payment::operation::OperationKind;
use aviso_core::port::{MessageRef, NoticeSubject, Original};

struct Till {
    wallet: SandboxWallet,
    clock: Arc<ShiftedClock>,
}

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn message(operation: OperationId) -> MessageRef {
    MessageRef { operation, trace: 1, at: Timestamp::from_micros(1) }
}

impl Till {
    fn open() -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let builder = SandboxWallet::builder("http://localhost/sandbox/wallet", Secret::new("a secret"));
        Self { wallet: builder.clock(clock.clone()).build().unwrap(), clock }
    }

    fn op(&self) -> OperationId {
        OperationId::new(self.clock.now())
    }

    async fn ask(&self, operation: OperationId, capture: bool) -> AcquirerAnswer {
        let wallet = NAME.parse().unwrap();
        let instrument = Instrument::Wallet { wallet: &wallet, return_url: "http://localhost/pay/return/x" };
        let payment = PaymentId::from_uuid(operation.as_uuid());
        let request =
            AuthorizeRequest { message: message(operation), payment, amount: eur(1_000), capture, instrument };
        self.wallet.authorize(request).await.unwrap()
    }

    fn later(&self, original: OperationId, minor: i64) -> FollowUpRequest {
        FollowUpRequest {
            message: message(self.op()),
            payment: PaymentId::from_uuid(original.as_uuid()),
            original: Original {
                message: message(original),
                acquirer_ref: None,
                approval_code: None,
                took_money: false,
                amount: eur(1_000),
            },
            amount: eur(minor),
        }
    }

    async fn inquire(&self, operation: OperationId) -> Inquiry {
        let request = InquiryRequest {
            message: message(operation),
            kind: OperationKind::Authorize,
            payment: PaymentId::from_uuid(operation.as_uuid()),
            amount: eur(1_000),
            takes_money: false,
            original: None,
            asked_before: 0,
        };
        self.wallet.inquire(&request).await.unwrap()
    }

    fn decide(&self, answer: &AcquirerAnswer, decision: Decision) -> Option<SignedCallback> {
        let AcquirerAnswer::ActionRequired { url, .. } = answer else { panic!("no page: {answer:?}") };
        self.wallet.decide(url.rsplit('/').next().unwrap(), decision).unwrap().unwrap().1
    }

    fn read(&self, sent: &SignedCallback) -> Result<Notice, CallbackError> {
        let headers: BTreeMap<_, _> =
            sent.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.wallet.read_callback(&Callback { headers, body: sent.body.clone() }, self.clock.now())
    }
}

fn is_approved(answer: &AcquirerAnswer) -> bool {
    matches!(answer, AcquirerAnswer::Approved { .. })
}

#[tokio::test]
async fn a_buyer_approves_once_and_money_follows_the_messages() {
    let till = Till::open();
    let operation = till.op();
    let page = till.ask(operation, false).await;
    assert_eq!(till.ask(operation, false).await, page, "the same reference opens nothing new");
    assert!(till.decide(&page, Decision::Approve).is_some());
    assert!(till.decide(&page, Decision::Decline).is_none(), "what was decided stays");
    assert!(matches!(till.inquire(operation).await, Inquiry::Found(answer) if is_approved(&answer)));
    assert!(!is_approved(&till.wallet.capture(&till.later(operation, 1_001)).await.unwrap()));
    let part = till.later(operation, 600);
    assert!(is_approved(&till.wallet.capture(&part).await.unwrap()));
    assert!(is_approved(&till.wallet.capture(&part).await.unwrap()), "repeated, answered alike");
    assert!(is_approved(&till.wallet.void(&till.later(operation, 400)).await.unwrap()));
    assert!(is_approved(&till.wallet.refund(&till.later(operation, 100)).await.unwrap()));
    assert!(!is_approved(&till.wallet.refund(&till.later(operation, 501)).await.unwrap()));
    assert_eq!(till.wallet.moved(operation), Some(Moved { authorized: 600, captured: 600, refunded: 100 }));
}

#[tokio::test]
async fn what_is_reversed_cannot_be_approved_afterwards() {
    let till = Till::open();
    let operation = till.op();
    let page = till.ask(operation, true).await;
    assert!(is_approved(&till.wallet.reverse(&till.later(operation, 1_000)).await.unwrap()));
    assert!(till.decide(&page, Decision::Approve).is_none());
    assert_eq!(till.wallet.moved(operation), Some(Moved::default()));
    let paid = till.op();
    let page = till.ask(paid, true).await;
    till.decide(&page, Decision::Approve);
    assert!(is_approved(&till.wallet.reverse(&till.later(paid, 1_000)).await.unwrap()));
    assert_eq!(till.wallet.moved(paid).unwrap().refunded, 1_000);
}

#[tokio::test]
async fn nobody_decides_in_time_or_nothing_arrived() {
    let till = Till::open();
    let operation = till.op();
    let page = till.ask(operation, true).await;
    till.clock.advance(Duration::from_secs(601));
    assert!(till.decide(&page, Decision::Approve).is_none());
    let expired = AcquirerAnswer::declined(DeclineCode::ActionExpired);
    assert_eq!(till.inquire(operation).await, Inquiry::Found(expired));
    let lost = till.op();
    assert_eq!(till.inquire(lost).await, Inquiry::NotFound);
    assert_eq!(till.ask(lost, true).await, AcquirerAnswer::declined(DeclineCode::ProcessingError));
}

#[tokio::test]
async fn a_callback_is_believed_only_whole_and_in_time() {
    let till = Till::open();
    let operation = till.op();
    let page = till.ask(operation, true).await;
    let sent = till.decide(&page, Decision::Approve).unwrap();
    let notice = till.read(&sent).unwrap();
    assert!(
        matches!(&notice.about, NoticeSubject::Outcome { operation: of, answer } if *of == operation && is_approved(answer))
    );
    assert_eq!(till.read(&till.wallet.callback(operation).unwrap().unwrap()).unwrap().id, notice.id);
    for place in 1..sent.headers.len() {
        let mut changed = sent.clone();
        changed.headers[place].1.push('0');
        assert_eq!(till.read(&changed), Err(CallbackError::Signature), "{}", changed.headers[place].0);
        changed.headers.remove(place);
        assert_eq!(till.read(&changed), Err(CallbackError::Signature));
    }
    let mut changed = sent.clone();
    changed.body[20] ^= 1;
    assert_eq!(till.read(&changed), Err(CallbackError::Signature));
    till.clock.advance(Duration::from_secs(302));
    assert_eq!(till.read(&sent), Err(CallbackError::Signature), "too old");
}
