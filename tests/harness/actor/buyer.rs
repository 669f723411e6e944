//! A buyer: a Telegram user, a mailbox and a browser.

use aviso_core::account::TelegramUser;
use std::ops::Deref;

use aviso_core::account::email::EmailAddress;
use aviso_core::language::Language;
use aviso_sandbox::standin::smtp::Mail;
use aviso_sandbox::standin::telegram::User;

use crate::actor::{Chat, next_number};
use crate::app::TestApp;
use crate::until::DEADLINE;

/// A buyer.
#[derive(Debug, Clone)]
pub struct Buyer {
    chat: Chat,
    /// The mailbox.
    pub email: String,
    /// The @username without the `@`.
    pub username: String,
}

/// A letter as its reader sees it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The links in it.
    pub links: Vec<String>,
    /// The message as it travelled.
    pub raw: Vec<u8>,
    /// The envelope sender.
    pub sender: String,
}

impl Letter {
    fn of(mail: &Mail) -> Self {
        Self {
            subject: mail.subject.clone(),
            text: mail.text.clone().unwrap_or_default(),
            html: mail.html.clone().unwrap_or_default(),
            links: mail.links.clone(),
            raw: mail.raw.to_vec(),
            sender: mail.from.clone(),
        }
    }
}

impl TestApp {
    /// Somebody with Telegram and a mailbox, who never wrote to the bot.
    #[must_use]
    pub fn stranger(&self) -> Buyer {
        let id = 10_000 + next_number();
        let username = format!("ana_{id}");
        self.telegram.add_user(User::new(id, "Ana").with_username(&username).with_language("en"));
        Buyer { chat: Chat { app: self.clone(), id }, email: format!("ana{id}@example.com"), username }
    }

    /// A buyer whose e-mail is confirmed and whose chat is bound.
    ///
    /// # Panics
    ///
    /// When the account is not made.
    pub async fn buyer(&self, language: Language) -> Buyer {
        let buyer = self.stranger();
        self.telegram.add_user(
            User::new(buyer.id, "Ana").with_username(&buyer.username).with_language(language.code()).started(),
        );
        let user = TelegramUser {
            id: buyer.id,
            chat_id: buyer.id,
            username: Some(buyer.username.clone()),
            first_name: "Ana".to_owned(),
            language_tag: Some(language.code().to_owned()),
        };
        let email = EmailAddress::new(&buyer.email).expect("an address");
        self.hub.services.accounts.seed_buyer(&user, &email, language).await.expect("an account");
        buyer
    }
}

impl Deref for Buyer {
    type Target = Chat;

    fn deref(&self) -> &Chat {
        &self.chat
    }
}

impl Buyer {
    /// Waits for a letter that fits.
    ///
    /// # Panics
    ///
    /// When none comes: lists the mailbox.
    pub async fn opens(&self, mut fits: impl FnMut(&Letter) -> bool + Send) -> Letter {
        let fits = |mail: &Mail| fits(&Letter::of(mail));
        let found = self.chat.app.smtp.wait_for(&self.email, DEADLINE, fits).await;
        Letter::of(&found.unwrap_or_else(|mailbox| panic!("no such letter:\n{mailbox}")))
    }
}
