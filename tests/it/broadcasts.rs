//! Messages to many: who gets them, when, held, taken back, resumed; and notices that become moot.

use std::time::Duration;

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::delivery::ChannelKind;
use aviso_core::id::AccountId;
use aviso_core::language::Language;
use aviso_core::preference::{
    BroadcastError, BroadcastState, Category, Choice, MinuteOfDay, NewBroadcast, NewsError, QuietHours,
};
use aviso_tests::actor::Buyer;
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};

use crate::notices::label;
use crate::preferences::to_all;
use crate::saved_cards::saving;

const TEXTS: &str = "\n[en]\nReceipts in the bot\nAsk for /receipt.\n\nIt is a PDF.\n[es]\nRecibos\nPida /receipt.\n[ru]\nКвитанции\nЕсть /receipt.";

async fn account_of(app: &TestApp, buyer: &Buyer) -> AccountId {
    app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account").id
}

/// A buyer who asked for news on these channels.
async fn reader(app: &TestApp, language: Language, channels: &[ChannelKind]) -> Buyer {
    let buyer = app.buyer(language).await;
    let account = account_of(app, &buyer).await;
    for channel in channels {
        let asked = Choice { category: Category::News, channel: *channel, on: true };
        app.hub.services.accounts.preferences().choose(account, asked).await.expect("a choice");
    }
    buyer
}

async fn ended(app: &TestApp, name: &str) -> aviso_core::preference::Broadcast {
    let preferences = app.hub.services.accounts.preferences();
    until(&format!("{name} being over"), async || {
        preferences.broadcast_named(name).await.ok()?.filter(|found| found.state.is_final())
    })
    .await
}

on_both_databases! {
    async fn staff_see_a_message_before_it_goes_and_how_far_it_is(app: TestApp) {
        let ana = reader(&app, Language::En, &[ChannelKind::Telegram, ChannelKind::Inbox]).await;
        let bea = reader(&app, Language::Es, &[ChannelKind::Email]).await;
        let other = app.buyer(Language::En).await;
        let admin = app.staff(Role::Admin).await;
        admin.say(&format!("/broadcast autumn{TEXTS}"));
        for part in ["[en]", "[es]", "[ru]"] {
            admin.reads(|message| message.text.starts_with(part)).await;
        }
        let card = admin.reads(|message| message.text.contains("Message “autumn”: held")).await;
        assert!(card.text.contains("2 people"), "{}", card.text);
        app.settle().await;
        assert!(!app.telegram.messages(ana.id).iter().any(|m| m.text.contains("Receipts in the bot")), "nothing goes yet");
        admin.press(&card, &label(&card, "Send"));
        ana.reads(|message| message.text.contains("Receipts in the bot")).await;
        bea.opens(|mail| mail.subject.contains("Recibos")).await;
        let over = admin.reads(|m| m.id == card.id && m.text.contains("everybody was written to") && m.text.contains("2 sent, 0 waiting")).await;
        assert!(over.buttons.is_empty(), "nothing is left to press");
        app.settle().await;
        assert!(!app.telegram.messages(other.id).iter().any(|m| m.text.contains("Receipts in the bot")));
        // The same name and texts are the same message; other texts may not have the name.
        admin.say(&format!("/broadcast autumn{TEXTS}"));
        admin.reads(|m| m.id != card.id && m.text.contains("Message “autumn”: everybody was written to")).await;
        admin.say(&format!("/broadcast autumn{TEXTS} More."));
        admin.reads(|message| message.text.contains("another message has this name")).await;
        admin.say("/broadcast");
        admin.reads(|message| message.text.contains("Something is missing")).await;
        admin.say("/broadcast winter\n[en]\nOnly one language\nText.");
        admin.reads(|message| message.text.contains("This cannot be sent") && message.text.contains("es: a title")).await;
    }

    async fn only_an_admin_may_write_to_everybody(app: TestApp) {
        let finance = app.staff(Role::Finance).await;
        finance.say(&format!("/broadcast autumn{TEXTS}"));
        finance.reads(|message| message.text.contains("This needs the role admin")).await;
        assert!(app.hub.services.accounts.preferences().broadcasts(10).await.expect("a look").is_empty());
    }

    async fn a_message_may_be_for_one_language_and_for_later(app: TestApp) {
        let ana = reader(&app, Language::En, &[ChannelKind::Telegram]).await;
        let bea = reader(&app, Language::Es, &[ChannelKind::Telegram]).await;
        let preferences = app.hub.services.accounts.preferences();
        let later = app.clock.now().after(Duration::from_secs(3_600));
        let new = NewBroadcast { language: Some(Language::Es), not_before: Some(later), ..to_all("later") };
        let made = preferences.announce(&Actor::Operator, &new).await.expect("a message");
        assert_eq!(preferences.progress(&made).await.expect("a count").people, 1);
        assert_eq!(preferences.broadcast_step().await.expect("a step"), 0, "its time has not come");
        app.clock.advance(Duration::from_secs(3_601));
        bea.reads(|message| message.text.contains("Something new (es)")).await;
        assert_eq!(ended(&app, "later").await.written, 1);
        app.settle().await;
        assert!(!app.telegram.messages(ana.id).iter().any(|m| m.text.contains("Something new")));
        let twin = preferences.announce(&Actor::Operator, &to_all("later")).await;
        assert!(matches!(twin, Err(NewsError::Taken)), "{twin:?}");
    }

    async fn what_was_not_told_yet_is_taken_back(app: TestApp) {
        let ana = reader(&app, Language::En, &[ChannelKind::Telegram, ChannelKind::Inbox]).await;
        let account = account_of(&app, &ana).await;
        let preferences = app.hub.services.accounts.preferences();
        app.settle().await;
        let unread = app.hub.services.inbox.unread(account).await.expect("a count");
        // Quiet hours put it off: it waits as a delivery.
        let now = app.clock.now();
        let minute = |offset: i64| {
            let minutes = (now.as_secs() / 60 + offset).rem_euclid(24 * 60);
            MinuteOfDay::from_minutes(i32::try_from(minutes).expect("a small number")).expect("a minute")
        };
        preferences.set_quiet(account, QuietHours::new(minute(-60), minute(120))).await.expect("quiet hours");
        let made = preferences.announce(&Actor::Operator, &to_all("withdrawn")).await.expect("a message");
        ended(&app, "withdrawn").await;
        until("it waiting", async || {
            (preferences.progress(&made).await.ok()?.waiting == 1).then_some(())
        })
        .await;
        assert_eq!(app.hub.services.inbox.unread(account).await.expect("a count"), unread + 1);
        // Done is done: everybody was written to.
        let late = preferences.cancel_broadcast(&Actor::Operator, made.id).await;
        assert!(matches!(late, Err(BroadcastError::Over(BroadcastState::Done))), "{late:?}");
        app.clock.advance(Duration::from_secs(121 * 60));
        ana.reads(|message| message.text.contains("Something new (en)")).await;

        let held = NewBroadcast { held: true, ..to_all("never") };
        let made = preferences.announce(&Actor::Operator, &held).await.expect("a message");
        assert_eq!(preferences.broadcast_step().await.expect("a step"), 0, "held");
        preferences.cancel_broadcast(&Actor::Operator, made.id).await.expect("taken back");
        preferences.hold_broadcast(&Actor::Operator, made.id, false).await.expect_err("it is over");
        assert_eq!(ended(&app, "never").await.written, 0);
    }

    async fn a_reminder_of_a_card_that_is_gone_is_not_sent(app: TestApp) {
        let (merchant, ana) = (app.merchant().await, app.buyer(Language::En).await);
        let account = account_of(&app, &ana).await;
        // A card that is good until the end of the next month.
        let today = app.clock.now().to_string();
        let (year, month): (u16, u8) = (today[..4].parse().expect("a year"), today[5..7].parse().expect("a month"));
        let mut order = saving(4_990, card::GOOD, "cust-1").by(&ana.email);
        order.body["card"]["exp_month"] = (month % 12 + 1).into();
        order.body["card"]["exp_year"] = (year + u16::from(month == 12)).into();
        merchant.pay(&order).await.expect(201);
        ana.reads(|message| message.text.contains("Card saved")).await;
        let vault = &app.hub.services.vault;
        let (saved, _) = vault.cards_of_account(account).await.expect("a look").remove(0);
        // Into the last days of the card, at an hour when its owner is left alone.
        app.clock.advance(saved.usable_until.since(app.clock.now()) - Duration::from_secs(10 * 86_400));
        let now = app.clock.now();
        let minute = |offset: i64| {
            let minutes = (now.as_secs() / 60 + offset).rem_euclid(24 * 60);
            MinuteOfDay::from_minutes(i32::try_from(minutes).expect("a small number")).expect("a minute")
        };
        let preferences = app.hub.services.accounts.preferences();
        preferences.set_quiet(account, QuietHours::new(minute(-60), minute(120))).await.expect("quiet hours");
        vault.sweep().await.expect("a sweep");
        app.settle().await;
        let waiting = async || {
            let backlog = app.hub.services.deliveries.backlog().await.expect("a look");
            backlog.iter().filter(|(_, state, _)| state == "pending").map(|(.., count)| *count).sum::<u64>()
        };
        let inbox = app.hub.services.inbox.unread(account).await.expect("a count");
        assert_eq!(waiting().await, 1, "the reminder");
        vault.remove_own(account, saved.id).await.expect("the card is gone");
        app.settle().await;
        // One notice of the removal took the reminder's place, in the chat and in the inbox.
        assert_eq!(waiting().await, 1);
        assert_eq!(app.hub.services.inbox.unread(account).await.expect("a count"), inbox);
        app.clock.advance(Duration::from_secs(121 * 60));
        ana.reads(|message| message.text.contains("Card taken away")).await;
        app.settle().await;
        assert!(!app.telegram.messages(ana.id).iter().any(|m| m.text.contains("expires soon")));
        drop(merchant);
    }
}
