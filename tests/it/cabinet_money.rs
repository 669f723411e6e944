//! Refunds, captures and voids by hand, and everything that must not move money.

use std::time::Duration;

use aviso_core::merchant::member::Rights;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::browser::Page;
use aviso_tests::{card, on_both_databases};

use crate::cabinet::{FINANCIAL, Keeper, keeper};

/// The hidden fields of a summary, with a financial password.
fn confirmed<'a>(hidden: &'a [(&'static str, String)], financial: &'a str) -> Vec<(&'a str, &'a str)> {
    let fields = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    fields.chain([("financial_password", financial)]).collect()
}

fn hidden(page: &Page) -> Vec<(&'static str, String)> {
    ["amount", "reason", "version", "once"]
        .map(|name| (name, page.between(&format!("name=\"{name}\" value=\""), "\"")))
        .to_vec()
}

async fn summary(ana: &mut Keeper, path: &str, query: &str) -> Page {
    let page = ana.get(&format!("{path}{query}")).await.expect(200);
    assert!(page.text.contains("It cannot be undone"), "{}", page.text);
    page
}

on_both_databases! {
    async fn a_refund_in_a_few_clicks_and_a_double_click_is_one(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let id = merchant.pay(&Order::new(10_000, card::GOOD)).await.expect(201).text_at("/id");
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let path = format!("/payments/{id}/refund");
        let asked = ana.get(&path).await.expect(200);
        assert!(asked.text.contains("value=\"100.00\""), "all of it is offered: {}", asked.text);
        for (amount, error) in [("0", "above 0"), ("1.234", "above 0"), ("100.01", "at most"), ("x", "above 0")] {
            let wrong = ana.get(&format!("{path}?amount={amount}")).await.expect(422);
            assert!(wrong.text.contains("id=\"amount-error\"") && wrong.text.contains(error), "{amount}: {}", wrong.text);
        }
        let page = summary(&mut ana, &path, "?amount=40.00&reason=cold+coffee").await;
        assert!(page.text.contains("40.00") && page.text.contains("60.00"), "{}", page.text);
        let fields = hidden(&page);
        let wrong = ana.submit(&page, &path, &confirmed(&fields, "Wrong1word")).await.expect(422);
        assert!(wrong.text.contains("id=\"financial_password-error\""), "{}", wrong.text);
        // A sum that was not shown has another token.
        let mut altered = fields.clone();
        altered[0].1 = "41.00".to_owned();
        ana.submit(&page, &path, &confirmed(&altered, FINANCIAL)).await.expect(403);
        let done = ana.submit(&page, &path, &confirmed(&fields, FINANCIAL)).await.expect(200);
        assert!(done.text.contains("The refund is made") && done.text.contains("cold coffee"), "{}", done.text);
        let again = ana.submit(&page, &path, &confirmed(&fields, FINANCIAL)).await.expect(200);
        assert!(again.text.contains("The state changed"), "{}", again.text);
        let refunded = merchant.get(&format!("/v1/payments/{id}")).await.expect(200).json();
        assert_eq!(refunded["amount_refunded"], 4_000);
        merchant.hears("refund.succeeded").await;
        // It stands in the merchant's log, with who did it.
        let log = ana.get("/audit").await.expect(200);
        assert!(log.text.contains("refund.create") && log.text.contains(&ana.member.email), "{}", log.text);
    }

    async fn two_presses_at_once_move_money_once(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(10_000, card::GOOD)).await.expect(201).text_at("/id");
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let path = format!("/payments/{id}/refund");
        let page = summary(&mut ana, &path, "?amount=40.00").await;
        let fields = hidden(&page);
        let token = page.between("name=\"form_token\" value=\"", "\"");
        let mut all = confirmed(&fields, FINANCIAL);
        all.push(("form_token", &token));
        let url = app.url(&format!("{}{path}", ana.base));
        let cookies = ana.member.browser.cookies();
        let press = || app.http.post(&url).header("cookie", &cookies).form(&all).send();
        let answers = futures::future::join_all((0..4).map(|_| press())).await;
        let places: Vec<String> = answers
            .into_iter()
            .map(|answer| answer.expect("an answer").headers()["location"].to_str().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(places.iter().filter(|place| place.ends_with("done=refund")).count(), 1, "{places:?}");
        assert_eq!(places.iter().filter(|place| place.ends_with("done=changed")).count(), 3, "{places:?}");
        let paid = merchant.get(&format!("/v1/payments/{id}")).await.expect(200).json();
        assert_eq!(paid["amount_refunded"], 4_000);
    }

    async fn reserved_money_is_taken_and_released_by_hand(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let reserve = async || merchant.pay(&Order::new(5_000, card::GOOD).reserved()).await.expect(201).text_at("/id");
        let (taken, released) = (reserve().await, reserve().await);
        let path = format!("/payments/{taken}/capture");
        let page = summary(&mut ana, &path, "?amount=20").await;
        let done = ana.submit(&page, &path, &confirmed(&hidden(&page), FINANCIAL)).await.expect(200);
        assert!(done.text.contains("The money is captured"), "{}", done.text);
        assert_eq!(merchant.get(&format!("/v1/payments/{taken}")).await.json()["amount_captured"], 2_000);
        let path = format!("/payments/{released}/void");
        let page = summary(&mut ana, &path, "").await;
        let done = ana.submit(&page, &path, &confirmed(&hidden(&page), FINANCIAL)).await.expect(200);
        assert!(done.text.contains("The money is released"), "{}", done.text);
        assert_eq!(merchant.status(&released).await, "voided");
        // A payment that nobody paid is cancelled the same way.
        let unpaid = merchant.pay(&Order::new(700, card::GOOD).unpaid()).await.expect(201).text_at("/id");
        let path = format!("/payments/{unpaid}/void");
        let page = summary(&mut ana, &path, "").await;
        ana.submit(&page, &path, &confirmed(&hidden(&page), FINANCIAL)).await.expect(200);
        assert_eq!(merchant.status(&unpaid).await, "voided");
        // What cannot be done is not asked.
        for rest in [format!("/payments/{unpaid}/refund"), format!("/payments/{released}/capture")] {
            let answer = ana.get(&rest).await;
            assert!(answer.location.is_some_and(|place| place.ends_with("done=changed")), "{rest}");
        }
        let log = ana.get("/audit").await.expect(200);
        assert!(log.text.contains("payment.capture") && log.text.contains("payment.void"), "{}", log.text);
    }

    async fn a_stale_page_moves_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let id = merchant.pay(&Order::new(5_000, card::GOOD)).await.expect(201).text_at("/id");
        let path = format!("/payments/{id}/refund");
        let page = summary(&mut ana, &path, "?amount=10").await;
        // Somebody else gives money back meanwhile.
        merchant.refund(&id, Some(500)).await.expect(201);
        let stale = ana.submit(&page, &path, &confirmed(&hidden(&page), FINANCIAL)).await.expect(200);
        assert!(stale.text.contains("The state changed"), "{}", stale.text);
        assert_eq!(merchant.get(&format!("/v1/payments/{id}")).await.json()["amount_refunded"], 500);
        // Another session of the same person has another token.
        let page = summary(&mut ana, &path, "?amount=10").await;
        let fields = hidden(&page);
        app.clock.advance(Duration::from_secs(60));
        let code = ana.authenticator.code();
        ana.member.give_password(aviso_tests::actor::PASSWORD).await;
        ana.member.send("/login/code", "/login/code", &[("code", &code)]).await.expect(303);
        let form = ana.get("/payments").await.expect(200);
        ana.submit(&form, &path, &confirmed(&fields, FINANCIAL)).await.expect(403);
        assert_eq!(merchant.get(&format!("/v1/payments/{id}")).await.json()["amount_refunded"], 500);
    }

    async fn guesses_of_the_financial_password_come_to_an_end(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let id = merchant.pay(&Order::new(5_000, card::GOOD)).await.expect(201).text_at("/id");
        let path = format!("/payments/{id}/refund");
        let page = summary(&mut ana, &path, "?amount=10").await;
        let fields = hidden(&page);
        let account = app.hub.services.accounts.by_telegram(ana.member.id).await.expect("a look").expect("an account").id;
        let accounts = &app.hub.services.accounts;
        for _ in 0..5 {
            let wrong = aviso_core::secret::Secret::new("Wrong1word");
            assert!(accounts.check_financial(account, &wrong).await.is_err());
        }
        let rests = ana.submit(&page, &path, &confirmed(&fields, FINANCIAL)).await.expect(422);
        assert!(rests.text.contains("too many wrong ones"), "{}", rests.text);
        ana.member.opens(|mail| mail.subject.contains("Wrong financial passwords")).await;
        app.clock.advance(Duration::from_secs(15 * 60 + 1));
        let done = ana.submit(&page, &path, &confirmed(&fields, FINANCIAL)).await.expect(200);
        assert!(done.text.contains("The refund is made"), "{}", done.text);
        // Many at once are no more guesses than one after the other.
        let wrong = aviso_core::secret::Secret::new("Wrong1word");
        let all = futures::future::join_all((0..12).map(|_| accounts.check_financial(account, &wrong))).await;
        let compared = all.iter().filter(|one| matches!(one, Err(aviso_core::account::AccountError::FinancialWrong)));
        assert!(compared.count() <= 5, "{all:?}");
    }
}
