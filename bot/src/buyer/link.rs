//! Deep links: a bill (`b_`), binding an account that was made on the web (`r_`), accepting an invitation to
//! staff (`s_`). To bind or accept, pressing Start proves nothing alone; the number on the screen does.

use aviso_core::account::{AccountError, BindAnswer, BindQuestion};
use aviso_core::id::LinkId;

use super::{bill, register, say};
use crate::callback::Press;
use crate::clean;
use crate::notice::page_key;
use crate::person::Person;
use crate::router::{Handling, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::Args;

/// `/start <payload>`.
pub(super) async fn follow(desk: &Desk, person: &Person, payload: &str) -> Handling {
    let words = &person.words;
    let token = match payload.split_once('_') {
        Some(("r" | "s", token)) => token,
        Some(("b", token)) => return bill::follow(desk, person, token).await,
        Some(_) | None => return register::begin(desk, person, Some(&words.say("link-unknown"))).await,
    };
    let screen = match desk.services.accounts.claim_link(token, &person.user).await {
        Ok(question) => ask(person, &question),
        Err(AccountError::LinkInvalid) => Screen::text(words.say("link-invalid")),
        Err(AccountError::TelegramTaken) => Screen::text(words.say("telegram-taken")),
        Err(error) => return Err(error.into()),
    };
    say(desk, person, screen).await
}

fn ask(person: &Person, question: &BindQuestion) -> Screen {
    let words = &person.words;
    let id = if question.staff { "link-question-staff" } else { "link-question" };
    let mut html = words.say(id);
    if let Some(name) = question.other_username.as_ref().filter(|_| !question.staff) {
        let own = person.user.username.as_deref().map(|own| format!("@{own}"));
        let args = Args::new()
            .with("given", format!("@{}", clean::name(name)))
            .with("own", own.map_or_else(|| "–".to_owned(), |own| clean::name(&own)));
        html.push_str("\n\n");
        html.push_str(&words.tell("link-other-username", &args));
    }
    let number = |number: &i32| Key::press(number.to_string(), Press::Number(question.link_id, Some(*number)));
    Screen::text(html)
        .row(question.options.iter().map(number))
        .row([Key::press(words.say("key-not-me"), Press::Number(question.link_id, None))])
}

/// A number, or *not me*. The keyboard goes with the answer: one try only.
pub(super) async fn answer(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: LinkId,
    number: Option<i32>,
) -> Handling {
    let words = &person.words;
    let text = match desk.services.accounts.answer_link(id, person.user.id, number).await {
        Ok(BindAnswer::Confirmed) => "link-confirmed",
        Ok(BindAnswer::StaffAdded) => "link-staff-added",
        Ok(BindAnswer::LogInConfirmed) => "login-confirmed",
        Ok(BindAnswer::LogInDenied) => "login-denied",
        Ok(BindAnswer::Denied) if number.is_none() => "link-not-me",
        Ok(BindAnswer::Denied) => "link-wrong-number",
        Err(AccountError::LinkInvalid) => "link-invalid",
        Err(error) => return Err(error.into()),
    };
    let mut screen = Screen::text(words.say(text));
    if text == "login-denied" {
        screen = screen.row(page_key(words.say("key-account"), &desk.site, "account/security"));
    }
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    if text == "link-staff-added" {
        let staff = desk.services.accounts.staff(person.user.id).await?;
        super::publish_for_staff(desk, &Person { staff, ..person.clone() }).await;
    }
    Ok(())
}
