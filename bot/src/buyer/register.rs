//! Registering in the bot: language, e-mail, and a link in that mailbox whose page asks for the number
//! that stands in this chat. No password is ever typed here.

use aviso_core::account::AccountError;
use aviso_core::account::email::{EmailAddress, mask};
use aviso_core::language::Language;

use super::{menu, say};
use crate::callback::{Menu, Press};
use crate::clean;
use crate::conversation::{self, State};
use crate::person::Person;
use crate::router::{Handling, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// `/start`: a welcome, or the first question to who has no account.
pub(super) async fn begin(desk: &Desk, person: &Person, said_before: Option<&str>) -> Handling {
    let words = &person.words;
    let args = Args::new().with("name", clean::name(&person.user.first_name));
    let mut html = said_before.map(|text| format!("{text}\n\n")).unwrap_or_default();
    let screen = if person.account.is_some() {
        html.push_str(&words.tell("welcome-back", &args));
        Screen::text(html).row([Key::press(words.say("key-payments"), Press::Menu(Menu::Payments))]).row([
            Key::press(words.say("key-language"), Press::Menu(Menu::Language)),
            Key::press(words.say("key-help"), Press::Menu(Menu::Help)),
        ])
    } else if person.staff.is_some() {
        html.push_str(&words.tell("welcome-staff", &args));
        Screen::text(html).row([
            Key::press(words.say("key-language"), Press::Menu(Menu::Language)),
            Key::press(words.say("key-help"), Press::Menu(Menu::Help)),
        ])
    } else {
        html.push_str(&words.tell("welcome", &args));
        Screen::text(html).row(menu::language_keys())
    };
    say(desk, person, screen).await
}

/// The language was chosen: the e-mail is next.
pub(super) async fn ask_email(desk: &Desk, person: &Person, pressed: &Pressed, language: Language) -> Handling {
    conversation::enter(&desk.services.memory, person, State::Email { language }).await?;
    let screen = Screen::text(Words::of(language).say("ask-email"));
    Ok(desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?)
}

/// What a person wrote when the e-mail was asked for.
pub(crate) async fn email_given(desk: &Desk, person: &Person, language: Language, text: &str) -> Handling {
    let words = Words::of(language);
    let Ok(email) = EmailAddress::new(text) else {
        return say(desk, person, Screen::text(words.say("email-wrong"))).await;
    };
    let screen = match desk.services.accounts.register_in_bot(&person.user, &email, language).await {
        // The same for an address that has an account: nobody learns from the bot who has one.
        Ok(number) => {
            let args = Args::new().with("email", mask(email.as_str())).with("number", number.to_string());
            Screen::text(words.tell("email-sent", &args))
        }
        Err(AccountError::TelegramTaken) => Screen::text(words.say("telegram-taken")),
        Err(error) => return Err(error.into()),
    };
    conversation::leave(&desk.services.memory, person).await?;
    say(desk, person, screen).await
}
