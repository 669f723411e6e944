//! The authenticator: added, asked for at every way in, replaced by recovery codes, removed.

use std::time::Duration;

use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_tests::actor::PASSWORD;
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::database::dump;
use aviso_tests::on_both_databases;
use aviso_tests::scan::files;

const STEP: Duration = Duration::from_secs(30);

on_both_databases! {
    async fn with_an_authenticator_the_password_alone_opens_nothing(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (authenticator, codes) = ana.add_authenticator().await;
        assert_eq!(codes.len(), 10);
        ana.reads(|message| message.text.contains("An authenticator was added")).await;
        ana.opens(|mail| mail.subject.contains("authenticator was added")).await;
        ana.send("/account", "/logout", &[]).await.expect(303);
        app.clock.advance(STEP);
        let asked = ana.give_password(PASSWORD).await;
        assert_eq!((asked.status, asked.location.as_deref()), (303, Some("/login/code")));
        assert_eq!(ana.browser.get("/account").await.status, 303, "the code was not given yet");
        let wrong = ana.send("/login/code", "/login/code", &[("code", &authenticator.wrong_code())]).await.expect(401);
        assert!(wrong.text.contains("id=\"code-error\""), "{}", wrong.text);
        // Another browser cannot give the code.
        let mut thief = Browser::new(&app);
        assert_eq!(thief.get("/login/code").await.location.as_deref(), Some("/login"));
        let right = authenticator.code();
        ana.send("/login/code", "/login/code", &[("code", &right)]).await.expect(303);
        assert_eq!(ana.browser.get("/account").await.status, 200);
    }

    async fn a_code_counts_once(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (authenticator, _) = ana.add_authenticator().await;
        // The code that turned it on does not log in.
        ana.give_password(PASSWORD).await.expect(303);
        ana.send("/login/code", "/login/code", &[("code", &authenticator.code())]).await.expect(401);
        app.clock.advance(STEP);
        let code = authenticator.code();
        ana.send("/login/code", "/login/code", &[("code", &code)]).await.expect(303);
        ana.send("/account", "/logout", &[]).await.expect(303);
        // Read over the shoulder, still shown, and worth nothing.
        ana.give_password(PASSWORD).await.expect(303);
        ana.send("/login/code", "/login/code", &[("code", &code)]).await.expect(401);
    }

    async fn five_wrong_codes_end_the_log_in_and_ten_let_the_authenticator_rest(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (authenticator, codes) = ana.add_authenticator().await;
        app.clock.advance(STEP);
        for _ in 0..2 {
            ana.give_password(PASSWORD).await.expect(303);
            for _ in 0..4 {
                ana.send("/login/code", "/login/code", &[("code", &authenticator.wrong_code())]).await.expect(401);
            }
            ana.send("/login/code", "/login/code", &[("code", &authenticator.wrong_code())]).await.expect(404);
            assert_eq!(ana.browser.get("/login/code").await.location.as_deref(), Some("/login"));
        }
        ana.reads(|message| message.text.contains("Wrong codes at your log-in")).await;
        ana.opens(|mail| mail.subject.contains("Wrong codes")).await;
        // Even the right one is not taken now; a recovery code is.
        ana.give_password(PASSWORD).await.expect(303);
        ana.send("/login/code", "/login/code", &[("code", &authenticator.code())]).await.expect(401);
        ana.send("/login/code", "/login/code", &[("code", &codes[0])]).await.expect(303);
        ana.send("/account", "/logout", &[]).await.expect(303);
        app.clock.advance(Duration::from_secs(16 * 60));
        ana.give_password(PASSWORD).await.expect(303);
        ana.send("/login/code", "/login/code", &[("code", &authenticator.code())]).await.expect(303);
    }

    async fn a_recovery_code_counts_once_and_its_owner_is_told(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (_, codes) = ana.add_authenticator().await;
        ana.give_password(PASSWORD).await.expect(303);
        let typed = codes[3].to_uppercase().replace('-', " ");
        ana.send("/login/code", "/login/code", &[("code", &typed)]).await.expect(303);
        ana.reads(|message| message.text.contains("A recovery code was used") && message.text.contains("left: 9")).await;
        let page = ana.browser.get("/account/security").await.expect(200);
        assert!(page.text.contains("Recovery codes left: 9"), "{}", page.text);
        ana.send("/account", "/logout", &[]).await.expect(303);
        ana.give_password(PASSWORD).await.expect(303);
        ana.send("/login/code", "/login/code", &[("code", &codes[3])]).await.expect(401);
        // Nothing of the codes is stored that could be shown again.
        let page = ana.browser.get("/login/code").await;
        assert!(codes.iter().all(|code| !page.text.contains(code.as_str())));
    }

    async fn an_authenticator_is_added_with_the_password_and_removed_with_password_and_code(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let refused = ana.send("/account/totp", "/account/totp/start", &[("password", "Wrong1password")]).await.expect(422);
        assert!(refused.text.contains("id=\"password-error\"") && !refused.text.contains("<svg"), "{}", refused.text);
        ana.send("/account/totp", "/account/totp/start", &[("password", PASSWORD)]).await.expect(303);
        let page = ana.browser.get("/account/totp").await.expect(200);
        assert!(page.text.contains("<svg") && page.text.contains("totp-secret"), "{}", page.text);
        let wrong = ana.send("/account/totp", "/account/totp/confirm", &[("code", "12345")]).await.expect(422);
        assert!(wrong.text.contains("id=\"code-error\""), "{}", wrong.text);
        // Nobody is asked for a code that was never confirmed.
        assert_eq!(ana.give_password(PASSWORD).await.location.as_deref(), Some("/account"));
        let (authenticator, _) = ana.add_authenticator().await;
        app.clock.advance(STEP);
        let code = authenticator.code();
        let fields = [("password", "Wrong1password"), ("code", code.as_str())];
        ana.send("/account/totp", "/account/totp/end", &fields).await.expect(422);
        let fields = [("password", PASSWORD), ("code", &authenticator.wrong_code())];
        ana.send("/account/totp", "/account/totp/end", &fields).await.expect(422);
        ana.send("/account/totp", "/account/totp/end", &[("password", PASSWORD), ("code", &code)]).await.expect(303);
        ana.opens(|mail| mail.subject.contains("was removed")).await;
        ana.log_in(PASSWORD).await;
    }

    async fn neither_secret_nor_recovery_codes_stand_in_the_database(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (authenticator, codes) = ana.add_authenticator().await;
        app.settle().await;
        let mut written: Vec<Vec<u8>> = files(app.database.folder()).into_iter().map(|file| file.bytes).collect();
        written.extend(dump(&app.database));
        let has = |text: &[u8]| written.iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text));
        assert!(has(ana.buyer.email.as_bytes()), "the scan finds what stands there");
        let secret = totp_rs::Secret::try_from_base32(authenticator.secret()).expect("base 32");
        let raw = secret.as_bytes().to_vec();
        for text in [authenticator.secret().as_bytes(), &raw, hex::encode(&raw).as_bytes()] {
            assert!(!has(text), "the secret");
        }
        for code in &codes {
            assert!(!has(code.as_bytes()) && !has(code.replace('-', "").as_bytes()), "a recovery code");
        }
    }

    async fn an_operator_removes_the_authenticator_of_who_lost_everything(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        ana.add_authenticator().await;
        let accounts = &app.hub.services.accounts;
        let address = |email: &str| EmailAddress::new(email).expect("an address");
        let nobody = accounts.remove_second_factor(Actor::Operator, &address("nobody@example.com"), "called").await;
        assert!(!nobody.expect("an answer"));
        let theirs = address(&ana.buyer.email);
        assert!(accounts.remove_second_factor(Actor::Operator, &theirs, "seen in person").await.expect("an answer"));
        assert!(!accounts.remove_second_factor(Actor::Operator, &theirs, "again").await.expect("an answer"));
        ana.opens(|mail| mail.subject.contains("was removed")).await;
        ana.log_in(PASSWORD).await;
        let log = app.hub.services.audit.latest(None, 10).await.expect("the log");
        assert!(log.iter().any(|row| row.action == "account.remove_authenticator" && row.reason == "seen in person"));
    }

    async fn a_reset_by_mail_does_not_go_round_the_authenticator(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (authenticator, _) = ana.add_authenticator().await;
        app.clock.advance(STEP);
        ana.reset("Another2horse").await.expect(200);
        let asked = ana.give_password("Another2horse").await;
        assert_eq!(asked.location.as_deref(), Some("/login/code"));
        ana.send("/login/code", "/login/code", &[("code", &authenticator.code())]).await.expect(303);
    }
}
