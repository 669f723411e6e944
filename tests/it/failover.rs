//! The second bank, seen from the core: a process that ends while it is asked sends nothing twice, and it may
//! want the buyer authenticated as the first one may.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_acquirers::sandbox::SandboxBank;
use aviso_core::audit::Actor;
use aviso_core::clock::{Clock, ShiftedClock};
use aviso_core::id::AttemptId;
use aviso_core::idempotency::{Answer, Claim, IdempotencyKey, KeyConflict};
use aviso_core::language::Language;
use aviso_core::merchant::{Merchants, Mode, Scope};
use aviso_core::money::Money;
use aviso_core::payment::authentication::{Authentication, AuthenticationStatus};
use aviso_core::payment::card::{Card, Cvc};
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::OperationKind;
use aviso_core::payment::text::{Metadata, OrderRef};
use aviso_core::payment::{
    Acquirers, CaptureMode, Confirmation, Customer, Handled, NewPayment, PaymentError, PaymentMethod, PaymentSettings,
    Payments,
};
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthenticationAnswer, AuthenticationRequest, Authenticator, AuthorizeRequest,
    FollowUpRequest, Inquiry, InquiryRequest, Instrument, LinkError,
};
use aviso_core::routing::{ProfileDraft, Profiles, RouteDraft};
use aviso_core::secret::{Keyring, Secret};
use aviso_core::store::Store;
use aviso_tests::card;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::until::until;

const SECOND: &str = "sandbox_b";

/// A bank whose caller never hears anything: its process is gone before the answer.
#[derive(Debug)]
struct Abyss;

#[async_trait]
impl Acquirer for Abyss {
    fn name(&self) -> &str {
        SECOND
    }

    async fn authorize(&self, _: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        std::future::pending().await
    }

    async fn capture(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        std::future::pending().await
    }

    async fn void(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        std::future::pending().await
    }

    async fn refund(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        std::future::pending().await
    }

    async fn reverse(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        std::future::pending().await
    }

    async fn inquire(&self, _: &InquiryRequest) -> Result<Inquiry, LinkError> {
        std::future::pending().await
    }
}

/// A bank that takes no card whose buyer was not authenticated.
#[derive(Debug)]
struct Strict;

#[async_trait]
impl Acquirer for Strict {
    fn name(&self) -> &str {
        SECOND
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        if matches!(request.instrument, Instrument::Card { authentication: None, .. }) {
            let code = DeclineCode::AuthenticationRequired;
            return Ok(AcquirerAnswer::Declined { code, network_code: Some("1A".to_owned()) });
        }
        let (acquirer_ref, approval_code) = ("R1".to_owned(), "A1".to_owned());
        Ok(AcquirerAnswer::Approved { acquirer_ref, approval_code, amount: request.amount })
    }

    async fn capture(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not asked here".to_owned()))
    }

    async fn void(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not asked here".to_owned()))
    }

    async fn refund(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not asked here".to_owned()))
    }

    async fn reverse(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not asked here".to_owned()))
    }

    async fn inquire(&self, _: &InquiryRequest) -> Result<Inquiry, LinkError> {
        Ok(Inquiry::NotFound)
    }
}

/// An issuer that knows its buyers at once.
#[derive(Debug)]
struct Frictionless;

#[async_trait]
impl Authenticator for Frictionless {
    async fn authenticate(&self, _: AuthenticationRequest<'_>) -> Result<AuthenticationAnswer, LinkError> {
        Ok(AuthenticationAnswer::Done(Authentication {
            status: AuthenticationStatus::Authenticated,
            eci: Some("05".to_owned()),
            cavv: None,
            ds_trans_id: None,
        }))
    }

    async fn result(&self, _: AttemptId) -> Result<AuthenticationAnswer, LinkError> {
        Ok(AuthenticationAnswer::Pending)
    }
}

struct World {
    store: Store,
    clock: Arc<ShiftedClock>,
    scope: Scope,
    _database: TestDatabase,
}

impl World {
    async fn start(kind: Kind) -> Self {
        let database = TestDatabase::create(kind);
        let store = Store::open(&database.url).await.expect("a database");
        aviso_migrations::migrate(&store.migration_connection()).await.expect("a fresh schema");
        let clock = Arc::new(ShiftedClock::default());
        let merchants = Merchants::new(store.clone(), Arc::clone(&clock) as Arc<dyn Clock>);
        let merchant = merchants.create(Actor::Operator, "Luna", Language::Es).await.expect("a merchant");
        let route = |name: &str| RouteDraft { acquirer: name.to_owned(), ..RouteDraft::default() };
        let draft = ProfileDraft { routes: vec![route("sandbox"), route(SECOND)], ..ProfileDraft::default() };
        let profile = draft.check(&["sandbox", SECOND]).expect("a profile");
        let profiles = Profiles::new(store.clone(), Arc::clone(&clock) as Arc<dyn Clock>);
        profiles.configure(Actor::Operator, merchant.id, Mode::Test, profile).await.expect("a profile");
        Self { store, clock, scope: Scope { merchant, mode: Mode::Test, key_id: None }, _database: database }
    }

    /// The service as a process would build it.
    fn process(&self, second: Arc<dyn Acquirer>) -> Payments {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let first = Arc::new(SandboxBank::builder().build().expect("a bank")) as Arc<dyn Acquirer>;
        let settings = PaymentSettings {
            // Nothing but the end of its process stops the first one.
            acquirer_deadline: Duration::from_secs(3_600),
            ..PaymentSettings::default()
        };
        Payments::new(self.store.clone(), clock, Acquirers::new(first, [second]), Keyring::new([7; 32]), settings)
    }

    async fn pay(&self, payments: &Payments) -> Result<Handled, PaymentError> {
        let now = self.clock.now();
        let new = NewPayment {
            order_ref: OrderRef::new("A-1").expect("an order number"),
            amount: Money::new(900, "EUR".parse().expect("a currency")).expect("an amount"),
            capture: CaptureMode::Auto,
            description: None,
            metadata: Metadata::default(),
            customer: Customer::default(),
            return_url: None,
            verification: aviso_core::verifier::Wish::Automatic,
        };
        let card = Card::new(&Secret::new(card::LINK_DOWN), 12, 2030, now).expect("a card");
        let cvc = Cvc::new(Secret::new("123"), card.face().brand).expect("a code");
        let claim = Claim {
            merchant_id: self.scope.merchant.id,
            mode: Mode::Test,
            key: IdempotencyKey::new("key-1").expect("a key"),
            fingerprint: "f".to_owned(),
            respond: Arc::new(|document| Answer {
                status: 200,
                body: document.payment.as_ref().map(|payment| payment.status.clone()).unwrap_or_default(),
            }),
        };
        let confirmation = Confirmation::with(PaymentMethod::Card { card, cvc: Some(cvc) });
        payments.create(self.scope.clone(), new, Some(confirmation), Some(claim)).await
    }
}

async fn a_crash_between_two_banks_is_completed(kind: Kind) {
    let world = World::start(kind).await;
    let dying = world.process(Arc::new(Abyss));
    let (mut begun, backlog) = (Box::pin(world.pay(&dying)), dying.clone());
    tokio::select! {
        _ = &mut begun => panic!("the second bank never answers"),
        () = until("the message to the second bank", async || {
            let failed_and_open = backlog.list(&world.scope, None, None, None, 1).await.ok()?;
            let id = failed_and_open.items.first()?.id.parse().ok()?;
            (backlog.details(id).await.ok()?.operations.len() == 2).then_some(())
        }) => {}
    }
    let bank = Arc::new(SandboxBank::builder().name(SECOND).without_faults().build().expect("a bank"));
    let next = world.process(Arc::clone(&bank) as Arc<dyn Acquirer>);
    // The first message failed, but the request is not over: the second one is open.
    assert!(matches!(world.pay(&next).await, Err(PaymentError::Key(KeyConflict::InUse))));
    world.clock.advance(Duration::from_secs(31));
    assert_eq!(next.resolve_due().await.expect("a round"), 1);
    let answer = world.pay(&next).await.expect("an answer");
    assert!(matches!(&answer, Handled::Replayed(answer) if answer.body == "requires_payment_method"), "{answer:?}");
    let page = next.list(&world.scope, None, None, None, 10).await.expect("payments");
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].decline.as_ref().map(|decline| decline.code.as_str()), Some("processing_error"));
    assert!(bank.authorizations().is_empty(), "nothing may be sent again");
}

async fn the_second_bank_may_ask_for_the_issuer_too(kind: Kind) {
    let world = World::start(kind).await;
    let site = "http://localhost/".parse().expect("an address");
    let payments = world.process(Arc::new(Strict)).with_actions(Some(Arc::new(Frictionless)), &site);
    let Handled::Done(document) = world.pay(&payments).await.expect("an answer") else { panic!("it is the first one") };
    let payment = document.payment.expect("a payment");
    assert_eq!(payment.status, "captured");
    let details = payments.details(payment.id.parse().expect("an id")).await.expect("details");
    let authorizations = details.operations.iter().filter(|one| one.kind == OperationKind::Authorize);
    let asked: Vec<_> = authorizations.map(|one| (one.acquirer.as_str(), one.status.as_str())).collect();
    // Before the issuer was asked and after it; the first bank was never reached.
    let once = [("sandbox", "failed"), (SECOND, "failed")];
    assert_eq!(asked, [once[0], once[1], once[0], (SECOND, "succeeded")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_bank_may_ask_for_the_issuer_too_sqlite() {
    the_second_bank_may_ask_for_the_issuer_too(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_bank_may_ask_for_the_issuer_too_postgres() {
    the_second_bank_may_ask_for_the_issuer_too(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    a_crash_between_two_banks_is_completed(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    a_crash_between_two_banks_is_completed(Kind::Postgres).await;
}
