//! Routes, failover, circuit breakers, the networks' retry rules, and what a merchant accepts.

use std::time::Duration;

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::merchant::Mode;
use aviso_core::payment::ReviewDecision;
use aviso_core::routing::breaker::BreakerState;
use aviso_core::routing::{MethodsDraft, NonResidentsDraft, ProfileDraft, RouteDraft};
use aviso_tests::actor::{Answer, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::review::hold;

/// Fails at the bank before the card is looked at.
const PROCESSING_ERROR: &str = "4000000000000119";
const LOST: &str = "4000000000009987";
const MASTERCARD: &str = "5555555555554444";
const SPANISH: &str = "4000007240000007";
const FRENCH: &str = "4000002500000003";
/// Not in the table of test cards.
const UNKNOWN_ISSUER: &str = "4929000000006";

/// The second bank of the tests' hubs.
const SECOND: &str = "sandbox_b";

fn both() -> ProfileDraft {
    let route = |name: &str| RouteDraft { acquirer: name.to_owned(), ..RouteDraft::default() };
    ProfileDraft { routes: vec![route("sandbox"), route(SECOND)], ..ProfileDraft::default() }
}

async fn configure(app: &TestApp, merchant: &Merchant, draft: &ProfileDraft) {
    let profile = draft.check(&["sandbox", SECOND]).expect("a profile");
    let profiles = &app.hub.services.profiles;
    profiles.configure(Actor::Operator, merchant.scope.merchant.id, Mode::Test, profile).await.expect("a profile");
}

/// Acquirer and status of each message about a payment.
async fn messages(app: &TestApp, id: &str) -> Vec<(String, &'static str, &'static str)> {
    let details = app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details");
    let line = |o: aviso_core::payment::operation::Operation| (o.acquirer, o.kind.as_str(), o.status.as_str());
    details.operations.into_iter().map(line).collect()
}

fn heard(app: &TestApp) -> (usize, usize) {
    (app.hub.services.bank.book().len(), app.hub.services.more_banks[0].book().len())
}

fn first_bank_is(expected: BreakerState, app: &TestApp) {
    let states = app.hub.services.payments.bank_states();
    assert_eq!(states.iter().find(|(name, _)| name == "sandbox").map(|(_, state)| *state), Some(expected));
}

fn decline(answer: Answer) -> (String, String) {
    let answer = answer.expect(402);
    (answer.text_at("/decline_code"), answer.text_at("/payment/id"))
}

on_both_databases! {
    async fn what_the_first_bank_never_got_goes_to_the_second(app: TestApp) {
        let merchant = app.merchant().await;
        configure(&app, &merchant, &both()).await;
        let paid = merchant.pay(&Order::new(900, card::LINK_DOWN).reserved()).await.expect(201);
        assert_eq!(paid.text_at("/status"), "authorized");
        let id = paid.text_at("/id");
        let authorizations = [
            ("sandbox".to_owned(), "authorize", "failed"),
            (SECOND.to_owned(), "authorize", "succeeded"),
        ];
        assert_eq!(messages(&app, &id).await, authorizations);
        // What follows goes to the bank that holds the money.
        merchant.post(&format!("/v1/payments/{id}/capture"), &json!({})).await.expect(200);
        let refund = merchant.refund(&id, Some(400)).await.expect(201);
        assert_eq!(refund.text_at("/status"), "succeeded");
        assert!(messages(&app, &id).await[2..].iter().all(|(acquirer, ..)| acquirer == SECOND));
        assert!(app.hub.services.bank.authorizations().is_empty());
        let second = app.hub.services.more_banks[0].authorizations();
        assert_eq!((second[0].captured_minor, second[0].refunded_minor), (900, 400));
        assert_eq!(app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details").attempts.len(), 1);
    }

    async fn a_fault_inside_the_first_bank_goes_to_the_second_but_a_decline_does_not(app: TestApp) {
        let merchant = app.merchant().await;
        configure(&app, &merchant, &both()).await;
        let paid = merchant.pay(&Order::new(900, PROCESSING_ERROR)).await.expect(201);
        assert_eq!(paid.text_at("/status"), "captured");
        let (code, id) = decline(merchant.pay(&Order::new(900, card::POOR)).await);
        assert_eq!(code, "insufficient_funds");
        assert_eq!(messages(&app, &id).await, [("sandbox".to_owned(), "authorize", "failed")]);
        assert_eq!(heard(&app), (2, 1));
    }

    async fn an_unknown_outcome_goes_nowhere_else(app: TestApp) {
        let merchant = app.merchant().await;
        configure(&app, &merchant, &both()).await;
        let unknown = merchant.pay(&Order::new(900, card::REQUEST_LOST)).await.expect(201);
        assert_eq!(unknown.text_at("/status"), "processing");
        let id = unknown.text_at("/id");
        until("the bank saying that it never came", async || {
            app.clock.advance(Duration::from_secs(3));
            (merchant.status(&id).await == "requires_payment_method").then_some(())
        })
        .await;
        assert_eq!(messages(&app, &id).await, [("sandbox".to_owned(), "authorize", "failed")]);
        assert_eq!(heard(&app).1, 0);
    }

    async fn routes_choose_by_currency_country_and_brand(app: TestApp) {
        let merchant = app.merchant().await;
        let words = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let mut draft = both();
        draft.routes[0].countries = words(&["ES"]);
        draft.routes[1].countries = words(&["FR"]);
        draft.routes[1].brands = words(&["visa"]);
        configure(&app, &merchant, &draft).await;
        for (pan, acquirer) in [(SPANISH, "sandbox"), (FRENCH, SECOND)] {
            let id = merchant.pay(&Order::new(900, pan)).await.expect(201).text_at("/id");
            assert_eq!(messages(&app, &id).await[0].0, acquirer);
        }
        // No route fits: no bank is asked, and another card may be tried.
        let before = heard(&app);
        let (code, id) = decline(merchant.pay(&Order::new(900, MASTERCARD)).await);
        assert_eq!((code.as_str(), heard(&app)), ("card_not_accepted", before));
        assert_eq!(merchant.status(&id).await, "requires_payment_method");
        let decisions = app.hub.services.risk.decisions(id.parse().expect("an id")).await.expect("decisions");
        assert_eq!(decisions[0].reasons, ["policy.no_route"]);
    }

    async fn a_bank_that_does_not_answer_is_left_alone_and_tried_again(app: TestApp) {
        let merchant = app.merchant().await;
        for _ in 0..5 {
            assert_eq!(decline(merchant.pay(&Order::new(900, card::LINK_DOWN)).await).0, "bank_unavailable");
        }
        first_bank_is(BreakerState::Open, &app);
        // The only bank: told at once, nothing is sent.
        let (code, id) = decline(merchant.pay(&Order::new(900, card::GOOD)).await);
        assert_eq!((code.as_str(), heard(&app).0), ("bank_unavailable", 0));
        assert_eq!(messages(&app, &id).await, [("sandbox".to_owned(), "authorize", "failed")]);
        // A merchant with another route does not notice.
        let other = app.merchant().await;
        configure(&app, &other, &both()).await;
        let paid = other.pay(&Order::new(900, card::GOOD)).await.expect(201).text_at("/id");
        assert_eq!(messages(&app, &paid).await[0], (SECOND.to_owned(), "authorize", "succeeded"));
        app.clock.advance(Duration::from_secs(31));
        assert_eq!(merchant.pay(&Order::new(900, card::GOOD)).await.expect(201).text_at("/status"), "captured");
        first_bank_is(BreakerState::Closed, &app);
    }

    async fn a_lost_card_is_never_tried_again_at_the_same_merchant(app: TestApp) {
        let merchant = app.merchant().await;
        assert_eq!(decline(merchant.pay(&Order::new(900, LOST)).await).0, "lost_card");
        let before = heard(&app);
        let (code, id) = decline(merchant.pay(&Order::new(100, LOST)).await);
        assert_eq!((code.as_str(), heard(&app)), ("retry_limit_reached", before));
        let decisions = app.hub.services.risk.decisions(id.parse().expect("an id")).await.expect("decisions");
        assert_eq!(decisions[0].reasons, ["retry.final"]);
        // Another merchant knows nothing of it.
        assert_eq!(decline(app.merchant().await.pay(&Order::new(100, LOST)).await).0, "lost_card");
    }

    async fn a_card_is_tried_as_often_as_its_network_allows(app: TestApp) {
        let merchant = app.merchant().await;
        // Antifraud's own limit is ten an hour.
        for _ in 0..21 {
            assert_eq!(decline(merchant.pay(&Order::new(900, card::POOR)).await).0, "insufficient_funds");
            app.clock.advance(Duration::from_secs(600));
        }
        let before = heard(&app);
        assert_eq!(decline(merchant.pay(&Order::new(900, card::POOR)).await).0, "retry_limit_reached");
        assert_eq!(heard(&app), before);
        // Another amount is another purchase, and after thirty days all is forgotten.
        assert_eq!(decline(merchant.pay(&Order::new(901, card::POOR)).await).0, "insufficient_funds");
        app.clock.advance(Duration::from_secs(30 * 86_400));
        assert_eq!(decline(merchant.pay(&Order::new(900, card::POOR)).await).0, "insufficient_funds");
    }

    async fn a_merchant_says_which_currencies_and_methods_it_takes(app: TestApp) {
        let merchant = app.merchant().await;
        let draft = ProfileDraft { currencies: vec!["USD".to_owned()], ..ProfileDraft::default() };
        configure(&app, &merchant, &draft).await;
        let order = Order::new(900, card::GOOD);
        let refused = merchant.pay(&order).await.expect(422);
        assert_eq!((refused.text_at("/code").as_str(), refused.text_at("/param").as_str()), ("currency_not_accepted", "/currency"));
        let cards = MethodsDraft { cards: false, wallets: None };
        configure(&app, &merchant, &ProfileDraft { methods: cards, ..ProfileDraft::default() }).await;
        let refused = merchant.pay(&order).await.expect(422);
        assert_eq!((refused.text_at("/code").as_str(), refused.text_at("/param").as_str()), ("method_not_offered", "/card"));
        // Nothing was written: the same order goes through once it may.
        configure(&app, &merchant, &ProfileDraft::default()).await;
        merchant.pay(&order).await.expect(201);
    }

    async fn payers_from_abroad_are_accepted_challenged_or_refused(app: TestApp) {
        let merchant = app.merchant().await;
        let abroad = NonResidentsDraft {
            home_country: Some("ES".to_owned()),
            foreign_cards: Some("challenge".to_owned()),
            unknown_cards: Some("refuse".to_owned()),
            ..NonResidentsDraft::default()
        };
        configure(&app, &merchant, &ProfileDraft { non_residents: abroad, ..ProfileDraft::default() }).await;
        let home = merchant.pay(&Order::new(900, SPANISH)).await.expect(201);
        assert_eq!(home.text_at("/status"), "captured");
        assert_eq!(home.text_at("/card/issuer"), "Test Bank Spain");
        assert_eq!(home.text_at("/card/issuer_country"), "ES");
        assert_eq!(home.text_at("/card/kind"), "credit");
        assert!(home.json().get("authentication").is_none());
        let challenged = merchant.pay(&Order::new(900, FRENCH)).await.expect(201);
        assert_eq!(challenged.text_at("/status"), "captured");
        assert_eq!(challenged.text_at("/authentication/status"), "authenticated");
        let id = challenged.text_at("/id").parse().expect("an id");
        let decisions = app.hub.services.risk.decisions(id).await.expect("decisions");
        assert_eq!(decisions[0].reasons, ["policy.non_resident"]);
        let never = Order { body: { let mut body = Order::new(900, FRENCH).body; body["three_ds"] = json!("never"); body } };
        assert_eq!(merchant.pay(&never).await.expect(201).text_at("/authentication/status"), "authenticated");
        let before = heard(&app);
        let (code, id) = decline(merchant.pay(&Order::new(900, UNKNOWN_ISSUER)).await);
        assert_eq!((code.as_str(), heard(&app)), ("card_not_accepted", before));
        let decisions = app.hub.services.risk.decisions(id.parse().expect("an id")).await.expect("decisions");
        assert_eq!(decisions[0].reasons, ["policy.issuer_unknown"]);
    }

    async fn a_payment_that_staff_release_goes_to_the_second_bank_too(app: TestApp) {
        let merchant = app.merchant().await;
        configure(&app, &merchant, &both()).await;
        hold(&app, "held@example.com").await;
        let held = merchant.pay(&Order::new(900, card::LINK_DOWN).by("held@example.com")).await.expect(201);
        assert_eq!(held.text_at("/status"), "in_review");
        let payments = &app.hub.services.payments;
        let review = payments.open_reviews(10).await.expect("reviews")[0].id;
        let document = payments.decide_review(Actor::Operator, review, ReviewDecision::Approve).await.expect("a decision");
        assert_eq!(document.payment.map(|payment| payment.status), Some("captured".to_owned()));
        let id = held.text_at("/id");
        assert_eq!(messages(&app, &id).await[1], (SECOND.to_owned(), "authorize", "succeeded"));
    }

    async fn staff_see_the_issuer_both_banks_and_how_banks_stand(app: TestApp) {
        let merchant = app.merchant().await;
        configure(&app, &merchant, &both()).await;
        let staff = app.staff(Role::Agent).await;
        let paid = merchant.pay(&Order::new(900, SPANISH)).await.expect(201);
        staff.say(&format!("/pay {}", paid.text_at("/reference")));
        staff.reads(|message| message.text.contains("Issuer: Test Bank Spain, ES, credit")).await;
        let elsewhere = merchant.pay(&Order::new(900, card::LINK_DOWN)).await.expect(201);
        staff.say(&format!("/why {}", elsewhere.text_at("/reference")));
        let why = staff.reads(|message| message.text.contains("Bank sandbox_b: authorize succeeded")).await;
        assert!(why.text.contains("Bank sandbox: authorize failed (bank_unavailable)"), "{}", why.text);
        staff.say("/status");
        staff.reads(|message| message.text.contains("Bank sandbox: answers")).await;
    }

    async fn a_change_of_a_profile_is_in_the_audit_log(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.scope.merchant.id;
        configure(&app, &merchant, &both()).await;
        // The same again changes nothing and leaves no row.
        configure(&app, &merchant, &both()).await;
        let profile = app.hub.services.profiles.show(id, Mode::Test).await.expect("a profile").expect("one");
        assert_eq!((profile.version, profile.routes.len()), (1, 2));
        assert_eq!(app.hub.services.profiles.show(id, Mode::Live).await.expect("an answer"), None);
        let rows = app.hub.services.audit.latest(None, 50).await.expect("rows");
        let ours: Vec<_> = rows.iter().filter(|row| row.action == "merchant.configure").collect();
        assert_eq!(ours.len(), 1);
        assert!(ours[0].after.starts_with("test routes.0=sandbox for *"), "{}", ours[0].after);
        assert!(app.hub.services.audit.verify().await.expect("an answer").is_ok());
    }
}
