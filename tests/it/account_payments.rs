//! A buyer's payments, saved cards and settings on the web.

use std::time::Duration;

use aviso_core::language::Language;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::browser::Page;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::saved_cards::{saving, with_saved};

fn listed(page: &Page) -> usize {
    page.text.matches("<a class=\"shop\"").count()
}

on_both_databases! {
    async fn payments_are_searched_by_status_shop_words_and_days(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (one, two) = (app.merchant().await, app.merchant().await);
        let email = ana.buyer.email.clone();
        let order = |amount: i64, text: &str| Order::new(amount, card::GOOD).by(&email).with("description", json!(text));
        one.pay(&order(1_000, "Red shoes 50%")).await.expect(201);
        one.pay(&order(2_000, "Blue_hat")).await.expect(201);
        two.pay(&Order::new(3_000, "4000000000000002").by(&ana.buyer.email)).await.expect(402);
        let unpaid = ana.browser.get("/account/payments?status=requires_payment_method").await.expect(200);
        assert_eq!(listed(&unpaid), 1, "{}", unpaid.text);
        // What nobody pays expires meanwhile.
        app.clock.advance(Duration::from_secs(2 * 24 * 3_600));
        let late = two.pay(&order(4_000, "Green coat")).await.expect(201);
        // Somebody else's payment of the same shop.
        two.pay(&Order::new(5_000, card::GOOD).by("eve@example.com")).await.expect(201);
        let today = chrono::DateTime::parse_from_rfc3339(&late.text_at("/created_at")).expect("a time").date_naive();
        let yesterday = today.pred_opt().expect("a day before");
        for (query, count) in [
            (String::new(), 4),
            ("status=captured".to_owned(), 3),
            (format!("shop={}", one.scope.merchant.id), 2),
            ("text=SHOES".to_owned(), 1),
            ("text=%25".to_owned(), 1),
            ("text=e_h".to_owned(), 1),
            ("text=nothing+like+it".to_owned(), 0),
            (format!("text={}", late.text_at("/reference")), 1),
            (format!("from={today}"), 1),
            (format!("until={yesterday}"), 3),
            (format!("from={yesterday}&until={yesterday}"), 0),
            (format!("from={today}&until={today}&status=captured&text=coat&shop={}", two.scope.merchant.id), 1),
        ] {
            let page = ana.browser.get(&format!("/account/payments?{query}")).await.expect(200);
            assert_eq!(listed(&page), count, "{query}: {}", page.text);
            assert!(!page.text.contains("50.00"), "{query}: somebody else's payment");
        }
        for wrong in ["status=stolen", "shop=mer_x", "before=pay_x", "from=2026-13-40"] {
            assert_eq!(ana.browser.get(&format!("/account/payments?{wrong}")).await.status, 422, "{wrong}");
        }
    }

    async fn pages_of_a_search_follow_each_other_without_gaps(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let merchant = app.merchant().await;
        for number in 0..12 {
            let text = if number % 6 == 5 { "hat" } else { "shoe" };
            let order = Order::new(100 + number, &card::numbered(60_000 + number as u32)).by(&ana.buyer.email);
            merchant.pay(&order.with("description", json!(text)).unpaid()).await.expect(201);
        }
        let first = ana.browser.get("/account/payments").await.expect(200);
        let older = first.between("rel=\"next\" href=\"", "\"").replace("&amp;", "&").replace("&#38;", "&");
        assert_eq!(listed(&first), 10);
        let second = ana.browser.get(&older).await.expect(200);
        assert_eq!(listed(&second), 2);
        assert!(!second.text.contains("rel=\"next\"") && second.text.contains("Newest"), "{}", second.text);
        let shoes = ana.browser.get("/account/payments?text=shoe").await.expect(200);
        assert!(listed(&shoes) == 10 && !shoes.text.contains("rel=\"next\""), "{}", shoes.text);
    }

    async fn a_payment_is_its_buyers_alone_and_can_be_disowned(app: TestApp) {
        let (mut ana, mut eve) = (app.member(Language::Es).await, app.member(Language::En).await);
        let merchant = app.merchant().await;
        let mut order = saving(4_990, card::GOOD, "cust-1");
        order.body["customer"] = json!({ "email": ana.buyer.email });
        let paid = merchant.pay(&order).await.expect(201);
        merchant.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        app.settle().await;
        let path = format!("/account/payments/{}", paid.text_at("/id"));
        let page = ana.browser.get(&path).await.expect(200);
        for part in ["49,90", "10,00", "Visa •• 4242", "Zapatos de piel", &paid.text_at("/reference")] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert_eq!(eve.browser.get(&path).await.status, 404);
        let not_me = format!("{path}/not-me");
        let form = eve.browser.get("/account").await.expect(200);
        assert_eq!(eve.browser.submit(&form, &not_me, &[]).await.status, 404);
        let done = ana.send(&path, &not_me, &[]).await.expect(303);
        assert!(ana.browser.follow(done).await.text.contains("Lo estamos examinando"));
        let again = ana.send(&path, &not_me, &[]).await.expect(303);
        assert!(ana.browser.follow(again).await.text.contains("Ya tenemos su aviso"));
        // The card that the shop kept is frozen.
        let declined = merchant.pay(&with_saved(1_000, &paid.text_at("/saved_card"), "123")).await.expect(402);
        assert_eq!(declined.text_at("/payment/decline/code"), "card_frozen", "{}", declined.text);
    }

    async fn saved_cards_are_frozen_and_removed_by_their_owner_only(app: TestApp) {
        let (mut ana, mut eve) = (app.member(Language::En).await, app.member(Language::En).await);
        let merchant = app.merchant().await;
        let mut order = saving(1_000, card::GOOD, "cust-1");
        order.body["customer"] = json!({ "email": ana.buyer.email });
        let card = merchant.pay(&order).await.expect(201).text_at("/saved_card");
        for action in ["/account/cards/remove", "/account/cards/freeze"] {
            assert_eq!(eve.send("/account/cards", action, &[("card", &card)]).await.status, 404, "{action}");
        }
        let page = ana.browser.get("/account/cards").await.expect(200);
        assert!(page.text.contains("Visa •• 4242") && page.text.contains("12/2030"), "{}", page.text);
        let done = ana.send("/account/cards", "/account/cards/freeze", &[("card", &card)]).await.expect(303);
        let page = ana.browser.follow(done).await.expect(200);
        assert!(page.text.contains("frozen") && !page.has_form("/account/cards/freeze"), "{}", page.text);
        merchant.pay(&with_saved(1_000, &card, "123")).await.expect(402);
        let done = ana.send("/account/cards", "/account/cards/remove", &[("card", &card)]).await.expect(303);
        assert!(ana.browser.follow(done).await.text.contains("No shop keeps a card of yours"));
        assert_eq!(merchant.get(&format!("/v1/cards/{card}")).await.expect(200).text_at("/state"), "removed");
    }

    async fn language_and_time_zone_are_kept_and_used(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(1_000, card::GOOD).by(&ana.buyer.email)).await.expect(201);
        let path = format!("/account/payments/{}", paid.text_at("/id"));
        assert!(ana.browser.get(&path).await.expect(200).text.contains(" UTC</dd>"));
        let fields = [("language", "ru"), ("time_zone", "Asia/Tokyo")];
        ana.send("/account/settings", "/account/settings", &fields).await.expect(303);
        let page = ana.browser.get(&path).await.expect(200);
        assert!(page.text.contains(" JST</dd>") && page.text.contains("<h1>Платёж</h1>"), "{}", page.text);
        for wrong in [[("language", "xx"), ("time_zone", "UTC")], [("language", "en"), ("time_zone", "Mars/Base")]] {
            assert_eq!(ana.send("/account/settings", "/account/settings", &wrong).await.status, 422);
        }
    }
}
