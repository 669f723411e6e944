//! The cabinet: who may pass. A walk over every route of its table, and the ways in.

use std::time::Duration;

use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::merchant::member::{Right, Rights};
use aviso_tests::actor::{Authenticator, Member, Merchant, Order, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use aviso_web::CABINET;
use serde_json::json;

/// The financial password of those who have one.
pub(crate) const FINANCIAL: &str = "Second2secret";

/// A member of a merchant in their browser, with an authenticator and a financial password.
pub(crate) struct Keeper {
    pub(crate) member: Member,
    pub(crate) authenticator: Authenticator,
    /// The merchant's world.
    pub(crate) base: String,
}

impl Keeper {
    /// Opens a page of the merchant's world.
    pub(crate) async fn get(&mut self, rest: &str) -> Page {
        let path = format!("{}{rest}", self.base);
        self.member.browser.get(&path).await
    }

    /// Sends a form of a page of the merchant's world, and follows where it leads.
    pub(crate) async fn send(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.get(page).await.expect(200);
        self.submit(&form, action, fields).await
    }

    /// Sends a form of this page.
    pub(crate) async fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let path = format!("{}{action}", self.base);
        let sent = self.member.browser.submit(page, &path, fields).await;
        self.member.browser.follow(sent).await
    }
}

/// Makes somebody a member.
pub(crate) async fn join(app: &TestApp, merchant: &Merchant, member: &Member, rights: Rights) {
    let email = EmailAddress::new(&member.email).expect("an address");
    let members = &app.hub.services.members;
    members.add(&Actor::Operator, merchant.scope.merchant.id, &email, rights).await.expect("a member");
}

/// A member with an authenticator and a financial password.
pub(crate) async fn keeper(app: &TestApp, merchant: &Merchant, rights: Rights) -> Keeper {
    let mut member = app.member(Language::En).await;
    join(app, merchant, &member, rights).await;
    let (authenticator, _) = member.add_authenticator().await;
    app.clock.advance(Duration::from_secs(30));
    let fields = [("password", PASSWORD), ("code", &authenticator.code()), ("financial", FINANCIAL)];
    let set = member.send("/account/financial", "/account/financial", &fields).await;
    assert_eq!((set.status, set.location.as_deref()), (303, Some("/account/security?done=financial")), "{}", set.text);
    let base = format!("/merchant/{}/test", merchant.scope.merchant.id);
    Keeper { member, authenticator, base }
}

/// Something of each kind, so that addresses name what there is.
struct Things {
    payment: String,
    bill: String,
    endpoint: String,
    entry: String,
    key: String,
}

async fn things(app: &TestApp, merchant: &Merchant) -> Things {
    let payment = merchant.pay(&Order::new(1_000, card::GOOD).reserved()).await.expect(201).text_at("/id");
    let bill = json!({ "order_ref": "bill-1", "amount": 500, "currency": "EUR" });
    let bill = merchant.post("/v1/bills", &bill).await.expect(201).text_at("/id");
    let endpoint = merchant.listen().await;
    let shop = merchant.scope.merchant.id;
    let services = &app.hub.services;
    let keys = services.merchants.keys(shop, Mode::Test).await.expect("keys");
    let entry = aviso_core::risk::NewEntry {
        merchant_id: Some(shop),
        list: aviso_core::risk::List::Gray,
        attribute: aviso_core::risk::Attribute::Country,
        value: "FR".to_owned(),
        reason: aviso_core::payment::text::Reason::new("a test").expect("a reason"),
        author: "operator".to_owned(),
        expires_at: None,
    };
    let entry = services.risk.add_entry(&Actor::Operator, &entry).await.expect("an entry").id.to_string();
    Things { payment, bill, endpoint, entry, key: keys[0].id.to_string() }
}

impl Things {
    fn filled(&self, path: &str) -> String {
        let id = match path.split('/').nth(1).unwrap_or_default() {
            "payments" => self.payment.as_str(),
            "bills" => &self.bill,
            "webhooks" => &self.endpoint,
            "keys" => &self.key,
            "risk" => &self.entry,
            // Of these the walk needs none that exists: nothing may be changed on the way.
            "members" => "acc_01h455vb4pex5vsknk084sn02q",
            "cards" => "card_01h455vb4pex5vsknk084sn02q",
            _ => "",
        };
        path.replace("{id}", id)
    }
}

async fn call(browser: &mut Browser, method: &str, path: &str) -> Page {
    // So many pages in so short a time are more than one address may see.
    until("a page for this address again", async || {
        let answer = match method {
            "get" => browser.get(path).await,
            _ => browser.post(path, &[]).await,
        };
        Some(answer).filter(|answer| answer.status != 429)
    })
    .await
}

on_both_databases! {
    async fn no_route_is_open_to_whom_it_is_not_for(app: TestApp) {
        let (merchant, other) = (app.merchant().await, app.merchant().await);
        let there = things(&app, &merchant).await;
        let base = format!("/merchant/{}/test", merchant.scope.merchant.id);
        let mut nobody = Browser::new(&app);
        let mut stranger = app.member(Language::En).await;
        let mut neighbour = keeper(&app, &other, Rights::all()).await;
        for route in CABINET {
            let path = format!("{base}{}", there.filled(route.path));
            let what = format!("{} {path}", route.method);
            let asked = call(&mut nobody, route.method, &path).await;
            assert_eq!((asked.status, asked.location.as_deref()), (303, Some("/login")), "{what}");
            for browser in [&mut stranger.browser, &mut neighbour.member.browser] {
                assert_eq!(call(browser, route.method, &path).await.status, 404, "{what}");
            }
        }
        // A world that does not exist looks the same.
        let nowhere = "/merchant/mer_01h455vb4pex5vsknk084sn02q/test/payments";
        let sandbox = format!("/merchant/{}/sandbox/payments", merchant.scope.merchant.id);
        for path in [nowhere, &sandbox] {
            assert_eq!(stranger.browser.get(path).await.status, 404);
        }
    }

    async fn each_route_asks_for_its_right_and_for_no_other(app: TestApp) {
        let merchant = app.merchant().await;
        let there = things(&app, &merchant).await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let account = app.hub.services.accounts.by_telegram(ana.member.id).await.expect("a look").expect("an account").id;
        let members = &app.hub.services.members;
        for right in Right::ALL {
            let only = Rights::new([*right]).expect("one right");
            let rest = Rights::new(Right::ALL.iter().copied().filter(|one| one != right)).expect("the others");
            for (rights, has) in [(only, true), (rest, false)] {
                members.change(&Actor::Operator, merchant.scope.merchant.id, account, rights).await.expect("changed");
                for route in CABINET.iter().filter(|route| route.right == Some(*right)) {
                    let path = format!("{}{}", ana.base, there.filled(route.path));
                    let what = format!("{} {path} with {rights}", route.method);
                    let answer = call(&mut ana.member.browser, route.method, &path).await;
                    let passed = match route.method {
                        // Let in, but the form has no token.
                        "post" => answer.status == 403 && answer.text.contains("form_forged"),
                        _ => answer.status < 400,
                    };
                    assert_eq!(passed, has, "{what}: {} {}", answer.status, answer.text);
                    if !has {
                        assert!(answer.status == 403 && answer.text.contains("right_missing"), "{what}: {}", answer.text);
                    }
                }
            }
        }
        // Every route names a right, but for those of every member.
        let open: Vec<&str> = CABINET.iter().filter(|route| route.right.is_none()).map(|route| route.path).collect();
        assert_eq!(open, ["", "/leave"]);
    }

    async fn what_is_of_the_other_mode_does_not_exist(app: TestApp) {
        let merchant = app.merchant().await;
        let there = things(&app, &merchant).await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let live = format!("/merchant/{}/live", merchant.scope.merchant.id);
        let named = ["payments", "bills", "webhooks"];
        for route in CABINET.iter().filter(|route| route.method == "get" && route.path.contains("{id}")) {
            assert!(named.iter().any(|part| route.path.contains(part)), "{} is not walked here", route.path);
            let rest = there.filled(route.path);
            assert_eq!(ana.member.browser.get(&format!("{live}{rest}")).await.status, 404, "{rest}");
        }
        let list = ana.member.browser.get(&format!("{live}/payments")).await.expect(200);
        assert!(!list.text.contains(&there.payment));
        // Forms of the other mode find nothing to change.
        let form = ana.get("/payments").await.expect(200);
        for route in CABINET.iter().filter(|route| route.method == "post" && route.path.contains("{id}")) {
            let in_both_modes = ["/members", "/risk"].iter().any(|part| route.path.starts_with(part));
            if in_both_modes {
                continue;
            }
            let path = format!("{live}{}", there.filled(route.path));
            let delivery = [("delivery", "dlv_01h455vb4pex5vsknk084sn02q")];
            let answer = ana.member.browser.submit(&form, &path, &delivery).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        }
        assert_eq!(merchant.status(&there.payment).await, "authorized");
    }

    async fn money_keys_and_members_want_an_authenticator(app: TestApp) {
        let merchant = app.merchant().await;
        let there = things(&app, &merchant).await;
        let mut ana = app.member(Language::En).await;
        join(&app, &merchant, &ana, Rights::all()).await;
        let base = format!("/merchant/{}/test", merchant.scope.merchant.id);
        let strong = ["/keys", "/members", "/money", "/refund", "/capture", "/void"];
        for route in CABINET {
            let path = format!("{base}{}", there.filled(route.path));
            let answer = call(&mut ana.browser, route.method, &path).await;
            let sent_away = answer.location.as_deref() == Some("/account/totp?why=merchant");
            let is_strong = strong.iter().any(|part| route.path.contains(part)) && route.path != "/payments";
            assert_eq!(sent_away, is_strong, "{} {path}", route.method);
        }
        let told = ana.browser.get("/account/totp?why=merchant").await.expect(200);
        assert!(told.text.contains("open only to accounts with an authenticator"), "{}", told.text);
        // With an authenticator and no financial password, money still does not move.
        ana.add_authenticator().await;
        let refund = ana.browser.get(&format!("{base}/payments/{}/capture", there.payment)).await;
        assert_eq!(refund.location.as_deref(), Some("/account/financial?why=merchant"));
    }

    async fn an_account_shows_its_shops_and_an_invitation_leads_in(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        let home = ana.member.browser.get("/account").await.expect(200);
        assert!(home.text.contains(&format!("/merchant/{}/live", merchant.scope.merchant.id)), "{}", home.text);
        let mut bea = app.member(Language::Es).await;
        assert!(!bea.browser.get("/account").await.expect(200).text.contains("/merchant/"));
        assert!(bea.browser.get("/merchant").await.expect(200).text.contains("No actúa en nombre"));
        // Wrong fields first.
        let wrong = ana.send("/members", "/members", &[("email", "nobody")]).await.expect(422);
        assert!(wrong.text.contains("id=\"email-error\"") && wrong.text.contains("id=\"rights-error\""), "{}", wrong.text);
        let email = bea.email.clone();
        let sent = ana.send("/members", "/members", &[("email", &email), ("view", "on"), ("bills", "on")]).await.expect(200);
        assert!(sent.text.contains("The invitation is on its way"), "{}", sent.text);
        let path = bea.mailed("/merchant/invitation/", 0).await;
        // Whoever has another e-mail is told so, and nothing happens.
        let other = ana.member.browser.get(&path).await.expect(200);
        assert!(!other.has_form(&path) && other.text.contains("Log in with the account"), "{}", other.text);
        let page = bea.browser.get(&path).await.expect(200);
        let joined = bea.browser.submit(&page, &path, &[]).await;
        let joined = bea.browser.follow(joined).await.expect(200);
        assert!(joined.text.contains(&merchant.scope.merchant.name) && !joined.text.contains("/members\""), "{}", joined.text);
        bea.browser.get(&path).await.expect(404);
        // Their rights are changed, they are taken away, and the last keeper stays.
        let account = app.hub.services.accounts.by_telegram(bea.id).await.expect("a look").expect("an account").id;
        let change = format!("/members/{account}");
        ana.send("/members", &change, &[]).await.expect(422);
        let changed = ana.send("/members", &change, &[("view", "on"), ("refund", "on")]).await.expect(200);
        assert!(changed.text.contains("see payments, refund"), "{}", changed.text);
        let gone = ana.send("/members", &format!("{change}/remove"), &[]).await.expect(200);
        assert!(!gone.text.contains(&email), "{}", gone.text);
        assert_eq!(bea.browser.get(&format!("{}/payments", ana.base)).await.status, 404);
        ana.send("/members", "/leave", &[]).await.expect(409);
        let log = ana.get("/audit").await.expect(200);
        for action in ["member.invite", "member.add", "member.change", "member.remove"] {
            assert!(log.text.contains(action), "{action}: {}", log.text);
        }
    }

    async fn the_financial_password_is_another_one_and_few_guesses_are_taken(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ana = keeper(&app, &merchant, Rights::all()).await;
        app.clock.advance(Duration::from_secs(30));
        let path = "/account/financial";
        let code = ana.authenticator.code();
        let same = [("password", PASSWORD), ("code", code.as_str()), ("financial", PASSWORD)];
        let same = ana.member.send(path, path, &same).await.expect(422);
        assert!(same.text.contains("id=\"financial-error\""), "{}", same.text);
        for (fields, id) in [
            ([("password", "Wrong1word"), ("code", code.as_str()), ("financial", "Third3secret")], "password-error"),
            ([("password", PASSWORD), ("code", "000000"), ("financial", "Third3secret")], "code-error"),
            ([("password", PASSWORD), ("code", code.as_str()), ("financial", "short")], "financial-error"),
        ] {
            let refused = ana.member.send(path, path, &fields).await.expect(422);
            assert!(refused.text.contains(&format!("id=\"{id}\"")), "{id}: {}", refused.text);
        }
        ana.member.opens(|mail| mail.subject.contains("financial password was set")).await;
        // The password of the log-in cannot become it, either.
        let other = [("old", PASSWORD), ("password", FINANCIAL)];
        let other = ana.member.send("/account/security", "/account/password", &other).await.expect(422);
        assert!(other.text.contains("This is your financial password"), "{}", other.text);
        // By the mail it may: then there is none any more.
        let account = app.hub.services.accounts.by_telegram(ana.member.id).await.expect("a look").expect("an account").id;
        ana.member.reset(FINANCIAL).await.expect(200);
        assert_eq!(app.hub.services.accounts.financial_since(account).await.expect("a look"), None);
    }
}
