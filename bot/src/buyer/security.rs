//! `/security`: where the account is logged in, and ending that.

use aviso_core::account::Session;
use aviso_core::id::SessionId;
use aviso_core::verifier::VerifierState;

use super::{register, say};
use crate::callback::Press;
use crate::clean;
use crate::notice::page_key;
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::Args;

/// Sessions shown, each with a button.
const SESSIONS_MAX: usize = 6;
const DEVICE_GRAPHEMES_MAX: usize = 60;
const LABEL_GRAPHEMES_MAX: usize = 30;

/// `/security`.
pub(super) async fn show(desk: &Desk, person: &Person) -> Handling {
    if person.account.is_none() {
        return register::begin(desk, person, Some(&person.words.say("no-account"))).await;
    }
    let screen = sessions(desk, person).await?;
    say(desk, person, screen).await
}

/// Ends one session, or all of them, and shows what is left.
pub(super) async fn end(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    which: Option<SessionId>,
) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some(account) = &person.account else { return Ok(Some(words.say("toast-outdated"))) };
    let accounts = &desk.services.accounts;
    let ended = match which {
        Some(id) => u64::from(accounts.revoke_session(account.id, id).await?),
        None => accounts.revoke_other_sessions(account.id, None).await?,
    };
    let screen = sessions(desk, person).await?;
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(Some(words.say(if ended == 0 { "toast-session-gone" } else { "toast-session-ended" })))
}

async fn sessions(desk: &Desk, person: &Person) -> Result<Screen, HandlingError> {
    let words = &person.words;
    let Some(account) = &person.account else { return Ok(Screen::text(words.say("no-account"))) };
    let all = desk.services.accounts.sessions(account.id).await?;
    let mut html = words.say("security-title");
    html.push('\n');
    html.push_str(&words.tell("security-email", &Args::new().with("email", &account.email)));
    html.push('\n');
    html.push_str(&words.say(match desk.services.accounts.verifier(account.id).await? {
        VerifierState::On { .. } => "security-verifier-on",
        VerifierState::Off => "security-verifier-off",
    }));
    html.push_str("\n\n");
    if all.is_empty() {
        html.push_str(&words.say("security-none"));
    } else {
        let count = Args::new().with("count", all.len().to_string());
        html.push_str(&words.tell("security-sessions", &count));
    }
    for session in all.iter().take(SESSIONS_MAX) {
        let args = Args::new()
            .with("device", device(session, DEVICE_GRAPHEMES_MAX))
            .with("since", words.moment(session.created_at))
            .with("seen", words.moment(session.last_seen_at));
        html.push_str("\n\n");
        html.push_str(&words.tell("security-session", &args));
    }
    html.push_str("\n\n");
    html.push_str(&words.say("security-advice"));
    let keys = all.iter().take(SESSIONS_MAX).fold(Screen::text(html), |screen, session| {
        // Labels are plain text: nothing is escaped.
        let args = Args::new().with_html("device", device(session, LABEL_GRAPHEMES_MAX));
        screen.row([Key::press(words.tell("key-session-end", &args), Press::SessionEnd(Some(session.id)))])
    });
    let every = (all.len() > 1).then(|| Key::press(words.say("key-session-end-all"), Press::SessionEnd(None)));
    let keys = keys.row(every).row(page_key(words.say("key-verifier"), &desk.site, "account/verifier"));
    Ok(keys.row(page_key(words.say("key-account"), &desk.site, "account")))
}

fn device(session: &Session, graphemes_max: usize) -> String {
    clean::line(&session.device, graphemes_max).unwrap_or_else(|| "–".to_owned())
}
