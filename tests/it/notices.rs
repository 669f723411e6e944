//! What buyers hear, in the bot and by e-mail, in their language.

use aviso_core::language::Language;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};

on_both_databases! {
    async fn a_buyer_hears_of_payment_and_refund_on_both_channels(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        let notice = buyer.reads(|message| message.text.contains("49.90") && message.text.contains("4242")).await;
        assert!(notice.text.contains(&merchant.scope.merchant.name), "{}", notice.text);
        let letter = buyer.opens(|mail| mail.text.contains("49.90")).await;
        assert!(letter.text.contains(&paid.text_at("/reference")), "{}", letter.text);
        assert!(letter.html.contains("49.90"));
        merchant.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        buyer.reads(|message| message.text.contains("10.00")).await;
        buyer.opens(|mail| mail.text.contains("10.00")).await;
        app.settle().await;
        // The payment's own message was brought up to date in place, not sent again.
        let updated = app.telegram.messages(buyer.id).into_iter().find(|message| message.id == notice.id);
        assert!(updated.is_some_and(|message| message.edited));
    }

    async fn everybody_is_written_to_in_their_language(app: TestApp) {
        let merchant = app.merchant().await;
        for (language, amount) in [(Language::Es, "1.234,50"), (Language::Ru, "1\u{a0}234,50"), (Language::En, "1,234.50")] {
            let buyer = app.buyer(language).await;
            merchant.pay(&Order::new(123_450, &card::numbered(50_000 + buyer.id as u32)).by(&buyer.email)).await.expect(201);
            buyer.reads(|message| message.text.contains(amount)).await;
            buyer.opens(|mail| mail.text.contains(amount)).await;
        }
    }

    async fn a_decline_is_told_without_saying_stolen(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        merchant.pay(&Order::new(4_990, "4000000000009979").by(&buyer.email)).await.expect(402);
        let notice = buyer.reads(|message| message.text.contains("49.90")).await;
        let letter = buyer.opens(|mail| mail.text.contains("49.90")).await;
        for text in [notice.text.to_lowercase(), letter.text.to_lowercase()] {
            assert!(!text.contains("stolen") && !text.contains("lost card"), "{text}");
        }
    }

    async fn who_blocked_the_bot_is_written_to_by_mail_instead(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        app.telegram.block(buyer.id).expect("blocking");
        // A reservation is told in the chat only; without a chat it is a letter.
        merchant.pay(&Order::new(7_700, card::GOOD).by(&buyer.email).reserved()).await.expect(201);
        buyer.opens(|mail| mail.text.contains("77.00")).await;
        until("the chat counting as gone", async || {
            let account = app.hub.services.accounts.by_telegram(buyer.id).await.ok().flatten()?;
            account.telegram?.gone_at.map(|_| ())
        })
        .await;
        app.telegram.unblock(buyer.id).expect("unblocking");
        buyer.say("/start");
        until("the chat being alive again", async || {
            let account = app.hub.services.accounts.by_telegram(buyer.id).await.ok().flatten()?;
            account.telegram?.gone_at.is_none().then_some(())
        })
        .await;
    }

    async fn a_buyer_without_an_account_gets_a_letter(app: TestApp) {
        let merchant = app.merchant().await;
        let stranger = app.stranger();
        merchant.pay(&Order::new(4_990, card::GOOD).by(&stranger.email)).await.expect(201);
        stranger.opens(|mail| mail.text.contains("49.90")).await;
    }

    async fn not_me_opens_a_case_that_staff_see(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let staff = app.staff(aviso_core::account::Role::Agent).await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        let notice = buyer.reads(|message| message.text.contains("49.90")).await;
        buyer.press(&notice, &label(&notice, "Not me"));
        let asked = buyer.reads(|message| message.buttons.iter().flatten().any(|b| b.label.contains("Yes"))).await;
        buyer.press(&asked, &label(&asked, "Yes"));
        staff.reads(|message| message.text.contains(&paid.text_at("/reference"))).await;
        // A record of it, by mail; the chat has shown it already.
        buyer.opens(|mail| mail.subject.contains("We received your report")).await;
    }
}

/// The whole label of the button that contains these words.
pub(crate) fn label(message: &aviso_sandbox::standin::telegram::MessageView, words: &str) -> String {
    let found = message.buttons.iter().flatten().find(|button| button.label.contains(words));
    found.unwrap_or_else(|| panic!("no button {words:?} in {message:?}")).label.clone()
}
