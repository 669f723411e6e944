//! A member of staff: a Telegram user with a role.

use aviso_core::account::{Role, TelegramUser};
use aviso_sandbox::standin::telegram::{MessageView, User};

use crate::actor::next_number;
use crate::app::TestApp;
use crate::until::DEADLINE;

/// A member of staff.
#[derive(Debug, Clone)]
pub struct Staff {
    app: TestApp,
    /// The numeric Telegram id, also the chat's.
    pub id: i64,
}

impl TestApp {
    /// A new member of staff with this role.
    ///
    /// # Panics
    ///
    /// When they are not added.
    pub async fn staff(&self, role: Role) -> Staff {
        let id = 900_000 + next_number();
        let username = format!("staff_{id}");
        self.telegram.add_user(User::new(id, "Boris").with_username(&username).with_language("en").started());
        let user = TelegramUser {
            id,
            chat_id: id,
            username: Some(username),
            first_name: "Boris".to_owned(),
            language_tag: Some("en".to_owned()),
        };
        self.hub.services.accounts.seed_staff(&user, "Boris", role).await.expect("a member of staff");
        Staff { app: self.clone(), id }
    }
}

impl Staff {
    /// Writes to the bot.
    ///
    /// # Panics
    ///
    /// When Telegram does not allow it.
    pub fn say(&self, text: &str) {
        self.app.telegram.say(self.id, text).expect("Telegram takes the message");
    }

    /// Presses a button by its label or data.
    ///
    /// # Panics
    ///
    /// When there is no such button.
    pub fn press(&self, message: &MessageView, button: &str) {
        self.app.telegram.press(self.id, message.id, button).expect("a button");
    }

    /// Waits for a message of the bot that fits.
    ///
    /// # Panics
    ///
    /// When none comes: shows the chat.
    pub async fn reads(&self, fits: impl FnMut(&MessageView) -> bool + Send) -> MessageView {
        self.app
            .telegram
            .wait_for(self.id, DEADLINE, fits)
            .await
            .unwrap_or_else(|chat| panic!("no such message:\n{chat}"))
    }
}
