//! The support desk. Who may do what is looked up at every command and button; each look, search and
//! action leaves a row in the audit log.

mod applicant;
mod card;
mod find;
mod list;
mod log;
mod overdue;
mod refund;
mod review;
mod status;
mod why;

use aviso_core::account::{Role, StaffMember};
use aviso_core::audit::{Actor, NewRow};
use aviso_core::id::PaymentId;

use crate::callback::Press;
use crate::command::StaffCommand;
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::Screen;
use crate::services::BotServices;
use crate::start::Desk;
use crate::words::{Args, Words};

pub(crate) use review::decider;

/// A member of staff at work.
pub(crate) struct Shift<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) member: &'a StaffMember,
    pub(crate) words: &'a Words,
    pub(crate) chat_id: i64,
}

impl Shift<'_> {
    const fn services(&self) -> &BotServices {
        &self.desk.services
    }

    const fn actor(&self) -> Actor {
        Actor::Staff(self.member.tg_user_id)
    }

    async fn say(&self, screen: &Screen) -> Handling {
        self.desk.api.reply(self.chat_id, screen).await?;
        Ok(())
    }

    async fn replace(&self, pressed: &Pressed, screen: &Screen) -> Handling {
        Ok(self.desk.api.replace(self.chat_id, pressed.message_id, screen).await?)
    }

    /// Why this member may not, if they may not.
    fn refusal(&self, needed: Role) -> Option<String> {
        let args = Args::new().with("role", self.member.role.as_str()).with("needed", needed.as_str());
        (self.member.role < needed).then(|| self.words.tell("staff-role", &args))
    }

    /// How a command is used, when something is missing.
    async fn usage(&self, command: StaffCommand) -> Handling {
        let usage = self.words.say(&format!("usage-{}", command.as_str()));
        self.say(&Screen::text(self.words.tell("staff-usage", &Args::new().with_html("usage", usage)))).await
    }

    /// Writes down a look that changes nothing.
    async fn note(&self, action: &'static str, subject: &str, after: &str) -> Handling {
        let row = NewRow {
            actor: self.actor(),
            action,
            subject: subject.chars().take(100).collect(),
            before: String::new(),
            after: after.to_owned(),
            reason: String::new(),
        };
        Ok(self.services().audit.record(&row).await?)
    }

    async fn note_look(&self, action: &'static str, payment: PaymentId) -> Handling {
        self.note(action, &payment.to_string(), "").await
    }
}

/// A command of staff.
pub(crate) async fn command(
    desk: &Desk,
    person: &Person,
    member: &StaffMember,
    command: StaffCommand,
    args: &str,
) -> Handling {
    let shift = Shift { desk, member, words: &person.words, chat_id: person.chat_id() };
    if let Some(refusal) = shift.refusal(command.role()) {
        return shift.say(&Screen::text(refusal)).await;
    }
    match command {
        StaffCommand::Pay => card::pay(&shift, args).await,
        StaffCommand::Find => find::find(&shift, args).await,
        StaffCommand::Why => why::why(&shift, args).await,
        StaffCommand::Review => review::queue(&shift, None).await,
        StaffCommand::Status => status::status(&shift).await,
        StaffCommand::Refund => refund::ask(&shift, args).await,
        StaffCommand::List => list::list(&shift, args).await,
        StaffCommand::Block => list::block(&shift, args).await,
        StaffCommand::Allow => list::allow(&shift, args).await,
        StaffCommand::Audit => log::log(&shift, args).await,
        StaffCommand::Settle => overdue::settle(&shift, args).await,
        StaffCommand::Applications => applicant::queue(&shift, None).await,
        StaffCommand::Merchant => applicant::merchant(&shift, args).await,
    }
}

/// A button of staff. Gives the passing answer, if there is one.
pub(crate) async fn press(
    desk: &Desk,
    person: &Person,
    member: &StaffMember,
    pressed: &Pressed,
    press: Press,
) -> Result<Option<String>, HandlingError> {
    let shift = Shift { desk, member, words: &person.words, chat_id: person.chat_id() };
    if let Some(refusal) = shift.refusal(role_of(press)) {
        return Ok(Some(refusal));
    }
    match press {
        Press::Card(id) => card::show(&shift, pressed, id, false).await?,
        Press::Reveal(id) => card::show(&shift, pressed, id, true).await?,
        Press::Why(id) => why::show(&shift, id).await?,
        Press::Refund(id) => refund::ask_by_button(&shift, id).await?,
        Press::Once(id) => return refund::confirm(&shift, pressed, id).await,
        Press::Reviews => review::queue(&shift, Some(pressed)).await?,
        Press::Review(id) => return review::show(&shift, pressed, id).await,
        Press::Approve(id) => return review::approve(&shift, pressed, id).await,
        Press::Reject(id) => return review::reject(&shift, pressed, id).await,
        Press::AskBank(id) => return overdue::ask_again(&shift, id).await,
        Press::Applications => applicant::queue(&shift, Some(pressed)).await?,
        Press::Applicant(id) => return applicant::show(&shift, pressed, id).await,
        Press::Admit(id, version) => return applicant::approve(&shift, pressed, id, version).await,
        // The router sends these to everybody's handler.
        Press::Menu(_)
        | Press::Language(_)
        | Press::Number(..)
        | Press::Payments(_)
        | Press::Details(..)
        | Press::Notice(_)
        | Press::NotMe(_)
        | Press::NotMeSure(_)
        | Press::CardRemove(_)
        | Press::CardRemoveSure(_)
        | Press::Setting(_)
        | Press::Narrowed(..)
        | Press::Search
        | Press::Refunds(_)
        | Press::Receipt(_)
        | Press::Statement(_)
        | Press::SessionEnd(_)
        | Press::Nothing => {}
    }
    Ok(None)
}

/// The least role that may press a button.
const fn role_of(press: Press) -> Role {
    match press {
        Press::Card(_)
        | Press::Why(_)
        | Press::Reviews
        | Press::Review(_)
        | Press::Applications
        | Press::Applicant(_) => Role::Viewer,
        Press::Reveal(_) | Press::Refund(_) | Press::Once(_) | Press::AskBank(_) => Role::Agent,
        Press::Approve(_) | Press::Reject(_) | Press::Admit(..) => Role::Senior,
        Press::Menu(_)
        | Press::Language(_)
        | Press::Number(..)
        | Press::Payments(_)
        | Press::Details(..)
        | Press::Notice(_)
        | Press::NotMe(_)
        | Press::NotMeSure(_)
        | Press::CardRemove(_)
        | Press::CardRemoveSure(_)
        | Press::Setting(_)
        | Press::Narrowed(..)
        | Press::Search
        | Press::Refunds(_)
        | Press::Receipt(_)
        | Press::Statement(_)
        | Press::SessionEnd(_)
        | Press::Nothing => Role::Viewer,
    }
}
