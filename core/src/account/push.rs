//! Log-in by a push to the bot: the chat asks for the number on the screen, and the browser that asked is let in.
//!
//! Whoever asks learns nothing: an unknown name, a person without Telegram and one who was asked too often
//! get a number and a wait like everybody else, and no chat hears of it.

use std::time::Duration;

use crate::account::bind::is_from;
use crate::account::email::EmailAddress;
use crate::account::entry::{Entered, Visit, device_line};
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::username::Username;
use crate::account::{Account, AccountError, Accounts, BindTicket};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::LinkId;
use crate::secret::sha256_hex;
use crate::store::{StoreError, Tx, account as rows, event as events, link as links};

const HOUR: Duration = Duration::from_secs(3_600);
/// Pushes to one person an hour: nobody's chat is flooded.
const PUSHES_MAX: u64 = 5;
/// Who said *not me* so often within a day is left alone for the rest of it.
const DENIALS_MAX: u64 = 3;

/// Who asks, as the chat is told.
#[derive(Debug, Clone, Copy)]
pub struct PushOrigin<'a> {
    /// The browser.
    pub visit: Visit<'a>,
    /// The network it is in, such as `203.0.113.0/24`.
    pub network: &'a str,
}

impl Accounts {
    /// Asks the Telegram chat of an account whether its person wants to log in. The number that is given back
    /// has to be chosen there. `name` is an e-mail or a @username.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn ask_push(&self, name: &str, origin: PushOrigin<'_>) -> Result<BindTicket, AccountError> {
        let found = self.named(name).await?;
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::LogIn, now).with_match_code();
        link.browser_hash = Some(sha256_hex(origin.visit.browser.expose().as_bytes()));
        self.store
            .write(async |tx| {
                let mut link = link.clone();
                let mut told = Vec::new();
                if let Some(account) = &found
                    && self.may_be_pushed(tx, account, now).await?
                    && let Some(identity) = &account.telegram
                {
                    links::supersede(tx, account.id, LinkPurpose::LogIn).await?;
                    link.account_id = Some(account.id);
                    link.state = LinkState::Claimed;
                    link.tg_user_id = Some(identity.tg_user_id);
                    link.chat_id = Some(identity.chat_id);
                    let mut event = self.event(EventType::AccountLoginRequested, account.id, now);
                    event.audience.link_id = Some(link.id);
                    let options: Vec<String> = link.payload.options.iter().map(i32::to_string).collect();
                    let device = device_line(origin.visit.device);
                    let facts =
                        [("options", options.join(",")), ("device", device), ("network", origin.network.to_owned())];
                    event.audience.facts.extend(facts.map(|(key, text)| (key.to_owned(), text)));
                    told.push(event);
                }
                links::insert(tx, &link).await?;
                events::insert(tx, &told).await
            })
            .await?;
        Ok(self.ticket(&link))
    }

    async fn named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let conn = self.store.reader();
        if let Ok(email) = EmailAddress::new(name) {
            // Before the address is confirmed, the chat may be a stranger's who typed it.
            let found = rows::by_email(conn, email.normal()).await?;
            return Ok(found.filter(|account| account.email_confirmed_at.is_some()));
        }
        match Username::new(name) {
            Ok(username) => rows::by_username(conn, username.as_str()).await,
            Err(_) => Ok(None),
        }
    }

    async fn may_be_pushed(&self, tx: &Tx, account: &Account, now: Timestamp) -> Result<bool, StoreError> {
        rows::lock(tx, account.id).await?;
        if account.telegram.as_ref().is_none_or(|identity| identity.gone_at.is_some()) {
            return Ok(false);
        }
        let asked = links::count(tx, account.id, LinkPurpose::LogIn, None, now.before(HOUR)).await?;
        let denied = Some(LinkState::Denied);
        let denied = links::count(tx, account.id, LinkPurpose::LogIn, denied, now.before(24 * HOUR)).await?;
        Ok(asked < PUSHES_MAX && denied < DENIALS_MAX)
    }

    /// Lets the browser in that asked, once the number was chosen in the chat.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`], also for another browser.
    pub async fn finish_push(&self, id: LinkId, visit: Visit<'_>) -> Result<Entered, AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::take(tx, id, LinkState::Confirmed, LinkState::Used, now).await?;
                let ours = |link: &Link| link.purpose == LinkPurpose::LogIn && is_from(link, visit.browser);
                let account = link.filter(ours).and_then(|link| link.account_id).ok_or(AccountError::LinkInvalid)?;
                Ok(self.admit(tx, account, visit, now).await?)
            })
            .await
    }
}
