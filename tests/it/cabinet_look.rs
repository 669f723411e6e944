//! The cabinet in a real browser: wide and narrow, light and dark, and judged by axe-core.

use std::time::Duration;

use aviso_core::merchant::member::Rights;
use aviso_tests::actor::{Order, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::chromium::Chromium;
use fantoccini::Locator;
use serde_json::json;

use crate::cabinet::{FINANCIAL, Keeper, keeper};
use crate::checkout_page::{fits, hub, is_accessible, picture};
use crate::saved_cards::saving;

/// Logs a browser in, with the code of the authenticator.
async fn log_in(app: &TestApp, chromium: &Chromium, keeper: &Keeper) {
    // A code counts once.
    app.clock.advance(Duration::from_secs(30));
    chromium.page.goto(&app.url("/login")).await.expect("the page");
    chromium.find("#name").await.send_keys(&keeper.member.email).await.expect("typing");
    chromium.find("#password").await.send_keys(PASSWORD).await.expect("typing");
    chromium.find("main button").await.click().await.expect("a press");
    chromium.find("#code").await.send_keys(&keeper.authenticator.code()).await.expect("typing");
    chromium.find("main button").await.click().await.expect("a press");
    chromium.find("nav.tabs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cabinet_is_readable_on_every_screen_and_keeps_its_list_fresh() {
    let app = hub().await;
    let merchant = app.merchant().await;
    merchant.listen().await;
    let paid = merchant.pay(&Order::new(123_450, card::GOOD).by("buyer@example.com")).await.expect(201).text_at("/id");
    merchant.pay(&Order::new(4_200, card::POOR)).await;
    merchant.pay(&Order::new(9_900, card::GOOD).reserved()).await.expect(201);
    merchant.pay(&saving(1_000, card::GOOD, "cust-1")).await.expect(201);
    let bill = json!({ "order_ref": "bill-1", "amount": 500, "currency": "EUR" });
    let bill = merchant.post("/v1/bills", &bill).await.expect(201).text_at("/id");
    app.settle().await;
    let mut ana = keeper(&app, &merchant, Rights::all()).await;
    let endpoint = ana.get("/webhooks").await.expect(200).between("/test/webhooks/", "\"");
    let pages = [
        ("payments", "/payments".to_owned()),
        ("payment", format!("/payments/{paid}")),
        ("refund", format!("/payments/{paid}/refund?amount=10")),
        ("bills", "/bills".to_owned()),
        ("bill", format!("/bills/{bill}")),
        ("cards", "/cards".to_owned()),
        ("money", "/money".to_owned()),
        ("webhooks", "/webhooks".to_owned()),
        ("webhook", format!("/webhooks/{endpoint}")),
        ("keys", "/keys".to_owned()),
        ("members", "/members".to_owned()),
        ("risk", "/risk".to_owned()),
        ("settings", "/settings".to_owned()),
        ("audit", "/audit".to_owned()),
    ];
    for (name, wide) in [("", true), ("-phone", false)] {
        for dark in [false, true] {
            let size = if wide { (1_200, 1_400) } else { (390, 1_400) };
            let chromium = match dark {
                true => Chromium::open_dark(size.0, size.1).await,
                false => Chromium::open(size.0, size.1).await,
            };
            log_in(&app, &chromium, &ana).await;
            for (page, path) in &pages {
                chromium.page.goto(&app.url(&format!("{}{path}", ana.base))).await.expect("the page");
                chromium.find(".cabinet h2, .cabinet .tabs").await;
                let shade = if dark { "-dark" } else { "" };
                fits(&chromium).await;
                is_accessible(&chromium, &format!("{page}{name}{shade}")).await;
                chromium.picture(&picture(&format!("cabinet-{page}{name}{shade}.png"))).await;
            }
            if wide && !dark {
                // What is paid now shows without a reload, and money moves with a press.
                chromium.page.goto(&app.url(&format!("{}/payments", ana.base))).await.expect("the list");
                chromium.find("#live .rows").await;
                merchant.pay(&Order::new(700, card::GOOD).with("order_ref", json!("just-now"))).await.expect(201);
                chromium.shows("#live", "just-now").await;
                chromium.page.goto(&app.url(&format!("{}/payments/{paid}/refund", ana.base))).await.expect("the form");
                chromium.find("main .button").await.click().await.expect("a press");
                chromium.find("#financial_password").await.send_keys(FINANCIAL).await.expect("typing");
                chromium
                    .page
                    .find(Locator::Css("main .danger"))
                    .await
                    .expect("a button")
                    .click()
                    .await
                    .expect("a press");
                chromium.shows("[role=status]", "The refund is made").await;
            }
            chromium.close().await;
        }
    }
    assert_eq!(merchant.status(&paid).await, "refunded");
    app.settle().await;
}
