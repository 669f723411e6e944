//! The security page: the password, the sessions, and disconnecting Telegram.

use std::time::Duration;

use aviso_core::language::Language;
use aviso_tests::actor::PASSWORD;
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::on_both_databases;

const SECOND: &str = "Another2horse";
const THIRD: &str = "Yet3another";

async fn is_in(browser: &mut Browser) -> bool {
    browser.get("/account").await.status == 200
}

on_both_databases! {
    async fn a_new_password_ends_every_other_session_and_both_channels_tell(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let mut other = ana.elsewhere().await;
        let fields = [("old", PASSWORD), ("password", SECOND)];
        let done = ana.send("/account/security", "/account/password", &fields).await.expect(303);
        let page = ana.browser.follow(done).await.expect(200);
        assert!(page.text.contains("Your password is changed"), "{}", page.text);
        assert!(is_in(&mut ana.browser).await && !is_in(&mut other).await);
        ana.reads(|message| message.text.contains("Your password was changed")).await;
        ana.opens(|mail| mail.subject.contains("password was changed")).await;
        assert_eq!(ana.give_password(SECOND).await.status, 303);
    }

    async fn a_password_is_not_changed_without_the_old_one_or_to_one_of_the_last_three(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let mut change = async |old: &str, new: &str| {
            ana.send("/account/security", "/account/password", &[("old", old), ("password", new)]).await
        };
        let wrong = change("Wrong1password", SECOND).await.expect(422);
        assert!(wrong.text.contains("id=\"old-error\"") && !wrong.text.contains(SECOND), "{}", wrong.text);
        let weak = change(PASSWORD, "short").await.expect(422);
        assert!(weak.text.contains("id=\"password-error\"") && weak.text.contains("at least 8"), "{}", weak.text);
        change(PASSWORD, SECOND).await.expect(303);
        change(SECOND, THIRD).await.expect(303);
        for used in [PASSWORD, SECOND, THIRD] {
            let refused = change(THIRD, used).await.expect(422);
            assert!(refused.text.contains("last three passwords"), "{used}: {}", refused.text);
        }
        // Nor by the link in a mail; which works again afterwards.
        let refused = ana.reset(SECOND).await.expect(422);
        assert!(refused.text.contains("last three passwords"), "{}", refused.text);
        ana.reset("Fourth4password").await.expect(200);
        // The first one is the fourth last now.
        ana.reset(PASSWORD).await.expect(200);
    }

    async fn sessions_are_listed_and_ended_one_by_one_or_all_but_this(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (mut second, mut third) = (ana.elsewhere().await, ana.elsewhere().await);
        let page = ana.browser.get("/account/security").await.expect(200);
        let ids: Vec<String> = page
            .text
            .split("name=\"session\" value=\"")
            .skip(1)
            .filter_map(|rest| rest.split_once('"'))
            .map(|(id, _)| id.to_owned())
            .collect();
        assert_eq!((ids.len(), page.text.matches("this browser").count()), (2, 1), "{}", page.text);
        // Somebody else's session is not ended, whatever id is sent.
        let mut eve = app.member(Language::En).await;
        eve.send("/account/security", "/account/sessions/end", &[("session", &ids[0])]).await.expect(303);
        assert!(is_in(&mut second).await && is_in(&mut third).await);
        // The latest log-in stands first.
        ana.send("/account/security", "/account/sessions/end", &[("session", &ids[0])]).await.expect(303);
        assert!(is_in(&mut second).await && !is_in(&mut third).await);
        ana.send("/account/security", "/account/sessions/end", &[("session", "ses_x")]).await.expect(422);
        ana.send("/account/security", "/account/sessions/end-others", &[]).await.expect(303);
        assert!(is_in(&mut ana.browser).await && !is_in(&mut second).await);
        // A session that nobody used for a week is none.
        app.clock.advance(Duration::from_secs(8 * 24 * 3_600));
        assert!(!is_in(&mut ana.browser).await);
    }

    async fn telegram_is_disconnected_only_when_something_is_left_to_log_in_with(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let wrong = [("unlink_password", "Wrong1password")];
        let refused = ana.send("/account/security", "/account/telegram/unlink", &wrong).await.expect(422);
        assert!(refused.text.contains("id=\"unlink_password-error\""), "{}", refused.text);
        assert!(app.hub.services.accounts.by_telegram(ana.id).await.expect("a look").is_some());
        let right = [("unlink_password", PASSWORD)];
        ana.send("/account/security", "/account/telegram/unlink", &right).await.expect(303);
        assert!(app.hub.services.accounts.by_telegram(ana.id).await.expect("a look").is_none());
        ana.opens(|mail| mail.subject.contains("unlinked")).await;
        // The @username opens nothing any more, the e-mail does.
        let mut browser = Browser::new(&app);
        let form = browser.get("/login").await.expect(200);
        let name = format!("@{}", ana.username);
        browser.submit(&form, "/login", &[("name", &name), ("password", PASSWORD)]).await.expect(401);
        assert_eq!(ana.give_password(PASSWORD).await.status, 303);

        // Whoever has no password is told what is missing.
        let seeded = app.buyer(Language::En).await;
        let account = app.hub.services.accounts.by_telegram(seeded.id).await.expect("a look").expect("an account");
        assert!(app.hub.services.accounts.unlink_telegram(account.id).await.is_err());
        assert!(app.hub.services.accounts.by_telegram(seeded.id).await.expect("a look").is_some());
    }

    async fn nobody_sees_these_pages_without_a_session(app: TestApp) {
        let mut browser = Browser::new(&app);
        let pages = ["security", "totp", "payments", "cards", "settings", "data"].map(|page| format!("/account/{page}"));
        for page in pages {
            let answer = browser.get(&page).await;
            assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/login")), "{page}");
        }
        // Forms without the token of the page are refused.
        let mut ana = app.member(Language::En).await;
        for path in [
            "/account/password", "/account/sessions/end", "/account/sessions/end-others", "/account/telegram/unlink",
            "/account/totp/start", "/account/totp/confirm", "/account/totp/end", "/account/cards/remove",
            "/account/cards/freeze", "/account/settings", "/account/data/export", "/account/close", "/account/close/ask",
            "/login/push", "/login/push/finish", "/login/code", "/login/telegram",
        ] {
            let refused = ana.browser.post(path, &[("form_token", "x")]).await;
            assert_eq!(refused.status, 403, "{path}");
        }
        assert!(is_in(&mut ana.browser).await);
    }
}
