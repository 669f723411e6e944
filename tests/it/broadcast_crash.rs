//! A broadcast whose process is killed twice on the way: everybody is told, and hardly anybody twice.

use std::collections::BTreeMap;
use std::time::Duration;

use aviso_core::account::TelegramUser;
use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::delivery::ChannelKind;
use aviso_core::language::Language;
use aviso_core::preference::{BroadcastState, Category, Choice};
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_sandbox::standin::telegram::{Telegram, User};
use aviso_tests::app::TOKEN;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::process::Hub;
use aviso_tests::until::until_within;

use crate::preferences::to_all;

/// As long as a broadcast of this size takes at Telegram's pace on a busy machine, with what comes between.
const WHOLE: Duration = Duration::from_secs(240);
/// Half of them read chats, the other half mail.
const PEOPLE: i64 = 300;
/// The hub is killed when so many messages arrived.
const KILL_AFTER: [usize; 2] = [60, 170];
/// Messages that may be under way or unrecorded at a kill: the slots of both channels.
const IN_FLIGHT_MAX: usize = 32 + 4;

fn email_of(id: i64) -> String {
    format!("reader{id}@example.com")
}

/// How often each person was told, by whichever channel.
fn told(telegram: &Telegram, smtp: &Smtp) -> BTreeMap<i64, usize> {
    let mut told = BTreeMap::new();
    let letters = smtp.mails();
    for id in 1..=PEOPLE {
        let count = if id % 2 == 0 {
            telegram.messages(id).iter().filter(|message| message.text.contains("Something new")).count()
        } else {
            let email = email_of(id);
            letters.iter().filter(|mail| mail.is_to(&email) && mail.subject.contains("Something new")).count()
        };
        told.insert(id, count);
    }
    told
}

async fn scenario(kind: Kind) {
    let database = TestDatabase::create(kind);
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let telegram = Telegram::start(any, TOKEN).await.expect("the Bot API stand-in");
    telegram.enforce_limits(true);
    let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("a mail sink");
    let mut hub = Hub::new(&database, smtp.addr());
    hub.set("TELEGRAM__TOKEN", TOKEN);
    hub.set("TELEGRAM__API_URL", telegram.url());

    let services = hub.services().await;
    let preferences = services.accounts.preferences();
    for id in 1..=PEOPLE {
        telegram.add_user(User::new(id, "Ana").with_language("en").started());
        let user = TelegramUser { id, chat_id: id, username: None, first_name: "Ana".to_owned(), language_tag: None };
        let email = EmailAddress::new(&email_of(id)).expect("an address");
        services.accounts.seed_buyer(&user, &email, Language::En).await.expect("an account");
        let account = services.accounts.by_telegram(id).await.expect("a look").expect("an account").id;
        let channel = if id % 2 == 0 { ChannelKind::Telegram } else { ChannelKind::Email };
        let asked = Choice { category: Category::News, channel, on: true };
        preferences.choose(account, asked).await.expect("a choice");
    }
    let made = preferences.announce(&Actor::Operator, &to_all("survivor")).await.expect("a message");
    services.store.close().await.expect("closed");
    // With it goes the lock on a SQLite file.
    drop(services);

    hub.start().await;
    for arrived in KILL_AFTER {
        until_within(WHOLE, &format!("{arrived} messages"), async || {
            (told(&telegram, &smtp).values().sum::<usize>() >= arrived).then_some(())
        })
        .await;
        hub.kill();
        hub.start().await;
    }
    until_within(WHOLE, "everybody being told", async || {
        told(&telegram, &smtp).values().all(|count| *count > 0).then_some(())
    })
    .await;
    // What had arrived and was not written down at a kill is sent once more, perhaps later than everything else.
    let (broadcast, progress) = until_within(WHOLE, "everything being written down", async || {
        hub.stop().await;
        let services = hub.services().await;
        let preferences = services.accounts.preferences();
        let broadcast = preferences.broadcast(made.id).await.expect("a look").expect("the broadcast");
        let progress = preferences.progress(&broadcast).await.expect("a look");
        services.store.close().await.expect("closed");
        drop(services);
        if progress.waiting > 0 {
            hub.start().await;
            return None;
        }
        Some((broadcast, progress))
    })
    .await;
    assert_eq!((broadcast.state, broadcast.written), (BroadcastState::Done, PEOPLE.unsigned_abs()));
    assert_eq!((progress.sent, progress.failed), (PEOPLE.unsigned_abs(), 0), "{progress:?}");
    let told = told(&telegram, &smtp);
    let twice: usize = told.values().map(|count| count - 1).sum();
    assert!(twice <= KILL_AFTER.len() * IN_FLIGHT_MAX, "{twice} were told twice: {told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_survives_two_kills_on_sqlite() {
    scenario(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_survives_two_kills_on_postgres() {
    scenario(Kind::Postgres).await;
}
