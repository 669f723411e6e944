//! A member of staff: a Telegram user with a role.

use std::ops::Deref;

use aviso_core::account::{Role, TelegramUser};
use aviso_sandbox::standin::telegram::User;

use crate::actor::{Chat, next_number};
use crate::app::TestApp;

/// A member of staff.
#[derive(Debug, Clone)]
pub struct Staff(Chat);

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
        Staff(Chat { app: self.clone(), id })
    }
}

impl Deref for Staff {
    type Target = Chat;

    fn deref(&self) -> &Chat {
        &self.0
    }
}
