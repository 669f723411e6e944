//! Who may enter an account: attacks on an address that its owner has not confirmed yet, and the
//! honest ways beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::email::EmailAddress;
use super::password::NewPassword;
use super::*;
use crate::clock::ShiftedClock;
use crate::event::{Event, EventType};
use crate::id::{EventId, LinkId};
use crate::secret::{Keyring, Secret};
use crate::store::{DatabaseUrl, Store, event as events};

const VICTIM: &str = "victim@example.com";
const PASSWORD: &str = "Attacker1word";
const OTHER_PASSWORD: &str = "Victim2word";

struct World {
    accounts: Accounts,
    seen: AtomicUsize,
    _folder: tempfile::TempDir,
}

fn browser(name: &str) -> Secret {
    Secret::new(format!("browser of {name}"))
}

fn visit(browser: &Secret) -> Visit<'_> {
    Visit { browser, device: "" }
}

/// An account without an authenticator lets in at once.
fn came_in(entered: Entered) -> LoggedIn {
    match entered {
        Entered::In(session) => session,
        Entered::CodeNeeded(_) => panic!("there is no authenticator"),
    }
}

fn telegram(id: i64, username: &str) -> TelegramUser {
    TelegramUser {
        id,
        chat_id: id,
        username: Some(username.to_owned()),
        first_name: username.to_owned(),
        language_tag: None,
    }
}

fn attacker() -> TelegramUser {
    telegram(13, "attacker")
}

fn victim() -> TelegramUser {
    telegram(7, "victim")
}

fn email() -> EmailAddress {
    EmailAddress::new(VICTIM).unwrap()
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("aviso.db"))).await.unwrap();
        aviso_migrations::migrate(&store.migration_connection()).await.unwrap();
        let clock = Arc::new(ShiftedClock::default());
        let accounts = Accounts::new(store, clock, Keyring::new([7; 32]));
        Self { accounts, seen: AtomicUsize::new(0), _folder: folder }
    }

    /// Somebody fills in the form with the victim's address.
    async fn form(&self, password: &str, browser: &Secret) -> BindTicket {
        let new = NewAccount {
            email: email(),
            username: None,
            password: NewPassword::new(Secret::new(password)).unwrap(),
            language: Language::En,
        };
        self.accounts.register(new, browser).await.unwrap()
    }

    /// The events since the last look.
    async fn told(&self) -> Vec<Event> {
        let reader = self.accounts.store.reader();
        let sql = "SELECT id FROM event ORDER BY rowid";
        let rows = reader.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
        let seen = self.seen.swap(rows.len(), Ordering::Relaxed);
        let mut told = Vec::new();
        for row in &rows[seen..] {
            let id = EventId::from_uuid(row.try_get_by_index(0).unwrap());
            told.push(events::by_id(reader, id).await.unwrap().unwrap());
        }
        told
    }

    fn token(&self, link: LinkId) -> String {
        self.accounts.keyring.link_token(link).expose().to_owned()
    }

    /// The token in the only letter with a link since the last look.
    async fn mailed(&self) -> String {
        let links: Vec<LinkId> = self.told().await.iter().filter_map(|event| event.audience.link_id).collect();
        let [link] = links.as_slice() else { panic!("{} letters with a link", links.len()) };
        self.token(*link)
    }

    /// The letter since the last look says that there is an account, and has no link.
    async fn owner_is_told(&self) {
        let told = self.told().await;
        let [event] = told.as_slice() else { panic!("{} events", told.len()) };
        assert_eq!(event.kind, EventType::AccountRegistered);
        assert_eq!(event.audience.email.as_deref(), Some(VICTIM));
        assert!(event.audience.facts.contains_key("existing") && event.audience.link_id.is_none());
    }

    async fn number_is_right(&self, ticket: &BindTicket, user: &TelegramUser) -> BindAnswer {
        let question = self.accounts.claim_link(ticket.token.expose(), user).await.unwrap();
        assert_eq!(question.options.len(), 3);
        self.accounts.answer_link(question.link_id, user.id, Some(ticket.match_code)).await.unwrap()
    }

    async fn bind(&self, ticket: &BindTicket, user: &TelegramUser, browser: &Secret) -> LoggedIn {
        assert_eq!(self.number_is_right(ticket, user).await, BindAnswer::Confirmed);
        came_in(self.accounts.finish_bind_and_log_in(ticket.link_id, visit(browser)).await.unwrap())
    }

    async fn may_log_in(&self, name: &str, password: &str) -> bool {
        match self.accounts.log_in(name, &Secret::new(password), visit(&browser("somebody"))).await {
            Ok(_) => true,
            Err(AccountError::Credentials) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn lives(&self, session: &LoggedIn) -> bool {
        self.accounts.by_session(&session.token).await.unwrap().is_some()
    }

    async fn confirm(&self, token: &str, name: &str, answer: ConfirmAnswer<'_>) -> Result<Confirmed, AccountError> {
        self.accounts.confirm_email(token, Some(&browser(name)), answer).await
    }

    async fn asks(&self, token: &str, name: &str) -> ConfirmQuestion {
        self.accounts.peek_confirmation(token, Some(&browser(name))).await.unwrap()
    }

    async fn reset(&self, password: &str) -> AccountId {
        self.told().await;
        self.accounts.ask_reset(&email()).await.unwrap();
        let token = self.mailed().await;
        let new = NewPassword::new(Secret::new(password)).unwrap();
        self.accounts.reset_password(&token, &new).await.unwrap()
    }
}

// Attacks.

#[tokio::test]
async fn who_registered_a_strangers_address_is_put_out_when_its_owner_confirms() {
    let world = World::start().await;
    let ticket = world.form(PASSWORD, &browser("attacker")).await;
    let token = world.mailed().await;
    let bound = world.bind(&ticket, &attacker(), &browser("attacker")).await;
    let logged_in =
        came_in(world.accounts.log_in(VICTIM, &Secret::new(PASSWORD), visit(&browser("somebody"))).await.unwrap());
    world.told().await;
    assert_eq!(world.asks(&token, "victim").await, ConfirmQuestion::Password);
    let done = world.confirm(&token, "victim", ConfirmAnswer::NotMine).await.unwrap();
    assert!(matches!(done, Confirmed::PutOut(_)));
    let told: Vec<EventType> = world.told().await.iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventType::AccountTelegramUnlinked, EventType::AccountEmailConfirmed]);
    assert!(!world.lives(&bound).await && !world.lives(&logged_in).await);
    assert!(!world.may_log_in(VICTIM, PASSWORD).await && !world.may_log_in("@attacker", PASSWORD).await);
    assert!(world.accounts.by_telegram(attacker().id).await.unwrap().is_none());
    // The owner goes on with a password of their own.
    world.reset(OTHER_PASSWORD).await;
    assert!(world.may_log_in(VICTIM, OTHER_PASSWORD).await && !world.may_log_in(VICTIM, PASSWORD).await);
}

#[tokio::test]
async fn one_press_in_another_browser_confirms_nothing() {
    let world = World::start().await;
    world.form(PASSWORD, &browser("attacker")).await;
    let token = world.mailed().await;
    let wrong = Secret::new(OTHER_PASSWORD);
    for answer in [ConfirmAnswer::Nothing, ConfirmAnswer::Password(&wrong), ConfirmAnswer::Number(47)] {
        let refused = world.confirm(&token, "victim", answer).await;
        assert!(matches!(refused, Err(AccountError::Credentials)), "{answer:?}");
    }
    let refused = world.accounts.confirm_email(&token, None, ConfirmAnswer::Nothing).await;
    assert!(matches!(refused, Err(AccountError::Credentials)), "no browser is no proof");
    let account =
        came_in(world.accounts.log_in(VICTIM, &Secret::new(PASSWORD), visit(&browser("somebody"))).await.unwrap())
            .account_id;
    assert!(world.accounts.get(account).await.unwrap().unwrap().email_confirmed_at.is_none());
}

#[tokio::test]
async fn a_binding_begun_before_the_confirmation_cannot_be_finished_after_it() {
    let world = World::start().await;
    let ticket = world.form(PASSWORD, &browser("attacker")).await;
    let token = world.mailed().await;
    assert_eq!(world.number_is_right(&ticket, &attacker()).await, BindAnswer::Confirmed);
    world.confirm(&token, "victim", ConfirmAnswer::NotMine).await.unwrap();
    let late = world.accounts.finish_bind_and_log_in(ticket.link_id, visit(&browser("attacker"))).await;
    assert!(matches!(late, Err(AccountError::LinkInvalid)));
    assert!(world.accounts.by_telegram(attacker().id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_first_reset_releases_a_telegram_that_a_stranger_bound() {
    let world = World::start().await;
    let ticket = world.form(PASSWORD, &browser("attacker")).await;
    let session = world.bind(&ticket, &attacker(), &browser("attacker")).await;
    let account = world.reset(OTHER_PASSWORD).await;
    assert!(world.accounts.by_telegram(attacker().id).await.unwrap().is_none());
    assert!(!world.lives(&session).await && !world.may_log_in(VICTIM, PASSWORD).await);
    let account = world.accounts.get(account).await.unwrap().unwrap();
    assert!(account.email_confirmed_at.is_some() && account.telegram.is_none());
}

#[tokio::test]
async fn a_reset_ends_bindings_that_are_under_way_and_ended_sessions_begin_none() {
    let world = World::start().await;
    world.form(PASSWORD, &browser("owner")).await;
    let token = world.mailed().await;
    world.confirm(&token, "owner", ConfirmAnswer::Nothing).await.unwrap();
    // A thief has the password.
    let thief =
        came_in(world.accounts.log_in(VICTIM, &Secret::new(PASSWORD), visit(&browser("somebody"))).await.unwrap());
    let (session, _) = world.accounts.by_session(&thief.token).await.unwrap().unwrap();
    let ticket = world.accounts.start_bind(&session, &browser("thief")).await.unwrap();
    world.number_is_right(&ticket, &attacker()).await;
    world.reset(OTHER_PASSWORD).await;
    let late = world.accounts.finish_bind(ticket.link_id, &browser("thief")).await;
    assert!(matches!(late, Err(AccountError::LinkInvalid)));
    let again = world.accounts.start_bind(&session, &browser("thief")).await;
    assert!(matches!(again, Err(AccountError::Credentials)));
}

#[tokio::test]
async fn a_password_taken_away_while_it_is_compared_opens_no_session() {
    let (password, here) = (Secret::new(PASSWORD), browser("somebody"));
    for wait_ms in [0, 5, 20, 60] {
        let world = World::start().await;
        world.form(PASSWORD, &browser("attacker")).await;
        let token = world.mailed().await;
        let confirming = async {
            tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
            world.confirm(&token, "victim", ConfirmAnswer::NotMine).await.unwrap()
        };
        let (session, _) = tokio::join!(world.accounts.log_in(VICTIM, &password, visit(&here)), confirming);
        // Whichever came first, no session outlives the password.
        if let Ok(session) = session.map(came_in) {
            assert!(!world.lives(&session).await, "after {wait_ms} ms");
        }
    }
}

#[tokio::test]
async fn the_bot_binds_nothing_to_an_address_that_somebody_registered_or_confirmed() {
    let world = World::start().await;
    world.form(PASSWORD, &browser("owner")).await;
    let token = world.mailed().await;
    // Registered only: the attacker may be on either side, so nobody gets a link.
    let number = world.accounts.register_in_bot(&attacker(), &email(), Language::En).await.unwrap();
    assert!((10..100).contains(&number), "the bot answers as for a new address");
    world.owner_is_told().await;
    world.confirm(&token, "owner", ConfirmAnswer::Nothing).await.unwrap();
    world.told().await;
    // Confirmed.
    world.accounts.register_in_bot(&attacker(), &email(), Language::En).await.unwrap();
    world.owner_is_told().await;
    assert!(world.accounts.by_telegram(attacker().id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_stranger_who_gave_the_address_in_the_bot_is_not_bound_without_the_number() {
    let world = World::start().await;
    let number = world.accounts.register_in_bot(&attacker(), &email(), Language::En).await.unwrap();
    let token = world.mailed().await;
    let question = world.asks(&token, "victim").await;
    assert_eq!(question, ConfirmQuestion::Number { telegram: "@attacker".to_owned() });
    let pressed = world.confirm(&token, "victim", ConfirmAnswer::Nothing).await;
    assert!(matches!(pressed, Err(AccountError::Credentials)));
    let wrong = if number == 10 { 11 } else { 10 };
    let guessed = world.confirm(&token, "victim", ConfirmAnswer::Number(wrong)).await.unwrap();
    assert_eq!(guessed, Confirmed::WrongNumber);
    // One try: the right number comes too late.
    let late = world.confirm(&token, "victim", ConfirmAnswer::Number(number)).await;
    assert!(matches!(late, Err(AccountError::LinkInvalid)));
    assert!(world.accounts.by_telegram(attacker().id).await.unwrap().is_none());
    assert!(world.told().await.is_empty());
}

#[tokio::test]
async fn a_link_from_the_bot_is_dead_once_the_address_has_an_owner() {
    let world = World::start().await;
    let number = world.accounts.register_in_bot(&attacker(), &email(), Language::En).await.unwrap();
    let token = world.mailed().await;
    world.reset(OTHER_PASSWORD).await;
    let peeked = world.accounts.peek_confirmation(&token, None).await;
    assert!(matches!(peeked, Err(AccountError::LinkInvalid)));
    let late = world.confirm(&token, "attacker", ConfirmAnswer::Number(number)).await;
    assert!(matches!(late, Err(AccountError::LinkInvalid)));
    assert!(world.may_log_in(VICTIM, OTHER_PASSWORD).await);
}

#[tokio::test]
async fn a_form_with_a_taken_address_goes_the_same_way_and_binds_nothing() {
    let world = World::start().await;
    world.form(OTHER_PASSWORD, &browser("owner")).await;
    let token = world.mailed().await;
    world.confirm(&token, "owner", ConfirmAnswer::Nothing).await.unwrap();
    world.told().await;
    let curious = browser("attacker");
    let ticket = world.form(PASSWORD, &curious).await;
    world.owner_is_told().await;
    let accounts = &world.accounts;
    assert_eq!(accounts.bind_state(ticket.link_id, &curious).await.unwrap(), BindState::Waiting);
    assert_eq!(accounts.bind_ticket(ticket.link_id, &curious).await.unwrap().match_code, ticket.match_code);
    assert_eq!(world.number_is_right(&ticket, &attacker()).await, BindAnswer::Confirmed);
    assert_eq!(accounts.bind_state(ticket.link_id, &curious).await.unwrap(), BindState::Confirmed);
    let finished = accounts.finish_bind_and_log_in(ticket.link_id, visit(&curious)).await;
    assert!(matches!(finished, Err(AccountError::LinkInvalid)));
    assert!(!world.may_log_in(VICTIM, PASSWORD).await && world.may_log_in(VICTIM, OTHER_PASSWORD).await);
    assert!(accounts.by_telegram(attacker().id).await.unwrap().is_none());
}

#[tokio::test]
async fn two_forms_at_once_make_one_account() {
    let world = World::start().await;
    let (first, second) = (browser("first"), browser("second"));
    tokio::join!(world.form(PASSWORD, &first), world.form(OTHER_PASSWORD, &second));
    assert_ne!(world.may_log_in(VICTIM, PASSWORD).await, world.may_log_in(VICTIM, OTHER_PASSWORD).await);
}

#[tokio::test]
async fn an_old_link_does_not_put_the_owner_out() {
    let world = World::start().await;
    world.form(PASSWORD, &browser("owner")).await;
    let token = world.mailed().await;
    world.reset(OTHER_PASSWORD).await;
    // Confirmed already: nothing is asked and nothing is taken away.
    assert_eq!(world.asks(&token, "stranger").await, ConfirmQuestion::Nothing);
    let done = world.confirm(&token, "stranger", ConfirmAnswer::NotMine).await.unwrap();
    assert!(matches!(done, Confirmed::Kept(_)));
    assert!(world.may_log_in(VICTIM, OTHER_PASSWORD).await);
}

// The honest ways.

#[tokio::test]
async fn the_browser_that_registered_confirms_with_one_press_and_keeps_everything() {
    let world = World::start().await;
    let ticket = world.form(PASSWORD, &browser("owner")).await;
    let token = world.mailed().await;
    let session = world.bind(&ticket, &victim(), &browser("owner")).await;
    assert_eq!(world.asks(&token, "owner").await, ConfirmQuestion::Nothing);
    let done = world.confirm(&token, "owner", ConfirmAnswer::Nothing).await.unwrap();
    assert_eq!(done, Confirmed::Kept(session.account_id));
    assert!(world.lives(&session).await && world.may_log_in("@victim", PASSWORD).await);
    assert!(world.accounts.by_telegram(victim().id).await.unwrap().is_some());
    let again = world.confirm(&token, "owner", ConfirmAnswer::Nothing).await;
    assert!(matches!(again, Err(AccountError::LinkInvalid)), "one use");
}

#[tokio::test]
async fn the_phone_that_reads_the_mail_confirms_with_the_password_and_keeps_everything() {
    let world = World::start().await;
    let ticket = world.form(PASSWORD, &browser("owner")).await;
    let token = world.mailed().await;
    let session = world.bind(&ticket, &victim(), &browser("owner")).await;
    let (wrong, right) = (Secret::new("Slip1ofthefinger"), Secret::new(PASSWORD));
    let slip = world.confirm(&token, "phone", ConfirmAnswer::Password(&wrong)).await;
    assert!(matches!(slip, Err(AccountError::Credentials)));
    let done = world.confirm(&token, "phone", ConfirmAnswer::Password(&right)).await.unwrap();
    assert_eq!(done, Confirmed::Kept(session.account_id));
    assert!(world.lives(&session).await && world.accounts.by_telegram(victim().id).await.unwrap().is_some());
}

#[tokio::test]
async fn the_bot_registers_a_new_address_with_link_and_number() {
    let world = World::start().await;
    // Somebody gave the address before, and the owner asked twice.
    world.accounts.register_in_bot(&attacker(), &email(), Language::En).await.unwrap();
    world.accounts.register_in_bot(&victim(), &email(), Language::En).await.unwrap();
    world.told().await;
    let number = world.accounts.register_in_bot(&victim(), &email(), Language::En).await.unwrap();
    let token = world.mailed().await;
    let done = world.confirm(&token, "phone", ConfirmAnswer::Number(number)).await.unwrap();
    let account = world.accounts.by_telegram(victim().id).await.unwrap().unwrap();
    assert_eq!(done, Confirmed::WithTelegram(account.id));
    assert!(account.email_confirmed_at.is_some() && !account.has_password);
    let told: Vec<EventType> = world.told().await.iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventType::AccountEmailConfirmed, EventType::AccountTelegramLinked]);
}

#[tokio::test]
async fn who_is_logged_in_connects_telegram_later() {
    let world = World::start().await;
    world.form(PASSWORD, &browser("owner")).await;
    let login =
        came_in(world.accounts.log_in(VICTIM, &Secret::new(PASSWORD), visit(&browser("somebody"))).await.unwrap());
    let (session, _) = world.accounts.by_session(&login.token).await.unwrap().unwrap();
    let ticket = world.accounts.start_bind(&session, &browser("owner")).await.unwrap();
    world.number_is_right(&ticket, &victim()).await;
    assert_eq!(world.accounts.finish_bind(ticket.link_id, &browser("owner")).await.unwrap(), login.account_id);
    // A later reset of a confirmed account leaves the identity alone.
    let token = world.told().await.iter().find_map(|event| event.audience.link_id).map(|link| world.token(link));
    world.confirm(&token.unwrap(), "owner", ConfirmAnswer::Nothing).await.unwrap();
    world.reset(OTHER_PASSWORD).await;
    assert!(world.accounts.by_telegram(victim().id).await.unwrap().is_some());
}

#[test]
fn a_page_names_a_telegram_user_by_what_cannot_deceive() {
    let nameless = |first_name: &str| TelegramUser { first_name: first_name.to_owned(), username: None, ..victim() };
    assert_eq!(telegram(1, "Ana_Lopez").shown(), "@ana_lopez");
    assert_eq!(nameless("@ana\u{202e}lopez\n<b>").shown(), "analopezb");
    assert_eq!(nameless(" Ana-María O'Neil ").shown(), "Ana-María O'Neil");
    assert_eq!(nameless("\u{200b}\u{2066}").shown(), "–");
    assert_eq!(nameless(&"я".repeat(500)).shown().chars().count(), 32);
}
