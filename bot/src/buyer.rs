//! What the bot does for everybody: registering, looking at payments, language, help.

mod cards;
mod link;
mod lookup;
mod menu;
mod payments;
mod receipt;
mod refunds;
mod register;
mod security;
mod settings;
mod statement;

use aviso_core::language::Language;
use aviso_core::payment::Narrowed;

use crate::callback::{Menu, Press};
use crate::command::{self, Command};
use crate::conversation;
use crate::guard::Sensitive;
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::Screen;
use crate::start::Desk;

pub(crate) use lookup::{LookUpLimits, given as look_up_given};
pub(crate) use payments::search_given;
pub(crate) use register::email_given;
pub(crate) use settings::zone_given;

/// Anybody's command.
pub(crate) async fn command(desk: &Desk, person: &Person, command: Command, args: &str) -> Handling {
    // A command is a new beginning, whatever the person was in the middle of.
    let was_busy =
        !matches!(conversation::recall(&desk.services.memory, person).await?, conversation::Recalled::Nothing);
    if was_busy {
        conversation::leave(&desk.services.memory, person).await?;
    }
    match command {
        Command::Start => match args {
            "" => {
                publish_for_staff(desk, person).await;
                register::begin(desk, person, None).await
            }
            payload => link::follow(desk, person, payload).await,
        },
        Command::Payments if !args.is_empty() => payments::search_given(desk, person, args).await,
        Command::Payments => payments::list(desk, person).await,
        Command::Refunds => refunds::list(desk, person).await,
        Command::Receipt => receipt::command(desk, person, args).await,
        Command::Statement => statement::command(desk, person, args).await,
        Command::Security => security::show(desk, person).await,
        Command::Lookup => lookup::command(desk, person, args).await,
        Command::Cards => cards::list(desk, person).await,
        Command::Settings => settings::show(desk, person).await,
        Command::Language => say(desk, person, menu::languages(person)).await,
        Command::Help => say(desk, person, menu::help(person)).await,
        Command::Privacy => say(desk, person, menu::privacy(desk, person)).await,
        Command::Cancel => {
            let id = if was_busy { "cancelled" } else { "nothing-to-cancel" };
            say(desk, person, Screen::text(person.words.say(id))).await
        }
    }
}

/// A button of anybody's. Gives the passing answer, if there is one.
pub(crate) async fn press(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    press: Press,
) -> Result<Option<String>, HandlingError> {
    match press {
        Press::Menu(Menu::Payments) => payments::list(desk, person).await?,
        Press::Menu(Menu::Cards) => cards::list(desk, person).await?,
        Press::Menu(Menu::Settings) => settings::show(desk, person).await?,
        Press::Setting(setting) => return settings::press(desk, person, pressed, setting).await,
        Press::Menu(Menu::Language) => say(desk, person, menu::languages(person)).await?,
        Press::Menu(Menu::Help) => say(desk, person, menu::help(person)).await?,
        Press::Menu(Menu::Start) => register::begin(desk, person, None).await?,
        Press::Language(language) => set_language(desk, person, pressed, language).await?,
        Press::Number(id, number) => link::answer(desk, person, pressed, id, number).await?,
        Press::Payments(place) => payments::turn(desk, person, pressed, Narrowed::All, place).await?,
        Press::Narrowed(part, place) => payments::turn(desk, person, pressed, part, place).await?,
        Press::Search => payments::ask_search(desk, person).await?,
        Press::Refunds(before) => refunds::turn(desk, person, pressed, before).await?,
        Press::Receipt(id) => return receipt::send(desk, person, id).await,
        Press::Statement(month) => return statement::send(desk, person, month).await,
        Press::SessionEnd(which) => return security::end(desk, person, pressed, which).await,
        Press::Details(id, page) => return payments::details(desk, person, pressed, id, page).await,
        Press::Notice(id) => return payments::notice(desk, person, pressed, id).await,
        Press::NotMe(id) => return payments::ask_not_me(desk, person, pressed, id).await,
        Press::NotMeSure(id) => return payments::not_me(desk, person, pressed, id).await,
        Press::CardRemove(id) => return cards::ask(desk, person, pressed, id).await,
        Press::CardRemoveSure(id) => return cards::remove(desk, person, pressed, id).await,
        Press::Nothing => {}
        // The router sends these to staff.
        Press::Once(_)
        | Press::Card(_)
        | Press::Why(_)
        | Press::Reveal(_)
        | Press::Refund(_)
        | Press::Approve(_)
        | Press::Reject(_)
        | Press::Reviews
        | Press::Review(_)
        | Press::AskBank(_)
        | Press::Applications
        | Press::Applicant(_)
        | Press::Admit(..) => {}
    }
    Ok(None)
}

/// The menu of a member of staff shows their commands too. Without it everything works as well.
async fn publish_for_staff(desk: &Desk, person: &Person) {
    let Some(member) = &person.staff else { return };
    if let Err(fault) = command::publish_staff(&desk.api, person.chat_id(), member.role, &person.words).await {
        tracing::warn!(%fault, "the commands of a member of staff were not published");
    }
}

/// Deletes what must not stand in a chat, and says why.
pub(crate) async fn hide(desk: &Desk, person: &Person, message_id: i32, found: Sensitive) -> Handling {
    desk.api.delete(person.chat_id(), message_id).await?;
    let id = match found {
        Sensitive::Card => "hidden-card",
        Sensitive::Password => "hidden-password",
    };
    say(desk, person, Screen::text(person.words.say(id))).await
}

async fn set_language(desk: &Desk, person: &Person, pressed: &Pressed, language: Language) -> Handling {
    let accounts = &desk.services.accounts;
    if let Some(account) = &person.account {
        accounts.set_language(account.id, language).await?;
    }
    if person.staff.is_some() {
        accounts.set_staff_language(person.user.id, language).await?;
    }
    if person.account.is_none() && person.staff.is_none() {
        return register::ask_email(desk, person, pressed, language).await;
    }
    let words = crate::words::Words::of(language);
    let screen = Screen::text(words.say("language-set"));
    Ok(desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?)
}

async fn say(desk: &Desk, person: &Person, screen: Screen) -> Handling {
    desk.api.reply(person.chat_id(), &screen).await?;
    Ok(())
}
