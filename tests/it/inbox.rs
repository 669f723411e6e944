//! The inbox of people's pages: what they were told, read and unread, live, and forgotten.

use std::time::Duration;

use aviso_core::delivery::ChannelKind;
use aviso_core::id::AccountId;
use aviso_core::language::Language;
use aviso_core::preference::{Category, Choice};
use aviso_tests::actor::{Member, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use tokio::time::timeout;

/// Longer than the server takes to tell of a change.
const SOON: Duration = Duration::from_secs(20);

async fn account_of(app: &TestApp, member: &Member) -> AccountId {
    let found = app.hub.services.accounts.by_telegram(member.id).await.expect("a look");
    found.expect("an account").id
}

/// The stream of a browser's page, read event by event.
struct Stream {
    response: reqwest::Response,
    read: String,
}

impl Stream {
    async fn open(app: &TestApp, member: &Member) -> reqwest::Response {
        let request = app.http.get(app.url("/account/inbox/stream")).header("cookie", member.browser.cookies());
        request.send().await.expect("an answer")
    }

    async fn new(app: &TestApp, member: &Member) -> Self {
        let response = Self::open(app, member).await;
        assert_eq!(response.status(), 200);
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(header("content-type").starts_with("text/event-stream"));
        assert_eq!(header("x-accel-buffering"), "no");
        Self { response, read: String::new() }
    }

    /// The next number of unread items; `None` when the stream ended.
    async fn next(&mut self) -> Option<u64> {
        loop {
            if let Some((message, rest)) = self.read.clone().split_once("\n\n") {
                self.read = rest.to_owned();
                let data = message.lines().find_map(|line| line.strip_prefix("data:"));
                if let Some(data) = data {
                    return Some(data.trim().parse().expect("a number"));
                }
                continue;
            }
            let chunk = timeout(SOON, self.response.chunk()).await.expect("news in time").expect("a chunk")?;
            self.read.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    async fn until(&mut self, wanted: u64) {
        while let Some(number) = self.next().await {
            if number == wanted {
                return;
            }
        }
        panic!("the stream ended before {wanted}");
    }
}

fn unread_on(page: &str) -> String {
    let number = page.split_once("id=\"unread\"").map_or("", |(_, rest)| rest);
    number.split_once('>').and_then(|(_, rest)| rest.split_once('<')).map_or("", |(text, _)| text).to_owned()
}

on_both_databases! {
    async fn what_a_person_is_told_waits_in_the_inbox_until_it_is_read(app: TestApp) {
        let (merchant, mut ana) = (app.merchant().await, app.member(Language::En).await);
        app.settle().await;
        let account = account_of(&app, &ana).await;
        app.hub.services.inbox.mark_read(account, None).await.expect("a clean table");
        merchant.pay(&Order::new(4_990, card::GOOD).by(&ana.email)).await.expect(201);
        app.settle().await;
        let page = ana.browser.get("/account/inbox").await.expect(200);
        assert!(page.text.contains("you paid €49.90") || page.text.contains("you paid 49.90"), "{}", page.text);
        assert_eq!(unread_on(&page.text), "1", "{}", page.text);
        assert!(page.policy.contains("script-src 'self'") && page.policy.contains("connect-src 'self'"), "{}", page.policy);
        // Looking changes nothing; a press does, and only with the token of the page.
        assert_eq!(unread_on(&ana.browser.get("/account").await.expect(200).text), "1");
        assert_eq!(ana.browser.post("/account/inbox/read", &[]).await.status, 403);
        let item = page.between("name=\"item\" value=\"", "\"");
        let wrong = ana.browser.submit(&page, "/account/inbox/read", &[("item", "itm_nothing")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text);
        let done = ana.browser.submit(&page, "/account/inbox/read", &[("item", &item)]).await;
        let page = ana.browser.follow(done).await.expect(200);
        assert_eq!(unread_on(&page.text), "0");
        assert!(!page.has_form("/account/inbox/read"), "nothing is left to read");
    }

    async fn an_item_is_marked_by_its_owner_only(app: TestApp) {
        let (mut ana, bob) = (app.member(Language::En).await, app.member(Language::Es).await);
        app.settle().await;
        let inbox = &app.hub.services.inbox;
        let (of_ana, of_bob) = (account_of(&app, &ana).await, account_of(&app, &bob).await);
        let (items, _) = inbox.page(of_bob, None, 10).await.expect("a page");
        let foreign = items.iter().find(|item| item.read_at.is_none()).expect("something unread").id.to_string();
        let page = ana.browser.get("/account/inbox").await.expect(200);
        assert!(!page.text.contains(&foreign));
        let (before, own) = (inbox.unread(of_bob).await.expect("a count"), inbox.unread(of_ana).await.expect("a count"));
        ana.browser.submit(&page, "/account/inbox/read", &[("item", &foreign)]).await.expect(303);
        assert_eq!(inbox.unread(of_bob).await.expect("a count"), before);
        assert_eq!(inbox.unread(of_ana).await.expect("a count"), own);
        let page = ana.browser.get("/account/inbox").await.expect(200);
        ana.browser.submit(&page, "/account/inbox/read", &[]).await.expect(303);
        assert_eq!((inbox.unread(of_ana).await.expect("0"), inbox.unread(of_bob).await.expect("all")), (0, before));
    }

    async fn the_matrix_has_a_column_for_the_inbox(app: TestApp) {
        let (merchant, ana) = (app.merchant().await, app.member(Language::En).await);
        let account = account_of(&app, &ana).await;
        let preferences = app.hub.services.accounts.preferences();
        ana.say("/settings");
        let menu = ana.reads(|message| message.text.contains("Payments: chat, mail, inbox")).await;
        ana.press(&menu, &crate::notices::label(&menu, "Payments"));
        let one = ana.reads(|m| m.id == menu.id && m.buttons.iter().flatten().any(|b| b.label == "✓ Inbox")).await;
        ana.press(&one, "✓ Inbox");
        ana.reads(|m| m.id == menu.id && m.buttons.iter().flatten().any(|b| b.label == "– Inbox")).await;
        assert!(!preferences.of(account).await.expect("settings").habits.matrix.wants(Category::Payments, ChannelKind::Inbox));
        let before = app.hub.services.inbox.unread(account).await.expect("a count");
        merchant.pay(&Order::new(4_990, card::GOOD).by(&ana.email)).await.expect(201);
        ana.reads(|message| message.text.contains("49.90")).await;
        app.settle().await;
        assert_eq!(app.hub.services.inbox.unread(account).await.expect("a count"), before);
        // The inbox alone is not enough for what is mandatory.
        let off = |channel| Choice { category: Category::Security, channel, on: false };
        preferences.choose(account, off(ChannelKind::Email)).await.expect("the chat is left");
        preferences.choose(account, off(ChannelKind::Telegram)).await.expect_err("nothing would be left");
        preferences.choose(account, off(ChannelKind::Inbox)).await.expect("it need not be there");
    }

    async fn long_inboxes_are_paged(app: TestApp) {
        let (merchant, mut ana) = (app.merchant().await, app.member(Language::En).await);
        let paid = merchant.pay(&Order::new(49_990, card::GOOD).by(&ana.email)).await.expect(201);
        app.settle().await;
        for n in 0..21 {
            merchant.refund(&paid.text_at("/id"), Some(1_000 + n)).await.expect(201);
        }
        app.settle().await;
        let first = ana.browser.get("/account/inbox").await.expect(200);
        assert_eq!(first.text.matches("<li class=\"unread\">").count(), 20, "{}", first.text);
        assert!(first.text.contains("10.20") && !first.text.contains("499.90"), "the newest first: {}", first.text);
        let (mut older, mut seen) = (first.between("rel=\"next\" href=\"", "\""), first.text);
        while !older.is_empty() {
            let page = ana.browser.get(&older).await.expect(200);
            (older, seen) = (page.between("rel=\"next\" href=\"", "\""), seen + &page.text);
        }
        let all = app.hub.services.inbox.unread(account_of(&app, &ana).await).await.expect("a count");
        assert_eq!(seen.matches("<li class=\"unread\">").count() as u64, all);
        assert!(all > 21 && seen.contains("499.90"), "{seen}");
        assert_eq!(ana.browser.get("/account/inbox?before=itm_x").await.status, 422);
    }

    async fn an_open_page_hears_of_it_at_once_until_its_session_ends(app: TestApp) {
        let (merchant, mut ana) = (app.merchant().await, app.member(Language::En).await);
        app.settle().await;
        let account = account_of(&app, &ana).await;
        app.hub.services.inbox.mark_read(account, None).await.expect("a clean table");
        let (mut stream, mut second) = (Stream::new(&app, &ana).await, Stream::new(&app, &ana).await);
        stream.until(0).await;
        second.until(0).await;
        merchant.pay(&Order::new(4_990, card::GOOD).by(&ana.email)).await.expect(201);
        stream.until(1).await;
        second.until(1).await;
        // Read in one tab, read in the other.
        let page = ana.browser.get("/account/inbox").await.expect(200);
        ana.browser.submit(&page, "/account/inbox/read", &[]).await.expect(303);
        stream.until(0).await;
        let page = ana.browser.get("/account").await.expect(200);
        let old = ana.browser.cookies();
        ana.browser.submit(&page, "/logout", &[]).await.expect(303);
        while stream.next().await.is_some() {}
        while second.next().await.is_some() {}
        // And it does not open again.
        let request = app.http.get(app.url("/account/inbox/stream")).header("cookie", old);
        assert_eq!(request.send().await.expect("an answer").status(), 303);
    }

    async fn so_many_pages_may_be_open_and_no_more(app: TestApp) {
        let (ana, bob) = (app.member(Language::En).await, app.member(Language::En).await);
        let mut open = Vec::new();
        for _ in 0..6 {
            open.push(Stream::new(&app, &ana).await);
        }
        assert_eq!(Stream::open(&app, &ana).await.status(), 429);
        let mut other = Stream::new(&app, &bob).await;
        assert!(other.next().await.is_some(), "somebody else's are counted apart");
        drop(open.pop());
        until("a place being free", async || {
            (Stream::open(&app, &ana).await.status() == 200).then_some(())
        })
        .await;
    }

    async fn the_inbox_is_part_of_the_persons_data_and_goes_with_the_account(app: TestApp) {
        let (merchant, mut ana) = (app.merchant().await, app.member(Language::En).await);
        let account = account_of(&app, &ana).await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&ana.email)).await.expect(201);
        app.settle().await;
        let file = ana.send("/account/data", "/account/data/export", &[]).await.expect(200);
        let data: serde_json::Value = serde_json::from_str(&file.text).expect("JSON");
        let told = data["inbox"].as_array().expect("a list");
        let about = told.iter().find(|item| item["payment"] == paid.text_at("/id").as_str()).expect("the payment");
        assert_eq!(about["about"], "payment.captured");
        let fields = [("password", aviso_tests::actor::PASSWORD)];
        ana.send("/account/data", "/account/close", &fields).await;
        app.settle().await;
        assert!(app.hub.services.inbox.page(account, None, 10).await.expect("a page").0.is_empty());
    }

    async fn old_items_are_swept(app: TestApp) {
        let ana = app.member(Language::En).await;
        app.settle().await;
        let account = account_of(&app, &ana).await;
        assert!(app.hub.services.inbox.unread(account).await.expect("a count") > 0);
        app.clock.advance(Duration::from_secs(181 * 86_400));
        let stop = tokio_util::sync::CancellationToken::new();
        app.hub.services.retention.sweep(&stop).await.expect("a sweep");
        assert_eq!(app.hub.services.inbox.unread(account).await.expect("a count"), 0);
    }
}
