//! The verifier: the person whom a card payment is charged to confirms it, in the chat or with a code from a letter.

use std::time::Duration;

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::id::VerificationId;
use aviso_core::language::Language;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::recompute::discrepancies;
use aviso_core::risk::{Attribute, NewLimit, Verdict};
use aviso_sandbox::standin::telegram::MessageView;
use aviso_tests::actor::{Answer, Buyer, Member, Merchant, Order, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page, path_of};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::notices::label;
use crate::saved_cards::{saving, with_saved};

/// The secret code of the members here.
pub(crate) const CODE: &str = "847291";
const WRONG: &str = "847219";

/// A member with a chat and a secret code.
pub(crate) async fn member(app: &TestApp, language: Language) -> Member {
    let mut member = app.member(language).await;
    let fields = [("code", CODE), ("again", CODE), ("password", PASSWORD)];
    member.send("/account/verifier", "/account/verifier", &fields).await.expect(303);
    member
}

/// An order that has to be confirmed.
pub(crate) fn required(minor: i64, email: &str) -> Order {
    Order::new(minor, card::GOOD).by(email).with("verification", json!("required"))
}

/// Pays, and checks that the payment waits for its confirmation.
pub(crate) async fn waits(merchant: &Merchant, order: &Order) -> Answer {
    let asked = merchant.pay(order).await.expect(201);
    assert_eq!(asked.text_at("/status"), "requires_action", "{}", asked.text);
    assert_eq!(asked.text_at("/action/kind"), "verification");
    asked
}

/// The question about this amount.
pub(crate) async fn question(buyer: &Buyer, amount: &str) -> MessageView {
    let asks =
        |message: &MessageView| message.text.contains("Is it you who is paying?") && message.text.contains(amount);
    buyer.reads(asks).await
}

/// The id in a question's buttons.
pub(crate) fn id_in(question: &MessageView) -> VerificationId {
    let data = question.buttons.iter().flatten().find_map(|button| button.data.clone()).expect("a button");
    data.split(':').nth(1).expect("an id").parse().expect("an id")
}

/// The message as it is shown now.
async fn now(buyer: &Buyer, id: i64, text: &str) -> MessageView {
    buyer.reads(|message| message.id == id && message.text.contains(text)).await
}

/// Opens the keypad and types a code, without giving it.
pub(crate) async fn types(buyer: &Buyer, question: &MessageView, code: &str) -> MessageView {
    buyer.press(question, &label(question, "Confirm"));
    let keypad = now(buyer, question.id, "Secret code:").await;
    types_on(buyer, &keypad, code).await
}

/// Types a code on a keypad that is shown.
pub(crate) async fn types_on(buyer: &Buyer, keypad: &MessageView, code: &str) -> MessageView {
    for digit in code.chars() {
        buyer.press(keypad, &digit.to_string());
    }
    now(buyer, keypad.id, &format!("Secret code: {}\n", "●".repeat(code.len()))).await
}

/// Confirms with the secret code.
pub(crate) async fn confirms(buyer: &Buyer, question: &MessageView) -> MessageView {
    let keypad = types(buyer, question, CODE).await;
    buyer.press(&keypad, "OK");
    now(buyer, question.id, "Confirmed").await
}

/// Gives a wrong code on the keypad that is shown.
async fn misses(buyer: &Buyer, keypad: &MessageView, then: &str) -> MessageView {
    let typed = types_on(buyer, keypad, WRONG).await;
    buyer.press(&typed, "OK");
    now(buyer, keypad.id, then).await
}

/// Gives three wrong codes to a question.
async fn misses_thrice(buyer: &Buyer, question: &MessageView) {
    buyer.press(question, &label(question, "Confirm"));
    let keypad = now(buyer, question.id, "Secret code:").await;
    let keypad = misses(buyer, &keypad, "Tries left: 2").await;
    let keypad = misses(buyer, &keypad, "Tries left: 1").await;
    misses(buyer, &keypad, "Not confirmed").await;
}

async fn becomes(merchant: &Merchant, id: &str, status: &str) {
    until(&format!("{id} becoming {status}"), async || (merchant.status(id).await == status).then_some(())).await;
}

async fn details(app: &TestApp, id: &str) -> PaymentDetails {
    let details = app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details");
    assert_eq!(discrepancies(&details), []);
    details
}

async fn decline_code(merchant: &Merchant, id: &str) -> String {
    merchant.get(&format!("/v1/payments/{id}")).await.expect(200).text_at("/decline/code")
}

/// Confirms a payment anew with the good card.
async fn again(merchant: &Merchant, id: &str) -> Answer {
    let body = json!({ "card": { "number": card::GOOD, "exp_month": 12, "exp_year": 2030, "cvc": "123" } });
    merchant.post(&format!("/v1/payments/{id}/confirm"), &body).await
}

/// The code in the letter about this amount.
pub(crate) async fn mailed(app: &TestApp, email: &str, amount: &str) -> String {
    let mail = until(&format!("a code for {email}"), async || {
        let mails = app.smtp.mails_to(email);
        mails.into_iter().find(|mail| mail.subject.contains("confirms your payment") && mail.subject.contains(amount))
    })
    .await;
    let subject = mail.subject.trim_start_matches("[TEST] ");
    let code: String = subject.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{}", mail.subject);
    code
}

/// The page that the buyer is sent to, as a browser sees it.
async fn page(browser: &mut Browser, asked: &Answer) -> (String, Page) {
    let sent = browser.visit(&asked.text_at("/action/url")).await.expect(303);
    let path = sent.location.expect("the payment's page");
    let page = browser.get(&path).await.expect(200);
    (path, page)
}

async fn gives(browser: &mut Browser, path: &str, code: &str) -> Page {
    let form = browser.get(path).await.expect(200);
    browser.submit(&form, &format!("{path}/code"), &[("code", code)]).await
}

on_both_databases! {
    async fn a_buyer_confirms_in_the_chat_with_the_secret_code(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let member = member(&app, Language::En).await;
        let asked = waits(&merchant, &required(4_990, &member.email)).await;
        let id = asked.text_at("/id");
        assert!(app.hub.services.bank.book().is_empty(), "nothing may reach the bank before the answer");
        let mut browser = Browser::new(&app);
        let (path, shown) = page(&mut browser, &asked).await;
        assert!(shown.text.contains("Confirm it in Telegram") && shown.refresh.as_deref() == Some("2"), "{}", shown.text);
        let question = question(&member, "49.90").await;
        assert!(question.text.contains("4242") && question.text.contains("Zapater") && question.text.contains("[TEST]"));
        let keypad = types(&member, &question, CODE).await;
        let digits: String = keypad.buttons.iter().flatten().map(|button| button.label.as_str()).filter(|l| l.len() == 1).collect();
        assert_eq!(digits.chars().filter(char::is_ascii_digit).count(), 10, "{digits}");
        // A digit too many goes; the last one comes again.
        member.press(&keypad, "⌫");
        now(&member, keypad.id, "Secret code: ●●●●●\n").await;
        member.press(&keypad, "1");
        now(&member, keypad.id, "Secret code: ●●●●●●\n").await;
        member.press(&keypad, "OK");
        becomes(&merchant, &id, "captured").await;
        let over = now(&member, keypad.id, "Confirmed").await;
        assert!(over.buttons.is_empty(), "the keypad goes");
        let books = app.hub.services.bank.authorizations();
        assert_eq!((books.len(), books[0].captured_minor), (1, 4_990));
        assert!(!app.telegram.transcript(member.id).contains(CODE), "the code never stands in the chat");
        merchant.hears("payment.action_required").await;
        let told = merchant.hears("payment.captured").await;
        assert!(!told.to_string().contains("verification"), "{told}");
        assert!(browser.get(&path).await.expect(200).text.contains("The payment was made"));
        let kinds: Vec<String> = details(&app, &id).await.timeline.iter().map(|one| one.kind.as_str().to_owned()).collect();
        assert_eq!(kinds, ["payment.created", "payment.action_required", "verification.requested", "payment.captured"]);
    }

    async fn not_me_declines_freezes_the_card_and_tells_staff(app: TestApp) {
        let merchant = app.merchant().await;
        let staff = app.staff(Role::Agent).await;
        let member = member(&app, Language::En).await;
        let saved = merchant.pay(&saving(1_000, card::GOOD, "cust-1").by(&member.email)).await.expect(201);
        let saved = saved.text_at("/saved_card");
        let order = with_saved(7_700, &saved, "123").by(&member.email).with("verification", json!("required"));
        let id = waits(&merchant, &order).await.text_at("/id");
        let question = question(&member, "77.00").await;
        member.press(&question, &label(&question, "Not me"));
        becomes(&merchant, &id, "declined").await;
        now(&member, question.id, "Stopped").await;
        assert_eq!(decline_code(&merchant, &id).await, "denied_by_buyer");
        assert_eq!(merchant.get(&format!("/v1/cards/{saved}")).await.expect(200).text_at("/state"), "frozen");
        staff.reads(|message| message.text.contains("77.00") && message.text.contains("case_")).await;
        assert_eq!(app.hub.services.bank.authorizations().len(), 1, "only the first payment");
        assert_eq!(again(&merchant, &id).await.expect(409).text_at("/code"), "payment_state_conflict");
        details(&app, &id).await;
        // A second press changes nothing.
        let account = app.hub.services.accounts.by_telegram(member.id).await.expect("a look").expect("an account");
        app.hub.services.payments.deny(account.id, id_in(&question)).await.expect("an answer");
        assert_eq!(merchant.status(&id).await, "declined");
    }

    async fn three_wrong_codes_decline_the_attempt_and_another_may_be_made(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let id = waits(&merchant, &required(1_100, &member.email)).await.text_at("/id");
        let asked = question(&member, "11.00").await;
        misses_thrice(&member, &asked).await;
        becomes(&merchant, &id, "requires_payment_method").await;
        assert_eq!(decline_code(&merchant, &id).await, "verification_failed");
        let retried = again(&merchant, &id).await.expect(200);
        assert_eq!(retried.text_at("/action/kind"), "verification");
        let second = member.reads(|m| m.text.contains("Is it you") && m.id != asked.id && m.text.contains("11.00")).await;
        confirms(&member, &second).await;
        becomes(&merchant, &id, "captured").await;
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
        details(&app, &id).await;
    }

    async fn a_code_that_is_typed_into_the_chat_is_deleted_and_confirms_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let id = waits(&merchant, &required(1_250, &member.email)).await.text_at("/id");
        question(&member, "12.50").await;
        member.say(CODE);
        member.reads(|message| message.text.contains("it looked like a secret code")).await;
        let seen = app.telegram.messages(member.id);
        assert!(seen.iter().all(|message| message.deleted || !message.text.contains(CODE)), "{seen:?}");
        assert_eq!(merchant.status(&id).await, "requires_action");
    }

    async fn who_does_not_answer_in_time_has_not_paid(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let id = waits(&merchant, &required(1_200, &member.email)).await.text_at("/id");
        let question = question(&member, "12.00").await;
        app.clock.advance(Duration::from_secs(181));
        becomes(&merchant, &id, "requires_payment_method").await;
        assert_eq!(decline_code(&merchant, &id).await, "verification_failed");
        member.press(&question, &label(&question, "Confirm"));
        let late = now(&member, question.id, "Too late").await;
        assert!(late.buttons.is_empty());
        assert!(app.hub.services.bank.book().is_empty());
        details(&app, &id).await;
    }

    async fn a_merchant_may_cancel_while_the_buyer_is_asked(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let id = waits(&merchant, &required(1_300, &member.email)).await.text_at("/id");
        let question = question(&member, "13.00").await;
        merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(200);
        member.press(&question, &label(&question, "Confirm"));
        now(&member, question.id, "No longer needed").await;
        assert_eq!(merchant.status(&id).await, "voided");
        details(&app, &id).await;
    }

    async fn a_buyer_without_telegram_confirms_with_the_code_from_a_letter(app: TestApp) {
        let merchant = app.merchant().await;
        let email = "bob@example.com";
        let asked = waits(&merchant, &required(2_345, email)).await;
        let mut browser = Browser::new(&app);
        let (path, shown) = page(&mut browser, &asked).await;
        assert!(shown.text.contains("bo***@example.com") || shown.text.contains("b***@example.com"), "{}", shown.text);
        assert!(shown.has_form(&format!("{path}/code")) && !shown.policy.contains("script-src"), "{}", shown.text);
        let code = mailed(&app, email, "23.45").await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let missed = gives(&mut browser, &path, wrong).await.expect(422);
        assert!(missed.text.contains("Tries left: 2") && missed.text.contains("aria-invalid"), "{}", missed.text);
        let sent = gives(&mut browser, &path, &format!(" {} {} ", &code[..3], &code[3..])).await.expect(303);
        let paid = browser.follow(sent).await.expect(200);
        assert!(paid.text.contains("The payment was made"), "{}", paid.text);
        assert_eq!(merchant.status(&asked.text_at("/id")).await, "captured");
        // The code is used up, and pays nothing twice.
        browser.submit(&missed, &format!("{path}/code"), &[("code", &code)]).await.expect(303);
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
        details(&app, &asked.text_at("/id")).await;
    }

    async fn wrong_codes_from_letters_run_out(app: TestApp) {
        let merchant = app.merchant().await;
        let asked = waits(&merchant, &required(2_400, "eva@example.com")).await;
        let id = asked.text_at("/id");
        let code = mailed(&app, "eva@example.com", "24.00").await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let mut browser = Browser::new(&app);
        let (path, _) = page(&mut browser, &asked).await;
        gives(&mut browser, &path, wrong).await.expect(422);
        gives(&mut browser, &path, wrong).await.expect(422);
        let sent = gives(&mut browser, &path, wrong).await.expect(303);
        let over = browser.follow(sent).await.expect(200);
        assert!(over.text.contains("The payment was not confirmed: a wrong code was given"), "{}", over.text);
        assert_eq!(decline_code(&merchant, &id).await, "verification_failed");
        // The right one comes too late.
        let form = browser.get(&path).await.expect(200);
        browser.submit(&form, &format!("{path}/code"), &[("code", &code)]).await.expect(303);
        assert_eq!(merchant.status(&id).await, "requires_payment_method");
        assert!(app.hub.services.bank.book().is_empty());
    }

    async fn who_cannot_be_asked_is_left_to_the_cards_issuer(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(900, card::GOOD).with("verification", json!("required"));
        let paid = merchant.pay(&order).await.expect(201);
        assert_eq!(paid.text_at("/status"), "captured");
        assert_eq!(paid.text_at("/authentication/status"), "authenticated");
        let away = Order::new(900, card::OPTIONAL_ISSUER_AWAY).with("verification", json!("required"));
        let declined = merchant.pay(&away).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "authentication_failed", "silence is no proof");
    }

    async fn a_confirmed_payment_goes_on_to_three_ds_where_that_is_wanted(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let asked = waits(&merchant, &required(3_100, &member.email).with("three_ds", json!("always"))).await;
        let question = question(&member, "31.00").await;
        confirms(&member, &question).await;
        let id = asked.text_at("/id");
        becomes(&merchant, &id, "captured").await;
        let payment = merchant.get(&format!("/v1/payments/{id}")).await;
        assert_eq!(payment.text_at("/authentication/status"), "authenticated");
        // The bank itself may want more, too.
        let mut order = required(3_200, &member.email);
        order.body["card"]["number"] = json!(card::CHALLENGE);
        let asked = waits(&merchant, &order).await;
        let second = crate::verifier::question(&member, "32.00").await;
        confirms(&member, &second).await;
        let id = asked.text_at("/id");
        let payment = until("the issuer's page", async || {
            let payment = merchant.get(&format!("/v1/payments/{id}")).await;
            (payment.text_at("/action/kind") == "three_ds").then_some(payment)
        })
        .await;
        assert!(path_of(&payment.text_at("/action/url")).contains("/acs/"), "{}", payment.text);
        details(&app, &id).await;
    }

    async fn antifraud_asks_instead_of_declining(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let limit = NewLimit {
            merchant_id: None,
            attribute: Attribute::Email,
            window_secs: 3_600,
            count_max: 1,
            verdict: Verdict::Verify,
        };
        app.hub.services.risk.add_limit(&Actor::Operator, limit, "a test").await.expect("a limit");
        app.clock.advance(Duration::from_secs(2));
        let first = merchant.pay(&Order::new(500, card::GOOD).by(&member.email)).await.expect(201);
        assert_eq!(first.text_at("/status"), "captured");
        let second = waits(&merchant, &Order::new(600, card::GOOD).by(&member.email)).await;
        let asked = question(&member, "6.00").await;
        confirms(&member, &asked).await;
        becomes(&merchant, &second.text_at("/id"), "captured").await;
        let decided = app.hub.services.risk.decisions(second.text_at("/id").parse().expect("an id")).await.expect("decisions");
        assert!(decided[0].reasons.contains(&"verification.risk".to_owned()), "{:?}", decided[0].reasons);
    }

    async fn what_was_confirmed_is_evidence_in_a_dispute(app: TestApp) {
        let merchant = app.merchant().await;
        let member = member(&app, Language::En).await;
        let mut order = required(1_000, &member.email);
        order.body["card"]["number"] = json!("4000000000000259");
        let id = waits(&merchant, &order).await.text_at("/id");
        let question = question(&member, "10.00").await;
        confirms(&member, &question).await;
        let dispute = until("the bank's notice", async || {
            let list = merchant.get(&format!("/v1/disputes?payment={id}")).await.expect(200).json();
            list["data"].as_array()?.first().cloned()
        })
        .await;
        let evidence = &dispute["evidence"][0];
        assert_eq!(evidence["kind"], "verification");
        let text = evidence["text"].as_str().expect("a text");
        let id = id_in(&question);
        let account = app.hub.services.accounts.by_telegram(member.id).await.expect("a look").expect("an account");
        let record = app.hub.services.payments.verification(account.id, id).await.expect("a look").expect("a record");
        for part in ["10.00", "0259", "Telegram chat", record.digest.as_str(), record.holder.as_str(), "Confirmed: "] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(&member.email) && !text.contains("acc_"), "a merchant learns no address: {text}");
        // It may be contested with that alone.
        let path = format!("/v1/disputes/{}/evidence", dispute["id"].as_str().expect("an id"));
        merchant.post(&path, &json!({ "submit": true })).await.expect(200);
    }

    async fn a_secret_code_is_set_changed_and_removed_with_the_password(app: TestApp) {
        let mut member = app.member(Language::En).await;
        for (code, again, password, words) in [
            ("123456", "123456", PASSWORD, "among the first that are guessed"),
            ("170485", "170485", PASSWORD, "among the first that are guessed"),
            ("84729", "84729", PASSWORD, "6 to 8 digits and nothing else"),
            (CODE, "847292", PASSWORD, "The two codes are not the same"),
            (CODE, CODE, "Wrong1horse", "password"),
        ] {
            let fields = [("code", code), ("again", again), ("password", password)];
            let refused = member.send("/account/verifier", "/account/verifier", &fields).await.expect(422);
            assert!(refused.text.contains(words), "{words}: {}", refused.text);
            assert!(!refused.text.contains(CODE), "what was typed is not written into the page");
        }
        let fields = [("code", CODE), ("again", CODE), ("password", PASSWORD)];
        member.send("/account/verifier", "/account/verifier", &fields).await.expect(303);
        member.reads(|message| message.text.contains("A secret code was added")).await;
        member.opens(|letter| letter.subject.contains("A secret code was added")).await;
        let other = [("code", "50738264"), ("again", "50738264"), ("password", PASSWORD)];
        member.send("/account/verifier", "/account/verifier", &other).await.expect(303);
        member.reads(|message| message.text.contains("The secret code was changed")).await;
        let page = member.browser.get("/account/security").await.expect(200);
        assert!(page.text.contains("Change or remove it"), "{}", page.text);
        member.say("/security");
        member.reads(|message| message.text.contains("Secret code for payments: set")).await;
        let wrong = [("remove_password", "Wrong1horse")];
        member.send("/account/verifier", "/account/verifier/remove", &wrong).await.expect(422);
        let right = [("remove_password", PASSWORD)];
        member.send("/account/verifier", "/account/verifier/remove", &right).await.expect(303);
        member.reads(|message| message.text.contains("The secret code was removed")).await;
        member.opens(|letter| letter.subject.contains("secret code of your account was removed")).await;
        // Without a code the mailbox is asked.
        let merchant = app.merchant().await;
        waits(&merchant, &required(1_500, &member.email)).await;
        mailed(&app, &member.email, "15.00").await;
    }
}
