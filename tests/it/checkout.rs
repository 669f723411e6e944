//! The checkout page, as a browser without scripts sees it: pay, be refused, try again, come back.

use std::time::Duration;

use aviso_core::account::email::EmailAddress;
use aviso_core::account::password::NewPassword;
use aviso_core::language::Language;
use aviso_core::secret::Secret;
use aviso_tests::actor::{Answer, Buyer, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page, path_of};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::review::hold;

pub(crate) const PASSWORD: &str = "Correct1horse";

/// A payment that waits for its buyer, and its page.
struct Till {
    merchant: Merchant,
    id: String,
    path: String,
    browser: Browser,
}

impl Till {
    async fn of(app: &TestApp, order: &Order) -> Self {
        let merchant = app.merchant().await;
        Self::at(app, merchant, order).await
    }

    async fn at(app: &TestApp, merchant: Merchant, order: &Order) -> Self {
        let created = merchant.pay(order).await.expect(201);
        let path = path_of(&created.text_at("/checkout_url"));
        Self { merchant, id: created.text_at("/id"), path, browser: Browser::new(app) }
    }

    async fn page(&mut self) -> Page {
        self.browser.get(&self.path).await.expect(200)
    }

    /// Opens the page, fills in the card, and follows to where that leads.
    async fn pay(&mut self, number: &str) -> Page {
        let page = self.page().await;
        let sent = self.send(&page, number).await.expect(303);
        self.browser.follow(sent).await.expect(200)
    }

    async fn send(&mut self, page: &Page, number: &str) -> Page {
        self.send_fields(page, &[("number", number), ("expiry", "12/30"), ("cvc", "123")]).await
    }

    async fn send_fields(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let attempt = page.between("name=\"attempt\" value=\"", "\"");
        let mut all = fields.to_vec();
        all.push(("attempt", &attempt));
        self.browser.submit(page, &self.path, &all).await
    }

    async fn payment(&self) -> Answer {
        self.merchant.get(&format!("/v1/payments/{}", self.id)).await.expect(200)
    }

    async fn attempts(&self, app: &TestApp) -> usize {
        let payments = &app.hub.services.payments;
        payments.details(self.id.parse().expect("an id")).await.expect("details").attempts.len()
    }
}

fn unpaid(minor: i64) -> Order {
    Order::new(minor, card::GOOD).unpaid()
}

/// Gives a buyer a password.
pub(crate) async fn give_password(app: &TestApp, buyer: &Buyer) {
    let accounts = &app.hub.services.accounts;
    accounts.ask_reset(&EmailAddress::new(&buyer.email).expect("an address")).await.expect("a link");
    let letter = buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/reset/"))).await;
    let link = letter.links.into_iter().find(|link| link.contains("/reset/")).expect("a link");
    let token = link.rsplit('/').next().unwrap_or_default();
    let password = NewPassword::new(Secret::new(PASSWORD)).expect("a password");
    accounts.reset_password(token, &password).await.expect("a new password");
}

/// Logs a buyer in who has no password yet.
async fn log_in(app: &TestApp, buyer: &Buyer, browser: &mut Browser) {
    give_password(app, buyer).await;
    let form = browser.get("/login").await.expect(200);
    browser.submit(&form, "/login", &[("name", &buyer.email), ("password", PASSWORD)]).await.expect(303);
}

on_both_databases! {
    async fn a_payment_without_a_method_is_paid_on_its_page(app: TestApp) {
        let order = unpaid(1_250).with("return_url", json!("https://shop.example/thanks?basket=7"));
        let merchant = app.merchant().await;
        merchant.listen().await;
        let created = merchant.send(reqwest::Method::POST, "/v1/payments", Some("k"), Some(&order.body)).await.expect(201);
        let secret = created.text_at("/client_secret");
        assert_eq!(secret.len(), 43);
        assert!(created.text_at("/checkout_url").ends_with(&format!("/pay/{secret}")));
        let again = merchant.send(reqwest::Method::POST, "/v1/payments", Some("k"), Some(&order.body)).await;
        assert_eq!(again.text, created.text, "the same answer to the same request");
        let id = created.text_at("/id");
        let path = path_of(&created.text_at("/checkout_url"));
        let mut till = Till { merchant: merchant.clone(), id: id.clone(), path, browser: Browser::new(&app) };
        assert_eq!(till.payment().await.text_at("/client_secret"), secret);
        let page = till.page().await;
        for part in ["Pay 12.50", "Zapater", "Zapatos de piel", "Test: no real money", "autocomplete=\"cc-number\""] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert!(page.policy.contains("default-src 'none'") && !page.policy.contains("script-src"), "{}", page.policy);
        assert!(page.policy.contains("no-referrer") && page.policy.contains("no-store"), "{}", page.policy);
        assert!(!page.text.contains("<script"));
        let paid = till.pay("4242 4242 4242 4242").await;
        for part in ["The payment was made", "Visa •• 4242", &till.payment().await.text_at("/reference")] {
            assert!(paid.text.contains(part), "{part}: {}", paid.text);
        }
        let back = format!("https://shop.example/thanks?basket=7&#38;payment={id}\"");
        assert!(paid.text.contains(&back), "ids only: {}", paid.text);
        assert_eq!(merchant.hears("payment.captured").await["data"]["payment"]["id"], id.as_str());
        let seen: String = app.shop.received().iter().map(|event| event.body.to_string()).collect();
        assert!(!seen.contains(&secret), "the secret is for the buyer");
        let after = till.payment().await;
        assert!(!after.text.contains("client_secret") && !after.text.contains("checkout_url"), "{}", after.text);
        assert_eq!(after.text_at("/status"), "captured");
    }

    async fn another_secret_opens_nothing(app: TestApp) {
        let till = Till::of(&app, &unpaid(900)).await;
        let other = app.merchant().await;
        let mut browser = Browser::new(&app);
        let mut wrong = till.path.clone();
        let last = if wrong.pop() == Some('A') { 'E' } else { 'A' };
        wrong.push(last);
        for path in [wrong.as_str(), "/pay/x", &format!("/pay/{}", till.id)] {
            browser.get(path).await.expect(404);
        }
        other.get(&format!("/v1/payments/{}", till.id)).await.expect(404);
    }

    async fn wrong_fields_are_named_and_a_card_is_never_written_back(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let page = till.page().await;
        let wrong = [("number", "4242424242424241"), ("expiry", "13/30"), ("cvc", "12")];
        let refused = till.send_fields(&page, &wrong).await.expect(422);
        for part in ["Check its digits", "Write month and year", "has three digits", "aria-invalid=\"true\"", "role=\"alert\""] {
            assert!(refused.text.contains(part), "{part}: {}", refused.text);
        }
        assert!(!refused.text.contains("4242424242424241") && !refused.text.contains("13/30"), "{}", refused.text);
        let late = [("number", card::GOOD), ("expiry", "01/20"), ("cvc", "123")];
        let refused = till.send_fields(&page, &late).await.expect(422);
        assert!(refused.text.contains("This card has expired") && !refused.text.contains(card::GOOD));
        assert_eq!(till.attempts(&app).await, 0);
        // Without the page's token nothing is taken.
        till.browser.post(&till.path.clone(), &[("number", card::GOOD), ("expiry", "12/30"), ("cvc", "123")]).await.expect(403);
        // The refused form can be sent again as it stands.
        let sent = till.send(&refused, card::GOOD).await.expect(303);
        assert!(till.browser.follow(sent).await.text.contains("The payment was made"));
    }

    async fn a_decline_is_told_safely_and_another_card_pays(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let poor = till.pay(card::POOR).await;
        assert!(poor.text.contains("There is not enough money on the card. You can try again"), "{}", poor.text);
        let stolen = till.pay("4000000000009979").await;
        assert!(stolen.text.contains("Your bank declined the payment. You can try another card."), "{}", stolen.text);
        assert!(!stolen.text.to_lowercase().contains("stolen"));
        assert!(till.pay(card::GOOD).await.text.contains("The payment was made"));
        assert_eq!(till.attempts(&app).await, 3);
        // The way back shows the receipt, and a form from before pays nothing.
        assert!(till.page().await.text.contains("The payment was made"));
        let sent = till.send(&stolen, card::GOOD).await.expect(303);
        assert!(till.browser.follow(sent).await.text.contains("The payment was made"));
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
    }

    async fn attempts_that_are_used_up_end_the_payment(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        for n in 0..5 {
            // Another card each time: the networks limit tries with one.
            let page = till.pay([card::DECLINED, card::POOR, "4000000000000069", "4000000000000127", "4000000000000119"][n]).await;
            assert_eq!(page.text.contains("cannot be tried again"), n == 4, "{n}: {}", page.text);
        }
        assert_eq!(till.payment().await.text_at("/status"), "declined");
    }

    async fn a_form_that_is_sent_twice_pays_once(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let page = till.page().await;
        let token = page.between("name=\"form_token\" value=\"", "\"");
        let send = |number: &'static str, token: String, cookies: String| {
            let fields = [("number", number), ("expiry", "12/30"), ("cvc", "123"), ("attempt", "0")];
            let mut fields: Vec<(&str, String)> = fields.map(|(name, value)| (name, value.to_owned())).to_vec();
            fields.push(("form_token", token));
            let request = app.http.post(app.url(&till.path)).header("cookie", cookies).form(&fields);
            async move { request.send().await.expect("an answer").status().as_u16() }
        };
        let cookies = till.browser.cookies();
        let sent = [card::GOOD, card::GOOD, "5555555555554444", card::GOOD].map(|n| send(n, token.clone(), cookies.clone()));
        for status in futures::future::join_all(sent).await {
            assert_eq!(status, 303);
        }
        until("the payment being made", async || (till.payment().await.text_at("/status") == "captured").then_some(())).await;
        assert_eq!(till.attempts(&app).await, 1);
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
        assert!(till.page().await.text.contains("The payment was made"));
    }

    async fn a_form_that_another_tab_overtook_does_nothing(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let (first, second) = (till.page().await, till.page().await);
        till.send(&first, card::POOR).await.expect(303);
        let sent = till.send(&second, card::GOOD).await.expect(303);
        let page = till.browser.follow(sent).await.expect(200);
        assert!(page.text.contains("There is not enough money"), "how things stand: {}", page.text);
        assert_eq!(till.attempts(&app).await, 1);
        assert!(till.pay(card::GOOD).await.text.contains("The payment was made"));
    }

    async fn the_issuers_page_is_visited_on_the_way(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let page = till.pay(card::CHALLENGE).await;
        let url = page.refresh.clone().and_then(|to| to.strip_prefix("0; url=").map(str::to_owned)).expect("the way on");
        assert!(page.text.contains("Your bank wants to know"), "{}", page.text);
        // Who comes back by the browser's button finds the way on, and is not sent away at once.
        let back = till.page().await;
        assert!(back.text.contains(&url) && back.refresh.as_deref() == Some("15"), "{:?} {}", back.refresh, back.text);
        let done = till.browser.post(&path_of(&url), &[("deed", "enter"), ("code", "111111")]).await.expect(303);
        let ours = till.browser.visit(&done.location.expect("the way back")).await.expect(303);
        assert_eq!(ours.location.as_deref(), Some(till.path.as_str()), "the page of the payment");
        assert!(till.browser.follow(ours).await.text.contains("The payment was made"));
    }

    async fn a_wallet_is_a_button(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let page = till.page().await;
        assert!(page.text.contains("Pay with the sandbox wallet"));
        let sent = till.send_fields(&page, &[("wallet", "sandbox_wallet")]).await.expect(303);
        let asked = till.browser.follow(sent).await.expect(200);
        let url = asked.refresh.and_then(|to| to.strip_prefix("0; url=").map(str::to_owned)).expect("the way on");
        let done = till.browser.post(&path_of(&url), &[("deed", "approve")]).await.expect(303);
        let back = till.browser.visit(&done.location.expect("the way back")).await.expect(303);
        let paid = till.browser.follow(back).await.expect(200);
        assert!(paid.text.contains("The payment was made") && paid.text.contains("the sandbox wallet"), "{}", paid.text);
        let none = till.send_fields(&page, &[("wallet", "no_such")]).await;
        assert!(none.text.contains("The payment was made"), "{}", none.text);
    }

    async fn an_unknown_outcome_is_said_with_its_deadline(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let page = till.pay(card::ANSWER_LOST).await;
        assert!(page.text.contains("You will not be charged twice; we will know by "), "{}", page.text);
        assert!(page.refresh.is_some(), "the page looks again by itself");
        until("the page saying paid", async || {
            app.clock.advance(Duration::from_secs(3));
            till.page().await.text.contains("The payment was made").then_some(())
        })
        .await;
    }

    async fn a_held_payment_says_that_somebody_looks_at_it(app: TestApp) {
        hold(&app, "eve@example.com").await;
        let mut till = Till::of(&app, &unpaid(900).by("eve@example.com")).await;
        let page = till.pay(card::GOOD).await;
        assert!(page.text.contains("The payment is being checked") && page.refresh.is_some(), "{}", page.text);
    }

    async fn late_and_cancelled_payments_say_so(app: TestApp) {
        let mut till = Till::of(&app, &unpaid(900)).await;
        let form = till.page().await;
        till.merchant.post(&format!("/v1/payments/{}/void", till.id), &json!({})).await.expect(200);
        assert!(till.page().await.text.contains("The shop cancelled this"));
        let sent = till.send(&form, card::GOOD).await.expect(303);
        assert!(till.browser.follow(sent).await.text.contains("The shop cancelled this"));
        let mut till = Till::of(&app, &unpaid(900)).await;
        let form = till.page().await;
        app.clock.advance(Duration::from_secs(25 * 3_600));
        assert!(till.page().await.text.contains("The time to pay is over"));
        let sent = till.send(&form, card::GOOD).await.expect(303);
        assert!(till.browser.follow(sent).await.text.contains("The time to pay is over"));
        assert!(app.hub.services.bank.book().is_empty());
    }

    async fn the_page_speaks_the_buyers_language(app: TestApp) {
        let order = unpaid(123_450).with("customer", json!({ "language": "es" }));
        let mut till = Till::of(&app, &order).await;
        assert!(till.page().await.text.contains("Pagar 1.234,50"));
        let page = till.browser.get(&format!("{}?lang=ru", till.path)).await.expect(200);
        assert!(page.text.contains("Оплатить 1\u{a0}234,50"), "{}", page.text);
        let action = page.between("action=\"", "\"");
        assert!(action.ends_with("?lang=ru"), "{action}");
        assert!(till.page().await.text.contains("Оплатить"), "the choice stays");
    }

    async fn who_is_logged_in_keeps_a_card_and_pays_with_its_code(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        let mut till = Till::of(&app, &unpaid(900)).await;
        let merchant = till.merchant.clone();
        assert!(!till.page().await.text.contains("name=\"save\""), "nobody is logged in");
        log_in(&app, &buyer, &mut till.browser).await;
        let page = till.page().await;
        let fields = [("number", card::GOOD), ("expiry", "12/30"), ("cvc", "123"), ("save", "yes")];
        let wrong = [("number", "1"), ("expiry", "12/30"), ("cvc", "123"), ("save", "yes")];
        let refused = till.send_fields(&page, &wrong).await.expect(422);
        assert!(refused.text.contains("value=\"yes\" checked"), "what is no card data stays: {}", refused.text);
        let sent = till.send_fields(&refused, &fields).await.expect(303);
        assert!(till.browser.follow(sent).await.text.contains("The payment was made"));
        let kept = merchant.get("/v1/cards").await.json();
        let name = kept["data"][0]["customer_ref"].as_str().unwrap_or_default().to_owned();
        assert_eq!(name.len(), 32, "a pseudonym: {kept}");
        assert!(!kept.to_string().contains(&buyer.email));
        // The next payment at this shop; another shop knows nothing.
        let browser = std::mem::replace(&mut till.browser, Browser::new(&app));
        let mut next = Till::at(&app, merchant, &unpaid(1_100)).await;
        next.browser = browser;
        let page = next.page().await;
        assert!(page.text.contains("Visa •• 4242, 12/2030"), "{}", page.text);
        let id = page.between("name=\"saved\" value=\"", "\"");
        let refused = next.send_fields(&page, &[("saved", &id), ("cvc", "1")]).await.expect(422);
        assert!(refused.text.contains(&format!("cvc-{id}-error")) && !refused.text.contains("\"cvc-error\""), "{}", refused.text);
        let sent = next.send_fields(&page, &[("saved", &id), ("cvc", "123")]).await.expect(303);
        assert!(next.browser.follow(sent).await.text.contains("The payment was made"));
        assert_eq!(next.payment().await.text_at("/saved_card"), id);
        let mut elsewhere = Till::of(&app, &unpaid(900)).await;
        let stranger = std::mem::replace(&mut elsewhere.browser, next.browser);
        assert!(!elsewhere.page().await.text.contains("•• 4242"));
        // Somebody else's saved card is refused, whoever sends its id.
        elsewhere.browser = stranger;
        let page = elsewhere.page().await;
        let refused = elsewhere.send_fields(&page, &[("saved", &id), ("cvc", "123")]).await.expect(422);
        assert!(refused.text.contains("can no longer be used here"), "{}", refused.text);
    }
}

/// Puts a card on the black list.
pub(crate) async fn block(app: &TestApp, number: &str) {
    let entry = aviso_core::risk::NewEntry {
        merchant_id: None,
        list: aviso_core::risk::List::Block,
        attribute: aviso_core::risk::Attribute::Bin,
        value: number[..6].to_owned(),
        reason: aviso_core::payment::text::Reason::new("asked by the bank").expect("a reason"),
        author: "test".to_owned(),
        expires_at: None,
    };
    app.hub.services.risk.add_entry(&aviso_core::audit::Actor::Operator, &entry).await.expect("an entry");
}
