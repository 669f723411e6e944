//! The notification hub, measured: what somebody who waits for a push notices of a broadcast, how steadily the
//! broadcast goes within Telegram's limits, and how many letters a second leave.
//!
//! The hub, the Bot API stand-in and the mail sink share this process: it says what the hub adds, and nothing
//! of the network between.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use aviso_core::account::email::EmailAddress;
use aviso_core::account::{PushOrigin, TelegramUser, Visit};
use aviso_core::audit::Actor;
use aviso_core::delivery::ChannelKind;
use aviso_core::id::AccountId;
use aviso_core::language::Language;
use aviso_core::preference::{Category, Choice, NewBroadcast, News, NewsText};
use aviso_core::secret::Secret;
use aviso_sandbox::standin::telegram::User;
use aviso_tests::app::TestApp;
use aviso_tests::database::Kind;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::progress;

/// Between two pushes.
const PUSH_EVERY: Duration = Duration::from_millis(300);
/// A push that takes longer is a failure.
const PUSH_MAX: Duration = Duration::from_secs(30);
/// How exactly arrivals are seen.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// Messages of the broadcast before its rate is counted.
const RAMP: Duration = Duration::from_secs(3);
/// Letters asked for at the same time.
const ASKED_AT_ONCE: usize = 64;
const LETTERS_WITHIN: Duration = Duration::from_secs(300);

/// How much to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// People whom the broadcast is for.
    pub(crate) people: u32,
    /// How long pushes are asked for while it runs.
    pub(crate) seconds: u64,
    /// Letters.
    pub(crate) letters: u32,
}

/// The figures of one database.
#[derive(Debug)]
pub(crate) struct Figures {
    kind: Kind,
    plan: Plan,
    /// From the commit of the event to the arrival at the Bot API, microseconds.
    pushes: Histogram<u64>,
    /// Messages of the broadcast a second.
    steady: f64,
    /// How often the stand-in's limits were overstepped.
    violations: u64,
    /// Letters a second.
    letters: f64,
}

impl Figures {
    /// Whether nothing went wrong.
    pub(crate) const fn is_clean(&self) -> bool {
        self.violations == 0
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let name = match self.kind {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        };
        let ms = |quantile| self.pushes.value_at_quantile(quantile) as f64 / 1_000.0;
        let Plan { people, letters, .. } = self.plan;
        format!(
            "{name}\n  push while a broadcast to {people} runs, committed to Bot API call, ms: \
             p50 {:.1}, p95 {:.1}, p99 {:.1} of {}\n  \
             broadcast: {:.1} messages/s, limits overstepped {} times (30/s in all, 1/s a chat, 20/min a group)\n  \
             {letters} letters asked for at once: {:.0} letters/s until the last was taken\n",
            ms(0.5),
            ms(0.95),
            ms(0.99),
            self.pushes.len(),
            self.steady,
            self.violations,
            self.letters,
        )
    }
}

/// Measures one database.
///
/// # Errors
///
/// When the hub does not do what it should.
pub(crate) async fn measure(kind: Kind, plan: Plan) -> anyhow::Result<Figures> {
    let app = TestApp::start(kind).await;
    app.telegram.enforce_limits(true);
    progress("people for the broadcast");
    for id in 1..=i64::from(plan.people) {
        let account = seed(&app, id).await?;
        let asked = Choice { category: Category::News, channel: ChannelKind::Telegram, on: true };
        app.hub.services.accounts.preferences().choose(account, asked).await?;
    }
    let letters = letters(&app, plan).await?;
    let (pushes, steady) = broadcast(&app, plan).await?;
    let violations = app.telegram.violations();
    app.finish().await;
    Ok(Figures { kind, plan, pushes, steady, violations, letters })
}

fn email_of(id: i64) -> String {
    format!("reader{id}@example.com")
}

async fn seed(app: &TestApp, id: i64) -> anyhow::Result<AccountId> {
    app.telegram.add_user(User::new(id, "Ana").with_language("en").started());
    let user = TelegramUser { id, chat_id: id, username: None, first_name: "Ana".to_owned(), language_tag: None };
    let email = EmailAddress::new(&email_of(id)).context("an address")?;
    app.hub.services.accounts.seed_buyer(&user, &email, Language::En).await?;
    Ok(app.hub.services.accounts.by_telegram(id).await?.context("the account")?.id)
}

/// Asks for letters, and waits until the last one was taken. Gives letters a second.
async fn letters(app: &TestApp, plan: Plan) -> anyhow::Result<f64> {
    progress("letters");
    let mut accounts = Vec::new();
    for id in 1..=i64::from(plan.letters) {
        let id = 1_000_000 + id;
        accounts.push(seed(app, id).await?);
    }
    app.settle().await;
    let (before, began) = (app.smtp.mails().len(), Instant::now());
    let mut asked = JoinSet::new();
    for account in accounts {
        while asked.len() >= ASKED_AT_ONCE {
            asked.join_next().await.context("a task")???;
        }
        let people = app.hub.services.accounts.clone();
        asked.spawn(async move { people.ask_confirmation(account).await });
    }
    while let Some(done) = asked.join_next().await {
        done??;
    }
    while app.smtp.mails().len() < before + plan.letters as usize {
        if began.elapsed() > LETTERS_WITHIN {
            bail!("{} of {} letters arrived", app.smtp.mails().len() - before, plan.letters);
        }
        tokio::time::sleep(LOOK_EVERY * 5).await;
    }
    Ok(f64::from(plan.letters) / began.elapsed().as_secs_f64())
}

/// Asks for pushes while a broadcast runs. Gives how long they took, and the broadcast's rate.
async fn broadcast(app: &TestApp, plan: Plan) -> anyhow::Result<(Histogram<u64>, f64)> {
    progress("a broadcast, and pushes beside it");
    let mut waiting = Vec::new();
    for n in 0..plan.seconds * 1_000 / PUSH_EVERY.as_millis() as u64 {
        let id = 2_000_000 + i64::try_from(n).context("few pushes")?;
        seed(app, id).await?;
        waiting.push(id);
    }
    app.settle().await;
    let text = |_| Some(NewsText { title: "Something new".to_owned(), text: "First.\n\nSecond.".to_owned() });
    let new = NewBroadcast { news: News::new("bench", text)?, language: None, not_before: None, held: false };
    let preferences = app.hub.services.accounts.preferences();
    let made = preferences.announce(&Actor::Operator, &new).await?;
    tokio::time::sleep(RAMP).await;
    let (began, before) = (Instant::now(), preferences.progress(&made).await?.sent);
    let mut pushes = Histogram::new(3).context("a histogram")?;
    for (n, id) in waiting.into_iter().enumerate() {
        tokio::time::sleep_until((began + PUSH_EVERY * u32::try_from(n)?).into()).await;
        pushes.record(u64::try_from(push(app, id).await?.as_micros())?)?;
    }
    let sent = preferences.progress(&made).await?.sent - before;
    let steady = sent as f64 / began.elapsed().as_secs_f64();
    // It may be over when it was for few.
    let _ = preferences.cancel_broadcast(&Actor::Operator, made.id).await;
    Ok((pushes, steady))
}

/// One push: from its commit to its arrival.
async fn push(app: &TestApp, id: i64) -> anyhow::Result<Duration> {
    let browser = Secret::new("a browser of its own");
    let origin = PushOrigin { visit: Visit { browser: &browser, device: "bench" }, network: "192.0.2.0/24" };
    let before = app.telegram.messages(id).len();
    app.hub.services.accounts.ask_push(&email_of(id), origin).await?;
    let committed = Instant::now();
    while app.telegram.messages(id).len() == before {
        if committed.elapsed() > PUSH_MAX {
            bail!("a push did not arrive");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(committed.elapsed())
}
