//! What people are told, how and when: the matrix, quiet hours, dead channels, unsubscribing.

use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::delivery::ChannelKind;
use aviso_core::id::AccountId;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::preference::{
    Broadcast, BroadcastState, Category, ChannelState, Choice, MinuteOfDay, NewBroadcast, News, NewsText, QuietHours,
    SuppressionReason,
};
use aviso_sandbox::standin::smtp::Mishap;
use aviso_tests::actor::{Buyer, Order};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, path_of};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};

use crate::notices::label;
use crate::saved_cards::saving;

pub(crate) const PASSWORD: &str = "Correct1horse";

async fn account_of(app: &TestApp, buyer: &Buyer) -> AccountId {
    app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account").id
}

/// A browser in which the buyer is logged in, by way of a new password.
pub(crate) async fn logged_in(app: &TestApp, buyer: &Buyer) -> Browser {
    let mut browser = Browser::new(app);
    let form = browser.get("/forgot").await.expect(200);
    browser.submit(&form, "/forgot", &[("email", &buyer.email)]).await;
    let letter = buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/reset/"))).await;
    let path = path_of(letter.links.iter().find(|link| link.contains("/reset/")).expect("a link"));
    let form = browser.get(&path).await.expect(200);
    browser.submit(&form, &path, &[("password", PASSWORD)]).await;
    let form = browser.get("/login").await.expect(200);
    let sent = browser.submit(&form, "/login", &[("name", &buyer.email), ("password", PASSWORD)]).await;
    browser.follow(sent).await.expect(200);
    app.settle().await;
    browser
}

/// Every box of the form ticked but these, and the rest of it.
fn ticked_but<'a>(off: &[&str], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    const BOXES: [&str; 14] = [
        "security_telegram",
        "security_email",
        "verification_telegram",
        "verification_email",
        "payments_telegram",
        "payments_email",
        "refunds_telegram",
        "refunds_email",
        "disputes_telegram",
        "disputes_email",
        "reports_telegram",
        "reports_email",
        "news_telegram",
        "news_email",
    ];
    let boxes = BOXES.into_iter().filter(|name| !off.contains(name)).map(|name| (name, "on"));
    boxes.chain(more.iter().copied()).collect()
}

async fn refused_mailbox(app: &TestApp, buyer: &Buyer) {
    app.smtp.fail_next(Mishap::Recipient(buyer.email.clone(), 550), 1);
}

/// A message to everybody, at once.
pub(crate) fn to_all(name: &str) -> NewBroadcast {
    NewBroadcast { news: news(name), language: None, not_before: None, held: false }
}

fn news(name: &str) -> News {
    let text = |language: Language| {
        Some(NewsText {
            title: format!("Something new ({})", language.code()),
            text: "First.\n\nSecond <b>.".to_owned(),
        })
    };
    News::new(name, text).expect("a message")
}

/// Announces a message, and waits until everybody was written to.
async fn publish(app: &TestApp, name: &str) -> Broadcast {
    let preferences = app.hub.services.accounts.preferences();
    let made = preferences.announce(&Actor::Operator, &to_all(name)).await.expect("a message");
    until("everybody being written to", async || {
        preferences.broadcast(made.id).await.ok()?.filter(|now| now.state.is_final())
    })
    .await
}

on_both_databases! {
    async fn what_is_chosen_in_the_bot_is_what_the_page_shows_and_the_planner_does(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let mut browser = logged_in(&app, &buyer).await;
        buyer.say("/settings");
        let menu = buyer.reads(|message| message.text.contains("What I tell you")).await;
        buyer.press(&menu, &label(&menu, "Payments"));
        let one = buyer.reads(|message| message.id == menu.id && message.text.contains("What became of your payments")).await;
        buyer.press(&one, &label(&one, "Chat"));
        let one = buyer.reads(|m| m.id == menu.id && m.buttons.iter().flatten().any(|b| b.label == "– Chat")).await;
        buyer.press(&one, &label(&one, "Mail"));
        buyer.reads(|m| m.id == menu.id && m.buttons.iter().flatten().any(|b| b.label == "– Mail")).await;
        let page = browser.get("/account/notifications").await.expect(200);
        let ticked = |name: &str| page.between(&format!("name=\"{name}\""), ">").contains("checked");
        assert!(!ticked("payments_telegram") && !ticked("payments_email"), "{}", page.text);
        assert!(ticked("refunds_telegram") && ticked("security_email") && !ticked("news_email"), "{}", page.text);
        // Neither channel tells of the payment, both tell of its refund.
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        merchant.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        buyer.reads(|message| message.text.contains("10.00")).await;
        buyer.opens(|mail| mail.text.contains("10.00")).await;
        app.settle().await;
        assert!(!app.smtp.mails_to(&buyer.email).iter().any(|mail| mail.subject.contains("49.90")));
    }

    async fn what_is_mandatory_keeps_a_channel_on_the_page_and_in_the_bot(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        let account = account_of(&app, &buyer).await;
        let mut browser = logged_in(&app, &buyer).await;
        let page = browser.get("/account/notifications").await.expect(200);
        let times = [("time_zone", "Europe/Madrid"), ("quiet_from", "22:00"), ("quiet_until", "08:00")];
        let fields = ticked_but(&["security_telegram", "security_email", "payments_email"], &times);
        let refused = browser.submit(&page, "/account/notifications", &fields).await.expect(422);
        assert!(refused.text.contains("“Security” keeps at least one way"), "{}", refused.text);
        let settings = app.hub.services.accounts.preferences().of(account).await.expect("settings");
        assert!(settings.habits.matrix.wants(Category::Payments, ChannelKind::Email), "nothing of the form was taken");
        let fields = ticked_but(&["security_email", "payments_email"], &times);
        assert_eq!(browser.submit(&page, "/account/notifications", &fields).await.status, 303);
        let settings = app.hub.services.accounts.preferences().of(account).await.expect("settings");
        assert!(!settings.habits.matrix.wants(Category::Payments, ChannelKind::Email));
        assert_eq!(settings.habits.time_zone.name(), "Europe/Madrid");
        assert_eq!(settings.habits.quiet, None, "the box of quiet hours was not ticked");
        buyer.say("/settings");
        let menu = buyer.reads(|message| message.text.contains("Security: chat")).await;
        buyer.press(&menu, &label(&menu, "Security"));
        let one = buyer.reads(|message| message.id == menu.id && message.text.contains("cannot be switched off")).await;
        buyer.press(&one, &label(&one, "Chat"));
        until("the refusal", async || {
            let answers = app.telegram.callback_answers();
            answers.iter().any(|answer| answer.text.contains("must stay")).then_some(())
        })
        .await;
        let settings = app.hub.services.accounts.preferences().of(account).await.expect("settings");
        assert!(settings.habits.matrix.wants(Category::Security, ChannelKind::Telegram));
    }

    async fn each_field_of_the_form_is_checked_and_named(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        let mut browser = logged_in(&app, &buyer).await;
        let page = browser.get("/account/notifications").await.expect(200);
        for (wrong, said) in [
            ([("time_zone", "Atlantis/Centre"), ("quiet_from", "22:00"), ("quiet_until", "08:00")], "time zone is not known"),
            ([("time_zone", "UTC"), ("quiet_from", "25:00"), ("quiet_until", "08:00")], "Write a time like 22:00"),
            ([("time_zone", "UTC"), ("quiet_from", "22:00"), ("quiet_until", "<b>")], "Write a time like 22:00"),
            ([("time_zone", "UTC"), ("quiet_from", "22:00"), ("quiet_until", "22:00")], "Both times are the same"),
        ] {
            let fields = ticked_but(&[], &[wrong.as_slice(), &[("quiet", "on")]].concat());
            let refused = browser.submit(&page, "/account/notifications", &fields).await.expect(422);
            assert!(refused.text.contains(said) && !refused.text.contains("\"<b>"), "{}", refused.text);
        }
        // Without the form's token nothing is taken.
        assert_eq!(browser.post("/account/notifications", &[]).await.status, 403);
    }

    async fn quiet_hours_put_news_off_and_let_security_pass(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let account = account_of(&app, &buyer).await;
        let preferences = app.hub.services.accounts.preferences();
        let now = app.clock.now();
        let minute = |offset: i64| {
            let minutes = (now.as_secs() / 60 + offset).rem_euclid(24 * 60);
            MinuteOfDay::from_minutes(i32::try_from(minutes).expect("a small number")).expect("a minute")
        };
        let quiet = QuietHours::new(minute(-60), minute(120)).expect("two times");
        preferences.set_quiet(account, Some(quiet)).await.expect("quiet hours");
        let end = quiet.not_before(preferences.of(account).await.expect("settings").habits.time_zone, now);
        assert!(end.since(now) > Duration::from_secs(100 * 60));
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        app.settle().await;
        let payment = paid.text_at("/id").parse().expect("an id");
        let (planned, _) = app.hub.services.deliveries.of_payment(payment).await.expect("a look");
        let personal: Vec<_> = planned.iter().filter(|delivery| delivery.channel != ChannelKind::Webhook).collect();
        assert_eq!(personal.len(), 2, "{planned:?}");
        for delivery in personal {
            assert_eq!((delivery.state.as_str(), delivery.attempts, delivery.next_at), ("pending", 0, end), "{delivery:?}");
        }
        // A link that was asked for comes at once.
        let mut browser = Browser::new(&app);
        let form = browser.get("/forgot").await.expect(200);
        browser.submit(&form, "/forgot", &[("email", &buyer.email)]).await;
        buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/reset/"))).await;
        assert!(!app.smtp.mails_to(&buyer.email).iter().any(|mail| mail.subject.contains("49.90")));
        // When they are over, everything comes.
        app.clock.advance(Duration::from_secs(121 * 60));
        buyer.reads(|message| message.text.contains("49.90")).await;
        buyer.opens(|mail| mail.text.contains("49.90")).await;
    }

    async fn a_mailbox_that_is_gone_is_left_alone_until_its_owner_confirms_it_anew(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let account = account_of(&app, &buyer).await;
        let preferences = app.hub.services.accounts.preferences();
        for category in Category::ALL {
            // Only mail, but the chat stays as a way out for what is mandatory.
            let choice = Choice { category: *category, channel: ChannelKind::Telegram, on: category.is_mandatory() };
            preferences.choose(account, choice).await.expect("a choice");
        }
        refused_mailbox(&app, &buyer).await;
        merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        let answer = until("the mailbox counting as gone", async || {
            match preferences.of(account).await.ok()?.email {
                ChannelState::Dead { answer, .. } => answer,
                ChannelState::Alive | ChannelState::Absent => None,
            }
        })
        .await;
        assert!(answer.contains("550") && answer.contains("5.1.1") && !answer.contains(&buyer.email), "{answer}");
        app.settle().await;
        assert!(!app.telegram.messages(buyer.id).iter().any(|m| m.text.contains("49.90")), "the chat was switched off for this");
        // A second one is not even tried, and what is mandatory goes by the chat.
        merchant.pay(&Order::new(5_990, card::GOOD).by(&buyer.email)).await.expect(201);
        app.settle().await;
        assert!(app.smtp.mails_to(&buyer.email).is_empty());
        buyer.say("/settings");
        let menu = buyer.reads(|message| message.text.contains("Mail does not reach you")).await;
        assert!(menu.text.contains("550 "), "{}", menu.text);
        buyer.press(&menu, &label(&menu, "Send a link"));
        let letter = buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/confirm/"))).await;
        let path = path_of(letter.links.iter().find(|link| link.contains("/confirm/")).expect("a link"));
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        browser.submit(&page, &path, &[]).await;
        assert_eq!(preferences.of(account).await.expect("settings").email, ChannelState::Alive);
        merchant.pay(&Order::new(6_990, card::GOOD).by(&buyer.email)).await.expect(201);
        buyer.opens(|mail| mail.text.contains("69.90")).await;
    }

    async fn the_same_event_goes_to_the_chat_when_the_mailbox_is_gone(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let account = account_of(&app, &buyer).await;
        let mail_first = Choice { category: Category::Security, channel: ChannelKind::Telegram, on: false };
        app.hub.services.accounts.preferences().choose(account, mail_first).await.expect("a choice");
        refused_mailbox(&app, &buyer).await;
        refused_mailbox(&app, &buyer).await;
        // Two letters: of the payment, and of the saved card, which is told for security's sake: by mail,
        // as chosen, and then by what is left.
        merchant.pay(&saving(4_990, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
        buyer.reads(|message| message.text.contains("Card saved")).await;
    }

    async fn who_unblocks_the_bot_is_told_in_the_chat_again(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let account = account_of(&app, &buyer).await;
        let preferences = app.hub.services.accounts.preferences();
        app.telegram.block(buyer.id).expect("blocking");
        until("the chat counting as gone", async || {
            matches!(preferences.of(account).await.ok()?.telegram, ChannelState::Dead { .. }).then_some(())
        })
        .await;
        merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email).reserved()).await.expect(201);
        buyer.opens(|mail| mail.text.contains("49.90")).await;
        app.telegram.unblock(buyer.id).expect("unblocking");
        until("the chat being alive", async || {
            (preferences.of(account).await.ok()?.telegram == ChannelState::Alive).then_some(())
        })
        .await;
        merchant.pay(&Order::new(5_990, card::GOOD).by(&buyer.email).reserved()).await.expect(201);
        buyer.reads(|message| message.text.contains("59.90")).await;
    }

    async fn a_buyer_without_an_account_whose_mailbox_is_gone_is_written_to_once(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        refused_mailbox(&app, &stranger).await;
        let preferences = app.hub.services.accounts.preferences();
        merchant.pay(&Order::new(4_990, card::GOOD).by(&stranger.email)).await.expect(201);
        until("the address being suppressed", async || {
            let found = preferences.suppressions(10).await.ok()?;
            found.iter().any(|one| one.email_ci == stranger.email && one.reason == SuppressionReason::Bounce).then_some(())
        })
        .await;
        let paid = merchant.pay(&Order::new(5_990, card::GOOD).by(&stranger.email)).await.expect(201);
        app.settle().await;
        let payment = paid.text_at("/id").parse().expect("an id");
        let (planned, _) = app.hub.services.deliveries.of_payment(payment).await.expect("a look");
        assert!(planned.iter().all(|delivery| delivery.channel != ChannelKind::Email), "{planned:?}");
        assert!(app.smtp.mails_to(&stranger.email).is_empty());
    }

    async fn news_goes_to_who_asked_and_one_press_ends_it(app: TestApp) {
        let (buyer, other) = (app.buyer(Language::Es).await, app.buyer(Language::En).await);
        let account = account_of(&app, &buyer).await;
        let preferences = app.hub.services.accounts.preferences();
        let asked = Choice { category: Category::News, channel: ChannelKind::Email, on: true };
        preferences.choose(account, asked).await.expect("a choice");
        let first = publish(&app, "first").await;
        assert_eq!((first.state, first.written), (BroadcastState::Done, 1));
        assert_eq!(publish(&app, "first").await, first, "nobody gets it twice");
        buyer.opens(|mail| mail.subject.contains("Something new (es)")).await;
        app.settle().await;
        assert!(app.smtp.mails_to(&other.email).is_empty());
        let mails = app.smtp.mails_to(&buyer.email);
        let mail = mails.first().expect("a letter");
        assert_eq!(mail.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        let url = mail.header("List-Unsubscribe").expect("a way out").trim_matches(['<', '>']).to_owned();
        assert!(mail.text.as_deref().is_some_and(|text| text.contains(&url)), "the letter shows the same way out");
        let path = path_of(&url);
        // Looking changes nothing; a token that was tampered with is none.
        let client = &app.http;
        assert_eq!(client.get(app.url(&path)).send().await.expect("an answer").status(), 200);
        assert!(preferences.of(account).await.expect("settings").habits.matrix.wants(Category::News, ChannelKind::Email));
        let forged = path.replace(".news.", ".reports.");
        assert_eq!(client.post(app.url(&forged)).send().await.expect("an answer").status(), 404);
        // One POST, without cookies, as mail programs send it; a second one does no harm.
        for _ in 0..2 {
            let sent = client.post(app.url(&path)).form(&[("List-Unsubscribe", "One-Click")]).send().await;
            assert_eq!(sent.expect("an answer").status(), 200);
        }
        assert!(!preferences.of(account).await.expect("settings").habits.matrix.wants(Category::News, ChannelKind::Email));
        assert_eq!(publish(&app, "second").await.written, 0);
        // Letters that nobody subscribes to have no such header.
        let merchant = app.merchant().await;
        merchant.pay(&Order::new(4_990, card::GOOD).by(&other.email)).await.expect(201);
        other.opens(|mail| mail.text.contains("49.90")).await;
        assert!(app.smtp.mails_to(&other.email).iter().all(|mail| mail.header("List-Unsubscribe").is_none()));
    }

    async fn a_month_is_summed_once_for_who_asked(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let account = account_of(&app, &buyer).await;
        let preferences = app.hub.services.accounts.preferences();
        let live = app.hub.services.merchants.issue_key(Actor::Operator, merchant.scope.merchant.id, Mode::Live).await;
        let order = Order::new(4_990, card::GOOD).by(&buyer.email);
        let paid = app.http.post(app.url("/v1/payments")).bearer_auth(live.expect("a key").expose());
        let paid = paid.header("idempotency-key", "live-1").json(&order.body).send().await;
        assert_eq!(paid.expect("an answer").status(), 201);
        // A test payment is no money.
        merchant.pay(&Order::new(7_770, card::GOOD).by(&buyer.email)).await.expect(201);
        let asked = Choice { category: Category::Reports, channel: ChannelKind::Telegram, on: true };
        preferences.choose(account, asked).await.expect("a choice");
        // To the second day of the next month, where the buyer lives.
        let zone = preferences.of(account).await.expect("settings").habits.time_zone;
        let (_, end) = zone.span_of(zone.month_at(app.clock.now())).expect("a month");
        app.clock.advance(end.since(app.clock.now()) + Duration::from_secs(36 * 3_600));
        let sent = preferences.send_reports().await.expect("reports") + preferences.send_reports().await.expect("reports");
        assert!(sent <= 1, "the hub's own task may have been faster, but only one is sent");
        let report = buyer.reads(|message| message.text.contains("Your payments in")).await;
        assert!(report.text.contains("Payments: 1. Paid 49.90") && !report.text.contains("77.70"), "{}", report.text);
        app.settle().await;
        let count = app.telegram.messages(buyer.id).into_iter().filter(|m| m.text.contains("Your payments in")).count();
        assert_eq!(count, 1);
    }

    async fn a_time_zone_is_set_in_the_bot_by_naming_a_city(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        let account = account_of(&app, &buyer).await;
        buyer.say("/settings");
        let menu = buyer.reads(|message| message.text.contains("Time zone: UTC")).await;
        buyer.press(&menu, &label(&menu, "Time zone"));
        buyer.reads(|message| message.text.contains("Where do you live")).await;
        buyer.say("Atlantis");
        buyer.reads(|message| message.text.contains("no time zone with Atlantis")).await;
        buyer.say("buenos aires");
        let choice = buyer.reads(|message| message.text == "Which one?").await;
        buyer.press(&choice, &label(&choice, "America/Argentina/Buenos_Aires"));
        let menu = buyer.reads(|message| message.text.contains("Time zone: America/Argentina/Buenos_Aires")).await;
        buyer.press(&menu, &label(&menu, "Quiet hours"));
        let hours = buyer.reads(|message| message.text.contains("When shall I be quiet")).await;
        buyer.press(&hours, &label(&hours, "22:00 – 08:00"));
        buyer.reads(|message| message.text.contains("Quiet hours: 22:00 to 08:00")).await;
        let habits = app.hub.services.accounts.preferences().of(account).await.expect("settings").habits;
        assert_eq!(habits.quiet.map(|quiet| (quiet.from().minutes(), quiet.until().minutes())), Some((1_320, 480)));
    }
}
