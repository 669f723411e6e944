//! The sandbox page: the buyer's chat, the staff chat, the mailbox and the shop on one screen.
//!
//! It shows what the stand-ins know and passes on what a newcomer does; it never talks to Aviso
//! itself. It serves loopback only, and only to pages of its own origin.

mod asset;
mod guard;
mod server;
mod stream;
mod texts;
mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::standin::shop::Shop;
use crate::standin::smtp::Smtp;
use crate::standin::telegram::Telegram;
use crate::standin::{self, StartError};

pub use texts::{SampleBody, SampleText};

/// A card a newcomer may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestCard {
    /// The number.
    pub number: String,
    /// What happens, in a few words.
    pub caption: String,
    /// `good`, `bad` or `odd`: how it is marked.
    pub outcome: Outcome,
}

/// How a test card ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Paid.
    Good,
    /// Declined.
    Bad,
    /// Something a person or time must settle.
    Odd,
}

/// A page worth opening from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What it is.
    pub label: String,
    /// Where it is.
    pub url: String,
}

/// What the page is about.
#[derive(Clone, Debug, Serialize)]
pub struct PageConfig {
    /// Name over the shop pane.
    pub shop_name: String,
    /// ISO 4217 code of what the shop sells in.
    pub currency: String,
    /// Digits after the point of that currency.
    pub currency_digits: u32,
    /// Whose chat is the buyer's.
    pub buyer_user_id: i64,
    /// Whose chat is the staff member's.
    pub staff_user_id: i64,
    /// Where the shop says the buyer's mail goes.
    pub buyer_email: String,
    /// The buyer's language, such as `en`.
    pub buyer_language: String,
    /// What the staff member is offered to type for a payment; `{reference}` is filled in.
    pub refund_command: String,
    /// Cards to choose from.
    pub cards: Vec<TestCard>,
    /// Other pages, such as the API's description.
    pub links: Vec<Link>,
    /// Every letter and notice with sample data, for a page of their own.
    #[serde(skip)]
    pub texts: Vec<SampleText>,
}

impl PageConfig {
    /// A page for a buyer and a staff member, with the usual cards.
    pub fn new(buyer_user_id: i64, staff_user_id: i64, buyer_email: impl Into<String>) -> Self {
        Self {
            shop_name: "Bean & Leaf".to_owned(),
            currency: "EUR".to_owned(),
            currency_digits: 2,
            buyer_user_id,
            staff_user_id,
            buyer_email: buyer_email.into(),
            buyer_language: "en".to_owned(),
            refund_command: "/refund {reference}".to_owned(),
            cards: usual_cards(),
            links: Vec::new(),
            texts: Vec::new(),
        }
    }
}

/// The cards a newcomer should try first.
pub fn usual_cards() -> Vec<TestCard> {
    let card = |number: &str, caption: &str, outcome| TestCard {
        number: number.to_owned(),
        caption: caption.to_owned(),
        outcome,
    };
    vec![
        card("4242424242424242", "Paid", Outcome::Good),
        card("4000000000009995", "Declined: insufficient funds", Outcome::Bad),
        card("4000000000000002", "Declined, no reason given", Outcome::Bad),
        card("4000000000009235", "Held for review by staff", Outcome::Odd),
        card("4000000000003220", "The bank asks the buyer for a code", Outcome::Odd),
        card("4000000000009904", "The bank's answer is lost; it did pay", Outcome::Odd),
        card("4000000000009920", "The bank approves later", Outcome::Odd),
        card("4000000000009946", "The bank cannot be reached", Outcome::Bad),
    ]
}

/// The stand-ins the page shows.
#[derive(Clone)]
pub struct StandIns {
    /// Both chats.
    pub telegram: Telegram,
    /// The mailbox.
    pub smtp: Smtp,
    /// The shop.
    pub shop: Shop,
}

/// A running page. Clones are handles of the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Page {
    server: Arc<Server>,
}

struct Server {
    addr: SocketAddr,
    _stop: DropGuard,
}

impl Page {
    /// Starts on a loopback address; port 0 for a free one.
    ///
    /// # Errors
    ///
    /// The address is not loopback or is taken.
    pub async fn start(addr: SocketAddr, stand_ins: StandIns, config: PageConfig) -> Result<Self, StartError> {
        let (listener, addr) = standin::listen(addr).await?;
        let stop = CancellationToken::new();
        standin::serve(listener, server::router(stand_ins, config, stop.clone()), stop.clone());
        Ok(Self { server: Arc::new(Server { addr, _stop: stop.drop_guard() }) })
    }

    /// What to open.
    pub fn url(&self) -> String {
        format!("http://{}/", self.server.addr)
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("url", &self.url()).finish_non_exhaustive()
    }
}
