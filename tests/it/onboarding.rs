//! How a shop becomes a merchant: a trial by hand, the application, what staff decide in the bot, the contract, the
//! fee, live payments, and what a suspended or closed shop may still do.

use std::time::Duration;

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::id::MerchantId;
use aviso_core::language::Language;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::onboarding::{OnboardingError, Stage};
use aviso_core::secret::Secret;
use aviso_tests::actor::{Member, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::card;
use aviso_tests::on_both_databases;
use serde_json::json;

/// An application that will do.
pub(crate) const APPLICATION: [(&str, &str); 14] = [
    ("company", "Zapatería Luna S.L."),
    ("registration_number", "B12345678"),
    ("country", "es"),
    ("address", "Calle Mayor 1, Madrid"),
    ("site", "https://luna.example"),
    ("goods", "Shoes"),
    ("category_code", "5661"),
    ("contact_name", "Ana López"),
    ("contact_email", "ana@luna.example"),
    ("contact_phone", "+34 600 123 456"),
    ("bank_name", "Banco de Prueba"),
    ("bank_account", "ES91 2100 0418 4502 0005 1332"),
    ("bank_code", "CAIXESBB"),
    ("acquirer", "sandbox"),
];

/// Begins a trial on the page; gives the shop's id and its first key as the page showed them.
pub(crate) async fn trial(member: &mut Member, name: &str) -> (MerchantId, String) {
    let page = member.send("/account/shops", "/account/shops", &[("shop", name)]).await.expect(201);
    let id = page.between("/account/shops/", "\"").parse();
    (id.unwrap_or_else(|_| panic!("no shop on the page: {}", page.text)), page.between("id=\"api-key\">", "<"))
}

/// The shop as whoever has its key.
pub(crate) async fn shop(app: &TestApp, id: MerchantId, mode: Mode, key: &str) -> Merchant {
    let all = app.hub.services.merchants.list().await.expect("the merchants");
    let merchant = all.into_iter().find(|merchant| merchant.id == id).expect("the shop");
    Merchant { app: app.clone(), scope: Scope { merchant, mode, key_id: None }, key: Secret::new(key) }
}

async fn stage(app: &TestApp, id: MerchantId) -> Stage {
    app.hub.services.onboardings.look(id).await.expect("the shop").stage
}

on_both_databases! {
    async fn a_shop_goes_the_whole_way_and_is_told_each_step(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (id, key) = trial(&mut ana, "Luna").await;
        let test = shop(&app, id, Mode::Test, &key).await;
        let account = test.get("/v1/account").await.expect(200);
        assert_eq!((account.text_at("/access"), account.text_at("/name")), ("trial".to_owned(), "Luna".to_owned()));
        test.pay(&Order::new(4_990, card::numbered(81_001).as_str())).await.expect(201);
        ana.reads(|message| message.text.contains("Luna may be tried out")).await;
        ana.opens(|mail| mail.subject.contains("Luna may be tried out")).await;
        // Sample payments, made once however often the button is pressed.
        let (page, sample) = (format!("/account/shops/{id}"), format!("/account/shops/{id}/sample"));
        for _ in 0..2 {
            ana.send(&page, &sample, &[]).await.expect(303);
        }
        let listed = test.get("/v1/payments").await.expect(200).json();
        let mut statuses: Vec<&str> = listed["data"].as_array().expect("payments").iter()
            .map(|payment| payment["status"].as_str().expect("a status")).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, ["authorized", "captured", "captured", "partially_refunded", "requires_payment_method"]);

        // What will not do is named, and what was typed stays.
        let apply = format!("/account/shops/{id}/apply");
        let mut wrong = APPLICATION;
        wrong[11].1 = "ES91 2100 0418 4502 0005 1333";
        let refused = ana.send(&apply, &apply, &wrong).await.expect(422);
        assert!(refused.text.contains("id=\"bank_account-error\"") && refused.text.contains("Calle Mayor"), "{}", refused.text);
        assert_eq!(refused.text.matches("class=\"error\"").count(), 1);
        ana.send(&apply, &apply, &APPLICATION).await.expect(303);
        assert_eq!(stage(&app, id).await, Stage::InReview);

        // Staff decide in the bot: first for us, then for the acquirer.
        let (viewer, senior, finance) =
            (app.staff(Role::Viewer).await, app.staff(Role::Senior).await, app.staff(Role::Finance).await);
        senior.say("/applications");
        let queue = senior.reads(|message| message.text.contains("shops wait for us")).await;
        senior.press(&queue, "Luna");
        let card = senior.reads(|message| message.text.contains("Zapatería Luna S.L.")).await;
        assert!(card.text.contains("•••• 1332") && !card.text.contains("ES9121000418450200051332"), "{}", card.text);
        senior.press(&card, "Approve");
        let card = senior.reads(|message| message.text.contains("waits for the acquirer")).await;
        // Somebody else's look at an earlier state decides nothing.
        viewer.say(&format!("/merchant {id} approve"));
        viewer.reads(|message| message.text.contains("needs the role senior")).await;
        senior.press(&card, "Approve");
        senior.reads(|message| message.text.contains("waits for the contract")).await;
        ana.reads(|message| message.text.contains("Luna is approved")).await;

        // The contract is accepted as it was read.
        let contract = format!("/account/shops/{id}/contract");
        let read = ana.browser.get(&contract).await.expect(200);
        let digest = read.between("name=\"digest\" value=\"", "\"");
        ana.send(&contract, &contract, &[("digest", &digest)]).await.expect(422);
        let other = ana.send(&contract, &contract, &[("digest", "0"), ("accept", "yes")]).await.expect(422);
        assert!(other.text.contains("The contract changed"), "{}", other.text);
        ana.send(&contract, &contract, &[("digest", &digest), ("accept", "yes")]).await.expect(303);
        let told = ana.opens(|mail| mail.subject.contains("contract of Luna is accepted")).await;
        assert!(told.text.contains("2,950.00"), "{}", told.text);
        let page = ana.browser.get(&format!("/account/shops/{id}")).await.expect(200);
        assert!(page.text.contains("fee to pay") && page.text.contains("2,950.00"), "{}", page.text);

        // No live key before the fee, nor without an authenticator; then one, in the cabinet.
        let keys = format!("/merchant/{id}/live/keys");
        let stopped = ana.browser.get(&keys).await.expect(303);
        assert_eq!(stopped.location.as_deref(), Some("/account/totp?why=merchant"));
        ana.add_authenticator().await;
        ana.send(&keys, &keys, &[]).await.expect(403);
        senior.say(&format!("/merchant {id} fee T-1"));
        senior.reads(|message| message.text.contains("needs the role finance")).await;
        finance.say(&format!("/merchant {id} fee T-1"));
        finance.reads(|message| message.text.contains("number T-1")).await;
        ana.reads(|message| message.text.contains("Luna is live")).await;
        let page = ana.send(&keys, &keys, &[]).await.expect(200);
        let live = shop(&app, id, Mode::Live, &format!("sk_live_{}", page.between("sk_live_", "<"))).await;
        let paid = live.pay(&Order::new(12_000, card::numbered(81_002).as_str())).await.expect(201);

        // Suspended: no new money, but refunds; resumed: both.
        let admin = app.staff(Role::Admin).await;
        admin.say(&format!("/merchant {id} suspend chargebacks"));
        admin.reads(|message| message.text.contains("Reason: chargebacks")).await;
        ana.reads(|message| message.text.contains("Luna is suspended") && message.text.contains("chargebacks")).await;
        let refused = live.pay(&Order::new(100, card::numbered(81_003).as_str())).await.expect(403);
        assert_eq!(refused.text_at("/code"), "shop_closed");
        live.refund(&paid.text_at("/id"), Some(2_000)).await.expect(201);
        test.pay(&Order::new(100, card::numbered(81_004).as_str())).await.expect(201);
        admin.say(&format!("/merchant {id} resume all is well"));
        admin.reads(|message| message.text.contains("Stage: live")).await;
        live.pay(&Order::new(100, card::numbered(81_005).as_str())).await.expect(201);
        admin.say(&format!("/merchant {id} close the owner asked"));
        admin.reads(|message| message.text.contains("Stage: closed")).await;
        for world in [&live, &test] {
            world.pay(&Order::new(100, card::numbered(81_006).as_str())).await.expect(403);
        }
        live.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        assert_eq!(live.get("/v1/account").await.expect(200).text_at("/access"), "closed");
        let steps: Vec<Stage> =
            app.hub.services.onboardings.steps(id).await.expect("steps").iter().map(|step| step.to).collect();
        let way = [
            Stage::InReview, Stage::BankReview, Stage::Contract, Stage::Fee, Stage::Live, Stage::Suspended, Stage::Live,
            Stage::Closed,
        ];
        assert_eq!(steps, way);
    }

    async fn a_trial_ends_is_made_longer_and_an_application_takes_its_end_away(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (id, key) = trial(&mut ana, "Sol").await;
        let test = shop(&app, id, Mode::Test, &key).await;
        let unpaid = test.pay(&Order::new(500, card::numbered(82_000).as_str()).unpaid()).await.expect(201);
        app.clock.advance(Duration::from_secs(24 * 3_600 + 1));
        let refused = test.pay(&Order::new(500, card::numbered(82_001).as_str())).await.expect(403);
        assert_eq!(refused.text_at("/code"), "shop_closed");
        let bill = json!({ "order_ref": "B-1", "amount": 500, "currency": "EUR" });
        test.post("/v1/bills", &bill).await.expect(403);
        let confirm = format!("/v1/payments/{}/confirm", unpaid.text_at("/id"));
        let body = json!({ "card": { "number": card::numbered(82_002), "exp_month": 12, "exp_year": 2031, "cvc": "123" } });
        test.post(&confirm, &body).await.expect(403);
        // Looking is still allowed.
        test.get("/v1/payments").await.expect(200);
        ana.opens(|mail| mail.subject.contains("The trial of Sol is over")).await;
        let shops = &app.hub.services.onboardings;
        for wrong in [0, 91] {
            let error = shops.extend_trial(&Actor::Operator, id, wrong, "asked").await.expect_err("refused");
            assert!(matches!(error, OnboardingError::Days), "{error:?}");
        }
        let admin = app.staff(Role::Admin).await;
        admin.say(&format!("/merchant {id} extend 2 asked for it"));
        admin.reads(|message| message.text.contains("May test until")).await;
        test.pay(&Order::new(500, card::numbered(82_003).as_str())).await.expect(201);
        app.clock.advance(Duration::from_secs(3 * 86_400));
        test.pay(&Order::new(500, card::numbered(82_004).as_str())).await.expect(403);
        // Sessions of the browser are older than their idle time by now.
        ana.log_in(aviso_tests::actor::PASSWORD).await;
        let apply = format!("/account/shops/{id}/apply");
        ana.send(&apply, &apply, &APPLICATION).await.expect(303);
        test.pay(&Order::new(500, card::numbered(82_005).as_str())).await.expect(201);
        app.clock.advance(Duration::from_secs(60 * 86_400));
        test.pay(&Order::new(500, card::numbered(82_006).as_str())).await.expect(201);
        // Declined: the reason is told, and the applicant may try again.
        shops.decline(&Actor::Operator, id, "the site does not open").await.expect("declined");
        ana.opens(|mail| mail.subject.contains("was declined") && mail.text.contains("the site does not open")).await;
        ana.log_in(aviso_tests::actor::PASSWORD).await;
        let form = ana.browser.get(&apply).await.expect(200);
        assert!(form.text.contains("Calle Mayor"), "what was said before is there");
        ana.send(&apply, &apply, &APPLICATION).await.expect(303);
        assert_eq!(stage(&app, id).await, Stage::InReview);
    }

    async fn no_step_is_skipped_and_nobody_decides_about_another_ones_shop(app: TestApp) {
        let (mut ana, mut eve) = (app.member(Language::En).await, app.member(Language::En).await);
        let (id, key) = trial(&mut ana, "Mar").await;
        let shops = &app.hub.services.onboardings;
        let actor = Actor::Operator;
        let refused = [
            shops.approve(&actor, id, None).await.err(),
            shops.fee_paid(&actor, id, None, "T").await.err(),
            shops.suspend(&actor, id, "why").await.err(),
            shops.resume(&actor, id, "why").await.err(),
            shops.decline(&actor, id, "why").await.err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(OnboardingError::Stage(Stage::Trial))), "{error:?}");
        }
        for path in ["", "/apply", "/contract"] {
            assert_eq!(eve.browser.get(&format!("/account/shops/{id}{path}")).await.status, 404, "{path}");
        }
        for action in ["apply", "sample", "contract"] {
            let path = format!("/account/shops/{id}/{action}");
            let fields: Vec<(&str, &str)> =
                APPLICATION.into_iter().chain([("accept", "yes"), ("digest", "x")]).collect();
            let answer = eve.send("/account/shops", &path, &fields).await;
            assert_eq!(answer.status, 404, "{action}: {}", answer.text);
        }
        assert_eq!(stage(&app, id).await, Stage::Trial);
        // An approval is about what was looked at, and two at once are one.
        let apply = format!("/account/shops/{id}/apply");
        ana.send(&apply, &apply, &APPLICATION).await.expect(303);
        let seen = shops.look(id).await.expect("the shop").version;
        let (one, two) = tokio::join!(shops.approve(&actor, id, Some(seen)), shops.approve(&actor, id, Some(seen)));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(stage(&app, id).await, Stage::BankReview);
        // Names that will not do, and more shops than there may be.
        for wrong in ["", "   ", "a\nb", &"x".repeat(65)] {
            let page = ana.send("/account/shops", "/account/shops", &[("shop", wrong)]).await.expect(422);
            assert!(page.text.contains("id=\"shop-error\""), "{wrong:?}");
        }
        trial(&mut ana, "Two").await;
        trial(&mut ana, "Three").await;
        let page = ana.send("/account/shops", "/account/shops", &[("shop", "Four")]).await.expect(422);
        assert!(page.text.contains("three shops"), "{}", page.text);
        // A live key of a trial is not made by an operator either.
        let error = app.hub.services.merchants.issue_key(actor, id, Mode::Live).await.expect_err("refused");
        assert!(error.to_string().contains("not live"), "{error}");
        shop(&app, id, Mode::Test, &key).await.get("/v1/account").await.expect(200);
    }
}
