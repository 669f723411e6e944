//! Features of the bot, through real teloxide and a real socket, against the Bot API stand-in.

mod bind;
mod desk;
mod hostile;
mod intake;
mod notices;
mod payments;
mod register;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_acquirers::sandbox::SandboxBank;
use aviso_core::account::email::EmailAddress;
use aviso_core::account::{Accounts, ConfirmAnswer, Role, TelegramUser};
use aviso_core::audit::{Actor, Audit};
use aviso_core::bot::BotMemory;
use aviso_core::clock::{Clock, ShiftedClock};
use aviso_core::delivery::{
    Answer, Channel, ChannelKind, DeliveryLog, Job, Outcome, Pace, Planner, Worker as Deliveries,
};
use aviso_core::document::PaymentDocument;
use aviso_core::event::EventType;
use aviso_core::id::PaymentId;
use aviso_core::language::Language;
use aviso_core::merchant::{Merchants, Mode, Scope};
use aviso_core::money::Money;
use aviso_core::onboarding::{Contract, Onboardings, Terms};
use aviso_core::payment::card::{Brand, Card, Cvc};
use aviso_core::payment::text::{Metadata, OrderRef};
use aviso_core::payment::{
    CaptureMode, Confirmation, Customer, Handled, NewPayment, PaymentMethod, PaymentSettings, Payments,
};
use aviso_core::refund::Refunds;
use aviso_core::risk::Risk;
use aviso_core::secret::{Keyring, Secret};
use aviso_core::store::{DatabaseUrl, Store};
use aviso_migrations::{Migrator, MigratorTrait};
use aviso_sandbox::standin::telegram::{MessageView, Telegram, User};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{Bot, BotConfig, BotMode, BotServices, TelegramChannel};

pub(crate) const ANA: i64 = 101;
pub(crate) const BORIS: i64 = 102;
pub(crate) const STAFF: i64 = 201;
pub(crate) const TOKEN: &str = "1000001:TEST-token";
pub(crate) const APPROVED: &str = "4242424242424242";
pub(crate) const DECLINED: &str = "4000000000000002";
const SOON: Duration = Duration::from_secs(20);

/// An install with a bot, one shop and a few people.
pub(crate) struct World {
    pub(crate) telegram: Telegram,
    pub(crate) services: BotServices,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) keyring: Keyring,
    pub(crate) scope: Scope,
    pub(crate) bot: Bot,
    pub(crate) mail: tokio::sync::Mutex<mpsc::UnboundedReceiver<Job>>,
    pub(crate) stop: CancellationToken,
    _stopped: DropGuard,
    _dir: tempfile::TempDir,
}

/// A mailbox in place of the notifier: it keeps what would be sent.
struct Mailbox(mpsc::UnboundedSender<Job>);

#[async_trait]
impl Channel for Mailbox {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn pace(&self) -> Pace {
        Pace {
            in_flight_max: 4,
            burst_per_recipient: 4,
            in_flight_per_recipient_max: 4,
            recipient_interval: Duration::ZERO,
            deadline: Duration::from_secs(5),
            schedule: &[],
        }
    }

    async fn send(&self, job: &Job) -> Outcome {
        let _ = self.0.send(job.clone());
        Outcome::Sent { provider_ref: None, answer: Answer::ok(250) }
    }
}

impl World {
    /// Everything runs.
    pub(crate) async fn start() -> Self {
        let world = Self::at_rest(BotMode::Polling).await;
        world.run();
        world
    }

    /// Everything is there and nothing runs.
    pub(crate) async fn at_rest(mode: BotMode) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(dir.path().join("aviso.db"))).await.unwrap();
        Migrator::up(&store.migration_connection(), None).await.unwrap();
        let clock = Arc::new(ShiftedClock::default());
        let keyring = Keyring::new([7; 32]);
        let services = services(&store, &clock, &keyring);
        let merchants = Merchants::new(store.clone(), clock.clone());
        let merchant = merchants.create(Actor::Operator, "Zapatería <Pepe> & Cía", Language::Es).await.unwrap();
        let telegram = Telegram::start("127.0.0.1:0".parse().unwrap(), TOKEN).await.unwrap();
        telegram.add_user(User::new(ANA, "Ana").with_username("ana_lopez"));
        telegram.add_user(User::new(BORIS, "<b>Boris</b>\u{202e}").with_language("ru"));
        telegram.add_user(User::new(STAFF, "Sofía").started());
        let config = BotConfig {
            token: Secret::new(TOKEN),
            api_url: Some(telegram.url().parse().unwrap()),
            mode,
            public_url: "https://pay.example".parse().unwrap(),
        };
        let bot = Bot::new(services.clone(), config).unwrap();
        let (_, mail) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let scope = Scope { merchant, mode: Mode::Test, key_id: None };
        Self {
            telegram,
            services,
            store,
            clock,
            keyring,
            scope,
            bot,
            mail: tokio::sync::Mutex::new(mail),
            _stopped: stop.clone().drop_guard(),
            stop,
            _dir: dir,
        }
    }

    fn run(&self) {
        let (sent, mail) = mpsc::unbounded_channel();
        *self.mail.try_lock().unwrap() = mail;
        tokio::spawn(self.bot.clone().run(self.stop.clone()));
        let clock: Arc<dyn Clock> = self.clock.clone();
        let planner = Planner::new(self.store.clone(), clock.clone());
        let stop = self.stop.clone();
        tokio::spawn(async move { planner.run(stop).await });
        let channels: [Arc<dyn Channel>; 2] = [Arc::new(TelegramChannel::new(&self.bot)), Arc::new(Mailbox(sent))];
        for channel in channels {
            tokio::spawn(Deliveries::new(self.store.clone(), clock.clone(), channel).run(self.stop.clone()));
        }
    }

    /// Somebody writes and the bot's next message fits.
    pub(crate) async fn say(&self, user: i64, text: &str, answer: &str) -> MessageView {
        let newer = self.telegram.say(user, text).unwrap();
        self.sees(user, |message| message.id > newer && message.text.contains(answer)).await
    }

    /// Waits for a message of the bot that fits.
    pub(crate) async fn sees(&self, user: i64, fits: impl Fn(&MessageView) -> bool) -> MessageView {
        let found = self.telegram.wait_for(user, SOON, |message| message.from_bot && fits(message)).await;
        found.unwrap_or_else(|transcript| panic!("{transcript}"))
    }

    /// Presses a button; the message then says this.
    pub(crate) async fn press(&self, user: i64, message: &MessageView, button: &str, then: &str) -> MessageView {
        self.telegram.press(user, message.id, button).unwrap_or_else(|error| panic!("{error}"));
        self.sees(user, |seen| seen.id == message.id && seen.text.contains(then)).await
    }

    /// Presses a button; gives the passing answer.
    pub(crate) async fn toast(&self, user: i64, message: &MessageView, button: &str) -> String {
        let before = self.telegram.callback_answers().len();
        self.telegram.press(user, message.id, button).unwrap();
        self.answered(before + 1).await
    }

    /// Waits until so many pressed buttons were answered; gives the last answer.
    pub(crate) async fn answered(&self, count: usize) -> String {
        let mut changes = self.telegram.subscribe();
        let all = async {
            loop {
                changes.mark_unchanged();
                let answers = self.telegram.callback_answers();
                if answers.len() >= count {
                    return answers[count - 1].text.clone();
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(SOON, all).await.expect("a pressed button was not answered")
    }

    /// The next mail.
    pub(crate) async fn mail(&self) -> Job {
        let mut mail = self.mail.lock().await;
        tokio::time::timeout(SOON, mail.recv()).await.expect("no mail came").unwrap()
    }

    /// Ana has an account with this e-mail and this chat.
    pub(crate) async fn bound(&self, user: i64, name: &str, email: &str, language: Language) {
        let user = telegram_user(user, name);
        let email = EmailAddress::new(email).unwrap();
        let number = self.services.accounts.register_in_bot(&user, &email, language).await.unwrap();
        let link = loop {
            if let Some(link) = self.mail().await.event.audience.link_id {
                break link;
            }
        };
        let token = self.keyring.link_token(link);
        let answer = ConfirmAnswer::Number(number);
        self.services.accounts.confirm_email(token.expose(), None, answer).await.unwrap();
        self.sees(user.id, |message| !message.text.is_empty()).await;
        while self.mail().await.event.kind != EventType::AccountTelegramLinked {}
    }

    /// Ana, who reads English, with an account; her first notices have come.
    pub(crate) async fn with_ana(&self) {
        self.telegram.add_user(User::new(ANA, "Ana").with_username("ana_lopez").started());
        self.bound(ANA, "Ana", "ana@example.com", Language::En).await;
        self.sees(ANA, |message| message.text.contains("Telegram is connected")).await;
    }

    /// A member of staff.
    pub(crate) async fn staff(&self, id: i64, role: Role) {
        self.telegram.add_user(User::new(id, "Staff").started());
        self.services.accounts.seed_staff(&telegram_user(id, "Staff"), "Sofía", role).await.unwrap();
    }

    /// A payment of Ana's with this card.
    pub(crate) async fn pay(&self, order: &str, minor: i64, card: &str) -> PaymentDocument {
        self.pay_as("ana@example.com", order, minor, card).await
    }

    pub(crate) async fn pay_as(&self, email: &str, order: &str, minor: i64, card: &str) -> PaymentDocument {
        let new = NewPayment {
            order_ref: OrderRef::new(order).unwrap(),
            amount: Money::new(minor, "EUR".parse().unwrap()).unwrap(),
            capture: CaptureMode::Auto,
            description: None,
            metadata: Metadata::default(),
            customer: Customer {
                email: Some(EmailAddress::new(email).unwrap()),
                language: Some(Language::En),
                ip: Some("203.0.113.7".parse().unwrap()),
            },
            return_url: None,
        };
        let card = Card::new(&Secret::new(card), 12, 2040, self.clock.now()).unwrap();
        let cvc = Some(Cvc::new(Secret::new("123"), Brand::Visa).unwrap());
        let confirmation = Some(Confirmation::with(PaymentMethod::Card { card, cvc }));
        let handled = self.services.payments.create(self.scope.clone(), new, confirmation, None).await.unwrap();
        let Handled::Done(document) = handled else { panic!("a payment without a key cannot be replayed") };
        document.payment.unwrap()
    }

    /// The audit log's actions about a subject, newest first.
    pub(crate) async fn audited(&self, subject: &str) -> Vec<String> {
        let rows = self.services.audit.latest(Some(subject), 50).await.unwrap();
        rows.into_iter().map(|row| row.action).collect()
    }

    /// Waits until the inbox has this many updates that could not be handled, and none that waits.
    pub(crate) async fn dead_updates(&self, dead: u64) {
        let counts = async || self.services.memory.inbox_counts().await.unwrap();
        until(&format!("the inbox worked off with {dead} dead updates"), async || counts().await == (0, dead)).await;
    }
}

fn services(store: &Store, clock: &Arc<ShiftedClock>, keyring: &Keyring) -> BotServices {
    let clock: Arc<dyn Clock> = clock.clone();
    let bank = Arc::new(SandboxBank::builder().clock(clock.clone()).build().unwrap());
    let settings = PaymentSettings::default();
    let payments = Payments::new(store.clone(), clock.clone(), bank, keyring.clone(), settings);
    BotServices {
        accounts: Accounts::new(store.clone(), clock.clone(), keyring.clone()),
        refunds: Refunds::new(store.clone(), clock.clone(), payments.clone()),
        payments,
        risk: Risk::new(store.clone(), clock.clone()),
        onboardings: Onboardings::new(store.clone(), clock.clone(), terms()),
        memory: BotMemory::new(store.clone(), clock.clone()),
        deliveries: DeliveryLog::new(store.clone(), clock.clone()),
        audit: Audit::new(store.clone(), clock.clone()),
        clock,
        database: store.backend_name(),
    }
}

/// What merchants are asked for in these tests.
fn terms() -> Terms {
    Terms {
        trial: std::time::Duration::from_secs(86_400),
        contract: Contract { version: "1".to_owned(), text: "Pay what you owe.".to_owned() },
        fee: Some(Money::new(295_000, "RUB".parse().unwrap()).unwrap()),
        acquirers: vec!["sandbox".to_owned()],
    }
}

/// Looks again and again until something in the database holds: nothing tells of its changes.
pub(crate) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let look = async {
        while !holds().await {
            ticks.tick().await;
        }
    };
    assert!(tokio::time::timeout(SOON, look).await.is_ok(), "not so in time: {what}");
}

pub(crate) fn telegram_user(id: i64, name: &str) -> TelegramUser {
    TelegramUser { id, chat_id: id, username: None, first_name: name.to_owned(), language_tag: Some("en".to_owned()) }
}

pub(crate) fn id_of(payment: &PaymentDocument) -> PaymentId {
    payment.id.parse().unwrap()
}

/// The labels of a message's buttons.
pub(crate) fn labels(message: &MessageView) -> Vec<String> {
    message.buttons.iter().flatten().map(|button| button.label.clone()).collect()
}
