//! Whoever is not asked cannot answer, no code is guessed, and a right one pays once.

use std::sync::Arc;
use std::time::Duration;

use aviso_core::account::Account;
use aviso_core::clock::Clock;
use aviso_core::language::Language;
use aviso_core::payment::card::{Brand, Card, Cvc};
use aviso_core::payment::{Answered, Confirmation, PaymentMethod, PaymentSettings, Payments, Stroke};
use aviso_core::port::Acquirer;
use aviso_core::secret::Secret;
use aviso_tests::actor::{Buyer, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::notices::label;
use crate::verifier::{CODE, confirms, id_in, mailed, member, question, required, types, types_on, waits};

async fn account(app: &TestApp, buyer: &Buyer) -> Account {
    app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account")
}

/// Another process on the same database, without a 3-D Secure server.
fn elsewhere(app: &TestApp) -> Payments {
    let services = &app.hub.services;
    let (store, clock) = (services.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>);
    let bank = Arc::clone(&services.bank) as Arc<dyn Acquirer>;
    Payments::new(store, clock, bank, services.keyring.clone(), PaymentSettings::default())
}

/// Which keypad a button belongs to.
fn round_of(keypad: &aviso_sandbox::standin::telegram::MessageView) -> i32 {
    let data = keypad.buttons.iter().flatten().find_map(|button| button.data.clone()).expect("a button");
    data.split(':').nth(2).expect("a round").parse().expect("a number")
}

on_both_databases! {
    async fn a_right_code_given_many_times_at_once_pays_once(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let id = waits(&merchant, &required(1_000, &member.email)).await.text_at("/id");
        let asked = question(&member, "10.00").await;
        let keypad = types(&member, &asked, CODE).await;
        let (person, verification, round) = (account(&app, &member).await.id, id_in(&asked), round_of(&keypad));
        let processes = [app.hub.services.payments.clone(), elsewhere(&app)];
        let answers = (0..8).map(|n| {
            let payments = processes[n % 2].clone();
            async move { payments.give_code(person, verification, round).await.expect("an answer") }
        });
        let answers = futures::future::join_all(answers).await;
        let passed = answers.iter().filter(|answer| matches!(answer, Answered::Passed(..))).count();
        assert_eq!(passed, 1, "{answers:?}");
        until("the money", async || (merchant.status(&id).await == "captured").then_some(())).await;
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
        // The janitors of both come late, and end nothing.
        app.clock.advance(Duration::from_secs(200));
        for payments in processes {
            payments.end_verifications_due().await.expect("a round");
        }
        assert_eq!(merchant.status(&id).await, "captured");
    }

    async fn two_janitors_end_a_question_once(app: TestApp) {
        let merchant = app.merchant().await;
        let id = waits(&merchant, &required(1_000, "late@example.com")).await.text_at("/id");
        app.clock.advance(Duration::from_secs(181));
        let (one, other) = (app.hub.services.payments.clone(), elsewhere(&app));
        let (first, second) = tokio::join!(one.end_verifications_due(), other.end_verifications_due());
        first.expect("a round");
        second.expect("a round");
        let details = one.details(id.parse().expect("an id")).await.expect("details");
        let declined = details.timeline.iter().filter(|entry| entry.kind.as_str() == "payment.declined").count();
        assert_eq!(declined, 1);
    }

    async fn nobody_else_answers_a_question(app: TestApp) {
        let merchant = app.merchant().await;
        let (member, other) = (member(&app, Language::En).await, member(&app, Language::En).await);
        let id = waits(&merchant, &required(1_400, &member.email)).await.text_at("/id");
        let asked = question(&member, "14.00").await;
        let (verification, stranger) = (id_in(&asked), account(&app, &other).await.id);
        let payments = &app.hub.services.payments;
        assert_eq!(payments.open_keypad(stranger, verification).await.expect("an answer"), Answered::Unknown);
        assert_eq!(payments.deny(stranger, verification).await.expect("an answer"), Answered::Unknown);
        let stroke = payments.stroke(stranger, verification, 0, Stroke::Place(1)).await.expect("an answer");
        assert_eq!(stroke, Answered::Unknown);
        assert_eq!(payments.give_code(stranger, verification, 0).await.expect("an answer"), Answered::Unknown);
        // The same button in somebody else's chat, as Telegram would carry it.
        let theirs = other.reads(|message| message.from_bot).await;
        for does in ["y", "n"] {
            app.telegram.raw_update(json!({ "callback_query": {
                "id": format!("forged-{does}"), "chat_instance": "1", "data": format!("v:{verification}:{does}"),
                "from": { "id": other.id, "is_bot": false, "first_name": "Eve" },
                "message": { "message_id": theirs.id, "date": 1, "text": "x",
                    "chat": { "id": other.id, "type": "private", "first_name": "Eve" } },
            }}));
        }
        until("the buttons being refused", async || {
            let calls = app.telegram.calls();
            let refused = calls.iter().filter(|call| {
                let said = call.params["text"].as_str().unwrap_or_default();
                call.method == "answerCallbackQuery" && said.contains("no longer valid")
            });
            (refused.count() >= 2).then_some(())
        })
        .await;
        assert_eq!(merchant.status(&id).await, "requires_action");
        confirms(&member, &asked).await;
        until("the money", async || (merchant.status(&id).await == "captured").then_some(())).await;
    }

    async fn buttons_of_an_earlier_keypad_do_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let id = waits(&merchant, &required(1_600, &member.email)).await.text_at("/id");
        let asked = question(&member, "16.00").await;
        let first = types(&member, &asked, "84").await;
        let old = first.buttons[0][0].data.clone().expect("a button");
        member.press(&first, "Back");
        let again = member.reads(|message| message.id == asked.id && message.text.contains("Is it you")).await;
        member.press(&again, &label(&again, "Confirm"));
        let fresh = member.reads(|message| message.id == asked.id && message.text.contains("Secret code: –")).await;
        let (person, verification) = (account(&app, &member).await.id, id_in(&asked));
        let payments = &app.hub.services.payments;
        let round = old.split(':').nth(2).and_then(|round| round.parse().ok()).expect("a number");
        let stale = payments.stroke(person, verification, round, Stroke::Place(0)).await.expect("an answer");
        assert_eq!(stale, Answered::Stale);
        assert_eq!(payments.give_code(person, verification, round).await.expect("an answer"), Answered::Stale);
        // Too short a code costs no try.
        let short = types_on(&member, &fresh, "84").await;
        let given = payments.give_code(person, verification, round_of(&short)).await.expect("an answer");
        assert!(matches!(given, Answered::Keypad(keypad) if keypad.verification.tries == 0));
        types_on_rest(&member, &short).await;
        until("the money", async || (merchant.status(&id).await == "captured").then_some(())).await;
        // What is over stays over.
        let late = payments.open_keypad(person, verification).await.expect("an answer");
        assert!(matches!(late, Answered::Over(_)), "{late:?}");
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
    }

    async fn a_code_is_not_guessed_over_many_questions(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let person = account(&app, &member).await.id;
        let payments = &app.hub.services.payments;
        for amount in [1_700, 1_800] {
            let id = waits(&merchant, &required(amount, &member.email)).await.text_at("/id");
            let asked = question(&member, &format!("{}.00", amount / 100)).await;
            let verification = id_in(&asked);
            for _ in 0..3 {
                let opened = payments.open_keypad(person, verification).await.expect("a keypad");
                let Answered::Keypad(keypad) = opened else { panic!("no keypad: {opened:?}") };
                for _ in 0..6 {
                    let (round, stroke) = (keypad.verification.round, Stroke::Place(0));
                    payments.stroke(person, verification, round, stroke).await.expect("a keypad");
                }
                payments.give_code(person, verification, keypad.verification.round).await.expect("an answer");
            }
            assert_eq!(merchant.status(&id).await, "requires_payment_method");
        }
        member.reads(|message| message.text.contains("Wrong secret codes")).await;
        member.opens(|letter| letter.subject.contains("Wrong secret codes")).await;
        // The code rests: the mailbox is asked meanwhile, and the chat again afterwards.
        waits(&merchant, &required(1_900, &member.email)).await;
        mailed(&app, &member.email, "19.00").await;
        app.clock.advance(Duration::from_secs(15 * 60 + 1));
        let id = waits(&merchant, &required(2_000, &member.email)).await.text_at("/id");
        let asked = question(&member, "20.00").await;
        confirms(&member, &asked).await;
        until("the money", async || (merchant.status(&id).await == "captured").then_some(())).await;
    }

    async fn nobody_is_flooded_with_questions(app: TestApp) {
        let merchant = app.merchant().await;
        // Each with a card of its own: the limits by card are not what stops this.
        let order = |n: u32| {
            let mut order = required(100, "flood@example.com");
            order.body["card"]["number"] = json!(card::numbered(n));
            order
        };
        for n in 0..10 {
            waits(&merchant, &order(n)).await;
        }
        // The card's issuer has to know the buyer instead.
        let next = merchant.pay(&order(10)).await.expect(201);
        assert_eq!(next.text_at("/authentication/status"), "authenticated");
        app.clock.advance(Duration::from_secs(3_601));
        waits(&merchant, &order(11)).await;
    }

    async fn without_anybody_to_ask_it_is_declined_for_that(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(700, card::GOOD).unpaid().with("verification", json!("required"));
        let id = merchant.pay(&order).await.expect(201).text_at("/id");
        let given = Card::new(&Secret::new(card::GOOD), 12, 2040, app.clock.now()).expect("a card");
        let method = PaymentMethod::Card { card: given, cvc: Cvc::new(Secret::new("123"), Brand::Visa).ok() };
        let (scope, payment) = (merchant.scope.clone(), id.parse().expect("an id"));
        elsewhere(&app).confirm(scope, payment, Confirmation::with(method), None).await.expect("an answer");
        let payment = merchant.get(&format!("/v1/payments/{id}")).await.expect(200);
        assert_eq!(payment.text_at("/decline/code"), "verification_unavailable");
        assert_eq!(payment.text_at("/status"), "requires_payment_method", "another card may be tried");
        assert!(app.hub.services.bank.book().is_empty());
    }
}

/// Types the rest of the code and gives it.
async fn types_on_rest(buyer: &Buyer, keypad: &aviso_sandbox::standin::telegram::MessageView) {
    for digit in CODE[2..].chars() {
        buyer.press(keypad, &digit.to_string());
    }
    let typed = buyer.reads(|message| message.id == keypad.id && message.text.contains("●●●●●●")).await;
    buyer.press(&typed, "OK");
}
