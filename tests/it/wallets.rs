//! E-money wallets: the buyer acts at the wallet's page, the wallet calls back, and each payment ends once
//! however callbacks and inquiries come in.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use aviso_acquirers::sandbox_wallet::{NAME, SignedCallback, sign};
use aviso_core::clock::Clock;
use aviso_core::id::OperationId;
use aviso_core::money::Money;
use aviso_core::payment::operation::{OperationKind, OperationStatus};
use aviso_core::payment::{Acquirers, Heard, PaymentDetails, PaymentSettings, Payments};
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, InquiryRequest, LinkError, Notice,
    NoticeSubject,
};
use aviso_core::secret::Secret;
use aviso_tests::actor::{Answer, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page, path_of};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::json;

/// A payment whose buyer must go to the wallet's page.
async fn begun(merchant: &Merchant, order: Order) -> Answer {
    let answer = merchant.pay(&order.from_wallet(NAME)).await.expect(201);
    assert_eq!(answer.text_at("/status"), "requires_action");
    assert_eq!((answer.text_at("/action/kind").as_str(), answer.text_at("/wallet").as_str()), ("wallet", NAME));
    answer
}

async fn at_wallet(app: &TestApp, answer: &Answer, deed: &str) -> Page {
    let path = path_of(&answer.text_at("/action/url"));
    Browser::new(app).post(&path, &[("deed", deed)]).await.expect(303)
}

async fn details(app: &TestApp, id: &str) -> PaymentDetails {
    app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details")
}

async fn authorization(app: &TestApp, id: &str) -> OperationId {
    details(app, id).await.operations[0].id
}

async fn becomes(merchant: &Merchant, id: &str, status: &str) {
    until(&format!("{id} becoming {status}"), async || (merchant.status(id).await == status).then_some(())).await;
}

/// The same, with time passing: the janitor looks.
async fn becomes_later(app: &TestApp, merchant: &Merchant, id: &str, status: &str) {
    until(&format!("{id} becoming {status}"), async || {
        app.clock.advance(Duration::from_secs(3));
        (merchant.status(id).await == status).then_some(())
    })
    .await;
}

async fn call_back(app: &TestApp, acquirer: &str, callback: &SignedCallback) -> (u16, String) {
    let request = app.http.post(app.url(&format!("/callbacks/{acquirer}"))).body(callback.body.clone());
    let request = callback.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

fn events(details: &PaymentDetails, kind: &str) -> usize {
    details.timeline.iter().filter(|entry| entry.kind.as_str() == kind).count()
}

fn approval(minor: i64) -> AcquirerAnswer {
    AcquirerAnswer::Approved {
        acquirer_ref: "SW1".to_owned(),
        approval_code: "ABC123".to_owned(),
        amount: Money::new(minor, "EUR".parse().expect("a currency")).expect("an amount"),
    }
}

fn notice(id: &str, operation: OperationId, answer: AcquirerAnswer) -> Notice {
    Notice { id: id.to_owned(), about: NoticeSubject::Outcome { operation, answer } }
}

on_both_databases! {
    async fn a_buyer_pays_and_the_callback_tells(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        let id = asked.text_at("/id");
        at_wallet(&app, &asked, "approve").await;
        becomes(&merchant, &id, "captured").await;
        let details = details(&app, &id).await;
        assert_eq!(details.operations[0].inquiries, 1, "nobody had to ask");
        assert_eq!((events(&details, "payment.action_required"), events(&details, "payment.captured")), (1, 1));
        merchant.refund(&id, Some(500)).await.expect(201);
        assert_eq!(merchant.status(&id).await, "partially_refunded");
        let moved = app.hub.services.wallet.moved(details.operations[0].id).expect("an order");
        assert_eq!((moved.captured, moved.refunded), (1_500, 500));
    }

    async fn reserved_money_of_a_wallet_is_taken_in_part(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD).reserved()).await;
        let path = format!("/v1/payments/{}", asked.text_at("/id"));
        let back = at_wallet(&app, &asked, "approve").await.location.expect("the way back");
        // Whoever is first, the callback or the buyer: the page shows the outcome.
        let mut browser = Browser::new(&app);
        let next = browser.visit(&back).await.expect(303);
        let page = browser.follow(next).await.expect(200);
        assert!(page.text.contains("The amount is reserved"), "{}", page.text);
        merchant.post(&format!("{path}/capture"), &json!({ "amount": 1_000 })).await.expect(200);
        let closed = merchant.post(&format!("{path}/void"), &json!({})).await.expect(200);
        assert_eq!((closed.text_at("/status").as_str(), closed.json()["amount_captured"].as_i64()), ("captured", Some(1_000)));
    }

    async fn a_buyer_who_refuses_has_not_paid_and_may_take_a_card(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        let id = asked.text_at("/id");
        at_wallet(&app, &asked, "decline").await;
        becomes(&merchant, &id, "requires_payment_method").await;
        let payment = merchant.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(payment.text_at("/decline/code"), "refused_by_buyer");
        let body = json!({ "card": { "number": card::GOOD, "exp_month": 1, "exp_year": 2031, "cvc": "999" } });
        let paid = merchant.post(&format!("/v1/payments/{id}/confirm"), &body).await.expect(200);
        assert_eq!(paid.text_at("/status"), "captured");
    }

    async fn a_lost_callback_is_found_by_asking(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        at_wallet(&app, &asked, "approve_silently").await;
        becomes_later(&app, &merchant, &asked.text_at("/id"), "captured").await;
    }

    async fn nobody_decides_in_time(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        let id = asked.text_at("/id");
        app.clock.advance(Duration::from_secs(601));
        becomes_later(&app, &merchant, &id, "requires_payment_method").await;
        let payment = merchant.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(payment.text_at("/decline/code"), "action_expired");
        let late = Browser::new(&app).visit(&asked.text_at("/action/url")).await.expect(200);
        assert!(late.text.contains("Too late"));
    }

    async fn a_repeated_callback_changes_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        let id = asked.text_at("/id");
        at_wallet(&app, &asked, "approve_silently").await;
        let operation = authorization(&app, &id).await;
        let callback = app.hub.services.wallet.callback(operation).expect("books").expect("an outcome");
        let both = tokio::join!(call_back(&app, NAME, &callback), call_back(&app, NAME, &callback));
        assert_eq!((both.0.0, both.1.0), (204, 204), "{both:?}");
        assert_eq!(call_back(&app, NAME, &callback).await.0, 204);
        assert_eq!(merchant.status(&id).await, "captured");
        assert_eq!(events(&details(&app, &id).await, "payment.captured"), 1);
        let again = notice("n-1", operation, approval(1_500));
        assert_eq!(app.hub.services.payments.heard(NAME, again.clone()).await.expect("heard"), Heard::Applied);
        assert_eq!(app.hub.services.payments.heard(NAME, again).await.expect("heard"), Heard::Repeated);
    }

    async fn a_callback_is_believed_only_from_its_wallet(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        let id = asked.text_at("/id");
        at_wallet(&app, &asked, "approve_silently").await;
        let operation = authorization(&app, &id).await;
        let callback = app.hub.services.wallet.callback(operation).expect("books").expect("an outcome");
        let mut forged = callback.clone();
        forged.body = String::from_utf8(forged.body).expect("text").replace("1500", "1501").into_bytes();
        let (status, text) = call_back(&app, NAME, &forged).await;
        assert!(status == 401 && text.contains("callback_forged"), "{status} {text}");
        for nobody in ["sandbox", "nobody"] {
            assert_eq!(call_back(&app, nobody, &callback).await.0, 404);
        }
        let mut huge = callback.clone();
        huge.body = vec![b' '; 65 * 1024];
        assert_eq!(call_back(&app, NAME, &huge).await.0, 413);
        assert_eq!(merchant.status(&id).await, "requires_action");
        assert_eq!(call_back(&app, NAME, &callback).await.0, 204);
        assert_eq!(merchant.status(&id).await, "captured");
    }

    async fn a_request_that_was_cut_short_is_told_the_page_when_it_asks_again(app: TestApp) {
        let merchant = app.merchant().await;
        let body = json!({ "order_ref": "cut", "amount": 900, "currency": "EUR", "confirm": true, "wallet": NAME });
        let ask = async || merchant.send(Method::POST, "/v1/payments", Some("cut-short"), Some(&body)).await;
        let first = ask().await.expect(201);
        // As a crash leaves it that came before the answer was stored, and an inquiry that found the page.
        let connection = app.hub.services.store.migration_connection();
        let forget = "UPDATE idempotency SET status = NULL, body = NULL, finished_at = NULL";
        connection.execute_unprepared(forget).await.expect("a lost answer");
        let again = ask().await.expect(201);
        assert_eq!(again.text_at("/status"), "requires_action");
        assert_eq!(again.text_at("/action/url"), first.text_at("/action/url"));
        assert_eq!(ask().await.text, again.text);
        at_wallet(&app, &again, "approve").await;
        becomes(&merchant, &first.text_at("/id"), "captured").await;
    }

    async fn a_callback_about_something_else_is_not_ours(app: TestApp) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(900, card::GOOD)).await.expect(201).text_at("/id");
        let of_the_bank = authorization(&app, &paid).await;
        let secret = Secret::new(app.hub.services.keyring.fingerprint("sandbox_wallet", "callbacks"));
        for operation in [OperationId::new(app.clock.now()), of_the_bank] {
            let body = json!({
                "operation": operation.to_string(), "reference": "SW1", "outcome": "declined",
                "amount": { "minor": 900, "currency": "EUR" },
            });
            let (body, now) = (body.to_string().into_bytes(), app.clock.now());
            let signature = sign::signature(&secret, "wcb_1", now, &body);
            let headers = vec![
                (sign::ID, "wcb_1".to_owned()),
                (sign::TIMESTAMP, now.as_secs().to_string()),
                (sign::SIGNATURE, signature),
            ];
            let (status, text) = call_back(&app, NAME, &SignedCallback { headers, body }).await;
            assert!(status == 404 && text.contains("notice_not_ours"), "{status} {text}");
        }
        assert_eq!(merchant.status(&paid).await, "captured");
    }

    async fn an_approval_after_the_decline_is_reversed_once(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
        let id = asked.text_at("/id");
        at_wallet(&app, &asked, "decline").await;
        becomes(&merchant, &id, "requires_payment_method").await;
        let operation = authorization(&app, &id).await;
        for number in ["late-1", "late-2"] {
            let late = notice(number, operation, approval(1_500));
            assert_eq!(app.hub.services.payments.heard(NAME, late).await.expect("heard"), Heard::Applied);
        }
        until("the reversal", async || {
            app.clock.advance(Duration::from_secs(3));
            let operations = details(&app, &id).await.operations;
            let reversals: Vec<_> = operations.iter().filter(|o| o.kind == OperationKind::Reversal).collect();
            assert_eq!(reversals.len(), 1);
            (reversals[0].status == OperationStatus::Succeeded).then_some(())
        })
        .await;
        assert_eq!(merchant.status(&id).await, "requires_payment_method");
    }

    async fn what_the_merchant_cancels_is_taken_back_at_the_wallet(app: TestApp) {
        let merchant = app.merchant().await;
        for deed in [None, Some("approve_silently")] {
            let asked = begun(&merchant, Order::new(1_500, card::GOOD)).await;
            let id = asked.text_at("/id");
            if let Some(deed) = deed {
                at_wallet(&app, &asked, deed).await;
            }
            let voided = merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(200);
            assert_eq!(voided.text_at("/status"), "voided");
            let operation = authorization(&app, &id).await;
            until("the wallet giving it back", async || {
                app.clock.advance(Duration::from_secs(3));
                let moved = app.hub.services.wallet.moved(operation).expect("an order");
                let operations = details(&app, &id).await.operations;
                let reversed = operations.iter().any(|o| {
                    o.kind == OperationKind::Reversal && o.status == OperationStatus::Succeeded
                });
                (reversed && moved.captured == moved.refunded).then_some(())
            })
            .await;
            assert_eq!(merchant.status(&id).await, "voided");
        }
    }

    async fn what_does_not_fit_a_wallet_is_refused_with_its_field(app: TestApp) {
        let merchant = app.merchant().await;
        let refused = |order: Order, field: &'static str| {
            let merchant = merchant.clone();
            async move {
                let answer = merchant.pay(&order).await.expect(422);
                assert_eq!(answer.text_at("/param"), field, "{}", answer.text);
            }
        };
        refused(Order::new(900, card::GOOD).from_wallet("other_wallet"), "/wallet").await;
        refused(Order::new(900, card::GOOD).from_wallet("sandbox"), "/wallet").await;
        refused(Order::new(900, card::GOOD).from_wallet("Wallet!"), "/wallet").await;
        refused(Order::new(900, card::GOOD).with("wallet", json!(NAME)), "/wallet").await;
        refused(Order::new(900, card::GOOD).from_wallet(NAME).with("three_ds", json!("always")), "/three_ds").await;
        refused(Order::new(900, card::GOOD).with("return_url", json!("javascript:alert(1)")), "/return_url").await;
        refused(Order::new(900, card::GOOD).unpaid().with("wallet", json!(NAME)), "/wallet").await;
        refused(Order::new(900, card::GOOD).with("three_ds", json!("sometimes")), "/three_ds").await;
    }

    async fn a_callback_that_is_quicker_than_the_answer_counts(app: TestApp) {
        let merchant = app.merchant().await;
        let services = &app.hub.services;
        let wallet = Arc::new(QuickWallet { payments: OnceLock::new() });
        let acquirers = Acquirers::new(Arc::clone(&services.bank) as Arc<dyn Acquirer>, [Arc::clone(&wallet) as _]);
        let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
        let settings = PaymentSettings::default();
        let payments = Payments::new(services.store.clone(), clock, acquirers, services.keyring.clone(), settings);
        wallet.payments.set(payments.clone()).expect("set once");
        let id = merchant.pay(&Order::new(700, card::GOOD).unpaid()).await.expect(201).text_at("/id");
        let method = aviso_core::payment::PaymentMethod::Wallet("quick".parse().expect("a name"));
        let confirmation = aviso_core::payment::Confirmation::with(method);
        payments.confirm(merchant.scope.clone(), id.parse().expect("an id"), confirmation, None).await.expect("paid");
        assert_eq!(merchant.status(&id).await, "captured");
        let details = details(&app, &id).await;
        assert_eq!((events(&details, "payment.captured"), events(&details, "payment.action_required")), (1, 0));
    }
}

/// A wallet that calls back before it answers.
#[derive(Debug)]
struct QuickWallet {
    payments: OnceLock<Payments>,
}

#[async_trait]
impl Acquirer for QuickWallet {
    fn name(&self) -> &str {
        "quick"
    }

    fn is_wallet(&self) -> bool {
        true
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        let payments = self.payments.get().expect("set before it is used");
        let early = notice("early", request.message.operation, approval(request.amount.minor()));
        assert_eq!(payments.heard("quick", early).await.expect("heard"), Heard::Applied);
        Ok(AcquirerAnswer::ActionRequired {
            url: "https://wallet.example/pay".to_owned(),
            acquirer_ref: "SW1".to_owned(),
            expires_at: request.message.at.after(Duration::from_secs(600)),
        })
    }

    async fn capture(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not used here".to_owned()))
    }

    async fn void(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not used here".to_owned()))
    }

    async fn refund(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not used here".to_owned()))
    }

    async fn reverse(&self, _: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Err(LinkError::NotSent("not used here".to_owned()))
    }

    async fn inquire(&self, _: &InquiryRequest) -> Result<Inquiry, LinkError> {
        Err(LinkError::NotSent("not used here".to_owned()))
    }
}
