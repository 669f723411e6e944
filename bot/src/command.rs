//! The commands: their names, who may give them, and how they are read.

use aviso_core::account::Role;
use teloxide::payloads::SetMyCommandsSetters;
use teloxide::requests::Requester;
use teloxide::types::{BotCommand, BotCommandScope};

use crate::api::Api;
use crate::fault::Fault;
use crate::words::Words;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A command of anybody's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Command { $($(#[$doc])* $name,)* }

        impl Command {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

commands! {
    /// Begins, or follows a deep link.
    Start = "start",
    /// The list of payments.
    Payments = "payments",
    /// What came back.
    Refunds = "refunds",
    /// A receipt as PDF.
    Receipt = "receipt",
    /// A month as a table.
    Statement = "statement",
    /// The saved cards.
    Cards = "cards",
    /// What a person is told, how and when.
    Settings = "settings",
    /// Where the account is logged in.
    Security = "security",
    /// Where a payment stands, without an account.
    Lookup = "lookup",
    /// The language.
    Language = "language",
    /// What the bot can do.
    Help = "help",
    /// What becomes of one's data.
    Privacy = "privacy",
    /// Out of whatever one is in the middle of.
    Cancel = "cancel",
}

macro_rules! staff_commands {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $role:ident,)*) => {
        /// A command of staff.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum StaffCommand { $($(#[$doc])* $name,)* }

        impl StaffCommand {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The least role that may give it.
            pub(crate) const fn role(self) -> Role {
                match self { $(Self::$name => Role::$role,)* }
            }
        }
    };
}

staff_commands! {
    /// The card of a payment.
    Pay = "pay", Viewer,
    /// Looks for payments.
    Find = "find", Viewer,
    /// Why antifraud and bank decided as they did.
    Why = "why", Viewer,
    /// What waits for a decision.
    Review = "review", Viewer,
    /// How the hub is.
    Status = "status", Viewer,
    /// Gives money back, in two steps.
    Refund = "refund", Agent,
    /// Shows the lists, or adds to one.
    List = "list", Viewer,
    /// Adds to the block list.
    Block = "block", Senior,
    /// Adds to the allow list.
    Allow = "allow", Senior,
    /// Who did what.
    Audit = "audit", Admin,
    /// What the bank says of a message without outcome, written down by hand.
    Settle = "settle", Finance,
    /// The shops that wait for a step of ours.
    Applications = "applications", Viewer,
    /// A shop on its way: look, approve, decline, fee, suspend, resume, close, extend.
    Merchant = "merchant", Viewer,
}

/// A text that begins like a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spoken<'a> {
    /// The word behind the slash.
    pub(crate) name: &'a str,
    /// The bot that it is addressed to.
    pub(crate) bot: Option<&'a str>,
    /// What follows, trimmed.
    pub(crate) args: &'a str,
}

impl<'a> Spoken<'a> {
    /// Reads `/name@bot args`; `None` when the text is no command.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_start().strip_prefix('/')?;
        let (word, args) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (name, bot) = match word.split_once('@') {
            Some((name, bot)) => (name, Some(bot)),
            None => (word, None),
        };
        let shape = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        shape.then_some(Self { name, bot, args: args.trim() })
    }

    /// Anybody's command of this name.
    pub(crate) fn command(&self) -> Option<Command> {
        Command::ALL.iter().copied().find(|command| self.name.eq_ignore_ascii_case(command.as_str()))
    }

    /// The staff command of this name.
    pub(crate) fn staff_command(&self) -> Option<StaffCommand> {
        StaffCommand::ALL.iter().copied().find(|command| self.name.eq_ignore_ascii_case(command.as_str()))
    }
}

/// Tells Telegram the buyers' commands in every language.
pub(crate) async fn publish(api: &Api) -> Result<(), Fault> {
    use aviso_core::language::Language;
    for language in Language::ALL {
        let commands = buyers(&Words::of(language));
        let private = api.raw().set_my_commands(commands.clone()).scope(BotCommandScope::AllPrivateChats);
        private.language_code(language.code()).await?;
        let group = vec![bot_command(Command::Start.as_str(), &Words::of(language))];
        let request = api.raw().set_my_commands(group).scope(BotCommandScope::AllGroupChats);
        request.language_code(language.code()).await?;
        if language == Language::default() {
            // For everybody whose language we do not speak.
            api.raw().set_my_commands(commands).scope(BotCommandScope::AllPrivateChats).await?;
        }
    }
    Ok(())
}

/// Tells Telegram the commands of one member of staff, in their own chat.
pub(crate) async fn publish_staff(api: &Api, chat_id: i64, role: Role, words: &Words) -> Result<(), Fault> {
    let scope = BotCommandScope::Chat { chat_id: teloxide::types::ChatId(chat_id).into() };
    let staff = StaffCommand::ALL.iter().filter(|command| command.role() <= role);
    let staff = staff.map(|command| bot_command(command.as_str(), words));
    api.raw().set_my_commands(buyers(words).into_iter().chain(staff)).scope(scope).await?;
    Ok(())
}

fn buyers(words: &Words) -> Vec<BotCommand> {
    Command::ALL.iter().map(|command| bot_command(command.as_str(), words)).collect()
}

fn bot_command(name: &str, words: &Words) -> BotCommand {
    BotCommand::new(name, words.say(&format!("command-{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_people_write_them() {
        let spoken = Spoken::read("/Start@Aviso_bot  r_abc ").unwrap();
        assert_eq!((spoken.command(), spoken.bot, spoken.args), (Some(Command::Start), Some("Aviso_bot"), "r_abc"));
        assert_eq!(Spoken::read("/pay 1").unwrap().staff_command(), Some(StaffCommand::Pay));
        assert_eq!(Spoken::read("/pay\n1 2").unwrap().args, "1 2");
        for text in ["", "/", "hello", "/ start", "//x", "/é"] {
            assert_eq!(Spoken::read(text), None, "{text}");
        }
        assert_eq!(Spoken::read("/unheard").unwrap().command(), None);
    }

    #[test]
    fn names_are_unique_and_as_telegram_wants_them() {
        let mut names: Vec<&str> = Command::ALL.iter().map(|command| command.as_str()).collect();
        names.extend(StaffCommand::ALL.iter().map(|command| command.as_str()));
        for name in &names {
            assert!((1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase()));
            assert_eq!(names.iter().filter(|other| other == &name).count(), 1);
        }
    }
}
