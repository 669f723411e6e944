//! The cabinet's other pages: finding payments, bills, webhooks, keys, code for the site, lists, settings, news.

use aviso_core::merchant::member::Rights;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::cabinet::keeper;
use crate::saved_cards::saving;

on_both_databases! {
    async fn payments_are_found_by_everything_that_the_form_asks(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let coffee = Order::new(1_250, card::GOOD).by("ana@example.com").with("order_ref", json!("coffee-1"));
        let coffee = merchant.pay(&coffee).await.expect(201).text_at("/id");
        let tea = Order::new(900, card::POOR).with("order_ref", json!("tea-1"));
        let tea = merchant.pay(&tea).await.text_at("/payment/id");
        let whole = ana.get("/payments").await.expect(200);
        assert!(whole.text.contains(&coffee) && whole.text.contains("tea-1"), "{}", whole.text);
        for query in [
            "text=COFFEE",
            "status=captured",
            "order=coffee-1",
            "email=Ana@example.com",
            "last4=4242",
            "currency=EUR&least=10.00&most=20.00",
            "currency=eur&least=12.50",
            "from=2020-01-01&until=2100-01-01&method=card&text=coffee",
        ] {
            let found = ana.get(&format!("/payments?{query}")).await.expect(200);
            assert!(found.text.contains(&coffee) && !found.text.contains(">tea-1<"), "{query}: {}", found.text);
        }
        for query in ["method=wallet", "currency=USD", "order=coffee", "last4=0000", "until=2020-01-01", "text=%00"] {
            let found = ana.get(&format!("/payments?{query}")).await.expect(200);
            assert!(found.text.contains("Nothing here yet"), "{query}: {}", found.text);
        }
        for (query, field) in [
            ("last4=12", "last4"),
            ("least=10", "least"),
            ("currency=EURO", "currency"),
            ("email=ana", "email"),
            ("from=yesterday", "from"),
            ("status=stolen", "status"),
        ] {
            let wrong = ana.get(&format!("/payments?{query}")).await.expect(422);
            assert!(wrong.text.contains(&format!("id=\"{field}-error\"")), "{query}: {}", wrong.text);
        }
        let one = ana.get(&format!("/payments/{coffee}")).await.expect(200);
        for part in ["coffee-1", "ana@example.com", "payment.captured", "4242", "Approval code", "Antifraud: allow"] {
            assert!(one.text.contains(part), "{part}: {}", one.text);
        }
        assert!(!one.text.contains(card::GOOD));
        if !tea.is_empty() {
            let one = ana.get(&format!("/payments/{tea}")).await.expect(200);
            assert!(one.text.contains("insufficient funds"), "{}", one.text);
        }
        ana.get("/payments/nothing").await.expect(404);
    }

    async fn long_lists_have_pages(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        for _ in 0..27 {
            merchant.pay(&Order::new(100, card::GOOD).unpaid()).await.expect(201);
        }
        let first = ana.get("/payments?currency=EUR").await.expect(200);
        let shown = |text: &str| text.matches("class=\"aside\"").count();
        assert_eq!(shown(&first.text), 25);
        let next = first.between("/test/payments?currency=EUR&#38;before=", "\"");
        let second = ana.get(&format!("/payments?currency=EUR&before={next}")).await.expect(200);
        assert_eq!(shown(&second.text), 2, "{}", second.text);
    }

    async fn the_list_hears_of_news_and_the_stream_is_bounded(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        let page = ana.get("/payments").await.expect(200);
        assert!(page.policy.contains("script-src 'self'") && page.policy.contains("connect-src 'self'"), "{}", page.policy);
        let other = ana.get("/bills").await.expect(200);
        assert!(!other.policy.contains("script-src"), "{}", other.policy);
        let source = page.between("data-source=\"", "\"").replace("&#38;", "&");
        let request = app.http.get(app.url(&source)).header("cookie", ana.member.browser.cookies());
        let mut stream = request.send().await.expect("a stream");
        merchant.pay(&Order::new(200, card::GOOD)).await.expect(201);
        let mut heard = String::new();
        while let Some(part) = stream.chunk().await.expect("a part") {
            heard.push_str(&String::from_utf8_lossy(&part));
        }
        // It ended by itself.
        assert!(heard.contains("event: changed") && heard.contains("id: evt_"), "{heard}");
    }

    async fn a_bill_is_made_shown_and_taken_back(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let wrong = ana.send("/bills", "/bills", &[("email", "x"), ("days", "0")]).await.expect(422);
        for field in ["order", "currency", "email", "days"] {
            assert!(wrong.text.contains(&format!("id=\"{field}-error\"")), "{field}: {}", wrong.text);
        }
        let fields = [("order", "b-1"), ("amount", "12.50"), ("currency", "eur"), ("description", "Zapatos"), ("days", "7")];
        let made = ana.send("/bills", "/bills", &fields).await.expect(200);
        assert!(made.text.contains("The bill is made") && made.text.contains("12.50"), "{}", made.text);
        let link = made.between("<code>", "</code>");
        let page = Browser::new(&app).visit(&link).await.expect(200);
        assert!(page.text.contains("Zapatos"), "{}", page.text);
        assert!(ana.member.browser.visit(&format!("{link}/qr.svg")).await.expect(200).text.contains("<svg"));
        let taken = ana.send("/bills", "/bills", &fields).await.expect(422);
        assert!(taken.text.contains("id=\"order-error\""), "{}", taken.text);
        let path = made.between(&format!("action=\"{}", ana.base), "/cancel\"").to_owned();
        let gone = ana.submit(&made, &format!("{path}/cancel"), &[]).await.expect(200);
        assert!(gone.text.contains("nobody can pay it any more"), "{}", gone.text);
        assert!(!gone.text.contains("/qr.svg"));
    }

    async fn an_endpoint_is_added_changed_tested_and_its_log_is_shown(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let wrong = ana.send("/webhooks", "/webhooks", &[("url", "ftp://x"), ("payload", "full")]).await.expect(422);
        assert!(wrong.text.contains("id=\"url-error\""), "{}", wrong.text);
        let url = app.shop.webhook_url();
        let fields = [("url", url.as_str()), ("payload", "full"), ("payment.captured", "on"), ("endpoint.test", "on")];
        let made = ana.send("/webhooks", "/webhooks", &fields).await.expect(200);
        let secret = made.between("<code>", "</code>");
        assert!(secret.starts_with("whsec_"), "{}", made.text);
        app.shop.trust(&secret);
        let path = format!("/webhooks/{}", made.between("/test/webhooks/", "\""));
        let tested = ana.send(&path, &format!("{path}/test"), &[]).await.expect(200);
        assert!(tested.text.contains("A test event is on its way"), "{}", tested.text);
        merchant.hears("endpoint.test").await;
        app.settle().await;
        let log = ana.get(&path).await.expect(200);
        assert!(log.text.contains("delivered") && log.text.contains("ok 204"), "{}", log.text);
        let delivery = log.between("name=\"delivery\" value=\"", "\"");
        let again = ana.submit(&log, &format!("{path}/redeliver"), &[("delivery", &delivery)]).await.expect(200);
        assert!(again.text.contains("on its way again"), "{}", again.text);
        let change = [("url", url.as_str()), ("payload", "thin"), ("status", "disabled")];
        let changed = ana.send(&path, &path, &change).await.expect(200);
        assert!(changed.text.contains("The change is saved") && changed.text.contains("all events"), "{}", changed.text);
        let late = ana.send(&path, &format!("{path}/recover"), &[("since", "2100-01-01T00:00")]).await.expect(422);
        assert!(late.text.contains("id=\"since-error\""), "{}", late.text);
        let begun = ana.send(&path, &format!("{path}/recover"), &[("since", "2024-01-01T00:00")]).await.expect(200);
        assert!(begun.text.contains("is being sent again"), "{}", begun.text);
        let rotated = ana.send(&path, &format!("{path}/secret"), &[]).await.expect(200);
        assert!(rotated.text.contains("whsec_") && !rotated.text.contains(&secret), "{}", rotated.text);
        assert!(!ana.get(&path).await.text.contains("whsec_"), "shown once");
        let gone = ana.send(&path, &format!("{path}/remove"), &[]).await.expect(200);
        assert!(gone.text.contains("The endpoint is removed"), "{}", gone.text);
        app.settle().await;
    }

    async fn a_key_is_shown_once_says_when_it_was_used_and_is_taken_back(app: TestApp) {
        let mut merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let made = ana.send("/keys", "/keys", &[]).await.expect(200);
        let key = made.between("<code>", "</code>");
        assert!(key.starts_with("sk_test_"), "{}", made.text);
        let list = ana.get("/keys").await.expect(200);
        let last4 = &key[key.len() - 4..];
        assert!(list.text.contains(last4) && !list.text.contains(&key) && list.text.contains("Never used"), "{}", list.text);
        let old = std::mem::replace(&mut merchant.key, aviso_core::secret::Secret::new(key.as_str()));
        merchant.get("/v1/account").await.expect(200);
        let list = ana.get("/keys").await.expect(200);
        assert!(list.text.contains("Last used"), "{}", list.text);
        let path = format!("/keys/{}", list.between("/test/keys/", "/revoke"));
        for _ in 0..2 {
            let gone = ana.submit(&list, &format!("{path}/revoke"), &[]).await.expect(200);
            assert!(gone.text.contains("The key is revoked"), "{}", gone.text);
        }
        merchant.get("/v1/account").await.expect(401);
        merchant.key = old;
        merchant.get("/v1/account").await.expect(200);
        // Code for the site: the link opens the checkout page with what was signed.
        let wrong = ana.send("/keys", "/keys/site", &[("return_url", "x")]).await.expect(422);
        assert!(wrong.text.contains("id=\"order-error\"") && wrong.text.contains("id=\"return_url-error\""), "{}", wrong.text);
        let fields = [("order", "site-1"), ("amount", "7.00"), ("currency", "EUR"), ("description", "\"><b>"), ("days", "30")];
        let signed = ana.send("/keys", "/keys/site", &fields).await.expect(200);
        let link = signed.between("<code>", "</code>").replace("&#38;", "&");
        assert!(!signed.text.contains("<b>"), "{}", signed.text);
        let begun = Browser::new(&app).visit(&link).await;
        assert!(begun.status == 200 || begun.status == 303, "{}", begun.text);
    }

    async fn lists_settings_cards_and_balance(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let wrong = [("list", "block"), ("attribute", "bin"), ("value", "12"), ("reason", "a test")];
        let wrong = ana.send("/risk", "/risk", &wrong).await.expect(422);
        assert!(wrong.text.contains("id=\"value-error\""), "{}", wrong.text);
        let entry = [("list", "block"), ("attribute", "email"), ("value", "Bad@Example.com"), ("reason", "a test")];
        let added = ana.send("/risk", "/risk", &entry).await.expect(200);
        assert!(added.text.contains("bad@example.com") && added.text.contains("for everybody"), "{}", added.text);
        let refused = merchant.pay(&Order::new(500, card::GOOD).by("bad@example.com")).await;
        assert_eq!(refused.status, 402, "{}", refused.text);
        let path = format!("/risk/{}/remove", added.between("/test/risk/", "/remove"));
        ana.submit(&added, &path, &[]).await.expect(200);
        ana.submit(&added, &path, &[]).await.expect(404);
        merchant.pay(&Order::new(500, card::GOOD).by("bad@example.com")).await.expect(201);
        // Settings: a wrong field, a change, and a page that became stale.
        let page = ana.get("/settings").await.expect(200);
        let version = page.between("name=\"version\" value=\"", "\"");
        let base = [("version", version.as_str()), ("cards", "on"), ("unknown_cards", "accept")];
        let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
        let wrong = with(&[("currencies", "EURO"), ("foreign_cards", "refuse")]);
        let wrong = ana.submit(&page, "/settings", &wrong).await.expect(422);
        assert!(wrong.text.contains("id=\"currencies-error\"") && wrong.text.contains("id=\"home_country-error\""), "{}", wrong.text);
        let right = with(&[("currencies", "eur usd"), ("foreign_cards", "accept")]);
        let saved = ana.submit(&page, "/settings", &right).await.expect(200);
        assert!(saved.text.contains("The change is saved") && saved.text.contains("EUR USD"), "{}", saved.text);
        let stale = ana.submit(&page, "/settings", &right).await.expect(200);
        assert!(stale.text.contains("The state changed"), "{}", stale.text);
        assert_eq!(merchant.pay(&Order::new(500, card::GOOD).with("currency", json!("GBP"))).await.status, 422);
        // Saved cards, and what there is.
        merchant.pay(&saving(1_000, card::GOOD, "cust-1")).await.expect(201);
        let cards = ana.get("/cards").await.expect(200);
        assert!(cards.text.contains("cust-1") && !cards.text.contains(card::GOOD), "{}", cards.text);
        let path = format!("/cards/{}/remove", cards.between("/test/cards/", "/remove"));
        let gone = ana.submit(&cards, &path, &[]).await.expect(200);
        assert!(gone.text.contains("The card is removed"), "{}", gone.text);
        let money = ana.get("/money").await.expect(200);
        assert!(money.text.contains("EUR") && money.text.contains("On its way: 15.00"), "{}", money.text);
        let log = ana.get("/audit").await.expect(200);
        for action in ["risk.list_add", "risk.list_remove", "merchant.configure", "card.remove"] {
            assert!(log.text.contains(action), "{action}: {}", log.text);
        }
    }
}
