//! Somebody's private chat with the bot.

use aviso_sandbox::standin::telegram::MessageView;

use crate::app::TestApp;
use crate::until::DEADLINE;

/// A private chat.
#[derive(Debug, Clone)]
pub struct Chat {
    pub(super) app: TestApp,
    /// The numeric Telegram id, also the chat's.
    pub id: i64,
}

impl Chat {
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
