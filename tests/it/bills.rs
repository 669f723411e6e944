//! Bills: a link that is mailed, shown as a QR code, and paid once by whoever has it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aviso_tests::actor::{Answer, Merchant};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page, path_of};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) fn bill(minor: i64) -> Value {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    json!({ "order_ref": format!("bill-{number}"), "amount": minor, "currency": "EUR", "description": "Arreglo de una bicicleta" })
}

pub(crate) async fn create(merchant: &Merchant, body: &Value) -> Answer {
    merchant.send(Method::POST, "/v1/bills", None, Some(body)).await
}

pub(crate) async fn state(merchant: &Merchant, id: &str) -> String {
    merchant.get(&format!("/v1/bills/{id}")).await.expect(200).text_at("/state")
}

pub(crate) async fn send(browser: &mut Browser, page: &Page, path: &str, number: &str) -> Page {
    let fields = [("number", number), ("expiry", "12/30"), ("cvc", "123"), ("attempt", "0")];
    browser.submit(page, path, &fields).await
}

on_both_databases! {
    async fn a_bill_is_mailed_shown_and_paid(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let stranger = app.stranger();
        let mut body = bill(12_000);
        body["customer"] = json!({ "email": stranger.email, "language": "es" });
        body["return_url"] = json!("https://shop.example/bills");
        let created = create(&merchant, &body).await.expect(201);
        let (id, url) = (created.text_at("/id"), created.text_at("/url"));
        assert_eq!((created.text_at("/state").as_str(), id.starts_with("bill_")), ("open", true));
        let letter = stranger.opens(|mail| mail.links.iter().any(|link| link.contains("/pay/b/"))).await;
        assert!(letter.links.contains(&url), "{:?}", letter.links);
        assert!(letter.subject.contains("120,00") && letter.text.contains("Arreglo de una bicicleta"), "{}", letter.text);
        assert_eq!(merchant.hears("bill.created").await["data"]["bill"]["id"], id.as_str());
        let (mut browser, path) = (Browser::new(&app), path_of(&url));
        let code = browser.get(&format!("{path}/qr.svg")).await.expect(200);
        assert!(code.text.contains("<svg"), "{}", code.text);
        let page = browser.get(&path).await.expect(200);
        assert!(page.text.contains("Pagar 120,00") && page.text.contains("Arreglo de una bicicleta"), "{}", page.text);
        assert!(!merchant.get("/v1/payments").await.text.contains("pay_"), "opening a link makes no payment");
        let refused = send(&mut browser, &page, &path, "1").await.expect(422);
        assert!(!merchant.get("/v1/payments").await.text.contains("pay_"), "{}", refused.text);
        let sent = send(&mut browser, &refused, &path, card::GOOD).await.expect(303);
        let paid = browser.follow(sent).await.expect(200);
        assert!(paid.text.contains("El pago está hecho"), "{}", paid.text);
        let after = merchant.get(&format!("/v1/bills/{id}")).await.expect(200);
        assert_eq!(after.text_at("/state"), "paid");
        let payment = merchant.get(&format!("/v1/payments/{}", after.text_at("/payment"))).await.expect(200);
        assert_eq!((payment.text_at("/bill"), payment.text_at("/order_ref")), (id.clone(), created.text_at("/order_ref")));
        assert_eq!(merchant.hears("bill.paid").await["data"]["bill"]["state"], "paid");
        // The link leads to the receipt from now on.
        let again = browser.get(&path).await.expect(303);
        assert!(browser.follow(again).await.text.contains("El pago está hecho"));
        assert_eq!(merchant.heard("payment.captured"), 1);
    }

    async fn two_payers_at_once_pay_once(app: TestApp) {
        let merchant = app.merchant().await;
        let created = create(&merchant, &bill(900)).await.expect(201);
        let path = path_of(&created.text_at("/url"));
        let mut browsers: Vec<Browser> = (0..4).map(|_| Browser::new(&app)).collect();
        let mut pages = Vec::new();
        for browser in &mut browsers {
            pages.push(browser.get(&path).await.expect(200));
        }
        let sent = browsers.iter_mut().zip(&pages).map(|(browser, page)| send(browser, page, &path, card::GOOD));
        for answer in futures::future::join_all(sent).await {
            answer.expect(303);
        }
        let id = created.text_at("/id");
        until("the bill being paid", async || (state(&merchant, &id).await == "paid").then_some(())).await;
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
        for browser in &mut browsers {
            let page = browser.get(&path).await;
            assert!(browser.follow(page).await.text.contains("The payment was made"));
        }
    }

    async fn cancelled_and_late_bills_cannot_be_paid(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let (one, two) = (create(&merchant, &bill(900)).await.expect(201), create(&merchant, &bill(900)).await.expect(201));
        let mut browser = Browser::new(&app);
        let path = path_of(&one.text_at("/url"));
        let page = browser.get(&path).await.expect(200);
        let cancel = format!("/v1/bills/{}/cancel", one.text_at("/id"));
        for _ in 0..2 {
            let cancelled = merchant.send(Method::POST, &cancel, None, None).await.expect(200);
            assert_eq!(cancelled.text_at("/state"), "cancelled");
        }
        let sent = send(&mut browser, &page, &path, card::GOOD).await.expect(303);
        assert!(browser.follow(sent).await.text.contains("The shop cancelled this"));
        merchant.hears("bill.cancelled").await;
        // One that somebody tried to pay: its payment is cancelled with it.
        let path = path_of(&two.text_at("/url"));
        let page = browser.get(&path).await.expect(200);
        send(&mut browser, &page, &path, card::POOR).await.expect(303);
        let cancel = format!("/v1/bills/{}/cancel", two.text_at("/id"));
        let cancelled = merchant.send(Method::POST, &cancel, None, None).await.expect(200);
        let payment = format!("/v1/payments/{}", cancelled.text_at("/payment"));
        assert_eq!((cancelled.text_at("/state").as_str(), merchant.get(&payment).await.text_at("/status").as_str()), ("cancelled", "voided"));
        let (late, begun) = (create(&merchant, &bill(900)).await.expect(201), create(&merchant, &bill(900)).await.expect(201));
        let path = path_of(&begun.text_at("/url"));
        let page = browser.get(&path).await.expect(200);
        send(&mut browser, &page, &path, card::POOR).await.expect(303);
        app.clock.advance(Duration::from_secs(31 * 86_400));
        for bill in [&late, &begun] {
            let id = bill.text_at("/id");
            until("the bill expiring", async || (state(&merchant, &id).await == "expired").then_some(())).await;
            let page = browser.get(&path_of(&bill.text_at("/url"))).await;
            assert!(browser.follow(page).await.text.contains("The time to pay is over"));
        }
        until("both being told", async || (merchant.heard("bill.expired") == 2).then_some(())).await;
        let paid_late = merchant.send(Method::POST, &format!("/v1/bills/{}/cancel", late.text_at("/id")), None, None).await;
        assert_eq!(paid_late.expect(409).text_at("/code"), "bill_state_conflict");
    }

    async fn a_bill_that_is_refused_for_good_is_declined(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let created = create(&merchant, &bill(900)).await.expect(201);
        let path = path_of(&created.text_at("/url"));
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        let number = card::GOOD;
        crate::checkout::block(&app, number).await;
        let sent = send(&mut browser, &page, &path, number).await.expect(303);
        let page = browser.follow(sent).await.expect(200);
        assert!(page.text.contains("The payment was not made") && !page.text.to_lowercase().contains("block"), "{}", page.text);
        assert_eq!(state(&merchant, &created.text_at("/id")).await, "declined");
        merchant.hears("bill.declined").await;
    }

    async fn order_numbers_are_shared_with_payments(app: TestApp) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&aviso_tests::actor::Order::new(900, card::GOOD)).await.expect(201);
        let mut body = bill(900);
        body["order_ref"] = json!(paid.text_at("/order_ref"));
        assert_eq!(create(&merchant, &body).await.expect(409).text_at("/code"), "order_ref_taken");
        let body = bill(900);
        create(&merchant, &body).await.expect(201);
        assert_eq!(create(&merchant, &body).await.expect(409).text_at("/code"), "order_ref_taken");
        let mut wrong = bill(900);
        wrong["expires_at"] = json!("2020-01-01T00:00:00Z");
        let refused = create(&merchant, &wrong).await.expect(422);
        assert_eq!(refused.text_at("/param"), "/expires_at", "{}", refused.text);
        let listed = merchant.get("/v1/bills?state=open").await.expect(200).json();
        assert_eq!(listed["data"].as_array().map(Vec::len), Some(1));
        assert!(merchant.get("/v1/bills?state=paid").await.expect(200).json()["data"].as_array().is_some_and(Vec::is_empty));
        let other = app.merchant().await;
        let id = listed["data"][0]["id"].as_str().unwrap_or_default().to_owned();
        other.get(&format!("/v1/bills/{id}")).await.expect(404);
        other.send(Method::POST, &format!("/v1/bills/{id}/cancel"), None, None).await.expect(404);
    }
}
