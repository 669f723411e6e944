//! What members of merchants are told: at once, by the hour, by the day, within their rights, each thing once.

use std::time::Duration;

use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::delivery::ChannelKind;
use aviso_core::id::AccountId;
use aviso_core::language::Language;
use aviso_core::merchant::digest::{DigestPace, Topic};
use aviso_core::merchant::member::{Right, Rights};
use aviso_core::preference::{Category, Choice};
use aviso_tests::actor::{Member, Order};
use aviso_tests::app::TestApp;
use aviso_tests::{card, on_both_databases};

use crate::preferences::logged_in;

const HOUR: Duration = Duration::from_secs(3_600);

async fn account_of(app: &TestApp, id: i64) -> AccountId {
    app.hub.services.accounts.by_telegram(id).await.expect("a look").expect("an account").id
}

/// Makes a person a member of a shop, from now on.
async fn join(app: &TestApp, shop: &aviso_tests::actor::Merchant, email: &str, rights: Rights) {
    let members = &app.hub.services.members;
    let email = EmailAddress::new(email).expect("an address");
    members.add(&Actor::Operator, shop.scope.merchant.id, &email, rights).await.expect("a member");
    app.settle().await;
    // The first look tells nothing: it sets the marks.
    members.send_digests().await.expect("digests");
}

/// To a moment at which every period so far is over.
async fn later(app: &TestApp, by: Duration) {
    app.settle().await;
    app.clock.advance(by);
    app.hub.services.members.send_digests().await.expect("digests");
    app.settle().await;
}

on_both_databases! {
    async fn a_member_is_told_of_sums_by_the_day_and_of_trouble_at_once(app: TestApp) {
        let (shop, ana) = (app.merchant().await, app.member(Language::En).await);
        join(&app, &shop, &ana.email, Rights::all()).await;
        let paid = shop.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        shop.pay(&Order::new(10_010, card::GOOD)).await.expect(201);
        shop.pay(&Order::new(7_770, card::DECLINED)).await.expect(402);
        shop.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        let disputed = aviso_core::dispute::NewDispute {
            payment_id: paid.text_at("/id").parse().expect("an id"),
            minor: Some(2_000),
            dispute_ref: None,
            reason_code: "10.4".to_owned(),
            respond_by: None,
        };
        app.hub.services.disputes.open(&Actor::Operator, &disputed).await.expect("a dispute");
        later(&app, Duration::from_secs(30)).await;
        let at_once = ana.reads(|message| message.text.contains("What just happened at")).await;
        assert!(at_once.text.contains("New disputes: 1") && at_once.text.contains("20.00"), "{}", at_once.text);
        assert!(!at_once.text.contains("Paid:") && at_once.text.contains("[TEST]"), "{}", at_once.text);
        // The day is over, where she lives.
        later(&app, 25 * HOUR).await;
        let daily = ana.reads(|message| message.text.contains("on the last day")).await;
        assert!(daily.text.contains("Paid: 2") && daily.text.contains("150.00") && daily.text.contains("Refunded: 1"), "{}", daily.text);
        assert!(daily.text.contains("Declined: 1") && !daily.text.contains("New disputes"), "{}", daily.text);
        let letter = ana.opens(|mail| mail.subject.contains("the last day")).await;
        assert!(letter.subject.starts_with("[TEST] ") && letter.text.contains("150.00"), "{}", letter.text);
        // Once: looking again, and the next day with nothing in it, tell nothing.
        later(&app, 25 * HOUR).await;
        let count = |part: &str| app.telegram.messages(ana.id).iter().filter(|m| m.text.contains(part)).count();
        assert_eq!((count("on the last day"), count("What just happened at")), (1, 1));
        assert_eq!(app.smtp.mails_to(&ana.email).iter().filter(|mail| mail.subject.contains("the last day")).count(), 1);
    }

    async fn a_member_chooses_how_often_and_by_which_channels(app: TestApp) {
        let (shop, ana) = (app.merchant().await, app.buyer(Language::En).await);
        join(&app, &shop, &ana.email, Rights::all()).await;
        let account = account_of(&app, ana.id).await;
        let mut browser = logged_in(&app, &ana).await;
        let page = browser.get("/account/notifications").await.expect(200);
        let id = shop.scope.merchant.id;
        let field = |topic: Topic| format!("pace_{id}_{}", topic.as_str());
        assert!(page.text.contains(&field(Topic::Payments)), "{}", page.text);
        let (payments, refunds) = (field(Topic::Payments), field(Topic::Refunds));
        let fields = [
            ("security_email", "on"), ("security_telegram", "on"), ("verification_email", "on"), ("shop_telegram", "on"),
            ("time_zone", "UTC"), ("quiet_from", "22:00"), ("quiet_until", "08:00"),
            (payments.as_str(), "hourly"), (refunds.as_str(), "never heard of"),
        ];
        assert_eq!(browser.submit(&page, "/account/notifications", &fields).await.status, 303);
        let chosen = app.hub.services.members.paces(account).await.expect("a look");
        assert_eq!(chosen[0].1[0], (Topic::Payments, DigestPace::Hourly));
        assert_eq!(chosen[0].1[1], (Topic::Refunds, DigestPace::Daily), "what is no pace changes nothing");
        app.hub.services.members.send_digests().await.expect("digests");
        shop.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        later(&app, HOUR + Duration::from_secs(60)).await;
        let told = ana.reads(|message| message.text.contains("in the last hour")).await;
        assert!(told.text.contains("49.90"), "{}", told.text);
        later(&app, 25 * HOUR).await;
        assert!(!app.telegram.messages(ana.id).iter().any(|m| m.text.contains("on the last day")));
        assert!(!app.smtp.mails_to(&ana.email).iter().any(|mail| mail.subject.contains("the last hour")), "mail is off");
        let off = Choice { category: Category::Shop, channel: ChannelKind::Telegram, on: false };
        app.hub.services.accounts.preferences().choose(account, off).await.expect("it may be off whole");
    }

    async fn nobody_hears_of_what_they_may_not_see(app: TestApp) {
        let (shop, other) = (app.merchant().await, app.merchant().await);
        let (keeper, gone): (Member, Member) = (app.member(Language::En).await, app.member(Language::En).await);
        join(&app, &shop, &keeper.email, Rights::new([Right::Webhooks]).expect("rights")).await;
        join(&app, &shop, &gone.email, Rights::all()).await;
        let account = account_of(&app, gone.id).await;
        app.hub.services.members.remove(&Actor::Operator, shop.scope.merchant.id, account).await.expect("gone");
        shop.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        other.pay(&Order::new(5_990, card::GOOD)).await.expect(201);
        later(&app, 25 * HOUR).await;
        for who in [&keeper, &gone] {
            let all = app.telegram.messages(who.id);
            assert!(!all.iter().any(|m| m.text.contains("49.90") || m.text.contains("59.90")), "{all:?}");
        }
        // Who may not hear of a topic cannot set its pace either.
        let keeper = account_of(&app, keeper.id).await;
        let members = &app.hub.services.members;
        members.set_pace(keeper, shop.scope.merchant.id, Topic::Payments, DigestPace::Immediately).await.expect("nothing");
        let topics: Vec<Topic> = members.paces(keeper).await.expect("a look")[0].1.iter().map(|(topic, _)| *topic).collect();
        assert_eq!(topics, [Topic::Endpoints]);
        assert!(app.clock.now().as_secs() > 0);
    }
}
