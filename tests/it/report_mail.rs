//! The daily registry by mail.

use std::time::Duration;

use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::clock::{Clock, Timestamp};
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::report::SettingError;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::DEADLINE;
use aviso_tests::{card, on_both_databases};

/// Moves the clock to the next time that it is this hour in UTC.
fn go_to_hour(app: &TestApp, hour: i64) {
    let secs = app.clock.now().as_secs();
    let wait = (hour * 3_600 - secs).rem_euclid(86_400) + 60;
    app.clock.advance(Duration::from_secs(u64::try_from(wait).expect("ahead")));
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::new(text).expect("an address")
}

on_both_databases! {
    async fn a_registry_comes_in_the_morning_once_a_day_and_address(app: TestApp) {
        let merchant = app.merchant().await;
        let (id, reports) = (merchant.scope.merchant.id, app.hub.services.reports.clone());
        let zone = "UTC".parse().expect("a zone");
        let to = [address("books@shop.example"), address("boss@shop.example"), address("Books@shop.example")];
        reports.set(Actor::Operator, id, zone, &to, Mode::Test).await.expect("a setting");
        go_to_hour(&app, 12);
        let day = app.clock.now().to_datetime().format("%Y-%m-%d").to_string();
        merchant.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        // Before the next morning there is nothing to send, but what yesterday was.
        reports.send_registries().await.expect("a round");
        go_to_hour(&app, 5);
        assert_eq!(reports.send_registries().await.expect("a round"), 0, "it is not morning yet");
        go_to_hour(&app, 6);
        let (one, two) = tokio::join!(reports.send_registries(), reports.send_registries());
        assert_eq!(one.expect("a round") + two.expect("a round"), 2, "each address once");
        for to in ["books@shop.example", "boss@shop.example"] {
            let letter = app.smtp.wait_for(to, DEADLINE, |mail| mail.subject.contains(&day)).await.expect("a letter");
            let text = letter.text.unwrap_or_default();
            assert!(letter.subject.contains("registro del") && text.contains("49,90"), "{}: {text}", letter.subject);
            let raw = String::from_utf8_lossy(&letter.raw).into_owned();
            assert!(raw.contains(&format!("aviso-test-{day}.csv")) && raw.contains("text/csv"), "{raw}");
        }
        assert_eq!(reports.send_registries().await.expect("again"), 0);
        app.settle().await;
        let sent = app.smtp.mails_to("books@shop.example").into_iter().filter(|mail| mail.subject.contains(&day));
        assert_eq!(sent.count(), 1);

        // The next day has none: the words are the same in every language.
        go_to_hour(&app, 5);
        go_to_hour(&app, 7);
        assert_eq!(reports.send_registries().await.expect("a round"), 2);
        let empty = |mail: &aviso_sandbox::standin::smtp::Mail| mail.subject.contains("NO PAYMENTS THIS DAY");
        app.smtp.wait_for("boss@shop.example", DEADLINE, empty).await.expect("a letter");

        reports.set(Actor::Operator, id, zone, &[], Mode::Test).await.expect("a setting");
        go_to_hour(&app, 7);
        assert_eq!(reports.send_registries().await.expect("a round"), 0);
        let many: Vec<EmailAddress> = (0..11).map(|n| address(&format!("a{n}@shop.example"))).collect();
        let refused = reports.set(Actor::Operator, id, zone, &many, Mode::Test).await.expect_err("too many");
        assert!(matches!(refused, SettingError::TooMany));
    }

    async fn each_merchant_has_its_own_morning_and_language(app: TestApp) {
        let (reports, merchants) = (&app.hub.services.reports, &app.hub.services.merchants);
        let mut words = Vec::new();
        for (language, zone, name) in
            [(Language::En, "Asia/Kamchatka", "en"), (Language::Es, "Europe/Madrid", "es"), (Language::Ru, "Pacific/Honolulu", "ru")]
        {
            let merchant = merchants.create(Actor::Operator, name, language).await.expect("a merchant");
            let to = [address(&format!("{name}@shop.example"))];
            reports.set(Actor::Operator, merchant.id, zone.parse().expect("a zone"), &to, Mode::Test).await.expect("set");
            words.push((format!("{name}@shop.example"), zone));
        }
        let mut sent: Vec<(Timestamp, u64)> = Vec::new();
        go_to_hour(&app, 0);
        for _ in 0..24 {
            let count = reports.send_registries().await.expect("a round");
            sent.push((app.clock.now(), count));
            app.clock.advance(Duration::from_secs(3_600));
        }
        // Those whose morning it was already at midnight hear of two days within 24 hours, the others of one or two.
        assert!(sent.iter().map(|(_, count)| count).sum::<u64>() >= 3, "{sent:?}");
        for (to, zone) in words {
            let letter = app.smtp.wait_for(&to, DEADLINE, |_| true).await.expect("a letter");
            let text = letter.text.unwrap_or_default();
            assert!(text.contains(zone) && text.contains("NO PAYMENTS THIS DAY"), "{text}");
        }
    }
}
