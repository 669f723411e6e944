//! The process dies between letting a buyer through and hearing that Telegram took the money.

use aviso_core::payment::recompute::discrepancies;
use aviso_sandbox::standin::shop::Shop;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_sandbox::standin::telegram::{Fate, MessageView, Telegram, User};
use aviso_tests::app::TOKEN;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::{DEADLINE, until};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const ANA: i64 = 4_711;

struct World {
    database: TestDatabase,
    telegram: Telegram,
    hub: Hub,
    key: String,
    _shop: Shop,
    _smtp: Smtp,
}

impl World {
    async fn start(kind: Kind) -> Self {
        let any = "127.0.0.1:0".parse().expect("an address");
        let database = TestDatabase::create(kind);
        let telegram = Telegram::start(any, TOKEN).await.expect("the Bot API stand-in");
        telegram.add_user(User::new(ANA, "Ana").with_language("en"));
        let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("the mail sink");
        let shop = Shop::start(any).await.expect("the shop");
        let mut hub = Hub::new(&database, smtp.addr());
        hub.set("TELEGRAM__TOKEN", TOKEN);
        hub.set("TELEGRAM__API_URL", telegram.url());
        hub.set("TELEGRAM__PAYMENTS__TEST_PROVIDER_TOKEN", "284685063:TEST:for-tests-only");
        let (_, key) = hub.open_shop(&shop).await;
        Self { database, telegram, hub, key, _shop: shop, _smtp: smtp }
    }

    async fn ask(&self, path: &str, body: Option<Value>) -> Value {
        let http = reqwest::Client::new();
        let url = self.hub.url(path);
        let request = match body {
            Some(body) => http.post(url).json(&body),
            None => http.get(url),
        };
        request.bearer_auth(&self.key).send().await.expect("an answer").json().await.expect("JSON")
    }

    /// A bill, and its invoice in the chat.
    async fn invoice(&self) -> (String, MessageView) {
        let body = json!({ "order_ref": "B-1", "amount": 1_200, "currency": "EUR" });
        let id = self.ask("/v1/bills", Some(body)).await["id"].as_str().expect("an id").to_owned();
        let link = until("the bot's name", async || {
            let bill = self.ask(&format!("/v1/bills/{id}"), None).await;
            bill["telegram_url"].as_str().map(str::to_owned)
        })
        .await;
        let start = link.split("?start=").nth(1).expect("a deep link");
        self.telegram.say(ANA, &format!("/start {start}")).expect("said");
        let shown = self.telegram.wait_for(ANA, DEADLINE, |message| message.text.contains("Bill from")).await;
        let shown = shown.unwrap_or_else(|chat| panic!("{chat}"));
        self.telegram.press(ANA, shown.id, &format!("bt:{id}")).expect("a button");
        let invoice = self.telegram.wait_for(ANA, DEADLINE, |message| message.invoice.is_some()).await;
        (id, invoice.unwrap_or_else(|chat| panic!("{chat}")))
    }

    async fn let_through(&self, query: &str) {
        until("the buyer being let through", async || {
            self.telegram.checkout_answers().iter().any(|answer| answer.query == query && answer.ok).then_some(())
        })
        .await;
    }

    /// Waits until the bill is paid; once, by the books, too.
    async fn ends_paid_once(mut self, bill: &str) {
        let paid = until("the bill being paid", async || {
            let bill = self.ask(&format!("/v1/bills/{bill}"), None).await;
            (bill["state"] == "paid").then_some(bill)
        })
        .await;
        self.hub.stop().await;
        let services = self.hub.services().await;
        let id = paid["payment"].as_str().expect("its payment").parse().expect("an id");
        let details = services.payments.details(id).await.expect("details");
        assert!(discrepancies(&details).is_empty(), "{:?}", discrepancies(&details));
        assert_eq!((details.payment.captured(), self.telegram.charges().len()), (1_200, 1));
        services.store.close().await.expect("closed");
        drop(self.database);
    }
}

async fn killed_between(kind: Kind) {
    let mut world = World::start(kind).await;
    world.hub.start().await;
    let (bill, invoice) = world.invoice().await;
    let query = world.telegram.pay(ANA, invoice.id, Fate::Held).expect("Pay is pressed");
    world.let_through(&query).await;
    world.hub.kill();
    // Telegram takes the money while nobody is there, and tells of it twice.
    let charge = world.telegram.complete(&query).expect("taken");
    world.telegram.tell_again(&charge);
    world.hub.start().await;
    world.ends_paid_once(&bill).await;
}

async fn dead_with_the_answer(kind: Kind) {
    let mut world = World::start(kind).await;
    world.hub.crash_at(Some("attempt.answered"));
    world.hub.start().await;
    let (bill, invoice) = world.invoice().await;
    // Telegram was answered; the process dies before it writes that down.
    let query = world.telegram.pay(ANA, invoice.id, Fate::Paid).expect("Pay is pressed");
    world.let_through(&query).await;
    until("the process dying", async || world.hub.has_died().then_some(())).await;
    world.hub.crash_at(None);
    world.hub.start().await;
    world.ends_paid_once(&bill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_between_yes_and_success_loses_nothing_sqlite() {
    killed_between(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_between_yes_and_success_loses_nothing_postgres() {
    killed_between(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_with_the_answer_loses_nothing_sqlite() {
    dead_with_the_answer(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_with_the_answer_loses_nothing_postgres() {
    dead_with_the_answer(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_still_answers() {
    let mut world = World::start(Kind::Postgres).await;
    world.hub.start().await;
    let (_, invoice) = world.invoice().await;
    // The pipeline waits for a bill that somebody else holds.
    let mut options = sea_orm::ConnectOptions::new(world.database.url_text());
    options.max_connections(1);
    let other = sea_orm::Database::connect(options).await.expect("a connection");
    other.execute_unprepared("BEGIN").await.expect("a transaction");
    other.execute_unprepared("SELECT id FROM bill FOR UPDATE").await.expect("the bill's lock");
    let query = world.telegram.pay(ANA, invoice.id, Fate::Paid).expect("Pay is pressed");
    let telegram = world.telegram.clone();
    until("the question having arrived", async || (telegram.pending_updates() == 0).then_some(())).await;
    let answered = async {
        let answer =
            until("an answer", async || telegram.checkout_answers().into_iter().find(|answer| answer.query == query))
                .await;
        other.execute_unprepared("ROLLBACK").await.expect("released");
        answer
    };
    let ((), answer) = tokio::join!(world.hub.stop(), answered);
    assert!(!answer.ok && answer.after.as_secs() < 10, "{answer:?}");
    assert!(telegram.charges().is_empty());
}
